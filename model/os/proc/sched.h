/* sched.h: whose turn it is: round robin with a quantum. Layer: os/proc.
 *
 * Threads that are ready stand in one queue, in the order in which they became so; the first one
 * goes to whichever hart asks. Nothing here is random: the same calls give the same interleaving.
 * A tick is what the caller makes it: an access, a reference of a trace, a timer interrupt.
 *
 * Source: OSTEP ch. 7.
 */
#ifndef ATLAS_SCHED_H
#define ATLAS_SCHED_H

#include "os/proc/thread.h"

struct sched {
    struct thread *first, *last; /* that are READY         */
    uint64_t preemptions;        /* turns that a tick ended */
};

/* The thread is ready: to the end of the queue. One that is so, or runs, stays where it is. */
void sched_wake(struct kernel *k, struct thread *t);

/* The thread is not to run until it is woken; if it ran, its hart is idle. */
void sched_block(struct kernel *k, struct thread *t);

/* Let the thread run on kernel.hart now, whosever turn it is; who ran there is BLOCKED. */
void sched_enter(struct kernel *k, struct thread *t);

/* A tick of kernel.hart. If the quantum of its thread is over and another is ready, or if it is
 * idle, the first of the queue runs next. Returns who runs now, or NULL. */
struct thread *sched_tick(struct kernel *k);

/* Give up the rest of the turn. Returns who runs now, or NULL. */
struct thread *sched_pass(struct kernel *k);

#endif

/* hart.h: the harts of a machine, each with an MMU of its own, and how they are told to forget.
 * Layer: os/proc.
 *
 * One hart at a time runs kernel code (kernel.hart). When it changes a translation that another
 * hart may remember, that one gets the fence in its mailbox and an interrupt, and the change goes
 * on when it has acknowledged: a TLB shootdown. Only harts that have run the address space since
 * its ASID was new are asked.
 *
 * Source: Black et al., "Translation lookaside buffer consistency: a software approach", 1989;
 * priv. spec 12.2.1 (a fence is local to a hart).
 */
#ifndef ATLAS_HART_H
#define ATLAS_HART_H

#include "os/space/space.h"

enum { HARTS_MAX = 8, HART_MAILBOX = 4 };

struct thread;
struct kernel;

struct hart {
    uint32_t id; /* 0, 1, ... */
    struct mmu_port mmu;
    struct thread *running;                /* or NULL: idle                                      */
    uint32_t left;                         /* ticks until another thread has its turn            */
    struct atlas_fence mail[HART_MAILBOX]; /* asked of it, and not yet done  [array, mails] */
    uint32_t mails;
    bool all;            /* ... more than fit: everything is to be fenced      */
    bool outdated;       /* remembers ASIDs of an older generation: fenced when another
                            process runs next                                  */
    uint64_t interrupts; /* that it got                                        */
    uint64_t fences;     /* that it did, for itself and for others             */
    uint64_t switches;   /* satp was written                                   */
};

/* Let hart h run thread t, or nothing if t is NULL: satp and the ASID follow if the process is
 * another one. */
void hart_run(struct kernel *k, struct hart *h, struct thread *t);

/* Fence on every hart that may remember translations of s; with s NULL on all. Returns when all
 * have acknowledged. */
void hart_fence(struct kernel *k, struct space *s, const struct atlas_fence *fence);

/* The interrupt: h does what is in its mailbox, and acknowledges by emptying it. */
void hart_interrupt(struct hart *h);

#endif

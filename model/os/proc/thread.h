/* thread.h: a thread of a process: registers, and whose turn it is. Layer: os/proc.
 *
 * Threads of one process share its address space, root and ASID; each has its own registers, and
 * a stack wherever it was given one.
 */
#ifndef ATLAS_THREAD_H
#define ATLAS_THREAD_H

#include "os/proc/hart.h"

enum { CONTEXT_REGISTERS = 32 };

/* What a hart loads to go on with a thread. Registers by number, as RISC-V's x0 .. x31. */
struct context {
    uint64_t pc;
    uint64_t x[CONTEXT_REGISTERS];
};

enum thread_state {
    THREAD_BLOCKED, /* waits for something, or has not begun */
    THREAD_READY,   /* waits for its turn                    */
    THREAD_RUNNING  /* on a hart                             */
};

struct thread {
    uint32_t tid; /* 1, 2, ...; never used twice */
    struct proc *proc;
    struct context context;
    enum thread_state state;
    bool awaits_child;    /* BLOCKED until a child of its process ends */
    uint64_t ticks;       /* that it has run                            */
    struct thread *next;  /* of the same process                        */
    struct thread *queue; /* behind it, while READY                     */
};

/* One more thread of a process, BLOCKED. Returns VM_OK or VM_NOMEM. */
enum vm_status thread_create(struct kernel *k, struct thread **t, struct proc *p);

/* End a thread, wherever it is; its hart is idle then. The last one's process is not ended. */
void thread_destroy(struct kernel *k, struct thread *t);

#endif

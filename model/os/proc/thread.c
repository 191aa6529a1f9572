#include "os/proc/thread.h"

#include "os/proc/proc.h"
#include "os/proc/sched.h"

enum vm_status thread_create(struct kernel *k, struct thread **out, struct proc *p)
{
    struct thread *t = slab_alloc(&k->threads);

    if (!t)
        return VM_NOMEM;
    t->tid = k->next_tid++;
    t->proc = p;
    t->state = THREAD_BLOCKED;
    t->next = p->threads;
    p->threads = t;
    *out = t;
    return VM_OK;
}

void thread_destroy(struct kernel *k, struct thread *t)
{
    struct thread **at = &t->proc->threads;

    sched_block(k, t);
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    slab_free(&k->threads, t);
}

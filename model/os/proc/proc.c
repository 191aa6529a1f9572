#include "os/proc/proc.h"

#include "base/bug.h"
#include "base/bytes.h"

/* ---- Beginning ----------------------------------------------------------------------------- */

enum vm_status proc_create(struct kernel *k, struct proc **out)
{
    struct proc *p = slab_alloc(&k->procs);
    struct thread *t;
    enum vm_status status;

    if (!p)
        return VM_NOMEM;
    p->pid = k->next_pid;
    status = space_create(&p->space, &k->env, p->pid, k->config.table_limit);
    if (status == VM_OK) {
        status = thread_create(k, &t, p);
        if (status != VM_OK)
            space_destroy(&p->space);
    }
    if (status != VM_OK) {
        slab_free(&k->procs, p);
        return status;
    }
    k->next_pid++;
    p->next = k->procs_first;
    k->procs_first = p;
    *out = p;
    return VM_OK;
}

enum vm_status proc_fork(struct kernel *k, struct proc **child, const struct thread *t)
{
    enum vm_status status = proc_create(k, child);

    if (status != VM_OK)
        return status;
    status = space_fork(&(*child)->space, &t->proc->space);
    if (status != VM_OK) {
        proc_exit(k, *child, 0);
        return status;
    }
    (*child)->parent = t->proc->pid;
    (*child)->threads->context = t->context;
    return VM_OK;
}

/* ---- End ----------------------------------------------------------------------------------- */

struct proc *proc_find(const struct kernel *k, uint32_t pid)
{
    struct proc *p = k->procs_first;

    while (p && p->pid != pid)
        p = p->next;
    return p;
}

static void forget(struct kernel *k, struct proc *p)
{
    struct proc **at = &k->procs_first;

    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    slab_free(&k->procs, p);
}

/* Nobody waits for the children of p any more. */
static void orphan(struct kernel *k, const struct proc *p)
{
    for (struct proc *child = k->procs_first, *next; child; child = next) {
        next = child->next;
        if (child->parent != p->pid)
            continue;
        child->parent = 0;
        if (child->ended)
            forget(k, child);
    }
}

/* A child has ended: who waits for one is to look. */
static void wake_parent(struct kernel *k, const struct proc *parent)
{
    for (struct thread *t = parent->threads; t; t = t->next) {
        if (!t->awaits_child)
            continue;
        t->awaits_child = false;
        sched_wake(k, t);
    }
}

void proc_drop_space(struct kernel *k, struct proc *p)
{
    const struct atlas_fence fence = {.has_asid = true, .asid = (uint16_t)p->asid.value};

    if (p->asid.generation == k->asids.generation)
        hart_fence(k, &p->space, &fence);
    p->asid = (struct asid){0};
    space_destroy(&p->space);
}

void proc_exit(struct kernel *k, struct proc *p, int status)
{
    VM_BUG(p->ended);
    while (p->threads)
        thread_destroy(k, p->threads);
    proc_drop_space(k, p);
    orphan(k, p);
    p->ended = true;
    p->status = status;
    if (proc_find(k, p->parent))
        wake_parent(k, proc_find(k, p->parent));
    else
        forget(k, p);
}

void proc_exit_all(struct kernel *k)
{
    while (k->procs_first) {
        k->procs_first->parent = 0;
        if (k->procs_first->ended)
            forget(k, k->procs_first);
        else
            proc_exit(k, k->procs_first, 0);
    }
}

enum vm_status proc_wait(struct kernel *k, uint32_t *pid, int *status, const struct proc *parent)
{
    enum vm_status result = VM_ABSENT;

    for (struct proc *p = k->procs_first; p; p = p->next) {
        if (p->parent != parent->pid || (*pid != 0 && p->pid != *pid))
            continue;
        result = VM_EXISTS;
        if (!p->ended)
            continue;
        *pid = p->pid;
        *status = p->status;
        forget(k, p);
        return VM_OK;
    }
    return result;
}

/* ---- Running ------------------------------------------------------------------------------- */

static struct thread *oldest(const struct proc *p)
{
    struct thread *t = p->threads;

    while (t && t->next)
        t = t->next;
    return t;
}

struct proc *proc_running(const struct kernel *k)
{
    return k->hart->running ? k->hart->running->proc : NULL;
}

void proc_enter(struct kernel *k, struct proc *p)
{
    struct thread *t = oldest(p);

    VM_BUG(!t);
    sched_enter(k, t);
}

static enum proc_outcome give_up(enum fault_outcome outcome)
{
    switch (outcome) {
    case FAULT_SIGBUS: return PROC_SIGBUS;
    case FAULT_OOM: return PROC_OOM;
    default: return PROC_SEGV;
    }
}

static enum proc_outcome access(struct kernel *k, struct atlas_rsp *rsp, unsigned port,
                                const struct atlas_req *req)
{
    struct mmu_port *mmu = &k->hart->mmu;
    struct proc *p = proc_running(k);

    VM_BUG(!p);
    for (unsigned faults = 0; faults <= PROC_MAX_FAULTS; faults++) {
        enum fault_outcome outcome;

        mmu->access(mmu->self, port, req, rsp);
        if (!rsp->fault)
            return PROC_OK;
        outcome = fault_handle(&p->space, &p->faults, req->va, req->acc, rsp->cause);
        if (outcome == FAULT_RETRY)
            continue;
        p->signal = signal_for(p->faults.refused, req->va, req->acc);
        return give_up(outcome);
    }
    return PROC_STUCK;
}

enum proc_outcome proc_access(struct kernel *k, struct atlas_rsp *rsp, unsigned port, vaddr_t va,
                              uint8_t acc)
{
    return access(k, rsp, port, &(struct atlas_req){.va = va, .acc = acc, .priv = ATLAS_PRIV_U});
}

enum proc_outcome proc_kernel_access(struct kernel *k, struct atlas_rsp *rsp, unsigned port,
                                     vaddr_t va, uint8_t acc)
{
    return access(k, rsp, port,
                  &(struct atlas_req){.va = va, .acc = acc, .priv = ATLAS_PRIV_S, .sum = true});
}

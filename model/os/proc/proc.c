#include "os/proc/proc.h"

#include "base/bug.h"
#include "base/bytes.h"

enum vm_status proc_create(struct kernel *k, struct proc **out)
{
    struct proc *p = pool_get(&k->procs);
    enum vm_status status;

    if (!p)
        return VM_NOMEM;
    p->pid = k->next_pid;
    status = space_create(&p->space, &k->env, p->pid, k->config.table_limit);
    if (status != VM_OK) {
        pool_put(&k->procs, p);
        return status;
    }
    k->next_pid++;
    p->next = k->procs_first;
    k->procs_first = p;
    *out = p;
    return VM_OK;
}

static struct atlas_cfg config_for(const struct kernel *k, const struct proc *p)
{
    uint64_t satp = p ? paging_satp(k->env.mode, p->space.table.root, p->asid.value) : 0;

    return (struct atlas_cfg){.satp = satp, .adue = !k->config.svade};
}

static void load_satp(struct kernel *k, struct proc *p)
{
    const struct atlas_cfg cfg = config_for(k, p);
    bool known = k->mmu.configure(k->mmu.self, &cfg);

    VM_BUG(!known); /* kernel_boot has looked */
    k->running = p;
}

static void fence_all(const struct kernel *k)
{
    k->mmu.fence(k->mmu.self, &(struct atlas_fence){.has_va = false});
}

void proc_enter(struct kernel *k, struct proc *p)
{
    if (asids_assign(&k->asids, &p->asid))
        fence_all(k);
    p->space.asid = p->asid.value;
    load_satp(k, p);
}

enum vm_status proc_fork(struct kernel *k, struct proc **child, struct proc *p)
{
    enum vm_status status = proc_create(k, child);

    if (status != VM_OK)
        return status;
    status = space_fork(&(*child)->space, &p->space);
    if (status != VM_OK)
        proc_destroy(k, *child);
    return status;
}

static void unlink_proc(struct kernel *k, const struct proc *p)
{
    struct proc **at = &k->procs_first;

    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
}

void proc_destroy(struct kernel *k, struct proc *p)
{
    const struct atlas_fence fence = {.has_asid = true, .asid = (uint16_t)p->asid.value};

    if (k->running == p)
        load_satp(k, NULL);
    if (p->asid.generation == k->asids.generation)
        k->mmu.fence(k->mmu.self, &fence);
    space_destroy(&p->space);
    unlink_proc(k, p);
    pool_put(&k->procs, p);
}

static enum proc_outcome give_up(enum fault_outcome outcome)
{
    switch (outcome) {
    case FAULT_SIGBUS: return PROC_SIGBUS;
    case FAULT_OOM: return PROC_OOM;
    default: return PROC_SEGV;
    }
}

enum proc_outcome proc_access(struct kernel *k, struct atlas_rsp *rsp, unsigned port, vaddr_t va,
                              uint8_t acc)
{
    const struct atlas_req req = {.va = va, .acc = acc, .priv = ATLAS_PRIV_U};
    struct proc *p = k->running;

    VM_BUG(!p);
    for (unsigned faults = 0; faults <= PROC_MAX_FAULTS; faults++) {
        enum fault_outcome outcome;

        k->mmu.access(k->mmu.self, port, &req, rsp);
        if (!rsp->fault)
            return PROC_OK;
        outcome = fault_handle(&p->space, &p->faults, va, acc, rsp->cause);
        if (outcome != FAULT_RETRY)
            return give_up(outcome);
    }
    return PROC_STUCK;
}

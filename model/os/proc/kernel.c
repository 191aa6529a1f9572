#include "os/proc/kernel.h"

#include "base/bytes.h"
#include "os/proc/proc.h"

/* Frames for this record and the frame table behind it. */
static uint64_t frames_reserved(uint64_t count)
{
    uint64_t bytes = sizeof(struct kernel) + count * sizeof(struct frame);

    return (bytes + ATLAS_PAGE_SIZE - 1) / ATLAS_PAGE_SIZE;
}

static bool mode_known(const struct mmu_port *mmu, const struct paging_mode *mode)
{
    const struct atlas_params *params = mmu->params(mmu->self);

    return mode && params->xlen == mode->pte_bytes * 8u && params->levels >= mode->levels;
}

static void fence(void *ctx, struct space *s, const struct atlas_fence *f)
{
    hart_fence(ctx, s, f);
}

enum vm_status kernel_add_hart(struct kernel *k, const struct mmu_port *mmu)
{
    if (k->hart_count == HARTS_MAX)
        return VM_LIMIT;
    k->harts[k->hart_count] = (struct hart){.id = k->hart_count, .mmu = *mmu};
    k->hart_count++;
    return VM_OK;
}

static void pools_init(struct kernel *k)
{
    pool_init(&k->regions, &k->phys, &k->frames, sizeof(struct region));
    pool_init(&k->rmaps, &k->phys, &k->frames, sizeof(struct rmap));
    pool_init(&k->nodes, &k->phys, &k->frames, index_tree_node_bytes());
    pool_init(&k->procs, &k->phys, &k->frames, sizeof(struct proc));
    pool_init(&k->threads, &k->phys, &k->frames, sizeof(struct thread));
}

enum vm_status kernel_boot(struct kernel **out, const struct phys *phys, const struct mmu_port *mmu,
                           const struct kernel_config *config)
{
    const struct paging_mode *mode = paging_mode(config->mode);
    uint64_t count = phys->size / ATLAS_PAGE_SIZE, reserved = frames_reserved(count);
    struct kernel *k;

    if (!mode_known(mmu, mode))
        return VM_RANGE;
    if (count < reserved + 1)
        return VM_NOMEM;
    k = phys_ptr(phys, phys->base);
    *k = (struct kernel){.phys = *phys, .config = *config, .next_pid = 1, .next_tid = 1};
    kernel_add_hart(k, mmu);
    k->hart = &k->harts[0];
    frames_init(&k->frames, (pfn_t)(phys->base >> ATLAS_PAGE_SHIFT), (uint32_t)count,
                (uint32_t)reserved, (struct frame *)(k + 1));
    pools_init(k);
    k->env = (struct space_env){.phys = &k->phys,
                                .frames = &k->frames,
                                .regions = &k->regions,
                                .rmaps = &k->rmaps,
                                .mode = mode,
                                .fence = fence,
                                .ctx = k};
    k->objects = (struct object_env){&k->phys, &k->frames, &k->nodes};
    asids_init(&k->asids, mmu->params(mmu->self)->asid_bits);
    *out = k;
    return VM_OK;
}

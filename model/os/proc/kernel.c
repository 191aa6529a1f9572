#include "os/proc/kernel.h"

#include "base/bytes.h"
#include "os/proc/kmap.h"
#include "os/proc/proc.h"

/* Frames for this record and the frame table behind it. */
static uint64_t kernel_frames(const struct kernel_config *config, uint64_t count)
{
    uint64_t bytes = sizeof(struct kernel) + frames_bytes(config->frames, (uint32_t)count);

    return (bytes + ATLAS_PAGE_SIZE - 1) / ATLAS_PAGE_SIZE;
}

/* RAM is usable, but for what the firmware says. */
static enum vm_status map_memory(struct memmap *map, const struct phys *phys,
                                 const struct memmap *firmware)
{
    enum vm_status status = memmap_mark(map, (pfn_t)(phys->base >> ATLAS_PAGE_SHIFT),
                                        (uint32_t)(phys->size / ATLAS_PAGE_SIZE), MEMMAP_USABLE);

    for (uint32_t i = 0; firmware && i < firmware->count && status == VM_OK; i++) {
        const struct memmap_range *r = &firmware->range[i];

        if (r->kind != MEMMAP_USABLE)
            status = memmap_mark(map, r->start, r->count, r->kind);
    }
    return status;
}

/* Find the kernel's place and mark it. */
static enum vm_status place_kernel(struct memmap *map, pfn_t *place, uint64_t frames)
{
    *place = memmap_place(map, frames);
    if (*place == PFN_NONE || memmap_frames(map, MEMMAP_USABLE) == frames)
        return VM_NOMEM;
    return memmap_mark(map, *place, (uint32_t)frames, MEMMAP_KERNEL);
}

static bool mode_known(const struct mmu_port *mmu, const struct paging_mode *mode)
{
    const struct atlas_params *params = mmu->params(mmu->self);

    return mode && params->xlen == mode->pte_bytes * 8u && params->levels >= mode->levels;
}

static void open_cache(struct kernel *k, struct slab_cache *cache, const char *name, size_t size)
{
    slab_init(cache, &k->kmem,
              &(struct slab_spec){.name = name, .size = size, .flags = k->config.kmem_flags});
}

static void open_caches(struct kernel *k)
{
    kmem_init(&k->kmem, &k->phys, &k->frames);
    open_cache(k, &k->regions, "region", sizeof(struct region));
    open_cache(k, &k->rmaps, "rmap", sizeof(struct rmap));
    open_cache(k, &k->nodes, "index node", index_tree_node_bytes());
    open_cache(k, &k->shm, "shm", sizeof(struct shm));
    open_cache(k, &k->procs, "proc", sizeof(struct proc));
    open_cache(k, &k->threads, "thread", sizeof(struct thread));
    kmalloc_init(&k->kmalloc, &k->kmem, k->config.kmem_flags);
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

/* What address spaces and objects share. No frame has been taken yet. */
static void open_envs(struct kernel *k)
{
    k->env = (struct space_env){.phys = &k->phys,
                                .frames = &k->frames,
                                .regions = &k->regions,
                                .rmaps = &k->rmaps,
                                .mode = paging_mode(k->config.mode),
                                .commit = &k->commit,
                                .layout = &k->config.layout,
                                .rng = &k->rng,
                                .shms = &k->shms,
                                .populate = fault_populate,
                                .fence = fence,
                                .ctx = k};
    k->objects = (struct object_env){&k->phys, &k->frames, &k->nodes};
    commit_init(&k->commit, k->config.commit, k->config.commit_ratio,
                k->frames.by_kind[FRAME_FREE]);
    shms_init(&k->shms, &k->objects, &k->commit, &k->shm);
    rng_seed(&k->rng, k->config.layout.seed);
}

enum vm_status kernel_boot(struct kernel **out, const struct phys *phys, const struct mmu_port *mmu,
                           const struct kernel_config *config)
{
    const struct paging_mode *mode = paging_mode(config->mode);
    uint64_t count = phys->size / ATLAS_PAGE_SIZE;
    struct memmap map = {.count = 0};
    enum vm_status status;
    struct kernel *k;
    pfn_t place;

    if (!mode_known(mmu, mode))
        return VM_RANGE;
    status = map_memory(&map, phys, config->firmware);
    if (status == VM_OK)
        status = place_kernel(&map, &place, kernel_frames(config, count));
    if (status != VM_OK)
        return status;
    k = phys_frame(phys, place);
    *k =
        (struct kernel){.phys = *phys, .map = map, .config = *config, .next_pid = 1, .next_tid = 1};
    kernel_add_hart(k, mmu);
    k->hart = &k->harts[0];
    frames_init(&k->frames,
                &(struct frames_config){.first = (pfn_t)(phys->base >> ATLAS_PAGE_SHIFT),
                                        .count = (uint32_t)count,
                                        .map = &k->map,
                                        .policy = config->frames,
                                        .phys = &k->phys,
                                        .poison = config->poison,
                                        .zeroed = config->zeroed},
                (struct frame *)(k + 1));
    open_caches(k);
    open_envs(k);
    asids_init(&k->asids, mmu->params(mmu->self)->asid_bits);
    *out = k;
    return config->map_kernel ? kmap_open(k) : VM_OK;
}

#include "os/space/space.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "os/paging/radix_share.h"

enum vm_status space_create(struct space *s, const struct space_env *env, uint32_t owner,
                            uint32_t table_limit)
{
    enum vm_status status;

    *s = (struct space){.env = env};
    regions_init(&s->regions, env->regions);
    layout_choose(&s->layout, env->mode, env->layout ? env->layout : &(struct layout_config){0},
                  env->rng);
    limits_init(&s->limits, s->layout.stack_pages);
    s->brk = s->layout.heap << ATLAS_PAGE_SHIFT;
    status = radix_create(&s->table, env->phys, env->frames, env->mode, owner, table_limit);
    if (status == VM_OK && env->kernel)
        radix_share(&s->table, env->kernel);
    return status;
}

void space_fence_all(struct space *s)
{
    const struct atlas_fence fence = {.has_asid = true, .asid = (uint16_t)s->asid};

    s->env->fence(s->env->ctx, s, &fence);
}

static bool in_ram(const struct space *s, uint64_t ppn, uint64_t pages)
{
    uint64_t first = s->env->phys->base >> ATLAS_PAGE_SHIFT;
    uint64_t count = s->env->phys->size >> ATLAS_PAGE_SHIFT;

    return ppn < first + count && ppn + pages > first;
}

struct frame *space_frame(const struct space *s, uint64_t ppn)
{
    return in_ram(s, ppn, 1) ? frames_get(s->env->frames, (pfn_t)ppn) : NULL;
}

static enum vm_status charge(const struct space *s, uint64_t pages)
{
    return s->env->commit ? commit_charge(s->env->commit, pages) : VM_OK;
}

static void release(const struct space *s, uint64_t pages)
{
    if (s->env->commit)
        commit_release(s->env->commit, pages);
}

static vpn_t vpn_of(const struct radix_leaf *leaf)
{
    return leaf->va >> ATLAS_PAGE_SHIFT;
}

/* The space has a page more that shows the frame, or with `by` -1 one less. */
static void count(struct space *s, const struct frame *frame, int by)
{
    const struct object *o = frame->object;
    uint64_t step = (uint64_t)(int64_t)by;

    s->resident += step;
    if (o)
        *(o->ops->fill ? &s->resident_file : &s->resident_shared) += step;
}

/* The page shows the frame of the leaf no more. */
static void let_go(struct space *s, const struct radix_leaf *leaf)
{
    struct frame *frame = space_frame(s, leaf->ppn);

    if (!frame)
        return;
    count(s, frame, -1);
    rmap_remove(s->env->rmaps, frame, s, vpn_of(leaf));
    frames_drop(s->env->frames, (pfn_t)leaf->ppn);
}

/* Take away the leaf of a 4 KiB page and drop its frame; fences first. */
static void evict(struct space *s, const struct radix_leaf *leaf)
{
    uint32_t tables = s->table.tables;

    VM_BUG(leaf->level != 0);
    radix_unmap(&s->table, NULL, leaf->va);
    if (s->table.tables < tables)
        space_fence_all(s);
    else
        space_fence(s, vpn_of(leaf));
    let_go(s, leaf);
}

void space_destroy(struct space *s)
{
    struct radix_leaf leaf;

    while (radix_next(&s->table, &leaf, 0) == VM_OK) {
        radix_unmap(&s->table, NULL, leaf.va);
        let_go(s, &leaf);
    }
    release(s, regions_sum(&s->regions, 0, UINT64_MAX).committed);
    regions_clear(&s->regions);
    radix_destroy(&s->table);
}

static bool range_ok(const struct space *s, vpn_t start, vpn_t end)
{
    const struct paging_mode *mode = s->table.mode;
    vaddr_t first = start << ATLAS_PAGE_SHIFT, last = (end - 1) << ATLAS_PAGE_SHIFT;
    bool same_half = mode->pte_bytes == 4 || ((first ^ last) >> (mode->va_bits - 1)) == 0;

    return start < end && paging_canonical(mode, first) && paging_canonical(mode, last) &&
           same_half;
}

void space_adopt(struct space *to, struct space *from)
{
    struct radix_leaf leaf;

    *to = *from;
    for (vpn_t vpn = 0; radix_next(&to->table, &leaf, vpn) == VM_OK; vpn = vpn_of(&leaf) + 1) {
        struct frame *frame = space_frame(to, leaf.ppn);

        if (frame)
            rmap_adopt(frame, from, vpn_of(&leaf), to);
    }
}

bool space_place_ok(const struct space *s, const struct region *model)
{
    uint64_t pages = model->end - model->start, last = ATLAS_ONES(s->table.mode->ppn_bits);

    if (!range_ok(s, model->start, model->end))
        return false;
    return model->kind != REGION_MMIO ||
           (model->offset <= last && pages - 1 <= last - model->offset &&
            !in_ram(s, model->offset, pages));
}

enum vm_status space_map(struct space *s, const struct region *model)
{
    uint64_t promised = region_commits(model) ? model->end - model->start : 0;
    enum vm_status status;

    if (!space_place_ok(s, model))
        return VM_RANGE;
    status = charge(s, promised);
    if (status != VM_OK)
        return status;
    status = regions_insert(&s->regions, model);
    if (status != VM_OK)
        release(s, promised);
    return status;
}

/* The next page in [from, end) that has a leaf. */
static bool next_leaf(const struct space *s, struct radix_leaf *leaf, vpn_t from, vpn_t end)
{
    return radix_next(&s->table, leaf, from) == VM_OK && leaf->va >> ATLAS_PAGE_SHIFT < end;
}

void space_evict(struct space *s, vpn_t start, vpn_t end)
{
    struct radix_leaf leaf;

    while (next_leaf(s, &leaf, start, end))
        evict(s, &leaf);
}

enum vm_status space_unmap(struct space *s, vpn_t start, vpn_t end)
{
    uint64_t promised = regions_sum(&s->regions, start, end).committed;
    enum vm_status status = regions_part(&s->regions, start, end);

    if (status != VM_OK)
        return status;
    space_evict(s, start, end); /* before their objects may go */
    release(s, promised);
    return regions_remove(&s->regions, start, end);
}

bool space_owns(struct space *s, const struct region *r, pfn_t pfn)
{
    return (r->flags & REGION_SHARED) ||
           space_frame(s, pfn)->refs == 1; /* an object's is one, too */
}

/* R, W, X and U of a leaf. W without R is reserved, so whatever is writable is readable. */
static uint64_t leaf_bits(struct space *s, const struct region *r, pfn_t pfn)
{
    uint64_t bits = 0;

    if (r->flags & (REGION_R | REGION_W))
        bits |= PTE_BIT(R);
    if ((r->flags & REGION_W) && space_owns(s, r, pfn))
        bits |= PTE_BIT(W);
    if (r->flags & REGION_X)
        bits |= PTE_BIT(X);
    return bits ? bits | PTE_BIT(U) : PTE_BIT(X);
}

/* Give a leaf the permissions that its region and its frame have now. */
static void renew(struct space *s, const struct radix_leaf *leaf)
{
    const struct region *r = regions_find(&s->regions, vpn_of(leaf));

    VM_BUG(!r);
    radix_change(&s->table, leaf->va, PTE_LEAF | PTE_BIT(U), leaf_bits(s, r, (pfn_t)leaf->ppn));
}

void space_refresh(struct space *s, vpn_t vpn)
{
    struct radix_leaf leaf;
    enum vm_status status = radix_lookup(&s->table, &leaf, vpn << ATLAS_PAGE_SHIFT);

    VM_BUG(status != VM_OK);
    renew(s, &leaf);
    space_fence(s, vpn);
}

enum vm_status space_protect(struct space *s, vpn_t start, vpn_t end, unsigned perms)
{
    uint64_t fresh = perms & REGION_W ? regions_sum(&s->regions, start, end).fresh : 0;
    enum vm_status status = charge(s, fresh);
    struct radix_leaf leaf;

    if (status != VM_OK)
        return status;
    status = regions_protect(&s->regions, start, end, perms);
    if (status != VM_OK)
        release(s, fresh);
    for (vpn_t vpn = start; status == VM_OK && next_leaf(s, &leaf, vpn, end); vpn++) {
        vpn = vpn_of(&leaf);
        renew(s, &leaf);
        space_fence(s, vpn);
    }
    return status;
}

/* Let `s` show what the leaf of `from` shows, and write-protect both as is needed. */
static enum vm_status share(struct space *s, struct space *from, const struct radix_leaf *leaf)
{
    pfn_t pfn = (pfn_t)leaf->ppn;
    enum vm_status status;

    if (!space_frame(s, leaf->ppn))
        return VM_OK; /* a device's page: a fault brings it */
    if (frames_share(s->env->frames, pfn) == 0)
        return VM_LIMIT;
    status = space_install(s, vpn_of(leaf), pfn);
    if (status != VM_OK)
        frames_drop(s->env->frames, pfn);
    else
        renew(from, leaf);
    return status;
}

/* The same regions, layout and limits. */
static enum vm_status copy_image(struct space *s, const struct space *from)
{
    uint64_t promised = regions_sum(&from->regions, 0, UINT64_MAX).committed;
    enum vm_status status = charge(s, promised);

    if (status != VM_OK)
        return status;
    s->limits = from->limits;
    s->layout = from->layout;
    s->brk = from->brk;
    status = regions_copy(&s->regions, &from->regions);
    if (status != VM_OK)
        release(s, promised);
    return status;
}

enum vm_status space_fork(struct space *s, struct space *from)
{
    enum vm_status status = copy_image(s, from);
    struct radix_leaf leaf;

    for (vpn_t vpn = 0; status == VM_OK && radix_next(&from->table, &leaf, vpn) == VM_OK;) {
        status = share(s, from, &leaf);
        vpn = vpn_of(&leaf) + 1;
    }
    space_fence_all(from);
    return status;
}

enum vm_status space_install(struct space *s, vpn_t vpn, pfn_t pfn)
{
    struct region *r = regions_find(&s->regions, vpn);
    struct frame *frame = space_frame(s, pfn);
    enum vm_status status;

    VM_BUG(!r);
    status = rmap_add(s->env->rmaps, frame, s, vpn);
    if (status != VM_OK)
        return status;
    status =
        radix_map(&s->table, vpn << ATLAS_PAGE_SHIFT, 0, pfn, PTE_BIT(V) | leaf_bits(s, r, pfn));
    VM_BUG(status == VM_EXISTS || status == VM_RANGE);
    if (status != VM_OK)
        rmap_remove(s->env->rmaps, frame, s, vpn);
    else
        count(s, frame, 1);
    return status;
}

enum vm_status space_install_device(struct space *s, vpn_t vpn)
{
    const struct region *r = regions_find(&s->regions, vpn);
    uint64_t ppn;

    VM_BUG(!r || r->kind != REGION_MMIO);
    ppn = r->offset + (vpn - r->start);
    return radix_map(&s->table, vpn << ATLAS_PAGE_SHIFT, 0, ppn, PTE_BIT(V) | leaf_bits(s, r, 0));
}

void space_replace(struct space *s, const struct radix_leaf *leaf, pfn_t pfn)
{
    const struct region *r = regions_find(&s->regions, vpn_of(leaf));

    VM_BUG(!r);
    radix_replace(&s->table, leaf->va, pfn, PTE_BIT(V) | leaf_bits(s, r, pfn));
    space_fence(s, vpn_of(leaf));
    count(s, space_frame(s, leaf->ppn), -1);
    count(s, space_frame(s, pfn), 1);
    rmap_move(space_frame(s, leaf->ppn), space_frame(s, pfn), s, vpn_of(leaf));
    frames_drop(s->env->frames, (pfn_t)leaf->ppn);
}

void space_fence(struct space *s, vpn_t vpn)
{
    const struct atlas_fence fence = {
        .has_va = true,
        .has_asid = true,
        .va = vpn << ATLAS_PAGE_SHIFT,
        .asid = (uint16_t)s->asid,
    };

    s->env->fence(s->env->ctx, s, &fence);
}

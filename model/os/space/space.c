#include "os/space/space.h"

#include "base/bug.h"
#include "base/bytes.h"

enum vm_status space_create(struct space *s, const struct space_env *env, uint32_t owner,
                            uint32_t table_limit)
{
    *s = (struct space){.env = env};
    regions_init(&s->regions, env->regions);
    return radix_create(&s->table, env->phys, env->frames, env->mode, owner, table_limit);
}

static void fence_space(struct space *s)
{
    const struct atlas_fence fence = {.has_asid = true, .asid = (uint16_t)s->asid};

    s->env->fence(s->env->ctx, s, &fence);
}

static struct frame *frame_of(const struct space *s, uint64_t ppn)
{
    return frames_get(s->env->frames, (pfn_t)ppn);
}

static vpn_t vpn_of(const struct radix_leaf *leaf)
{
    return leaf->va >> ATLAS_PAGE_SHIFT;
}

/* The page shows the frame of the leaf no more. */
static void let_go(struct space *s, const struct radix_leaf *leaf)
{
    rmap_remove(s->env->rmaps, frame_of(s, leaf->ppn), s, vpn_of(leaf));
    frames_drop(s->env->frames, (pfn_t)leaf->ppn);
    s->resident--;
}

/* Take away the leaf of a 4 KiB page and drop its frame; fences first. A fence by address
 * covers leaves only (priv. spec 12.2.1), so when a table went, all of the space is fenced. */
static void evict(struct space *s, const struct radix_leaf *leaf)
{
    uint32_t tables = s->table.tables;

    VM_BUG(leaf->level != 0);
    radix_unmap(&s->table, NULL, leaf->va);
    if (s->table.tables < tables)
        fence_space(s);
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

enum vm_status space_map(struct space *s, const struct region *model)
{
    if (!range_ok(s, model->start, model->end))
        return VM_RANGE;
    return regions_insert(&s->regions, model);
}

/* The next page in [from, end) that has a leaf. */
static bool next_leaf(const struct space *s, struct radix_leaf *leaf, vpn_t from, vpn_t end)
{
    return radix_next(&s->table, leaf, from) == VM_OK && leaf->va >> ATLAS_PAGE_SHIFT < end;
}

enum vm_status space_unmap(struct space *s, vpn_t start, vpn_t end)
{
    enum vm_status status = regions_cut(&s->regions, start, end);
    struct radix_leaf leaf;

    if (status != VM_OK)
        return status;
    while (next_leaf(s, &leaf, start, end)) /* before their objects may go */
        evict(s, &leaf);
    return regions_remove(&s->regions, start, end);
}

bool space_owns(struct space *s, const struct region *r, pfn_t pfn)
{
    return (r->flags & REGION_SHARED) || frame_of(s, pfn)->refs == 1; /* an object's is one, too */
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
    return bits ? bits | PTE_BIT(U) : PTE_BIT(R);
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
    enum vm_status status = regions_protect(&s->regions, start, end, perms);
    struct radix_leaf leaf;

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

    if (frames_share(s->env->frames, pfn) == 0)
        return VM_LIMIT;
    status = space_install(s, vpn_of(leaf), pfn);
    if (status != VM_OK)
        frames_drop(s->env->frames, pfn);
    else
        renew(from, leaf);
    return status;
}

enum vm_status space_fork(struct space *s, struct space *from)
{
    enum vm_status status = regions_copy(&s->regions, &from->regions);
    struct radix_leaf leaf;

    for (vpn_t vpn = 0; status == VM_OK && radix_next(&from->table, &leaf, vpn) == VM_OK;) {
        status = share(s, from, &leaf);
        vpn = vpn_of(&leaf) + 1;
    }
    fence_space(from);
    return status;
}

enum vm_status space_grow(struct space *s, vpn_t vpn)
{
    struct region *r = regions_from(&s->regions, vpn);
    vpn_t below;

    if (!r || r->start <= vpn || !(r->flags & REGION_GROWS_DOWN))
        return VM_ABSENT;
    below = r->prev ? r->prev->end : 0;
    if (r->end - vpn > SPACE_STACK_PAGES || vpn < below + SPACE_GUARD_PAGES)
        return VM_LIMIT;
    return regions_extend_down(&s->regions, r, vpn);
}

enum vm_status space_install(struct space *s, vpn_t vpn, pfn_t pfn)
{
    struct region *r = regions_find(&s->regions, vpn);
    struct frame *frame = frame_of(s, pfn);
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
    s->resident += status == VM_OK;
    return status;
}

void space_replace(struct space *s, const struct radix_leaf *leaf, pfn_t pfn)
{
    const struct region *r = regions_find(&s->regions, vpn_of(leaf));

    VM_BUG(!r);
    radix_replace(&s->table, leaf->va, pfn, PTE_BIT(V) | leaf_bits(s, r, pfn));
    space_fence(s, vpn_of(leaf));
    rmap_move(frame_of(s, leaf->ppn), frame_of(s, pfn), s, vpn_of(leaf));
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

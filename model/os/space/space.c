#include "os/space/space.h"

#include "base/bug.h"
#include "base/bytes.h"

enum vm_status space_create(struct space *s, const struct space_env *env, uint32_t owner,
                            uint32_t table_limit)
{
    *s = (struct space){.mmu = env->mmu};
    regions_init(&s->regions, env->regions);
    return radix_create(&s->table, env->phys, env->frames, env->mode, owner, table_limit);
}

static void fence_space(const struct space *s)
{
    const struct atlas_fence fence = {.has_asid = true, .asid = (uint16_t)s->asid};

    s->mmu->fence(s->mmu->self, &fence);
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
        space_fence(s, leaf->va >> ATLAS_PAGE_SHIFT);
    frames_drop(s->table.frames, (pfn_t)leaf->ppn);
    s->resident--;
}

void space_destroy(struct space *s)
{
    struct radix_leaf leaf;

    while (radix_next(&s->table, &leaf, 0) == VM_OK) {
        radix_unmap(&s->table, NULL, leaf.va);
        frames_drop(s->table.frames, (pfn_t)leaf.ppn);
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
    enum vm_status status = regions_remove(&s->regions, start, end);
    struct radix_leaf leaf;

    while (status == VM_OK && next_leaf(s, &leaf, start, end))
        evict(s, &leaf);
    return status;
}

/* R, W, X and U of a leaf. W without R is reserved, so whatever is writable is readable. */
static uint64_t leaf_bits(unsigned perms)
{
    uint64_t bits = 0;

    if (perms & (REGION_R | REGION_W))
        bits |= PTE_BIT(R);
    if (perms & REGION_W)
        bits |= PTE_BIT(W);
    if (perms & REGION_X)
        bits |= PTE_BIT(X);
    return bits ? bits | PTE_BIT(U) : PTE_BIT(R);
}

enum vm_status space_protect(struct space *s, vpn_t start, vpn_t end, unsigned perms)
{
    enum vm_status status = regions_protect(&s->regions, start, end, perms);
    uint64_t all = PTE_LEAF | PTE_BIT(U);
    struct radix_leaf leaf;

    for (vpn_t vpn = start; status == VM_OK && next_leaf(s, &leaf, vpn, end);) {
        vpn = leaf.va >> ATLAS_PAGE_SHIFT;
        radix_change(&s->table, leaf.va, all, leaf_bits(perms));
        space_fence(s, vpn++);
    }
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
    enum vm_status status;

    VM_BUG(!r);
    status =
        radix_map(&s->table, vpn << ATLAS_PAGE_SHIFT, 0, pfn, PTE_BIT(V) | leaf_bits(r->flags));
    VM_BUG(status == VM_EXISTS || status == VM_RANGE);
    s->resident += status == VM_OK;
    return status;
}

void space_fence(const struct space *s, vpn_t vpn)
{
    const struct atlas_fence fence = {
        .has_va = true,
        .has_asid = true,
        .va = vpn << ATLAS_PAGE_SHIFT,
        .asid = (uint16_t)s->asid,
    };

    s->mmu->fence(s->mmu->self, &fence);
}

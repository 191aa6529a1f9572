#include "os/fault/fault.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "os/space/stack.h"

static bool is_store(uint8_t acc)
{
    return acc == ATLAS_ACC_STORE || acc == ATLAS_ACC_AMO;
}

static bool is_access_fault(uint8_t cause)
{
    return cause == ATLAS_CAUSE_FETCH_ACCESS || cause == ATLAS_CAUSE_LOAD_ACCESS ||
           cause == ATLAS_CAUSE_STORE_ACCESS;
}

/* The permission that an access needs. What is writable can be read: see space.c. */
static bool allowed(const struct region *r, uint8_t acc)
{
    if (acc == ATLAS_ACC_FETCH)
        return r->flags & REGION_X;
    return r->flags & (is_store(acc) ? REGION_W : REGION_R | REGION_W);
}

/* Count and refuse. */
static enum fault_outcome refuse(struct fault_stats *stats, enum fault_class class)
{
    stats->count[class]++;
    stats->refused = class;
    switch (class) {
    case FAULT_BUS: return FAULT_SIGBUS;
    case FAULT_NOMEM:
    case FAULT_LIMIT: return FAULT_OOM;
    default: return FAULT_SEGV;
    }
}

/* Count what has become of a first touch or of a copy. */
static enum fault_outcome settle(struct fault_stats *stats, enum fault_class class,
                                 enum vm_status status)
{
    if (status == VM_OK) {
        stats->count[class]++;
        return FAULT_RETRY;
    }
    return refuse(stats, status == VM_NOMEM || status == VM_LIMIT ? FAULT_NOMEM : FAULT_BUS);
}

static uint64_t index_of(const struct region *r, vpn_t vpn)
{
    return r->offset + (vpn - r->start);
}

/* A frame of its own for page vpn, with the contents that the region shows there. */
static enum vm_status own_page(struct space *s, const struct region *r, vpn_t vpn)
{
    struct frames *f = s->env->frames;
    pfn_t pfn = r->object ? frames_alloc(f, FRAME_USER, s->table.owner)
                          : frames_alloc_zeroed(f, FRAME_USER, s->table.owner);
    enum vm_status status = VM_OK;

    if (pfn == PFN_NONE)
        return VM_NOMEM;
    if (r->object)
        status = object_copy(r->object, phys_frame(s->env->phys, pfn), index_of(r, vpn));
    if (status == VM_OK)
        status = space_install(s, vpn, pfn);
    if (status != VM_OK)
        frames_drop(s->env->frames, pfn);
    return status;
}

/* The frame of the object itself for page vpn. */
static enum vm_status common_page(struct space *s, vpn_t vpn, pfn_t pfn)
{
    enum vm_status status = VM_LIMIT;

    if (frames_share(s->env->frames, pfn) == 0)
        return status;
    status = space_install(s, vpn, pfn);
    if (status != VM_OK)
        frames_drop(s->env->frames, pfn);
    return status;
}

/* First touch of a page of a cached object: its frame, or for a store to a private page a copy. */
static enum fault_outcome touch_cached(struct space *s, struct fault_stats *stats,
                                       const struct region *r, vpn_t vpn, bool copy)
{
    bool filled;
    pfn_t pfn;
    enum vm_status status = object_page(r->object, &pfn, &filled, index_of(r, vpn));

    if (status != VM_OK)
        return settle(stats, FAULT_BUS, status);
    if (!copy)
        return settle(stats, filled ? FAULT_PAGER : FAULT_CACHE, common_page(s, vpn, pfn));
    status = own_page(s, r, vpn);
    stats->count[FAULT_COPY] += status == VM_OK;
    return settle(stats, filled ? FAULT_PAGER : FAULT_CACHE, status);
}

static enum fault_outcome first_touch(struct space *s, struct fault_stats *stats,
                                      const struct region *r, vpn_t vpn, uint8_t acc)
{
    if (r->kind == REGION_MMIO)
        return settle(stats, FAULT_DEVICE, space_install_device(s, vpn));
    if (s->resident >= s->limits.resident)
        return refuse(stats, FAULT_LIMIT);
    if (r->object && r->object->cached)
        return touch_cached(s, stats, r, vpn, is_store(acc) && !(r->flags & REGION_SHARED));
    return settle(stats, r->object ? FAULT_PAGER : FAULT_ZERO, own_page(s, r, vpn));
}

/* A store to a page that is write-protected although its region is not: others see it, too, or
 * have seen it. */
static enum fault_outcome copy_on_write(struct space *s, struct fault_stats *stats,
                                        const struct region *r, const struct radix_leaf *leaf)
{
    pfn_t pfn;

    if (space_owns(s, r, (pfn_t)leaf->ppn)) {
        space_refresh(s, leaf->va >> ATLAS_PAGE_SHIFT);
        return settle(stats, FAULT_REUSE, VM_OK);
    }
    pfn = frames_alloc(s->env->frames, FRAME_USER, s->table.owner);
    if (pfn == PFN_NONE)
        return refuse(stats, FAULT_NOMEM);
    memcpy(phys_frame(s->env->phys, pfn), phys_frame(s->env->phys, (pfn_t)leaf->ppn),
           ATLAS_PAGE_SIZE);
    space_replace(s, leaf, pfn);
    return settle(stats, FAULT_COPY, VM_OK);
}

/* The page is there and the region allows the access: A and D, or an outdated entry. */
static enum fault_outcome refresh(struct space *s, struct fault_stats *stats,
                                  const struct radix_leaf *leaf, uint8_t acc)
{
    uint64_t bits = PTE_BIT(A) | (is_store(acc) ? PTE_BIT(D) : 0);

    if ((leaf->pte & bits) != bits) {
        radix_change(&s->table, leaf->va, 0, bits);
        stats->count[FAULT_AD]++;
        return FAULT_RETRY;
    }
    space_fence(s, leaf->va >> ATLAS_PAGE_SHIFT);
    stats->count[FAULT_STALE]++;
    return FAULT_RETRY;
}

static struct region *region_for(struct space *s, struct fault_stats *stats, vpn_t vpn)
{
    struct region *r = regions_find(&s->regions, vpn);

    if (r || space_grow(s, vpn) != VM_OK)
        return r;
    stats->count[FAULT_GROWTH]++;
    return regions_find(&s->regions, vpn);
}

enum fault_outcome fault_handle(struct space *s, struct fault_stats *stats, vaddr_t va, uint8_t acc,
                                uint8_t cause)
{
    vpn_t vpn = va >> ATLAS_PAGE_SHIFT;
    struct radix_leaf leaf;
    struct region *r;

    VM_BUG(cause == ATLAS_CAUSE_NONE);
    if (is_access_fault(cause))
        return refuse(stats, FAULT_BUS);
    r = region_for(s, stats, vpn);
    if (!r)
        return refuse(stats, FAULT_INVALID);
    if (!allowed(r, acc))
        return refuse(stats, FAULT_PROTECTION);
    if (radix_lookup(&s->table, &leaf, va) != VM_OK)
        return first_touch(s, stats, r, vpn, acc);
    if (is_store(acc) && !(leaf.pte & PTE_BIT(W)))
        return copy_on_write(s, stats, r, &leaf);
    return refresh(s, stats, &leaf, acc);
}

/* Returns false if memory is short. */
static bool populate_page(struct space *s, vpn_t vpn)
{
    const struct region *r = regions_find(&s->regions, vpn);
    struct fault_stats uncounted = {.count = {0}};
    struct radix_leaf leaf;
    uint8_t acc;

    if (!r || !(r->flags & REGION_PERMS) ||
        radix_lookup(&s->table, &leaf, vpn << ATLAS_PAGE_SHIFT) == VM_OK)
        return true;
    acc = allowed(r, ATLAS_ACC_LOAD) ? ATLAS_ACC_LOAD : ATLAS_ACC_FETCH;
    return first_touch(s, &uncounted, r, vpn, acc) != FAULT_OOM;
}

enum vm_status fault_populate(struct space *s, vpn_t start, vpn_t end)
{
    for (vpn_t vpn = start; vpn < end; vpn++) {
        if (!populate_page(s, vpn))
            return VM_NOMEM;
    }
    return VM_OK;
}

const char *fault_class_name(enum fault_class class)
{
    static const char *const names[FAULT_CLASSES] = {
        "demand zero",   "demand fill", "page cache",     "device page",    "growth",
        "copy on write", "copy undone", "accessed/dirty", "outdated entry", "protection",
        "invalid",       "bus",         "out of frames",  "resident limit"};

    return (unsigned)class < FAULT_CLASSES ? names[class] : NULL;
}

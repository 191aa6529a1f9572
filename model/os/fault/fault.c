#include "os/fault/fault.h"

#include "base/bug.h"
#include "base/bytes.h"

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
    switch (class) {
    case FAULT_BUS: return FAULT_SIGBUS;
    case FAULT_NOMEM: return FAULT_OOM;
    default: return FAULT_SEGV;
    }
}

static enum vm_status fill(const struct space *s, const struct region *r, vpn_t vpn, pfn_t pfn)
{
    uint8_t *frame = phys_frame(s->table.phys, pfn);

    if (r->pager)
        return r->pager->ops->fill(r->pager, frame, r->offset + (vpn - r->start));
    memset(frame, 0, ATLAS_PAGE_SIZE);
    return VM_OK;
}

/* First touch: a frame with the contents that the region shows there. */
static enum fault_outcome first_touch(struct space *s, struct fault_stats *stats,
                                      const struct region *r, vpn_t vpn)
{
    pfn_t pfn = frames_alloc(s->table.frames, FRAME_USER, s->table.owner);
    enum vm_status filled;

    if (pfn == PFN_NONE)
        return refuse(stats, FAULT_NOMEM);
    filled = fill(s, r, vpn, pfn);
    if (filled == VM_OK && space_install(s, vpn, pfn) == VM_OK) {
        stats->count[r->pager ? FAULT_PAGER : FAULT_ZERO]++;
        return FAULT_RETRY;
    }
    frames_drop(s->table.frames, pfn);
    return refuse(stats, filled == VM_OK ? FAULT_NOMEM : FAULT_BUS);
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
        return first_touch(s, stats, r, vpn);
    return refresh(s, stats, &leaf, acc);
}

const char *fault_class_name(enum fault_class class)
{
    static const char *const names[FAULT_CLASSES] = {
        "demand zero", "demand fill", "growth", "accessed/dirty", "outdated entry",
        "protection",  "invalid",     "bus",    "out of frames"};

    return (unsigned)class < FAULT_CLASSES ? names[class] : NULL;
}

/* run_regions.c: see run_regions.h. */
#include "run_regions.h"

struct span {
    vpn_t start, end; /* pages [start, end) */
    unsigned perms;
};

static enum vm_status map(struct run_proc *p, const struct span *span)
{
    const struct region region = {.start = span->start,
                                  .end = span->end,
                                  .flags = span->perms,
                                  .object = &p->filler.object,
                                  .offset = span->start};

    return space_map(&p->proc->space, &region);
}

enum vm_status run_map(struct run_proc *p, vaddr_t va, uint64_t pages, unsigned perms)
{
    vpn_t start = va >> ATLAS_PAGE_SHIFT;

    return map(p, &(struct span){start, start + pages, perms});
}

static unsigned need(uint8_t acc)
{
    if (acc == ATLAS_ACC_FETCH)
        return REGION_X;
    return acc == ATLAS_ACC_LOAD ? REGION_R : REGION_W;
}

/* Make regions of all pages of the span that are in none. */
static enum vm_status fill_holes(struct run_proc *p, const struct span *span)
{
    struct space *space = &p->proc->space;
    vpn_t vpn = span->start;

    while (vpn < span->end) {
        const struct region *r = regions_from(&space->regions, vpn);
        struct span hole = {vpn, span->end, span->perms};
        enum vm_status status;

        if (r != NULL && r->start <= vpn) {
            vpn = r->end;
            continue;
        }
        if (r != NULL && r->start < span->end)
            hole.end = r->start;
        status = map(p, &hole);
        if (status != VM_OK)
            return status;
        vpn = hole.end;
    }
    return VM_OK;
}

/* The page lies in region r: allow what perms allow, too. */
static enum vm_status widen(struct run_proc *p, const struct region *r, const struct span *span)
{
    vpn_t start = r->start > span->start ? r->start : span->start;
    vpn_t end = r->end < span->end ? r->end : span->end;

    return space_protect(&p->proc->space, start, end, (r->flags & REGION_PERMS) | span->perms);
}

/* The program's own mapping of the page, if it allows the access and fits the mode. */
static bool find_mapping(const struct run_proc *p, struct span *span, vaddr_t va, uint8_t acc)
{
    const struct paging_mode *mode = p->proc->space.table.mode;
    uint64_t start, end;

    if (!p->maps.find(p->maps.ctx, va, &start, &end, &span->perms) ||
        !paging_canonical(mode, start) || !paging_canonical(mode, end - 1))
        return false;
    span->start = start >> ATLAS_PAGE_SHIFT;
    span->end = end >> ATLAS_PAGE_SHIFT;
    return span->perms & need(acc);
}

enum vm_status run_learn(struct run *run, struct run_proc *p, vaddr_t va, uint8_t acc)
{
    vpn_t vpn = va >> ATLAS_PAGE_SHIFT;
    const struct region *known = regions_find(&p->proc->space.regions, vpn);
    struct span span;

    if (find_mapping(p, &span, va, acc)) {
        run->counts.mapped++;
    } else {
        span = (struct span){vpn, vpn + 1, REGION_R};
        span.perms |= acc == ATLAS_ACC_FETCH ? REGION_X : REGION_W;
        *(known != NULL ? &run->counts.widened : &run->counts.used) += 1;
    }
    return known != NULL ? widen(p, known, &span) : fill_holes(p, &span);
}

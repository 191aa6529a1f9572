/* remap.c: mm_remap of mmap.h. */
#include "base/bug.h"
#include "base/bytes.h"
#include "os/space/mmap.h"
#include "os/space/room.h"

/* What is to be done, in pages. */
struct plan {
    vpn_t start, end;    /* the old range                        */
    uint64_t pages;      /* wanted                               */
    vpn_t to;            /* where to                             */
    struct region model; /* the region of the old range, which shows there what it showed here */
};

static struct region_sum sum_of(const struct region *model)
{
    uint64_t pages = model->end - model->start, own = model->committed ? pages : 0;

    return (struct region_sum){
        .pages = pages, .committed = own, .data = model->flags & REGION_GROWS_DOWN ? 0 : own};
}

static struct region_sum add(struct region_sum a, struct region_sum b)
{
    return (struct region_sum){.pages = a.pages + b.pages,
                               .committed = a.committed + b.committed,
                               .data = a.data + b.data};
}

static enum vm_status within_limits(struct space *s, struct region_sum less, struct region_sum more)
{
    const struct region_sum have = regions_sum(&s->regions, 0, UINT64_MAX);
    enum vm_status status = limits_check(&s->limits, &have, &less, &more);

    if (status != VM_OK)
        return status;
    if (s->env->commit && !commit_fits(s->env->commit, more.committed, less.committed))
        return VM_NOMEM;
    return VM_OK;
}

/* ---- In place ------------------------------------------------------------------------------ */

static enum vm_status extend(struct space *s, const struct plan *p)
{
    struct region model = p->model;
    enum vm_status status;

    model.offset += p->end - p->start;
    model.start = p->end;
    model.end = p->start + p->pages;
    status = within_limits(s, (struct region_sum){0}, sum_of(&model));
    return status == VM_OK ? space_map(s, &model) : status;
}

/* ---- Elsewhere ----------------------------------------------------------------------------- */

/* The regions are as they will be, but that the old range has one, too: now the pages. */
static enum vm_status move_pages(struct space *s, const struct plan *p)
{
    uint64_t before = p->end - p->start;
    uint64_t kept = before < p->pages ? before : p->pages;
    enum vm_status status = space_move(s, p->to, p->start, kept);

    if (status != VM_OK) {
        regions_remove(&s->regions, p->to, p->to + p->pages);
        regions_heal(&s->regions, p->start, p->end);
        return status;
    }
    space_evict(s, p->start, p->end);
    return regions_remove(&s->regions, p->start, p->end);
}

/* The records, which all can be had, and then the pages. */
static enum vm_status move_region(struct space *s, const struct plan *p)
{
    struct region model = p->model;
    enum vm_status status = regions_part(&s->regions, p->start, p->end);

    VM_BUG(status != VM_OK);
    model.start = p->to;
    model.end = p->to + p->pages;
    status = regions_insert(&s->regions, &model);
    VM_BUG(status != VM_OK);
    return move_pages(s, p);
}

/* Promise what is more, before; or release what is less, afterwards. */
static enum vm_status move_promised(struct space *s, const struct plan *p)
{
    uint64_t before = p->model.committed ? p->end - p->start : 0;
    uint64_t after = p->model.committed ? p->pages : 0;
    struct commit *commit = s->env->commit;
    enum vm_status status = VM_OK;

    if (commit && after > before)
        status = commit_charge(commit, after - before);
    if (status != VM_OK)
        return status;
    status = move_region(s, p);
    if (commit && status == VM_OK && before > after)
        commit_release(commit, before - after);
    if (commit && status != VM_OK && after > before)
        commit_release(commit, after - before);
    return status;
}

static enum vm_status move(struct space *s, struct plan *p)
{
    struct region_sum there = regions_sum(&s->regions, p->to, p->to + p->pages);
    struct region_sum less = add(there, sum_of(&p->model));
    struct region moved;
    enum vm_status status;

    if (p->model.kind == REGION_HEAP || p->model.kind == REGION_STACK)
        p->model.kind = REGION_ANON;
    p->model.flags &= ~(unsigned)REGION_GROWS_DOWN;
    moved = p->model;
    moved.end = moved.start + p->pages;
    status = within_limits(s, less, sum_of(&moved));
    if (status != VM_OK)
        return status;
    if (!regions_reserve(&s->regions, 3)) /* two holes, and the region */
        return VM_NOMEM;
    status = space_unmap(s, p->to, p->to + p->pages);
    VM_BUG(status != VM_OK);
    return move_promised(s, p);
}

/* ---- Which --------------------------------------------------------------------------------- */

static enum vm_status look(struct space *s, struct plan *p, const struct mm_remap *q)
{
    const struct region *r;

    if (q->length == 0 || !room_range(s, &p->start, &p->end, q->old, q->old_length))
        return VM_RANGE;
    p->pages = q->length / ATLAS_PAGE_SIZE + (q->length % ATLAS_PAGE_SIZE != 0);
    r = regions_find(&s->regions, p->start);
    if (!r || r->end < p->end)
        return VM_ABSENT;
    p->model = *r;
    p->model.offset += p->start - r->start;
    p->model.start = p->start;
    p->model.end = p->end;
    return VM_OK;
}

static enum vm_status move_to_fixed(struct space *s, struct plan *p, const struct mm_remap *q)
{
    vpn_t end;

    if (!room_range(s, &p->to, &end, q->address, q->length) || (p->to < p->end && p->start < end))
        return VM_RANGE;
    return move(s, p);
}

static enum vm_status resize(struct space *s, struct plan *p, bool may_move)
{
    vpn_t end = p->start + p->pages;

    p->to = p->start;
    if (end == p->end)
        return VM_OK;
    if (end < p->end)
        return space_unmap(s, end, p->end);
    if (room_above(s, p->end, end))
        return extend(s, p);
    if (!may_move || !room_find(s, &p->to, p->pages))
        return VM_NOMEM;
    return move(s, p);
}

enum vm_status mm_remap(struct space *s, vaddr_t *at, const struct mm_remap *q)
{
    struct plan plan;
    enum vm_status status = look(s, &plan, q);

    if (status == VM_OK)
        status = q->flags & MM_FIXED ? move_to_fixed(s, &plan, q)
                                     : resize(s, &plan, q->flags & MM_MAYMOVE);
    if (status == VM_OK)
        *at = plan.to << ATLAS_PAGE_SHIFT;
    return status;
}

#include "os/space/brk.h"

#include "base/bug.h"
#include "base/bytes.h"

static vpn_t page_up(vaddr_t va)
{
    return (va >> ATLAS_PAGE_SHIFT) + ((va & (ATLAS_PAGE_SIZE - 1)) != 0);
}

void mm_heap_begin(struct space *s, vaddr_t end)
{
    layout_place_heap(&s->layout, page_up(end), s->env->rng);
    s->brk = s->layout.heap << ATLAS_PAGE_SHIFT;
}

/* The page border of the heap that moves, when the break is there. */
static vpn_t border(const struct space *s, vaddr_t brk)
{
    return s->layout.heap_down ? brk >> ATLAS_PAGE_SHIFT : page_up(brk);
}

static bool place_ok(const struct space *s, vaddr_t brk)
{
    vaddr_t heap = s->layout.heap << ATLAS_PAGE_SHIFT;

    if (s->layout.heap_down)
        return brk <= heap && border(s, brk) >= s->layout.lowest;
    return brk >= heap && border(s, brk) <= s->layout.end;
}

/* Is something in pages [start, end), or does a stack above need them as its guard? */
static bool in_the_way(struct space *s, vpn_t start, vpn_t end)
{
    const struct region *r = regions_from(&s->regions, start);
    uint64_t guard = r && (r->flags & REGION_GROWS_DOWN) ? s->layout.guard : 0;

    return r && r->start < end + guard;
}

static enum vm_status grow(struct space *s, vpn_t start, vpn_t end)
{
    const struct region model = {
        .start = start, .end = end, .flags = REGION_R | REGION_W, .kind = REGION_HEAP};
    const struct region_sum have = regions_sum(&s->regions, 0, UINT64_MAX), none = {0};
    const struct region_sum more = {.pages = end - start, .data = end - start};
    enum vm_status status;

    if (in_the_way(s, start, end))
        return VM_EXISTS;
    status = limits_check(&s->limits, &have, &none, &more);
    if (status == VM_OK)
        status = space_map(s, &model);
    if (status != VM_OK || !s->layout.heap_eager)
        return status;
    status = s->env->populate(s, start, end);
    if (status != VM_OK) {
        enum vm_status undone = space_unmap(s, start, end);

        VM_BUG(undone != VM_OK); /* it is the end of a region, or all of it */
    }
    return status;
}

enum vm_status mm_brk(struct space *s, vaddr_t brk)
{
    vpn_t from = border(s, s->brk), to = border(s, brk);
    enum vm_status status = VM_OK;

    if (!place_ok(s, brk))
        return VM_RANGE;
    if (from != to) {
        vpn_t start = from < to ? from : to, end = from < to ? to : from;
        bool more = (to > from) != s->layout.heap_down;

        status = more ? grow(s, start, end) : space_unmap(s, start, end);
    }
    if (status == VM_OK)
        s->brk = brk;
    return status;
}

enum vm_status mm_sbrk(struct space *s, vaddr_t *old, int64_t bytes)
{
    vaddr_t before = s->brk;
    uint64_t size = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;
    bool up = (bytes > 0) != s->layout.heap_down;
    enum vm_status status;

    if (up ? size > UINT64_MAX - before : size > before)
        return VM_RANGE;
    status = mm_brk(s, up ? before + size : before - size);
    if (status == VM_OK)
        *old = before;
    return status;
}

/* slab.c: see slab.h. A slab is known by the number of its first frame. */
#include "os/kmem/slab.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "os/kmem/slab_debug.h"

enum { BITS = 64 };

/* ---- The cut of a slab --------------------------------------------------------------------- */

static uint32_t round_up(uint32_t value, size_t align)
{
    return (value + (uint32_t)align - 1) & ~((uint32_t)align - 1);
}

/* The smallest slab that wastes at most an eighth. */
static unsigned order_for(uint32_t slot)
{
    unsigned order = 0;

    for (; order < SLAB_ORDER_MAX; order++) {
        uint32_t bytes = UINT32_C(1) << (ATLAS_PAGE_SHIFT + order);

        if (slot <= bytes && bytes % slot <= bytes / 8)
            break;
    }
    return order;
}

static void lay_out(struct slab_cache *c)
{
    uint32_t after, slots;

    slab_zones(&c->spec, &c->lead, &after);
    c->slot = round_up(c->lead + (uint32_t)c->spec.size + after, c->spec.align);
    c->order = order_for(c->slot);
    slots = (UINT32_C(1) << (ATLAS_PAGE_SHIFT + c->order)) / c->slot;
    if (slots > BITS)
        c->skip = ((slots + BITS - 1) / BITS * (uint32_t)sizeof(uint64_t) + c->slot - 1) / c->slot;
    c->per_slab = slots - c->skip;
}

static uint8_t *slot_of(const struct slab_cache *c, pfn_t slab, uint32_t i)
{
    return (uint8_t *)phys_frame(c->kmem->phys, slab) + (size_t)(c->skip + i) * c->slot;
}

/* The bits of a slab: word[i / 64], bit i % 64; 1 = free. */
static uint64_t *bits_of(const struct slab_cache *c, pfn_t slab)
{
    return c->skip > 0 ? phys_frame(c->kmem->phys, slab)
                       : &frames_get(c->kmem->frames, slab)->index;
}

static bool is_free(const struct slab_cache *c, pfn_t slab, uint32_t i)
{
    return bits_of(c, slab)[i / BITS] >> i % BITS & 1;
}

static uint32_t lowest_free(const struct slab_cache *c, pfn_t slab)
{
    const uint64_t *bits = bits_of(c, slab);
    uint32_t i = 0;

    while (bits[i / BITS] == 0)
        i += BITS;
    while (!(bits[i / BITS] >> i % BITS & 1))
        i++;
    return i;
}

static void flip(const struct slab_cache *c, pfn_t slab, uint32_t i)
{
    bits_of(c, slab)[i / BITS] ^= UINT64_C(1) << i % BITS;
}

/* ---- Lists --------------------------------------------------------------------------------- */

static enum slab_state state_of(const struct slab_cache *c, uint32_t used)
{
    if (used == 0)
        return SLAB_EMPTY;
    return used < c->per_slab ? SLAB_PARTIAL : SLAB_FULL;
}

static void list_add(struct slab_cache *c, pfn_t slab, enum slab_state state)
{
    struct frame *frame = frames_get(c->kmem->frames, slab);

    frame->prev = PFN_NONE;
    frame->next = c->slab[state];
    if (frame->next != PFN_NONE)
        frames_get(c->kmem->frames, frame->next)->prev = slab;
    c->slab[state] = slab;
    c->empty += state == SLAB_EMPTY;
}

static void list_remove(struct slab_cache *c, pfn_t slab, enum slab_state state)
{
    struct frame *frame = frames_get(c->kmem->frames, slab);

    if (frame->next != PFN_NONE)
        frames_get(c->kmem->frames, frame->next)->prev = frame->prev;
    if (frame->prev != PFN_NONE)
        frames_get(c->kmem->frames, frame->prev)->next = frame->next;
    else
        c->slab[state] = frame->next;
    c->empty -= state == SLAB_EMPTY;
}

/* One object more (1) or less (-1) is handed out of a slab. */
static void count(struct slab_cache *c, pfn_t slab, int change)
{
    struct frame *frame = frames_get(c->kmem->frames, slab);
    enum slab_state before = state_of(c, frame->used), after;

    frame->used = (uint16_t)(frame->used + change);
    c->objects = (uint32_t)((int64_t)c->objects + change);
    after = state_of(c, frame->used);
    if (before == after)
        return;
    list_remove(c, slab, before);
    list_add(c, slab, after);
}

/* ---- Slabs come and go --------------------------------------------------------------------- */

static pfn_t slab_new(struct slab_cache *c)
{
    pfn_t slab = frames_alloc_run(c->kmem->frames, c->order, FRAME_KERNEL, FRAME_NO_OWNER);

    if (slab == PFN_NONE)
        return PFN_NONE;
    frames_get(c->kmem->frames, slab)->object = c;
    memset(bits_of(c, slab), 0, (c->per_slab + BITS - 1) / BITS * sizeof(uint64_t));
    for (uint32_t i = 0; i < c->per_slab; i++) {
        flip(c, slab, i);
        slab_mark_free(c, slot_of(c, slab, i));
        if (c->spec.construct)
            c->spec.construct(slot_of(c, slab, i) + c->lead);
    }
    list_add(c, slab, SLAB_EMPTY);
    c->slabs++;
    return slab;
}

/* Give back the frames of an empty slab. */
static void slab_end(struct slab_cache *c, pfn_t slab)
{
    list_remove(c, slab, SLAB_EMPTY);
    c->slabs--;
    frames_get(c->kmem->frames, slab)->object = NULL;
    frames_drop(c->kmem->frames, slab);
}

static pfn_t slab_with_room(struct slab_cache *c)
{
    if (c->spec.limit > 0 && c->objects >= c->spec.limit)
        return PFN_NONE;
    if (c->slab[SLAB_PARTIAL] != PFN_NONE)
        return c->slab[SLAB_PARTIAL];
    return c->slab[SLAB_EMPTY] != PFN_NONE ? c->slab[SLAB_EMPTY] : slab_new(c);
}

/* ---- Objects ------------------------------------------------------------------------------- */

void *slab_alloc(struct slab_cache *c)
{
    pfn_t slab = slab_with_room(c);
    uint8_t *slot;
    uint32_t i;

    if (slab == PFN_NONE) {
        c->stats.failed++;
        return NULL;
    }
    i = lowest_free(c, slab);
    slot = slot_of(c, slab, i);
    slab_expect_free(c, slot);
    slab_mark_used(c, slot);
    flip(c, slab, i);
    count(c, slab, 1);
    c->stats.allocs++;
    c->stats.most = c->objects > c->stats.most ? c->objects : c->stats.most;
    return c->spec.construct ? slot + c->lead : memset(slot + c->lead, 0, c->spec.size);
}

/* The slab and number of an object that is handed out. */
static pfn_t find(const struct slab_cache *c, uint32_t *i, const void *object)
{
    pfn_t slab = frames_head(c->kmem->frames, phys_pfn_of(c->kmem->phys, object));
    size_t at;

    VM_BUG(frames_get(c->kmem->frames, slab)->object != c);
    at = (size_t)((const uint8_t *)object - (const uint8_t *)phys_frame(c->kmem->phys, slab));
    VM_BUG(at % c->slot != c->lead);
    *i = (uint32_t)(at / c->slot) - c->skip; /* large if it points to the bits */
    VM_BUG(*i >= c->per_slab || is_free(c, slab, *i));
    return slab;
}

void slab_free(struct slab_cache *c, void *object)
{
    uint32_t i;
    pfn_t slab = find(c, &i, object);

    slab_expect_used(c, slot_of(c, slab, i));
    slab_mark_free(c, slot_of(c, slab, i));
    flip(c, slab, i);
    count(c, slab, -1);
    c->stats.frees++;
    if (c->empty > c->spec.keep)
        slab_end(c, c->slab[SLAB_EMPTY]);
}

uint32_t slab_shrink(struct slab_cache *c)
{
    uint32_t frames = c->empty << c->order;

    while (c->empty > 0)
        slab_end(c, c->slab[SLAB_EMPTY]);
    return frames;
}

/* ---- Caches -------------------------------------------------------------------------------- */

static bool is_alignment(size_t align)
{
    return align >= 1 && align <= ATLAS_PAGE_SIZE && (align & (align - 1)) == 0;
}

void slab_init(struct slab_cache *c, struct kmem *kmem, const struct slab_spec *spec)
{
    VM_BUG(spec->size < 1 || spec->size > SLAB_SIZE_MAX);
    VM_BUG(spec->align != 0 && !is_alignment(spec->align));
    *c = (struct slab_cache){.kmem = kmem, .prev = kmem->last, .spec = *spec};
    if (c->spec.align < SLAB_ALIGN)
        c->spec.align = SLAB_ALIGN;
    for (unsigned state = 0; state < SLAB_STATES; state++)
        c->slab[state] = PFN_NONE;
    lay_out(c);
    if (c->prev)
        c->prev->next = c;
    else
        kmem->first = c;
    kmem->last = c;
}

void slab_close(struct slab_cache *c)
{
    VM_BUG(c->objects > 0);
    slab_shrink(c);
    if (c->next)
        c->next->prev = c->prev;
    else
        c->kmem->last = c->prev;
    if (c->prev)
        c->prev->next = c->next;
    else
        c->kmem->first = c->next;
}

/* Returns the objects that are handed out. */
static uint32_t check_objects(const struct slab_cache *c, pfn_t slab)
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < c->per_slab; i++) {
        bool free = is_free(c, slab, i);

        if (free)
            slab_expect_free(c, slot_of(c, slab, i));
        else
            slab_expect_used(c, slot_of(c, slab, i));
        used += !free;
    }
    return used;
}

void slab_check(const struct slab_cache *c)
{
    uint32_t slabs = 0, objects = 0, empty = 0;

    for (unsigned state = 0; state < SLAB_STATES; state++) {
        pfn_t last = PFN_NONE, slab = c->slab[state];

        for (; slab != PFN_NONE; slab = frames_get(c->kmem->frames, slab)->next) {
            const struct frame *frame = frames_get(c->kmem->frames, slab);

            VM_BUG(frame->kind != FRAME_KERNEL || !frame->head || frame->order != c->order);
            VM_BUG(frame->object != c || frame->prev != last || ++slabs > c->slabs);
            VM_BUG(state_of(c, frame->used) != state || check_objects(c, slab) != frame->used);
            objects += frame->used;
            empty += state == SLAB_EMPTY;
            last = slab;
        }
    }
    VM_BUG(slabs != c->slabs || empty != c->empty || objects != c->objects);
    VM_BUG(c->objects != c->stats.allocs - c->stats.frees);
}

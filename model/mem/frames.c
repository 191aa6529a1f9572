/* frames.c: see frames.h. The records, and what all policies have in common. */
#include "mem/frames.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "mem/frames_policy.h"

enum { POISON = 0xaa };

/* ---- The start ----------------------------------------------------------------------------- */

uint64_t frames_bytes(const struct frame_policy *policy, uint32_t count)
{
    const struct frame_policy *p = policy ? policy : &frames_buddy;

    return (uint64_t)count * sizeof(struct frame) + p->bytes(count);
}

static enum frame_kind kind_at_start(enum memmap_kind kind)
{
    switch (kind) {
    case MEMMAP_USABLE: return FRAME_FREE;
    case MEMMAP_MMIO: return FRAME_HOLE;
    default: return FRAME_RESERVED;
    }
}

/* Write the records of what is managed of [from, to); zeroed: those of free frames are right. */
static void records_init(struct frames *f, uint64_t from, uint64_t to, enum frame_kind kind,
                         bool zeroed)
{
    const struct frame record = {
        .refs = kind != FRAME_FREE,
        .kind = (uint8_t)kind,
        .head = kind != FRAME_FREE,
    };
    uint64_t end = (uint64_t)f->first + f->count;

    from = from > f->first ? from : f->first;
    to = to < end ? to : end;
    if (from >= to)
        return;
    f->by_kind[kind] += (uint32_t)(to - from);
    for (uint64_t pfn = from; pfn < to && !(zeroed && kind == FRAME_FREE); pfn++)
        f->table[pfn - f->first] = record;
}

/* Give the policy what is managed of [from, to), from the top down: a policy that hands out what
 * it was given last begins at the bottom. */
static void give_range(struct frames *f, uint64_t from, uint64_t to)
{
    uint64_t end = (uint64_t)f->first + f->count;

    from = from > f->first ? from : f->first;
    to = to < end ? to : end;
    while (from < to) {
        unsigned order = 0;

        while (order < FRAMES_ORDER_MAX && to % (UINT64_C(2) << order) == 0 &&
               to - from >= UINT64_C(2) << order)
            order++;
        to -= UINT64_C(1) << order;
        f->policy->give(f, (pfn_t)to, order);
    }
}

static void take_over(struct frames *f, const struct memmap_range *range, uint32_t ranges,
                      bool zeroed)
{
    uint64_t at = f->first;

    for (uint32_t i = 0; i < ranges; i++) {
        uint64_t start = range[i].start, end = start + range[i].count;

        records_init(f, at, start, FRAME_HOLE, zeroed);
        records_init(f, start, end, kind_at_start(range[i].kind), zeroed);
        at = at > end ? at : end;
    }
    records_init(f, at, UINT64_MAX, FRAME_HOLE, zeroed);
    for (uint32_t i = ranges; i-- > 0;)
        if (range[i].kind == MEMMAP_USABLE)
            give_range(f, range[i].start, (uint64_t)range[i].start + range[i].count);
}

void frames_init(struct frames *f, const struct frames_config *config, struct frame *table)
{
    const struct memmap_range all = {config->first, config->count, MEMMAP_USABLE};
    uint32_t min;

    VM_BUG(config->count < 1 || config->count > PFN_NONE - config->first || !table);
    VM_BUG(config->poison && !config->phys);
    *f = (struct frames){
        .first = config->first,
        .count = config->count,
        .table = table,
        .map = config->map,
        .phys = config->phys,
        .policy = config->policy ? config->policy : &frames_buddy,
        .poison = config->poison,
    };
    f->policy->open(f, table + f->count);
    if (f->map)
        take_over(f, f->map->range, f->map->count, config->zeroed);
    else
        take_over(f, &all, 1, config->zeroed);
    min = f->by_kind[FRAME_FREE] / 256;
    f->marks = (struct frames_marks){min, min + min / 4, min + min / 2};
    f->stats.least_free = f->by_kind[FRAME_FREE];
}

/* ---- Records ------------------------------------------------------------------------------- */

struct frame *frames_get(const struct frames *f, pfn_t pfn)
{
    VM_BUG(!frames_manages(f, pfn));
    return frames_record(f, pfn);
}

static bool kind_changes(unsigned kind)
{
    return kind > FRAME_RESERVED && kind < FRAME_KINDS;
}

/* The record of a run in use, by its first frame. */
static struct frame *in_use(const struct frames *f, pfn_t pfn)
{
    struct frame *frame = frames_get(f, pfn);

    VM_BUG(!kind_changes(frame->kind) || !frame->head);
    return frame;
}

pfn_t frames_head(const struct frames *f, pfn_t pfn)
{
    const struct frame *frame = frames_get(f, pfn);

    VM_BUG(!kind_changes(frame->kind));
    return frame->run;
}

/* ---- Contents ------------------------------------------------------------------------------ */

static void poison(const struct frames *f, pfn_t pfn)
{
    memset(phys_frame(f->phys, pfn), POISON, ATLAS_PAGE_SIZE);
    frames_record(f, pfn)->poisoned = true;
}

static void check_poison(const struct frames *f, pfn_t pfn)
{
    const uint8_t *bytes = phys_frame(f->phys, pfn);
    bool written = false;

    for (unsigned i = 0; i < ATLAS_PAGE_SIZE; i++)
        written |= bytes[i] != POISON;
    VM_BUG(written); /* somebody wrote to a free frame */
    frames_record(f, pfn)->poisoned = false;
}

/* ---- Allocation ---------------------------------------------------------------------------- */

static bool injected(struct frames *f)
{
    bool now = f->fail_at == 1;

    f->fail_at -= f->fail_at > 0;
    f->stats.injected += now;
    return now;
}

static bool below_min(struct frames *f, const struct frames_request *r)
{
    uint64_t size = UINT64_C(1) << r->order;
    bool below = r->kind == FRAME_USER && !(r->flags & FRAMES_URGENT) &&
                 f->by_kind[FRAME_FREE] >= size && f->by_kind[FRAME_FREE] - size < f->marks.min;

    f->stats.below_min += below;
    return below;
}

/* The run is the caller's now: write its records. */
static void claim(struct frames *f, pfn_t pfn, const struct frames_request *r)
{
    uint32_t size = UINT32_C(1) << r->order;

    f->by_kind[FRAME_FREE] -= size;
    f->by_kind[r->kind] += size;
    for (uint32_t i = 0; i < size; i++) {
        struct frame *frame = frames_record(f, pfn + i);

        if (frame->poisoned)
            check_poison(f, pfn + i);
        *frame = (struct frame){
            .owner = r->owner,
            .refs = i == 0,
            .kind = (uint8_t)r->kind,
            .head = i == 0,
            .order = (uint8_t)r->order,
            .next = PFN_NONE,
            .prev = PFN_NONE,
            .run = pfn,
        };
    }
}

static void count_alloc(struct frames *f)
{
    f->stats.allocs++;
    if (f->by_kind[FRAME_FREE] < f->stats.least_free)
        f->stats.least_free = f->by_kind[FRAME_FREE];
}

pfn_t frames_request(struct frames *f, const struct frames_request *r)
{
    pfn_t pfn = PFN_NONE;

    VM_BUG(!kind_changes(r->kind) || r->order > FRAMES_ORDER_MAX);
    VM_BUG((r->flags & FRAMES_ZEROED) && !f->phys);
    if (!injected(f) && !below_min(f, r)) {
        pfn = f->policy->take(f, r->order);
        f->stats.fragmented += pfn == PFN_NONE && f->by_kind[FRAME_FREE] >> r->order > 0;
    }
    if (pfn == PFN_NONE) {
        f->stats.failed[r->order]++;
        return PFN_NONE;
    }
    claim(f, pfn, r);
    if (r->flags & FRAMES_ZEROED)
        memset(phys_frame(f->phys, pfn), 0, (size_t)ATLAS_PAGE_SIZE << r->order);
    count_alloc(f);
    return pfn;
}

pfn_t frames_alloc(struct frames *f, enum frame_kind kind, uint32_t owner)
{
    return frames_request(f, &(struct frames_request){.kind = kind, .owner = owner});
}

pfn_t frames_alloc_zeroed(struct frames *f, enum frame_kind kind, uint32_t owner)
{
    return frames_request(
        f, &(struct frames_request){.kind = kind, .owner = owner, .flags = FRAMES_ZEROED});
}

pfn_t frames_alloc_run(struct frames *f, unsigned order, enum frame_kind kind, uint32_t owner)
{
    return frames_request(f,
                          &(struct frames_request){.kind = kind, .owner = owner, .order = order});
}

uint32_t frames_share(struct frames *f, pfn_t pfn)
{
    struct frame *frame = in_use(f, pfn);

    return frame->refs == UINT16_MAX ? 0 : ++frame->refs;
}

/* Nobody uses the run any more. */
static void release(struct frames *f, pfn_t pfn, unsigned order)
{
    uint32_t size = UINT32_C(1) << order;

    f->by_kind[frames_record(f, pfn)->kind] -= size;
    f->by_kind[FRAME_FREE] += size;
    f->stats.frees++;
    for (uint32_t i = 0; i < size; i++) {
        struct frame *frame = frames_record(f, pfn + i);

        VM_BUG(frame->maps || frame->object);
        frame->owner = FRAME_NO_OWNER;
        frame->refs = 0;
        frame->kind = FRAME_FREE;
        frame->head = false;
        if (f->poison)
            poison(f, pfn + i);
    }
    f->policy->give(f, pfn, order);
}

uint32_t frames_drop(struct frames *f, pfn_t pfn)
{
    struct frame *frame = in_use(f, pfn);

    if (frame->refs > 1)
        return --frame->refs;
    release(f, pfn, frame->order);
    return 0;
}

void frames_split(struct frames *f, pfn_t pfn)
{
    struct frame *head = in_use(f, pfn);
    uint32_t size = UINT32_C(1) << head->order;

    for (uint32_t i = 0; i < size; i++) {
        struct frame *frame = frames_record(f, pfn + i);

        frame->head = true;
        frame->order = 0;
        frame->run = pfn + i;
        frame->refs = head->refs;
        frame->owner = head->owner;
    }
}

/* ---- Numbers and names --------------------------------------------------------------------- */

enum frames_level frames_level(const struct frames *f)
{
    uint32_t free = f->by_kind[FRAME_FREE];

    if (free < f->marks.min)
        return FRAMES_MIN;
    if (free < f->marks.low)
        return FRAMES_LOW;
    return free < f->marks.high ? FRAMES_ENOUGH : FRAMES_PLENTY;
}

uint32_t frames_sum(const struct frames *f)
{
    uint32_t sum = 0;

    for (unsigned kind = 0; kind < FRAME_KINDS; kind++)
        sum += f->by_kind[kind];
    return sum;
}

const char *frame_kind_name(enum frame_kind kind)
{
    static const char *const names[FRAME_KINDS] = {"free",   "hole",  "reserved",
                                                   "kernel", "table", "user"};

    return (unsigned)kind < FRAME_KINDS ? names[kind] : NULL;
}

const char *frame_policy_name(const struct frame_policy *policy)
{
    return policy->name;
}

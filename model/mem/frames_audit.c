#include "mem/frames_audit.h"

#include "base/bug.h"
#include "base/bytes.h"
#include "mem/frames_policy.h"

static bool usable(const struct frames *f, pfn_t pfn)
{
    const struct memmap_range *r = f->map ? memmap_find(f->map, pfn) : NULL;

    return !f->map || (r && r->kind == MEMMAP_USABLE);
}

static void check_free(const struct frame *frame)
{
    VM_BUG(frame->refs != 0 || frame->owner != FRAME_NO_OWNER || frame->maps || frame->object);
}

/* A frame in use lies in the run that it says. */
static void check_in_run(const struct frames *f, pfn_t pfn)
{
    const struct frame *frame = frames_record(f, pfn), *first = frames_get(f, frame->run);

    VM_BUG(first->kind != frame->kind || first->run != frame->run);
    VM_BUG(!first->head || first->refs == 0 || first->order > FRAMES_ORDER_MAX);
    VM_BUG(pfn < frame->run || pfn - frame->run >= UINT32_C(1) << first->order);
    VM_BUG(pfn != frame->run && (frame->head || frame->refs != 0));
}

static void check_frame(const struct frames *f, pfn_t pfn)
{
    const struct frame *frame = frames_record(f, pfn);

    VM_BUG(usable(f, pfn) != (frame->kind != FRAME_HOLE && frame->kind != FRAME_RESERVED));
    if (frame->kind == FRAME_FREE)
        check_free(frame);
    else if (usable(f, pfn))
        check_in_run(f, pfn);
    VM_BUG(frame->poisoned && frame->kind != FRAME_FREE);
}

void frames_check(const struct frames *f)
{
    uint32_t by_kind[FRAME_KINDS] = {0};

    for (uint32_t i = 0; i < f->count; i++) {
        VM_BUG(f->table[i].kind >= FRAME_KINDS);
        by_kind[f->table[i].kind]++;
        check_frame(f, f->first + i);
    }
    VM_BUG(memcmp(by_kind, f->by_kind, sizeof by_kind) != 0);
    VM_BUG(frames_sum(f) != f->count);
    f->policy->check(f);
}

/* Count the blocks of free frames [from, to), which is as long as can be. */
static void survey_run(struct frames_survey *s, uint64_t from, uint64_t to)
{
    if (to - from > s->largest)
        s->largest = (uint32_t)(to - from);
    while (from < to) {
        unsigned order = 0;

        while (order < FRAMES_ORDER_MAX && from % (UINT64_C(2) << order) == 0 &&
               to - from >= UINT64_C(2) << order)
            order++;
        s->blocks[order]++;
        from += UINT64_C(1) << order;
    }
}

void frames_survey(const struct frames *f, struct frames_survey *survey)
{
    uint64_t free = f->by_kind[FRAME_FREE];

    *survey = (struct frames_survey){.largest = 0};
    for (uint32_t i = 0; i < f->count;) {
        uint32_t from = i;

        while (i < f->count && f->table[i].kind == FRAME_FREE)
            i++;
        survey_run(survey, (uint64_t)f->first + from, (uint64_t)f->first + i);
        i += i == from;
    }
    if (free > 0)
        survey->fragmentation = (uint32_t)(((free - survey->largest) * 1000 + free - 1) / free);
}

uint32_t frames_of_owner(const struct frames *f, uint32_t by_kind[FRAME_KINDS], uint32_t owner)
{
    uint32_t sum = 0;

    memset(by_kind, 0, FRAME_KINDS * sizeof by_kind[0]);
    for (uint32_t i = 0; i < f->count; i++) {
        if (f->table[i].kind > FRAME_RESERVED && f->table[i].owner == owner) {
            by_kind[f->table[i].kind]++;
            sum++;
        }
    }
    return sum;
}

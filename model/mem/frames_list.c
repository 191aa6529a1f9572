/* frames_list.c: runs of free frames in order of address, any length; neighbours are one. The
 * record of a run's first frame has its length (`run`) and links it to the runs beside it; the
 * list begins at free.head[0]. */
#include "mem/frames_policy.h"

#include "base/bug.h"

static uint64_t list_bytes(uint32_t count)
{
    (void)count;
    return 0;
}

static void list_open(struct frames *f, void *storage)
{
    (void)storage;
    f->free.head[0] = PFN_NONE;
}

static pfn_t end_of(const struct frames *f, pfn_t run)
{
    return run + frames_record(f, run)->run;
}

/* Let `to` follow `from`; either may be PFN_NONE, the end. */
static void link_runs(struct frames *f, pfn_t from, pfn_t to)
{
    if (from != PFN_NONE)
        frames_record(f, from)->next = to;
    else
        f->free.head[0] = to;
    if (to != PFN_NONE)
        frames_record(f, to)->prev = from;
}

/* A run of `length` frames between two others; nothing if it is empty. Returns the last run
 * before `next`. */
static pfn_t insert(struct frames *f, pfn_t prev, pfn_t run, uint32_t length, pfn_t next)
{
    if (length == 0)
        return prev;
    frames_record(f, run)->run = length;
    link_runs(f, prev, run);
    link_runs(f, run, next);
    return run;
}

static void list_give(struct frames *f, pfn_t pfn, unsigned order)
{
    uint32_t length = UINT32_C(1) << order;
    pfn_t prev = PFN_NONE, next = f->free.head[0];

    for (; next != PFN_NONE && next < pfn; next = frames_record(f, next)->next)
        prev = next;
    if (next != PFN_NONE && pfn + length == next) {
        length += frames_record(f, next)->run;
        next = frames_record(f, next)->next;
    }
    if (prev != PFN_NONE && end_of(f, prev) == pfn) {
        length += frames_record(f, prev)->run;
        pfn = prev;
        prev = frames_record(f, prev)->prev;
    }
    insert(f, prev, pfn, length, next);
}

/* The first frame of the lowest place for `length` frames in the run, or beyond its end. */
static uint64_t place_in(pfn_t run, uint32_t length)
{
    return ((uint64_t)run + length - 1) / length * length;
}

static pfn_t list_take(struct frames *f, unsigned order)
{
    uint32_t length = UINT32_C(1) << order;
    pfn_t run = f->free.head[0], prev, next, end, at;

    while (run != PFN_NONE && place_in(run, length) + length > end_of(f, run))
        run = frames_record(f, run)->next;
    if (run == PFN_NONE)
        return PFN_NONE;
    at = (pfn_t)place_in(run, length);
    end = end_of(f, run);
    prev = frames_record(f, run)->prev;
    next = frames_record(f, run)->next;
    link_runs(f, prev, next);
    prev = insert(f, prev, run, at - run, next);
    insert(f, prev, at + length, end - (at + length), next);
    return at;
}

static void list_check(const struct frames *f)
{
    pfn_t prev = PFN_NONE;
    uint64_t sum = 0;

    for (pfn_t run = f->free.head[0]; run != PFN_NONE; run = frames_record(f, run)->next) {
        uint32_t length;

        VM_BUG(!frames_manages(f, run));
        length = frames_record(f, run)->run;
        VM_BUG(length < 1 || length > f->count - (run - f->first));
        VM_BUG(frames_record(f, run)->prev != prev);
        VM_BUG(prev != PFN_NONE && end_of(f, prev) >= run);
        for (uint32_t i = 0; i < length; i++)
            VM_BUG(frames_record(f, run + i)->kind != FRAME_FREE);
        sum += length;
        prev = run;
    }
    VM_BUG(sum != f->by_kind[FRAME_FREE]);
}

const struct frame_policy frames_list = {"list",    list_bytes, list_open,
                                         list_give, list_take,  list_check};

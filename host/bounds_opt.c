/* bounds_opt.c: see bounds.h.
 *
 * A page that is held is known by its next use alone, the index of an event: that use will hit. A
 * heap has the farthest at its top. A page leaves the heap when it is given up, and then it is the
 * top; what was used stays in the heap, below all that is held, since its index has passed, and is
 * swept out when there is much of it.
 */
#include "bounds.h"
#include "report.h"

#include <assert.h>
#include <stdlib.h>

#define NEVER SIZE_MAX

struct heap {
    size_t *at; /* [array, room]: at[i] >= at[2i + 1], at[2i + 2] */
    size_t count, room;
};

static void sift_down(struct heap *h, size_t i)
{
    const size_t value = h->at[i];

    for (size_t child; (child = 2 * i + 1) < h->count; i = child) {
        if (child + 1 < h->count && h->at[child + 1] > h->at[child])
            child++;
        if (h->at[child] <= value)
            break;
        h->at[i] = h->at[child];
    }
    h->at[i] = value;
}

static void heap_push(struct heap *h, size_t value)
{
    size_t i = h->count++;

    for (; i > 0 && h->at[(i - 1) / 2] < value; i = (i - 1) / 2)
        h->at[i] = h->at[(i - 1) / 2];
    h->at[i] = value;
}

static void heap_replace_top(struct heap *h, size_t value)
{
    h->at[0] = value;
    sift_down(h, 0);
}

/* Take out all up to `passed`. */
static void heap_sweep(struct heap *h, size_t passed)
{
    size_t kept = 0;

    for (size_t i = 0; i < h->count; i++)
        if (h->at[i] > passed)
            h->at[kept++] = h->at[i];
    h->count = kept;
    for (size_t i = kept / 2; i-- > 0;)
        sift_down(h, i);
}

/* For each event that is a use: the next one of its page that hits if the page is held until then,
 * or NEVER. [array, count]; the caller frees it. */
static size_t *next_uses(const struct page_stream *s)
{
    const uint32_t pages = page_stream_pages(s);
    size_t count;
    const struct page_event *e = page_stream_events(s, &count);
    size_t *next = report_need(malloc((count + 1) * sizeof next[0]));
    size_t *later = report_need(malloc(((size_t)pages + 1) * sizeof later[0])); /* of each page */

    for (uint32_t page = 0; page < pages; page++)
        later[page] = NEVER;
    for (size_t i = count; i-- > 0;) {
        next[i] = later[e[i].page];
        later[e[i].page] = e[i].step == PAGE_USE ? i : NEVER;
    }
    free(later);
    return next;
}

uint64_t bounds_opt(const struct page_stream *s, size_t entries)
{
    uint64_t misses = page_stream_faults(s);
    size_t count, held = 0;
    const struct page_event *e = page_stream_events(s, &count);
    size_t *next = next_uses(s);
    bool *hits = report_need(calloc(count + 1, sizeof hits[0])); /* by event */
    struct heap h = {.room = 2 * entries + 64};

    assert(entries >= 1);
    h.at = report_need(malloc(h.room * sizeof h.at[0]));
    for (size_t i = 0; i < count; i++) {
        if (e[i].step == PAGE_DROP)
            continue;
        if (hits[i])
            held--;
        else
            misses++;
        if (next[i] == NEVER)
            continue;
        if (h.count == h.room)
            heap_sweep(&h, i);
        if (held < entries) {
            heap_push(&h, next[i]);
            held++;
        } else if (h.at[0] > next[i]) {
            hits[h.at[0]] = false;
            heap_replace_top(&h, next[i]);
        } else {
            continue; /* bypass */
        }
        hits[next[i]] = true;
    }
    free(h.at);
    free(hits);
    free(next);
    return misses;
}

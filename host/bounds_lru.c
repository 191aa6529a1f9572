/* bounds_lru.c: see bounds.h. The pages held are a ring: next of the head is the page used last,
 * prev of the head the one used longest ago. */
#include "bounds.h"
#include "report.h"

#include <assert.h>
#include <stdlib.h>

struct link {
    uint32_t next, prev;
    bool held;
};

struct lru {
    const struct page_stream *s;
    struct link *links; /* [array, pages + 1]; the head comes after those of the pages */
    uint32_t head;
    size_t held;
    uint64_t bytes; /* of the pages held */
};

static uint64_t page_bytes(const struct lru *l, uint32_t page)
{
    return UINT64_C(1) << page_stream_shift(l->s, page);
}

static void unlink_page(struct lru *l, uint32_t page)
{
    struct link *k = &l->links[page];

    l->links[k->prev].next = k->next;
    l->links[k->next].prev = k->prev;
    k->held = false;
    l->held--;
    l->bytes -= page_bytes(l, page);
}

static void link_first(struct lru *l, uint32_t page)
{
    const uint32_t second = l->links[l->head].next;

    l->links[page] = (struct link){.next = second, .prev = l->head, .held = true};
    l->links[second].prev = page;
    l->links[l->head].next = page;
    l->held++;
    l->bytes += page_bytes(l, page);
}

/* The page is used: it is the first now. Returns whether it was held. */
static bool use(struct lru *l, uint32_t page, size_t entries)
{
    const bool held = l->links[page].held;

    if (held)
        unlink_page(l, page);
    else if (l->held == entries)
        unlink_page(l, l->links[l->head].prev);
    link_first(l, page);
    return held;
}

struct bounds_lru bounds_lru(const struct page_stream *s, size_t entries)
{
    struct lru l = {.s = s, .head = page_stream_pages(s)};
    struct bounds_lru result = {.misses = page_stream_faults(s)};
    uint64_t uses = 0;
    size_t count;
    const struct page_event *e = page_stream_events(s, &count);

    assert(entries >= 1);
    l.links = report_need(calloc((size_t)l.head + 1, sizeof l.links[0]));
    l.links[l.head] = (struct link){.next = l.head, .prev = l.head};
    for (size_t i = 0; i < count; i++) {
        if (e[i].step == PAGE_DROP) {
            if (l.links[e[i].page].held)
                unlink_page(&l, e[i].page);
            continue;
        }
        if (!use(&l, e[i].page, entries) || e[i].step == PAGE_RENEW)
            result.misses++;
        result.reach += (double)l.bytes;
        uses++;
    }
    result.reach = uses == 0 ? 0 : result.reach / (double)uses;
    free(l.links);
    return result;
}

size_t bounds_lru_entries(const struct page_stream *s, uint64_t misses)
{
    size_t too_few = 0, enough = page_stream_pages(s);

    if (enough == 0 || page_stream_floor(s) > misses)
        return 0;
    while (enough - too_few > 1) {
        const size_t middle = too_few + (enough - too_few) / 2;

        if (bounds_lru(s, middle).misses <= misses)
            enough = middle;
        else
            too_few = middle;
    }
    return enough;
}

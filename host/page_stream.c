/* page_stream.c: see page_stream.h. */
#include "page_stream.h"
#include "report.h"

#include <stdlib.h>

#include "base/rng.h"
#include "mmu/access_check.h"

/* A page that was used at some time. */
struct known {
    struct stream_page page;
    bool live; /* is remembered now */
};

struct page_stream {
    struct page_event *events; /* [array, event_room]                                 */
    size_t event_count, event_room;
    struct known *known; /* [array, known_room], by number of page              */
    uint32_t *live;      /* [array, known_room]: first those that are remembered */
    uint32_t known_count, known_room, live_count;
    uint32_t *slots;                /* [array, slot_count]: number of page + 1, or 0       */
    size_t slot_count;              /* a power of two, at least twice known_count          */
    uint32_t allowed[ACCESS_KINDS]; /* as access_table                                */
    uint64_t faults, floor;
};

enum { FIRST_ROOM = 64 };

struct page_stream *page_stream_open(void)
{
    struct page_stream *s = report_need(calloc(1, sizeof *s));

    for (unsigned kind = 0; kind < ACCESS_KINDS; kind++)
        s->allowed[kind] = access_table(kind);
    return s;
}

void page_stream_close(struct page_stream *s)
{
    if (s == NULL)
        return;
    free(s->events);
    free(s->known);
    free(s->live);
    free(s->slots);
    free(s);
}

static void add_event(struct page_stream *s, uint32_t page, enum page_step step)
{
    if (s->event_count == s->event_room) {
        s->event_room = s->event_room == 0 ? FIRST_ROOM : s->event_room * 2;
        s->events = report_need(realloc(s->events, s->event_room * sizeof s->events[0]));
    }
    s->events[s->event_count++] = (struct page_event){.page = page, .step = step};
}

/* ---- Pages by what they are ---------------------------------------------------------------- */

static bool same_page(const struct stream_page *a, const struct stream_page *b)
{
    return a->vpn == b->vpn && a->asid == b->asid && a->global == b->global && a->shift == b->shift;
}

/* The slot that holds the page, or the empty one where it belongs. */
static uint32_t *find_slot(const struct page_stream *s, const struct stream_page *page)
{
    size_t i = (size_t)rng_mix(page->vpn ^ (uint64_t)page->asid << 48) & (s->slot_count - 1);

    while (s->slots[i] != 0 && !same_page(&s->known[s->slots[i] - 1].page, page))
        i = (i + 1) & (s->slot_count - 1);
    return &s->slots[i];
}

static void grow(struct page_stream *s)
{
    s->known_room = s->known_room == 0 ? FIRST_ROOM : s->known_room * 2;
    s->known = report_need(realloc(s->known, s->known_room * sizeof s->known[0]));
    s->live = report_need(realloc(s->live, s->known_room * sizeof s->live[0]));
    free(s->slots);
    s->slot_count = (size_t)s->known_room * 2;
    s->slots = report_need(calloc(s->slot_count, sizeof s->slots[0]));
    for (uint32_t i = 0; i < s->known_count; i++)
        *find_slot(s, &s->known[i].page) = i + 1;
}

/* The number of a page, new or not. */
static uint32_t number_of(struct page_stream *s, const struct stream_page *page)
{
    uint32_t *slot;

    if (s->known_count == s->known_room)
        grow(s);
    slot = find_slot(s, page);
    if (*slot == 0) {
        s->known[s->known_count] = (struct known){.page = *page, .live = false};
        *slot = ++s->known_count;
    }
    return *slot - 1;
}

/* ---- The infinite TLB ---------------------------------------------------------------------- */

static uint64_t first_vpn(uint64_t vpn, uint8_t shift)
{
    return vpn & ~ATLAS_ONES(shift - ATLAS_PAGE_SHIFT);
}

void page_stream_use(struct page_stream *s, const struct stream_page *page,
                     const struct atlas_req *req)
{
    struct stream_page key = *page;
    enum page_step step = PAGE_USE;
    struct known *k;
    uint32_t number;

    key.vpn = first_vpn(page->vpn, page->shift);
    key.asid = page->global ? 0 : page->asid;
    number = number_of(s, &key);
    k = &s->known[number];
    if (!k->live) {
        k->live = true;
        s->live[s->live_count++] = number;
        s->floor++;
    } else if ((s->allowed[access_kind(req)] >> k->page.rwxud & 1) == 0) {
        step = PAGE_RENEW;
        s->floor++;
    }
    k->page.rwxud = page->rwxud;
    add_event(s, number, step);
}

void page_stream_fault(struct page_stream *s)
{
    s->faults++;
    s->floor++;
}

/* Does the fence remove what is remembered of the page? */
static bool is_fenced(const struct stream_page *page, const struct atlas_fence *fence)
{
    const uint64_t vpn = fence->va >> ATLAS_PAGE_SHIFT;

    return (!fence->has_va || first_vpn(vpn, page->shift) == page->vpn) &&
           (!fence->has_asid || (!page->global && page->asid == fence->asid));
}

void page_stream_fence(struct page_stream *s, const struct atlas_fence *fence)
{
    for (uint32_t i = s->live_count; i-- > 0;) {
        const uint32_t number = s->live[i];

        if (!is_fenced(&s->known[number].page, fence))
            continue;
        add_event(s, number, PAGE_DROP);
        s->live[i] = s->live[--s->live_count];
        s->known[number].live = false;
    }
}

/* ---- What is known ------------------------------------------------------------------------- */

const struct page_event *page_stream_events(const struct page_stream *s, size_t *count)
{
    *count = s->event_count;
    return s->events;
}

uint32_t page_stream_pages(const struct page_stream *s)
{
    return s->known_count;
}

uint8_t page_stream_shift(const struct page_stream *s, uint32_t page)
{
    return s->known[page].page.shift;
}

uint64_t page_stream_faults(const struct page_stream *s)
{
    return s->faults;
}

uint64_t page_stream_floor(const struct page_stream *s)
{
    return s->floor;
}

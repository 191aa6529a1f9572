/* page_stream.h: what a TLB is asked, page by page, whatever its size and its policy.
 *
 * Layer: host. A stream is made from accesses, faults and fences in their order; a policy
 * (bounds.h) then goes through its events. The stream is an infinite TLB itself, fully
 * associative, with pages of any size as one entry; so it knows of each event what no TLB can
 * avoid:
 *   - a page that is used first, or first after a fence that covers it (PAGE_DROP), is a miss;
 *   - so is a use that the page as remembered may not answer: an access that its permissions
 *     refuse, or a store with D = 0 (PAGE_RENEW; model/README.md, rule 1.5). What is remembered of
 *     a page is its leaf as it was at the last use;
 *   - a fault is a miss, and nothing is remembered of it.
 * Pages of different size, ASID or G are different entries; a page with G is the same for all
 * ASIDs.
 */
#ifndef ATLAS_PAGE_STREAM_H
#define ATLAS_PAGE_STREAM_H

#include <stddef.h>

#include "mmu_port.h"

/* A page, as a reference translation gives it. */
struct stream_page {
    uint64_t vpn;  /* of any address in it; bits inside the page do not count         */
    uint16_t asid; /* does not count if global                                        */
    bool global;   /* G of the leaf or of a pointer above                             */
    uint8_t shift; /* log2 of its size [byte]: 12, 16 (NAPOT), 21 or 22, 30, 39 or 48 */
    uint8_t rwxud; /* R W X U D of the leaf now, R lowest; no part of its identity    */
};

enum page_step {
    PAGE_USE,   /* an access that hits if the page is remembered       */
    PAGE_RENEW, /* an access that misses; the page can be remembered   */
    PAGE_DROP   /* a fence: the page, if remembered, is so no more     */
};

struct page_event {
    uint32_t page; /* pages are numbered from 0 in the order of their first use */
    enum page_step step;
};

struct page_stream; /* opaque */

/* An empty stream. Running out of the host's memory ends the program, here and below. */
struct page_stream *page_stream_open(void);
void page_stream_close(struct page_stream *s); /* NULL is fine */

/* An access that succeeds, by this page. Of req acc, priv, sum and mxr count. */
void page_stream_use(struct page_stream *s, const struct stream_page *page,
                     const struct atlas_req *req);

/* An access that faults. */
void page_stream_fault(struct page_stream *s);

/* sfence.vma in any of its four forms. O(pages that are remembered). */
void page_stream_fence(struct page_stream *s, const struct atlas_fence *fence);

/* The events so far [array, *count]; valid until the next one is added. */
const struct page_event *page_stream_events(const struct page_stream *s, size_t *count);

uint32_t page_stream_pages(const struct page_stream *s);
uint8_t page_stream_shift(const struct page_stream *s, uint32_t page);
uint64_t page_stream_faults(const struct page_stream *s);

/* Misses of an infinite TLB, faults among them: nothing has fewer. */
uint64_t page_stream_floor(const struct page_stream *s);

#endif

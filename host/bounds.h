/* bounds.h: what fully associative TLBs miss of a stream of pages (page_stream.h).
 *
 * Layer: host. Both count what the stream says no TLB can avoid, faults among it. A page of any
 * size takes one entry; a fence frees the entries it covers.
 *
 * OPT is Belady's policy with bypass: of the pages that are held and the one just used, the one
 * whose next use is farthest is given up, which may be the one just used. A page with no next use
 * that could hit (none at all, or first a fence, or one that renews it) is not held. No TLB with
 * as many entries misses less.
 *
 * Source: L. A. Belady, "A study of replacement algorithms for a virtual-storage computer", IBM
 * Systems Journal 5(2), 1966; OSTEP ch. 22.
 */
#ifndef ATLAS_BOUNDS_H
#define ATLAS_BOUNDS_H

#include "page_stream.h"

struct bounds_lru {
    uint64_t misses;
    double reach; /* mean size of the pages held after a use, together [byte] */
};

/* The least recently used page makes room. entries >= 1. O(events). */
struct bounds_lru bounds_lru(const struct page_stream *s, size_t entries);

/* The fewest entries with which LRU misses no more than `misses`; 0 if no number does. More entries
 * never miss more. O(events * log pages). */
size_t bounds_lru_entries(const struct page_stream *s, uint64_t misses);

/* Misses of OPT. entries >= 1. O(events * log entries). */
uint64_t bounds_opt(const struct page_stream *s, size_t entries);

#endif

/* hashed.h: a hashed page table: the pages that are mapped, found by a hash of the page number.
 * Layer: os/paging.
 *
 * Open addressing: an entry of 16 bytes holds the page number and what an entry of Sv39 holds; a
 * page that finds its place taken takes the next free one after it. (PowerPC looks at two groups of
 * eight such entries and no further, so there the table is a cache of the kernel's own; Itanium
 * chains entries of 32 bytes. Here the table is all there is, and every page finds a place.) It is
 * doubled, with every page put in anew, when more than 3/4 would be used, and halved when 1/8 is
 * used; without pages it holds no memory. So its size goes with the pages that are mapped, not with
 * where they are. There is no order to walk it in.
 *
 * Source: Silberschatz 9.4.2; Knuth vol. 3, 6.4 (algorithms L and R).
 */
#ifndef ATLAS_HASHED_H
#define ATLAS_HASHED_H

#include "os/paging/frame_array.h"
#include "os/paging/page_table.h"

struct hashed {
    const struct phys *phys;
    struct frames *frames;
    uint32_t owner;
    uint64_t used; /* entries with a page                               */
    unsigned bits; /* of the number of an entry: there are 2^bits; 0: no array */
    struct frame_array entries;
};

/* An empty table; it holds nothing yet. */
void hashed_create(struct hashed *t, const struct phys *phys, struct frames *frames,
                   uint32_t owner);

/* `table` is a struct hashed. map is VM_LIMIT beyond 3/4 of FRAME_ARRAY_MAX frames; it and unmap
 * are O(pages) when the array changes its size. */
extern const struct page_table_ops hashed_ops;

#endif

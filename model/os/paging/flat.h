/* flat.h: a linear page table: one entry for each page of a range, mapped or not. Layer: os/paging.
 *
 * The simplest and the fastest of all: the page number is the index. It is as large as the range,
 * whatever is mapped, and all of it is taken at once. Entries are those of the mode, 4 or 8 bytes.
 * The 32-bit space takes 4 MiB, the largest that a table may be here; flat_bytes says what larger
 * spaces would take.
 *
 * Source: OSTEP ch. 18.
 */
#ifndef ATLAS_FLAT_H
#define ATLAS_FLAT_H

#include "os/paging/frame_array.h"
#include "os/paging/page_table.h"

struct flat {
    const struct paging_mode *mode;
    vpn_t first;    /* the lowest page of the range                           */
    uint64_t pages; /* of the range                                           */
    struct frame_array entries;
};

/* An empty table for pages [first, first + pages) of the mode's addresses.
 *
 * Returns VM_OK; VM_RANGE if pages is 0 or the end is beyond all page numbers; VM_LIMIT if the
 * table is larger than FRAME_ARRAY_MAX frames; VM_NOMEM. Unless VM_OK nothing is held. */
enum vm_status flat_create(struct flat *t, const struct phys *phys, struct frames *frames,
                           const struct paging_mode *mode, uint32_t owner, vpn_t first,
                           uint64_t pages);

/* What a table for so many pages takes, in whole frames of one piece. */
uint64_t flat_bytes(const struct paging_mode *mode, uint64_t pages);

/* `table` is a struct flat. */
extern const struct page_table_ops flat_ops;

#endif

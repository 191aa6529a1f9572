/* inverted.h: an inverted page table: one entry for each frame of the machine, which says what page
 * of which process it holds. Layer: os/paging.
 *
 * Its size goes with RAM, not with the processes: there is one for all of them. A page is found by
 * a hash of process and page number in the anchor table, as many places as frames or up to twice
 * that, and from there along a chain through the entries. As an entry has room for one page, a
 * frame cannot be shared: no copy on write, no shared memory. An entry is 16 bytes, a place 4.
 *
 * Source: OSTEP 20.5; Silberschatz 9.4.3; Chang and Mergen, "801 Storage" (1988).
 */
#ifndef ATLAS_INVERTED_H
#define ATLAS_INVERTED_H

#include "os/paging/frame_array.h"
#include "os/paging/page_table.h"

struct inverted {
    pfn_t first;                /* the lowest frame                                      */
    uint32_t count;             /* frames                                                */
    uint32_t used;              /* that hold a page                                      */
    unsigned bits;              /* of a place: there are 2^bits          */
    struct frame_array entries; /* [array, count]                          */
    struct frame_array anchors; /* [array, 2^bits]: entry + 1; 0: none     */
};

/* A process's part of it. */
struct inverted_process {
    struct inverted *table;
    uint32_t owner; /* process id */
};

/* An empty table for all frames that are managed; it lies in some of them.
 *
 * Returns VM_OK; VM_LIMIT if there are more than 2^18 frames (1 GiB); VM_NOMEM. Unless VM_OK
 * nothing is held. */
enum vm_status inverted_create(struct inverted *t, const struct phys *phys, struct frames *frames);
void inverted_destroy(struct inverted *t);

/* `table` is a struct inverted_process. ppn outside the frames is VM_RANGE, a frame that holds a
 * page VM_EXISTS. next and destroy are O(frames). */
extern const struct page_table_ops inverted_ops;

#endif

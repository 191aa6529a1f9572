/* frame_array.h: an array in frames of the machine, for the page tables that no hardware walks.
 * Layer: os/paging; knows mem below.
 *
 * If so many frames in a row can be had the array is one piece. If not, one more frame, the
 * directory, holds the numbers of its frames, and each element costs a read more. All is taken when
 * the array is made, and given back when it is closed.
 */
#ifndef ATLAS_FRAME_ARRAY_H
#define ATLAS_FRAME_ARRAY_H

#include "base/status.h"
#include "mem/frames.h"
#include "mem/phys.h"

enum { FRAME_ARRAY_MAX = ATLAS_PAGE_SIZE / sizeof(pfn_t) }; /* frames: what one directory holds */

struct frame_array {
    const struct phys *phys;
    struct frames *frames;
    pfn_t first;     /* the lowest frame, of one piece                      */
    pfn_t directory; /* of many pieces; else PFN_NONE                       */
    uint32_t count;  /* frames of the array; 0: it is closed                */
};

/* An array of `bytes` zero bytes, at least 1, in frames of kind TABLE.
 *
 * Returns VM_OK; VM_LIMIT if they are more than FRAME_ARRAY_MAX frames; VM_NOMEM if the frames, or
 * one more for the directory, cannot be had: then nothing is held. */
enum vm_status frame_array_open(struct frame_array *a, const struct phys *phys,
                                struct frames *frames, uint32_t owner, uint64_t bytes);
void frame_array_close(struct frame_array *a); /* a closed one is fine */

/* The element at `offset` bytes; it does not cross a multiple of the page size. */
void *frame_array_at(const struct frame_array *a, uint64_t offset);

/* Memory reads for an element: 1, or 2 with a directory. */
unsigned frame_array_reads(const struct frame_array *a);

/* What it holds, the directory too. */
uint64_t frame_array_bytes(const struct frame_array *a);

#endif

/* frames.h: physical frame allocator. Layer: mem; knows base and the page size.
 *
 * A frame has a kind, an owner, and a count of the mappings that use it, so that two address
 * spaces can share one frame. Allocation always takes the lowest free frame: two runs of one
 * seed give the same physical addresses, and golden logs stay equal. The first frames can be
 * reserved at the start (the table below itself, for instance); they are never handed out.
 *
 * Source: OSTEP ch. 17 (free space), ch. 23 (copy on write).
 */
#ifndef ATLAS_FRAMES_H
#define ATLAS_FRAMES_H

#include "base/types.h"

enum frame_kind {
    FRAME_FREE,     /* refs == 0                                    */
    FRAME_RESERVED, /* since the start, for ever                    */
    FRAME_KERNEL,   /* kernel objects: process and region records   */
    FRAME_TABLE,    /* a page table                                 */
    FRAME_USER,     /* contents of a user page                      */
    FRAME_KINDS
};

#define FRAME_NO_OWNER 0 /* the kernel itself; else a process id */

struct rmap;   /* os/space/rmap.h   */
struct object; /* os/space/object.h */

struct frame {
    uint32_t owner; /* process id that asked for it, or FRAME_NO_OWNER             */
    uint16_t refs;  /* mappings of it; 0 = free                                    */
    uint16_t used;  /* for the owner: entries of a table page in use, objects of a
                       kernel page; 0 after allocation                             */
    uint8_t kind;   /* enum frame_kind                                             */
    struct rmap *maps;     /* USER: who maps it; NULL otherwise            */
    struct object *object; /* USER: the memory object that keeps it, which is one of its
                              references, or NULL                            */
    uint64_t index;        /* ... as this page of it                         */
};

struct frames {
    pfn_t first;                   /* lowest frame managed                    [pfn]          */
    uint32_t count;                /* frames managed: first .. first + count - 1             */
    uint32_t lowest;               /* no frame below first + lowest is free   [frames]       */
    uint32_t by_kind[FRAME_KINDS]; /* how many of each; they add up to count               */
    struct frame *table;           /* table[i]: frame first + i        [array, count]        */
};

/* Take over frames [first, first + count): the lowest `reserved` are RESERVED, the rest free.
 *
 *   f         out  the allocator
 *   first     in   pfn of the lowest frame
 *   count     in   frames, >= 1; first + count must not exceed PFN_NONE
 *   reserved  in   frames, <= count
 *   table     in   storage for count records, owned by the caller, outlives f
 *
 * O(count) time. Cannot fail; a bad argument is a bug. */
void frames_init(struct frames *f, pfn_t first, uint32_t count, uint32_t reserved,
                 struct frame *table);

/* Allocate the lowest free frame, with one reference, for `kind` (KERNEL, TABLE or USER).
 *
 * Returns its pfn, or PFN_NONE if no frame is free (the caller then makes room). The frame's
 * bytes are not cleared. O(1) but for frames in use above the lowest one that was freed. */
pfn_t frames_alloc(struct frames *f, enum frame_kind kind, uint32_t owner);

/* Add a reference to a frame in use, for a second mapping of it.
 *
 * Returns the new count (2 .. 65535), or 0 and no change if the count is full. */
uint32_t frames_share(struct frames *f, pfn_t pfn);

/* Drop one reference. Returns what is left; at 0 the frame is free again.
 * Dropping a reference of a free or reserved frame is a bug of the caller. */
uint32_t frames_drop(struct frames *f, pfn_t pfn);

/* The record of a frame that is managed. The caller may change `used`, `owner`, `maps`,
 * `object` and `index` only; the last three are 0 when the frame is given back. */
struct frame *frames_get(const struct frames *f, pfn_t pfn);

/* "table" and so on, for reports; NULL for no such kind. */
const char *frame_kind_name(enum frame_kind kind);

#endif

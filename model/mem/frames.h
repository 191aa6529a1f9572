/* frames.h: physical frame allocator. Layer: mem; knows base, the boot map and the bytes of RAM.
 *
 * Every frame of the machine has a record: a kind, an owner, and a count of those who use it, so
 * that two address spaces can share one frame. Which free frames are handed out is the business
 * of a policy, chosen at the start:
 *
 *   frames_buddy   the smallest block that suffices is halved until it fits; of blocks of one
 *                  size the one that was freed last (at the start: the lowest). A freed block
 *                  joins its buddy. O(orders).
 *   frames_bitmap  one bit a frame; the lowest place that fits. O(frames / 64).
 *   frames_list    runs of free frames in order of address; the lowest place that fits, O(1)
 *                  for one frame. Freeing looks for its neighbours: O(runs).
 *
 * All three give the same addresses for the same calls: golden logs stay equal. Frames in a row
 * (a run) are 2^order, aligned to their size. A run lives and dies as one, by its first frame,
 * until it is split.
 *
 * What the boot map calls usable is free at the start; all else is never handed out. Every frame
 * is of exactly one kind, so that the kinds add up to all of RAM, always (frames_sum).
 *
 * Watermarks: a user's request that would leave fewer than marks.min frames free is refused; the
 * kernel's own (kinds KERNEL and TABLE, or FRAMES_URGENT) are not.
 *
 * Source: OSTEP ch. 17 (free space), ch. 23 (copy on write); Knuth, TAOCP 1, 2.5 (buddies).
 */
#ifndef ATLAS_FRAMES_H
#define ATLAS_FRAMES_H

#include <stdbool.h>

#include "base/types.h"
#include "mem/memmap.h"
#include "mem/phys.h"

enum frame_kind {
    FRAME_FREE,     /* refs == 0                                      */
    FRAME_HOLE,     /* no RAM that anybody may use, for ever          */
    FRAME_RESERVED, /* the firmware's or the kernel's, for ever       */
    FRAME_KERNEL,   /* kernel objects: process and region records     */
    FRAME_TABLE,    /* a page table                                   */
    FRAME_USER,     /* contents of a user page                        */
    FRAME_KINDS
};

enum {
    FRAMES_ORDER_MAX = 10, /* largest run: 2^10 frames, 4 MiB    */
    FRAMES_ORDERS = FRAMES_ORDER_MAX + 1,
    FRAME_NO_OWNER = 0 /* the kernel itself; else a process id   */
};

struct rmap; /* a mapping of a user frame; of the layers above */

/* All zero: a free frame, but for the first of a policy's block. */
struct frame {
    uint32_t owner;    /* process id that asked for it, or FRAME_NO_OWNER                */
    uint16_t refs;     /* who uses it (a run: all of it); 0 if free or not first of a run */
    uint16_t used;     /* for the owner: entries of a table page in use, objects of a
                          kernel page; 0 after allocation                                */
    uint8_t kind;      /* enum frame_kind                                                */
    bool head;         /* a run begins here; free: a block of the policy                 */
    uint8_t order;     /* of that run                                                    */
    bool poisoned;     /* free, and its bytes were overwritten (frames.poison)           */
    pfn_t next, prev;  /* in use: the owner's, PFN_NONE at first; free: the policy's     */
    uint32_t run;      /* in use: first frame of its run [pfn]; free: the policy's       */
    struct rmap *maps; /* mappings of it; NULL when it is freed                          */
    void *object;      /* whose page it is; NULL when it is freed                        */
    uint64_t index;    /* which page of the object; 0 after allocation                   */
};

struct frames;

/* A way to keep free frames; frames_policy.h has its duties. */
struct frame_policy;
extern const struct frame_policy frames_buddy, frames_bitmap, frames_list;

/* Levels of free frames [frames], min <= low <= high. At the start, of `usable` frames:
 * min = usable / 256, low = 5/4 min, high = 3/2 min (so none below 256 frames). */
struct frames_marks {
    uint32_t min, low, high;
};

enum frames_level {
    FRAMES_PLENTY, /* free >= high             */
    FRAMES_ENOUGH, /* low <= free < high       */
    FRAMES_LOW,    /* min <= free < low        */
    FRAMES_MIN     /* free < min               */
};

struct frames_stats {
    uint64_t allocs, frees;         /* runs                                            */
    uint64_t failed[FRAMES_ORDERS]; /* requests refused, by order                      */
    uint64_t fragmented;            /* of these: enough frames were free, but no run   */
    uint64_t below_min;             /* of these: a user's, for the watermark's sake    */
    uint64_t injected;              /* of these: by fail_at                            */
    uint32_t least_free;            /* least frames that were free since the start     */
};

/* Where a policy has its free frames. */
struct frames_free {
    pfn_t head[FRAMES_ORDERS];      /* first of a list of blocks, or PFN_NONE          */
    uint32_t blocks[FRAMES_ORDERS]; /* how many in each                                */
    uint64_t *bits;                 /* one a frame, 1 = free                           */
    uint32_t lowest;                /* no bit below is 1                               */
};

struct frames {
    pfn_t first;                   /* lowest frame managed                    [pfn]          */
    uint32_t count;                /* frames managed: first .. first + count - 1             */
    uint32_t by_kind[FRAME_KINDS]; /* how many of each; they add up to count               */
    struct frame *table;           /* table[i]: frame first + i        [array, count]        */
    const struct memmap *map;      /* NULL: all was usable                                   */
    const struct phys *phys;       /* NULL: nothing is cleared or overwritten                */
    const struct frame_policy *policy;
    struct frames_free free;
    struct frames_marks marks; /* may be changed at any time                             */
    struct frames_stats stats;
    uint64_t fail_at; /* the n-th request from now fails; 0: none. May be set      */
    bool poison;      /* overwrite freed frames, and look for writes to them       */
};

struct frames_config {
    pfn_t first;
    uint32_t count;
    const struct memmap *map;          /* outlives f; ranges outside the frames do not matter;
                                          NULL: all are usable                               */
    const struct frame_policy *policy; /* NULL: frames_buddy                                 */
    const struct phys *phys;           /* outlives f; NULL: no zeroing, no poison            */
    bool poison;
    bool zeroed; /* the storage is all 0: the records of free frames need not be written */
};

/* Bytes that the records of `count` frames need, with what the policy keeps beside them. */
uint64_t frames_bytes(const struct frame_policy *policy, uint32_t count);

/* Take over frames [first, first + count).
 *
 *   f       out  the allocator
 *   config  in   count >= 1; first + count must not exceed PFN_NONE
 *   table   in   storage, frames_bytes() of it, owned by the caller, outlives f
 *
 * O(count) time, less if zeroed. Cannot fail; a bad argument is a bug. */
void frames_init(struct frames *f, const struct frames_config *config, struct frame *table);

/* Allocate one frame, with one reference, for `kind` (KERNEL, TABLE or USER).
 *
 * Returns its pfn, or PFN_NONE if none can be had (the caller then makes room). The frame's
 * bytes are not cleared. */
pfn_t frames_alloc(struct frames *f, enum frame_kind kind, uint32_t owner);

/* The same, with all bytes 0: what a user may see. f has a phys. */
pfn_t frames_alloc_zeroed(struct frames *f, enum frame_kind kind, uint32_t owner);

/* The same for 2^order frames in a row, order 0 .. FRAMES_ORDER_MAX, aligned to their size. They
 * have one reference together; the record of the first counts for all. */
pfn_t frames_alloc_run(struct frames *f, unsigned order, enum frame_kind kind, uint32_t owner);

enum {
    FRAMES_ZEROED = 1, /* all bytes 0                                                     */
    FRAMES_URGENT = 2  /* may go below marks.min: frees more than it takes (page-out)     */
};

struct frames_request {
    enum frame_kind kind;
    uint32_t owner;
    unsigned order;
    unsigned flags; /* FRAMES_* */
};

/* Any of the above. */
pfn_t frames_request(struct frames *f, const struct frames_request *request);

/* Add a reference to a frame (or run) in use, for a second mapping of it.
 *
 * Returns the new count (2 .. 65535), or 0 and no change if the count is full. */
uint32_t frames_share(struct frames *f, pfn_t pfn);

/* Drop one reference. Returns what is left; at 0 the frame, or the run that begins with it, is
 * free again; then nobody may map it (maps) or hold it (object). Dropping a reference of a frame
 * that is free, reserved or inside a run is a bug of the caller. */
uint32_t frames_drop(struct frames *f, pfn_t pfn);

/* Make single frames of the run that begins with pfn; each has the owner and the references of
 * the run. Its `maps`, `object` and `index` stay with the first. O(size of the run). */
void frames_split(struct frames *f, pfn_t pfn);

/* The first frame of the run that holds pfn, which is in use; pfn itself if it is single. */
pfn_t frames_head(const struct frames *f, pfn_t pfn);

/* The record of a frame that is managed. The caller may change `used`, `owner`, next, prev,
 * maps, object and index of one that it has allocated. */
struct frame *frames_get(const struct frames *f, pfn_t pfn);

/* How much is free, against the watermarks. */
enum frames_level frames_level(const struct frames *f);

/* All kinds together: count, always. */
uint32_t frames_sum(const struct frames *f);

/* "table" and so on, for reports; NULL for no such kind. */
const char *frame_kind_name(enum frame_kind kind);

/* "buddy" and so on. */
const char *frame_policy_name(const struct frame_policy *policy);

#endif

/* memmap.h: what lies where in physical memory, as known at boot. Layer: mem; knows base only.
 *
 * A sorted list of ranges that do not overlap; neighbours of one kind are one range. Whoever
 * boots writes it: RAM first, then what is not to be used of it, the last word counts. What no
 * range holds is nothing: a hole. MMIO ranges may lie inside RAM, where they are holes too, or
 * outside, where they only tell.
 *
 * To walk it: range[0] .. range[count - 1].
 */
#ifndef ATLAS_MEMMAP_H
#define ATLAS_MEMMAP_H

#include "base/status.h"
#include "base/types.h"

enum memmap_kind {
    MEMMAP_USABLE,   /* RAM for everybody                                    */
    MEMMAP_RESERVED, /* RAM of the firmware                                  */
    MEMMAP_KERNEL,   /* RAM of the kernel's image and its records of frames  */
    MEMMAP_MMIO,     /* devices; no RAM                                      */
    MEMMAP_KINDS
};

enum { MEMMAP_RANGES = 32 };

struct memmap_range {
    pfn_t start;    /* [pfn]    */
    uint32_t count; /* [frames] */
    enum memmap_kind kind;
};

struct memmap {
    uint32_t count; /* ranges */
    struct memmap_range range[MEMMAP_RANGES];
};

/* Let frames [start, start + count) be of `kind`, whatever they were. O(ranges).
 *
 * Returns VM_OK; VM_RANGE if there are none or they reach PFN_NONE; VM_LIMIT if that needs more
 * than MEMMAP_RANGES ranges. Unless VM_OK the map is unchanged. A map of zeros is empty. */
enum vm_status memmap_mark(struct memmap *map, pfn_t start, uint32_t count, enum memmap_kind kind);

/* The range that holds pfn, or NULL. O(ranges). */
const struct memmap_range *memmap_find(const struct memmap *map, pfn_t pfn);

/* Frames of one kind, all ranges together. */
uint64_t memmap_frames(const struct memmap *map, enum memmap_kind kind);

/* The lowest place for `count` usable frames in a row: its first frame, or PFN_NONE. */
pfn_t memmap_place(const struct memmap *map, uint64_t count);

/* "usable" and so on, for reports; NULL for no such kind. */
const char *memmap_kind_name(enum memmap_kind kind);

#endif

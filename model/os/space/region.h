/* region.h: the memory image of a process as a sorted list of regions. Layer: os/space; knows
 * kmem below and memory objects, and nothing of page tables.
 *
 * A region is a range of pages with the same permissions and the same source of contents.
 * Regions never overlap; neighbours that could be one are one. The records live in frames. Each
 * holds the object that it shows.
 *
 * Source: OSTEP ch. 23 (VAX/VMS, Linux address spaces).
 */
#ifndef ATLAS_REGION_H
#define ATLAS_REGION_H

#include <stdbool.h>

#include "base/status.h"
#include "base/types.h"
#include "os/kmem/slab.h"
#include "os/space/object.h"

/* What a region is: for people who read a map of it, and for the rules of the kinds that have any.
 * Neighbours of different kinds stay apart. */
enum region_kind {
    REGION_ANON,   /* zeros at first                                                   */
    REGION_FILE,   /* a file                                                           */
    REGION_TEXT,   /* of a program: instructions, constants, initialised variables ... */
    REGION_RODATA, /*                                                                  */
    REGION_DATA,   /*                                                                  */
    REGION_BSS,    /* ... and those that begin as zeros                                */
    REGION_HEAP,   /* what brk has added, see brk.h                                    */
    REGION_STACK,  /* see stack.h                                                      */
    REGION_MMIO,   /* a device's physical pages: no frames, never copied or taken away */
    REGION_KINDS
};

/* Permissions and properties of a region. */
enum {
    REGION_R = 1,
    REGION_W = 2,
    REGION_X = 4,
    REGION_PERMS = REGION_R | REGION_W | REGION_X,
    REGION_GROWS_DOWN = 8, /* a stack: a fault below it extends it, see stack.h          */
    REGION_SHARED = 16     /* stores go to the object; else a page is copied on the first */
};

struct region {
    vpn_t start, end; /* pages [start, end), start < end               */
    unsigned flags;   /* REGION_R ...                                  */
    enum region_kind kind;
    bool committed;        /* private, and is or was writable: its pages may be the process's own,
                              and count against the machine's memory (commit.h) */
    struct object *object; /* source of contents; NULL: zeros               */
    uint64_t offset;       /* page of the source that `start` shows; MMIO: physical page [pages] */
    const char *name;      /* for people; outlives the region; or NULL      */
    struct region *next, *prev;
};

struct region_list {
    struct slab_cache *cache; /* of struct region                    */
    struct region *first;     /* lowest address first                */
    struct region *hint;      /* found last, or NULL                 */
    uint32_t count;           /* regions                             */
    uint64_t pages;           /* sum of their sizes                  */
};

/* An empty list. The cache, of struct region, must outlive it. */
void regions_init(struct region_list *list, struct slab_cache *cache);

/* Remove all regions. */
void regions_clear(struct region_list *list);

/* The region that holds page vpn, or NULL. O(regions), O(1) near the last one found. */
struct region *regions_find(struct region_list *list, vpn_t vpn);

/* The lowest region with a page at or above vpn, or NULL. */
struct region *regions_from(struct region_list *list, vpn_t vpn);

/* Pages of a range of addresses that lie in regions, and how many of them ... */
struct region_sum {
    uint64_t pages;
    uint64_t committed; /* are committed                                      */
    uint64_t data;      /* are committed, and of no region that grows down    */
    uint64_t fresh;     /* would be committed if they were made writable      */
};

/* O(regions). */
struct region_sum regions_sum(const struct region_list *list, vpn_t start, vpn_t end);

/* Will a region like this be committed? */
bool region_commits(const struct region *model);

/* Make sure that `count` records, up to 4, can be had as long as nobody takes a frame in between.
 * Returns false if memory is short. */
bool regions_reserve(struct region_list *list, unsigned count);

/* Insert a region, joined with neighbours where they fit.
 *
 *   model  in  next and prev are not looked at; it is committed also if region_commits
 *
 * Returns VM_OK; VM_RANGE if it is empty; VM_EXISTS if a page is taken; VM_NOMEM. Unless VM_OK
 * the list is unchanged. */
enum vm_status regions_insert(struct region_list *list, const struct region *model);

/* Copy all regions of `from` to the empty list. Returns VM_OK, or VM_NOMEM and the list empty. */
enum vm_status regions_copy(struct region_list *list, const struct region_list *from);

/* Cut the region that reaches over both `start` and `end`, if there is one, until the next change
 * of the list: to remove these pages then needs no memory. Returns VM_OK, VM_RANGE or VM_NOMEM
 * (nothing changed). */
enum vm_status regions_part(struct region_list *list, vpn_t start, vpn_t end);

/* Join what fits around and inside [start, end]: after regions_part, if nothing is removed. */
void regions_heal(struct region_list *list, vpn_t start, vpn_t end);

/* Is each page of [start, end) in a region? */
bool regions_cover(struct region_list *list, vpn_t start, vpn_t end);

/* Remove pages [start, end) from whatever regions they lie in; holes are fine. A record is needed
 * only to leave a hole in one. Returns VM_OK, VM_RANGE or VM_NOMEM (nothing changed). */
enum vm_status regions_remove(struct region_list *list, vpn_t start, vpn_t end);

/* Give pages [start, end) the permissions `perms`; cuts and joins as needed.
 *
 * Returns VM_OK; VM_ABSENT if a page is in no region; VM_RANGE; VM_NOMEM. Unless VM_OK no
 * permission is changed. */
enum vm_status regions_protect(struct region_list *list, vpn_t start, vpn_t end, unsigned perms);

/* Move the lower end of a region down to `start`. Returns VM_OK, VM_RANGE if that is above its
 * lower end, or VM_EXISTS if a page in between is taken. Only for regions without an object:
 * contents that come from elsewhere have a fixed place. The region may be joined with its lower
 * neighbour: do not use the pointer afterwards. */
enum vm_status regions_extend_down(struct region_list *list, struct region *region, vpn_t start);

#endif

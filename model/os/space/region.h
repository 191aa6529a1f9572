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

/* Permissions and properties of a region. */
enum {
    REGION_R = 1,
    REGION_W = 2,
    REGION_X = 4,
    REGION_PERMS = REGION_R | REGION_W | REGION_X,
    REGION_GROWS_DOWN = 8, /* a stack: a fault below it extends it, see space_grow       */
    REGION_SHARED = 16     /* stores go to the object; else a page is copied on the first */
};

struct region {
    vpn_t start, end;      /* pages [start, end), start < end               */
    unsigned flags;        /* REGION_*                                      */
    struct object *object; /* source of contents; NULL: zeros               */
    uint64_t offset;       /* page of the source that `start` shows [pages] */
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

/* Insert a region, joined with neighbours where they fit.
 *
 *   model  in  start, end, flags, object and offset are taken; the rest is not looked at
 *
 * Returns VM_OK; VM_RANGE if it is empty; VM_EXISTS if a page is taken; VM_NOMEM. Unless VM_OK
 * the list is unchanged. */
enum vm_status regions_insert(struct region_list *list, const struct region *model);

/* Copy all regions of `from` to the empty list. Returns VM_OK, or VM_NOMEM and the list empty. */
enum vm_status regions_copy(struct region_list *list, const struct region_list *from);

/* Cut regions so that none reaches over `start` or `end`, until the next change of the list: to
 * remove or to protect these pages then needs no memory. Returns VM_OK, VM_RANGE or VM_NOMEM
 * (nothing changed). */
enum vm_status regions_cut(struct region_list *list, vpn_t start, vpn_t end);

/* Remove pages [start, end) from whatever regions they lie in; holes are fine. Regions are cut
 * as needed. Returns VM_OK, VM_RANGE or VM_NOMEM (nothing changed). */
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

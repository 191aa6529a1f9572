/* space.h: an address space: regions say what may be there, the page table what is. Layer:
 * os/space; knows paging below, and of the MMU's door what a fence is.
 *
 * The two are kept in step here and nowhere else: whoever changes a region changes its pages,
 * and a translation that may be remembered is fenced before its frame is let go. A leaf has the
 * permissions of its region, but it is writable only if the frame is nobody else's or the region
 * is shared: the first store to a page that is mapped privately and seen elsewhere, too, faults,
 * and copies it. User pages have U = 1; a page of a region without any permission keeps its
 * contents behind U = 0. A and D start clear: setting them is the hardware's work, or the fault
 * handler's.
 */
#ifndef ATLAS_SPACE_H
#define ATLAS_SPACE_H

#include "mmu_port.h"
#include "os/paging/radix.h"
#include "os/space/region.h"
#include "os/space/rmap.h"

enum {
    SPACE_STACK_PAGES = 2048, /* a region that grows does so up to 8 MiB ...              */
    SPACE_GUARD_PAGES = 256   /* ... and stays 1 MiB away from the region below           */
};

/* What all address spaces of a machine share; outlives them. */
struct space_env {
    const struct phys *phys;
    struct frames *frames;
    struct slab_cache *regions; /* of struct region */
    struct slab_cache *rmaps;   /* of struct rmap   */
    const struct paging_mode *mode;
    /* Make every hart forget what it may remember of s, or the part that the fence names; returns
     * when all have. Filled in by the layer of processes. */
    void (*fence)(void *ctx, struct space *s, const struct atlas_fence *fence);
    void *ctx;
};

struct space {
    const struct space_env *env;
    struct radix table;
    struct region_list regions;
    uint32_t asid;     /* under which the MMUs know this space                    */
    uint32_t harts;    /* a bit for each hart that has run it under this ASID     */
    uint64_t resident; /* user pages that have a frame                     [pages] */
};

/* An empty address space.
 *
 *   owner        in  process id for the frames' records
 *   table_limit  in  most page tables it may have, >= 1
 *
 * Returns VM_OK or VM_NOMEM. */
enum vm_status space_create(struct space *s, const struct space_env *env, uint32_t owner,
                            uint32_t table_limit);

/* Give back every frame and record. The caller fences: its ASID may be remembered. */
void space_destroy(struct space *s);

/* Make an empty space a copy of another: the same regions, and the same frames. What is mapped
 * privately is write-protected in both, with a fence. Returns VM_OK, VM_NOMEM or VM_LIMIT: then
 * the copy is a part, to be destroyed, and `from` as it was, but for what faults restore. */
enum vm_status space_fork(struct space *s, struct space *from);

/* Add a region; nothing gets a frame yet. Arguments and results as regions_insert; VM_RANGE
 * too if an address is not canonical or [start, end) spans the hole between the halves. */
enum vm_status space_map(struct space *s, const struct region *model);

/* Remove whatever is in pages [start, end), with fences, and drop the frames. Results as
 * regions_remove. */
enum vm_status space_unmap(struct space *s, vpn_t start, vpn_t end);

/* Change the permissions of pages [start, end) and of the leaves there, with fences. Results
 * as regions_protect. */
enum vm_status space_protect(struct space *s, vpn_t start, vpn_t end, unsigned perms);

/* Extend the region that grows down and lies next above page vpn, so that it holds vpn.
 *
 * Returns VM_OK; VM_ABSENT if there is none; VM_LIMIT if it would exceed SPACE_STACK_PAGES or
 * come closer than SPACE_GUARD_PAGES to the region below. */
enum vm_status space_grow(struct space *s, vpn_t vpn);

/* Give page vpn, which lies in a region and has no leaf, the frame pfn; the space takes over
 * one reference. Returns VM_OK, VM_NOMEM or VM_LIMIT (no table; the frame stays the caller's). */
enum vm_status space_install(struct space *s, vpn_t vpn, pfn_t pfn);

/* Let the page of a leaf show frame pfn, of which the space takes over one reference; the old
 * frame is dropped, with a fence. Cannot fail. */
void space_replace(struct space *s, const struct radix_leaf *leaf, pfn_t pfn);

/* May a store to this page go to the frame that it shows: is it shared, or nobody else's? */
bool space_owns(struct space *s, const struct region *r, pfn_t pfn);

/* Give the leaf of page vpn the permissions of its region anew, with a fence: after space_owns
 * has become true. */
void space_refresh(struct space *s, vpn_t vpn);

/* Fence one page of this space. */
void space_fence(struct space *s, vpn_t vpn);

#endif

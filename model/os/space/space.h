/* space.h: an address space: regions say what may be there, the page table what is. Layer:
 * os/space; knows paging below and the MMU's door for fences.
 *
 * The two are kept in step here and nowhere else: whoever changes a region changes its pages,
 * and a translation that may be remembered is fenced before its frame is let go. A leaf has
 * exactly the permissions of its region. User pages have U = 1; a page of a region without
 * any permission keeps its contents behind U = 0. A and D start clear: setting them is the
 * hardware's work, or the fault handler's.
 */
#ifndef ATLAS_SPACE_H
#define ATLAS_SPACE_H

#include "mmu_port.h"
#include "os/paging/radix.h"
#include "os/space/region.h"

enum {
    SPACE_STACK_PAGES = 2048, /* a region that grows does so up to 8 MiB ...              */
    SPACE_GUARD_PAGES = 256   /* ... and stays 1 MiB away from the region below           */
};

struct space {
    struct radix table;
    struct region_list regions;
    const struct mmu_port *mmu;
    uint32_t asid;     /* under which the MMU knows this space                     */
    uint64_t resident; /* user pages that have a frame                     [pages] */
};

/* What all address spaces of a machine share; outlives them. */
struct space_env {
    const struct phys *phys;
    struct frames *frames;
    struct pool *regions; /* of struct region */
    const struct mmu_port *mmu;
    const struct paging_mode *mode;
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
 * its reference. Returns VM_OK, VM_NOMEM or VM_LIMIT (no table; the frame stays the caller's). */
enum vm_status space_install(struct space *s, vpn_t vpn, pfn_t pfn);

/* Fence one page of this space. */
void space_fence(const struct space *s, vpn_t vpn);

#endif

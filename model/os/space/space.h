/* space.h: an address space: regions say what may be there, the page table what is. Layer:
 * os/space; knows paging below, and of the MMU's door what a fence is.
 *
 * The two are kept in step here and nowhere else: whoever changes a region changes its pages,
 * and a translation that may be remembered is fenced before its frame is let go. A leaf has the
 * permissions of its region, but it is writable only if the frame is nobody else's or the region
 * is shared: the first store to a page that is mapped privately and seen elsewhere, too, faults,
 * and copies it. User pages have U = 1; a page of a region without any permission keeps its
 * contents behind U = 0, and without R, so that the kernel does not read it for the process
 * either. A and D start clear: setting them is the hardware's work, or the fault handler's.
 */
#ifndef ATLAS_SPACE_H
#define ATLAS_SPACE_H

#include "mmu_port.h"
#include "os/paging/radix.h"
#include "os/space/commit.h"
#include "os/space/layout.h"
#include "os/space/limits.h"
#include "os/space/rmap.h"

struct shms;
struct space;

/* What all address spaces of a machine share; outlives them. */
struct space_env {
    const struct phys *phys;
    struct frames *frames;
    struct slab_cache *regions; /* of struct region */
    struct slab_cache *rmaps;   /* of struct rmap   */
    const struct paging_mode *mode;
    const struct radix *kernel; /* whose upper part every space has; NULL: none */
    /* Make every hart forget what it may remember of s, or the part that the fence names; returns
     * when all have. Filled in by the layer of processes. */
    void (*fence)(void *ctx, struct space *s, const struct atlas_fence *fence);
    void *ctx;
    struct commit *commit;              /* NULL: nobody counts                   */
    const struct layout_config *layout; /* of a new space; NULL: the usual one   */
    struct rng *rng;                    /* for layouts with ASLR                 */
    struct shms *shms;                  /* anonymous shared memory, see shm.h    */
    /* Give the pages of [start, end) that a process may access and that have none their frames.
     * Filled in by the layer of faults. Returns VM_OK, or why it stopped. */
    enum vm_status (*populate)(struct space *s, vpn_t start, vpn_t end);
};

struct space {
    const struct space_env *env;
    struct radix table;
    struct region_list regions;
    uint32_t asid;  /* under which the MMUs know this space                    */
    uint32_t harts; /* a bit for each hart that has run it under this ASID     */
    struct limits limits;
    struct layout layout;
    vaddr_t brk;              /* end of the heap; its start if it grows down               */
    uint64_t resident;        /* user pages that have a frame                      [pages] */
    uint64_t resident_file;   /* ... which a file keeps; anonymous are the rest    [pages] */
    uint64_t resident_shared; /* ... which shared anonymous memory keeps           [pages] */
};

/* An empty address space, laid out as env says, without limits but that of the stack.
 *
 *   owner        in  process id for the frames' records
 *   table_limit  in  most page tables it may have, >= 1
 *
 * Returns VM_OK or VM_NOMEM. */
enum vm_status space_create(struct space *s, const struct space_env *env, uint32_t owner,
                            uint32_t table_limit);

/* Give back every frame and record. The caller fences: its ASID may be remembered. */
void space_destroy(struct space *s);

/* Make an empty space a copy of another: the same regions and limits, and the same frames. What is
 * mapped privately is write-protected in both, with a fence, and promised once more (commit.h).
 * Returns VM_OK, VM_NOMEM or VM_LIMIT: then the copy is a part, to be destroyed, and `from` as it
 * was, but for what faults restore. */
enum vm_status space_fork(struct space *s, struct space *from);

/* Let `to`, which has been destroyed, be what `from` is, which is no more then. The ASID is the
 * caller's to choose. O(leaves). */
void space_adopt(struct space *to, struct space *from);

/* Add a region; nothing gets a frame yet. Arguments and results as regions_insert; VM_RANGE
 * too if an address is not canonical, [start, end) spans the hole between the halves, or a device
 * would be in RAM; VM_NOMEM also if so much cannot be promised. Limits are not looked at: what a
 * process asks for goes through mmap.h and brk.h. */
enum vm_status space_map(struct space *s, const struct region *model);

/* Would space_map not say VM_RANGE? */
bool space_place_ok(const struct space *s, const struct region *model);

/* Remove whatever is in pages [start, end), with fences, and drop the frames. Results as
 * regions_remove. */
enum vm_status space_unmap(struct space *s, vpn_t start, vpn_t end);

/* Let the pages of [start, end) have no frames, with fences; the regions stay. */
void space_evict(struct space *s, vpn_t start, vpn_t end);

/* Change the permissions of pages [start, end) and of the leaves there, with fences. Results
 * as regions_protect; VM_NOMEM also if so much cannot be promised. */
enum vm_status space_protect(struct space *s, vpn_t start, vpn_t end, unsigned perms);

/* Give page vpn, which lies in a region and has no leaf, the frame pfn; the space takes over
 * one reference. Returns VM_OK, VM_NOMEM or VM_LIMIT (no table; the frame stays the caller's). */
enum vm_status space_install(struct space *s, vpn_t vpn, pfn_t pfn);

/* The same for a page of a device, which needs no frame: it shows what its region says. */
enum vm_status space_install_device(struct space *s, vpn_t vpn);

/* Let pages [to, to + pages), which lie in regions like those of [from, from + pages) and have no
 * leaves, show what those show, which then show nothing; with fences. The ranges do not overlap.
 * Returns VM_OK, or VM_NOMEM or VM_LIMIT (no table): nothing changed. */
enum vm_status space_move(struct space *s, vpn_t to, vpn_t from, uint64_t pages);

/* The frame that a leaf shows; NULL for a device's page. */
struct frame *space_frame(const struct space *s, uint64_t ppn);

/* Let the page of a leaf show frame pfn, of which the space takes over one reference; the old
 * frame is dropped, with a fence. Cannot fail. */
void space_replace(struct space *s, const struct radix_leaf *leaf, pfn_t pfn);

/* May a store to this page go to the frame that it shows: is it shared, or nobody else's? */
bool space_owns(struct space *s, const struct region *r, pfn_t pfn);

/* Give the leaf of page vpn the permissions of its region anew, with a fence: after space_owns
 * has become true. */
void space_refresh(struct space *s, vpn_t vpn);

/* Fence one page of this space; all of it. A fence by address covers leaves only (priv. spec
 * 12.2.1), so when a table has gone, all is fenced. */
void space_fence(struct space *s, vpn_t vpn);
void space_fence_all(struct space *s);

#endif

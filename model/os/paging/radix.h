/* radix.h: one address space's page table, as the hardware walks it. Layer: os/paging; knows
 * mem below and nothing of regions or faults.
 *
 * A tree of 4 KiB tables in frames of the machine (kind TABLE), each taken when its first
 * entry is made and given back when its last one goes; the root stays. All words go through
 * struct phys, so every walker sees them, and bits the hardware set are seen here. Nothing
 * here fences: whoever changes a translation that may be remembered does (space.h).
 *
 * Unmapped entries are 0. An entry with V = 0 that is not 0 belongs to the caller.
 *
 * Source: RISC-V privileged specification 20240411, 12.3.2.
 */
#ifndef ATLAS_RADIX_H
#define ATLAS_RADIX_H

#include "base/status.h"
#include "mem/frames.h"
#include "mem/phys.h"
#include "os/paging/mode.h"

#define PTE_BIT(name) ATLAS_MASK(PTE_##name)
/* The bits of an entry that radix_map and radix_change may be given. */
#define PTE_FLAGS (ATLAS_ONES(8) | ATLAS_MASK(PTE64_PBMT) | ATLAS_MASK(PTE64_N))
#define PTE_LEAF (PTE_BIT(R) | PTE_BIT(W) | PTE_BIT(X)) /* any of them: no pointer */

struct radix {
    const struct phys *phys;
    struct frames *frames;
    const struct paging_mode *mode;
    pfn_t root;
    uint32_t owner;  /* process id, for the frames' records           */
    uint32_t tables; /* frames held, the root too                     */
    uint32_t limit;  /* tables never exceeds this                     */
};

/* A leaf that was found. */
struct radix_leaf {
    vaddr_t va;     /* first address that it covers                  */
    paddr_t slot;   /* where its entry lies                          */
    uint64_t pte;   /* the entry                                     */
    uint64_t ppn;   /* its physical page number [pages]              */
    unsigned level; /* 0: 4 KiB                                      */
};

/* An empty table: takes the frame of the root.
 *
 *   t       out  the table; phys and frames must outlive it
 *   owner   in   process id for the frames' records
 *   limit   in   most tables it may ever have, >= 1
 *
 * Returns VM_OK or VM_NOMEM. */
enum vm_status radix_create(struct radix *t, const struct phys *phys, struct frames *frames,
                            const struct paging_mode *mode, uint32_t owner, uint32_t limit);

/* Give back all tables. Frames that leaves point to are the caller's. */
void radix_destroy(struct radix *t);

/* Make a leaf.
 *
 *   va     in  first address; a multiple of the leaf's size
 *   level  in  0 .. levels - 1
 *   ppn    in  first physical page; a multiple of the leaf's size
 *   flags  in  subset of PTE_FLAGS with V and at least one of R, W, X
 *
 * Returns VM_OK; VM_RANGE if va is not canonical, or va or ppn is misaligned or too large;
 * VM_EXISTS if an entry is in the way, above or below; VM_NOMEM or VM_LIMIT if a table is
 * needed and cannot be had. Unless VM_OK the table is unchanged. */
enum vm_status radix_map(struct radix *t, vaddr_t va, unsigned level, uint64_t ppn, uint64_t flags);

/* Remove the leaf that covers va, a superpage whole; tables left empty are given back.
 *
 *   old  out  the leaf as it was; may be NULL
 *
 * Returns VM_OK or VM_ABSENT. */
enum vm_status radix_unmap(struct radix *t, struct radix_leaf *old, vaddr_t va);

/* Clear bits and then set bits in the leaf that covers va; both are subsets of PTE_FLAGS
 * without V, and the leaf must stay one. Returns VM_OK or VM_ABSENT. */
enum vm_status radix_change(struct radix *t, vaddr_t va, uint64_t clear, uint64_t set);

/* Make the 4 KiB leaf that covers va point to page ppn, with these flags as radix_map takes them.
 * Returns VM_OK or VM_ABSENT. */
enum vm_status radix_replace(struct radix *t, vaddr_t va, uint64_t ppn, uint64_t flags);

/* The leaf that covers va. Returns VM_OK, or VM_ABSENT with *leaf unchanged. */
enum vm_status radix_lookup(const struct radix *t, struct radix_leaf *leaf, vaddr_t va);

/* The lowest leaf that covers page `from` or a later one (negative addresses come last): the
 * next step of a walk over the whole table. Returns VM_OK, or VM_ABSENT with *leaf unchanged.
 * O(tables and entries passed). */
enum vm_status radix_next(const struct radix *t, struct radix_leaf *leaf, vpn_t from);

#endif

/* radix.h: one address space's page table, as the hardware walks it. Layer: os/paging; knows
 * mem below and nothing of regions or faults. Leaves may be 4 KiB pages, superpages of every
 * level and, but in Sv32, NAPOT pages of 64 KiB; radix_resize.h makes them smaller and larger.
 *
 * A tree of 4 KiB tables in frames of the machine (kind TABLE), each taken when its first
 * entry is made and given back when its last one goes; the root stays. All words go through
 * struct phys, so every walker sees them, and bits the hardware set are seen here. Nothing
 * here fences: whoever changes a translation that may be remembered does (space.h).
 *
 * A NAPOT page is one leaf here, though it is 16 equal entries. The hardware sets A and D in the
 * entry that it walked to, so the leaf has what any of them has. The entries are written one
 * after the other; a walk in between sees the old page, the new one or none. A TLB may remember
 * the page whole or in 16 parts, so a change is fenced by the address of each part, or for all
 * of the space.
 *
 * Unmapped entries are 0. An entry with V = 0 that is not 0 is a note (radix_note.h).
 *
 * Source: RISC-V privileged specification 20240411, 12.3.2, Svnapot, Svpbmt.
 */
#ifndef ATLAS_RADIX_H
#define ATLAS_RADIX_H

#include "base/status.h"
#include "mem/frames.h"
#include "mem/phys.h"
#include "os/paging/pte.h"

struct radix {
    const struct phys *phys;
    struct frames *frames;
    const struct paging_mode *mode;
    pfn_t root;
    uint32_t owner;  /* process id, for the frames' records           */
    uint32_t tables; /* frames held, the root too                     */
    uint32_t limit;  /* tables never exceeds this                     */
    unsigned shared; /* root entries from here on are another table's, see radix_share.h; 0: none */
};

/* A leaf that was found. */
struct radix_leaf {
    vaddr_t va;     /* first address that it covers                  */
    paddr_t slot;   /* where its entry lies, or the first of 16      */
    uint64_t pte;   /* the entry; NAPOT: with A and D of all 16      */
    uint64_t ppn;   /* its first physical page          [pages]      */
    uint64_t pages; /* 4 KiB pages that it covers                    */
    unsigned level; /* 0: 4 KiB or 64 KiB                            */
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
 *   level  in  0 .. levels - 1; with PTE_NAPOT in flags 0
 *   ppn    in  first physical page; a multiple of the leaf's size
 *   flags  in  subset of PTE_FLAGS with V and R or X; W not without R, PBMT not 3, and neither
 *              PBMT nor PTE_NAPOT in Sv32
 *
 * Returns VM_OK; VM_RANGE if va is not canonical, va or ppn is misaligned or too large, or there
 * is no such leaf; VM_EXISTS if an entry is in the way, above or below; VM_NOMEM or VM_LIMIT if a
 * table is needed and cannot be had. Unless VM_OK the table is unchanged. */
enum vm_status radix_map(struct radix *t, vaddr_t va, unsigned level, uint64_t ppn, uint64_t flags);

/* Remove the leaf that covers va, a superpage or NAPOT page whole; tables left empty are given
 * back.
 *
 *   old  out  the leaf as it was; may be NULL
 *
 * Returns VM_OK or VM_ABSENT. */
enum vm_status radix_unmap(struct radix *t, struct radix_leaf *old, vaddr_t va);

/* Clear bits and then set bits in the leaf that covers va, all 16 entries of a NAPOT page; both
 * are subsets of PTE_FLAGS without V and PTE_NAPOT, and the flags must stay legal. Returns VM_OK or
 * VM_ABSENT. */
enum vm_status radix_change(struct radix *t, vaddr_t va, uint64_t clear, uint64_t set);

/* Make the 4 KiB leaf that covers va point to page ppn, with these flags as radix_map takes them.
 * Returns VM_OK or VM_ABSENT. */
enum vm_status radix_replace(struct radix *t, vaddr_t va, uint64_t ppn, uint64_t flags);

/* The leaf that covers va. Returns VM_OK, or VM_ABSENT with *leaf unchanged. */
enum vm_status radix_lookup(const struct radix *t, struct radix_leaf *leaf, vaddr_t va);

/* The lowest leaf that covers page `from` or a later one (negative addresses come last): the
 * next step of a walk over the whole table, from leaf->va / 4096 + leaf->pages. A superpage is
 * found from its middle, too. Returns VM_OK, or VM_ABSENT with *leaf unchanged.
 * O(tables and entries passed). */
enum vm_status radix_next(const struct radix *t, struct radix_leaf *leaf, vpn_t from);

#endif

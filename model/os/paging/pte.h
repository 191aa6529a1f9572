/* pte.h: one page-table entry of the radix tables. Layer: os/paging.
 *
 * Flags stand at the same bits in both widths, but an entry of 4 bytes (Sv32) ends below PBMT
 * and N. A leaf has any of R, W, X; a pointer to a table has none. NAPOT_PAGES equal entries with
 * N = 1 and NAPOT_CODE in the low bits of their page numbers are one leaf of 64 KiB.
 *
 * Source: RISC-V privileged specification 20240411, 12.3.1, 12.4.1, Svnapot, Svpbmt.
 */
#ifndef ATLAS_PTE_H
#define ATLAS_PTE_H

#include "os/paging/mode.h"

#define PTE_BIT(name) ATLAS_MASK(PTE_##name)
/* What is no page number: the bits of an entry that its maker chooses. */
#define PTE_FLAGS (ATLAS_ONES(ATLAS_PTE64_PPN_LSB) | ATLAS_MASK(PTE64_PBMT) | ATLAS_MASK(PTE64_N))
#define PTE_LEAF (PTE_BIT(R) | PTE_BIT(W) | PTE_BIT(X)) /* any of them: no pointer */
#define PTE_AD (PTE_BIT(A) | PTE_BIT(D))                /* the hardware sets them  */
#define PTE_NAPOT ATLAS_MASK(PTE64_N)

enum { NAPOT_PAGES = 16, NAPOT_CODE = 8 };

static inline bool pte_is_leaf(uint64_t pte)
{
    return (pte & PTE_BIT(V)) && (pte & PTE_LEAF);
}

static inline bool pte_is_pointer(uint64_t pte)
{
    return (pte & PTE_BIT(V)) && !(pte & PTE_LEAF);
}

/* The page number, of a NAPOT leaf with its code. */
static inline uint64_t pte_ppn(const struct paging_mode *mode, uint64_t pte)
{
    return mode->pte_bytes == 4 ? ATLAS_GET(pte, PTE32_PPN) : ATLAS_GET(pte, PTE64_PPN);
}

/* The entry for page ppn; NAPOT flags add the code. */
static inline uint64_t pte_make(const struct paging_mode *mode, uint64_t ppn, uint64_t flags)
{
    if (flags & PTE_NAPOT)
        ppn |= NAPOT_CODE;
    return flags | (mode->pte_bytes == 4 ? ATLAS_SET(PTE32_PPN, ppn) : ATLAS_SET(PTE64_PPN, ppn));
}

/* Are these the flags of a leaf that the mode has and the specification does not reserve? */
static inline bool pte_flags_ok(const struct paging_mode *mode, uint64_t flags)
{
    uint64_t known = mode->pte_bytes == 4 ? ATLAS_ONES(ATLAS_PTE32_PPN_LSB) : PTE_FLAGS;

    return !(flags & ~known) && pte_is_leaf(flags) &&
           (flags & (PTE_BIT(R) | PTE_BIT(W))) != PTE_BIT(W) &&
           (flags & ATLAS_MASK(PTE64_PBMT)) != ATLAS_MASK(PTE64_PBMT);
}

#endif

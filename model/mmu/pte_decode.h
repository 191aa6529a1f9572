/* pte_decode.h: what a page-table entry says, and whether it may say so. Twin of
 * atlas_pte_decode. Layer: mmu. Pure: knows the constants and the parameters.
 *
 * Source: priv. spec 12.3.2 steps 3, 4 and 6, Svnapot, Svpbmt; order in model/README.md, 2.2 to
 * 2.6. The access, A/D and leaf width checks come after it, in the walker.
 */
#ifndef ATLAS_MMU_PTE_DECODE_H
#define ATLAS_MMU_PTE_DECODE_H

#include "mmu_port.h"

/* What a PTE is read by: the parameters, and the configuration that a request sampled. */
struct pte_rules {
    uint64_t ppn_mask;   /* bits of a PPN                                       */
    uint64_t ppn_beyond; /* bits that no PPN in physical memory has             */
    uint64_t reserved;   /* bits of a PTE that must be 0                        */
    uint64_t ptr_zero;   /* bits of a pointer that must be 0, beside those      */
    uint64_t ptr_bits;   /* bits of a plain pointer, all 0 but V                */
    uint64_t leaf_bits;  /* bits of a plain leaf, all 0 but V and R              */
    uint64_t n;          /* the N bit, 0 in Sv32                                */
    uint64_t pbmt;       /* the PBMT bits, 0 in Sv32                            */
    uint8_t slice_bits;  /* VPN bits of one level: 9, Sv32 10                   */
};

struct pte_decoded {
    uint64_t ppn;   /* as the PTE has it                                             */
    uint8_t reason; /* ATLAS_REASON_NONE, or why the PTE is refused                  */
    bool leaf;      /* with reason NONE: a leaf, else a pointer                      */
    bool napot;     /* a leaf of 16 pages                                            */
    uint8_t pbmt;   /* ATLAS_PBMT_*                                                  */
};

/* The rules for an MMU with these parameters while pbmte and napote have these values. */
struct pte_rules pte_rules(const struct atlas_params *params, bool pbmte, bool napote);

/* Decode a PTE [xlen bits, the others 0] that was read at level `level` (0 = last).
 *
 * Reasons, the first that holds: ATLAS_REASON_INVALID, _W_NO_R, _RESERVED; of a pointer
 * _PTR_ATTR, _NO_LEAF, _PTE_WIDTH; of a leaf _MISALIGNED, _NAPOT. */
struct pte_decoded pte_decode(const struct pte_rules *rules, uint64_t pte, unsigned level);

/* Shortcuts: true for most of the PTEs that pte_decode passes as pointers (at a level other
 * than 0), and as leaves (at level 0, not NAPOT, PBMT 0); never for another. */
static inline bool pte_plain_pointer(const struct pte_rules *rules, uint64_t pte)
{
    return (pte & rules->ptr_bits) == ATLAS_MASK(PTE_V);
}

static inline bool pte_plain_leaf(const struct pte_rules *rules, uint64_t pte)
{
    return (pte & rules->leaf_bits) == (ATLAS_MASK(PTE_V) | ATLAS_MASK(PTE_R));
}

static inline uint64_t pte_ppn(const struct pte_rules *rules, uint64_t pte)
{
    return (pte >> ATLAS_PTE64_PPN_LSB) & rules->ppn_mask;
}

#endif

/* pte_decode.c: twin of rtl/atlas_pte_decode.v. */
#include "mmu/pte_decode.h"

enum { NAPOT_64K = 8, NAPOT_PPN_MASK = 15 };

#define RWX (ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_W) | ATLAS_MASK(PTE_X))

struct pte_rules pte_rules(const struct atlas_params *params, bool pbmte, bool napote)
{
    const bool rv64 = params->xlen == 64;
    struct pte_rules r = {
        .ppn_mask = rv64 ? ATLAS_ONES(ATLAS_PTE64_PPN_BITS) : ATLAS_ONES(ATLAS_PTE32_PPN_BITS),
        .ppn_beyond = ~ATLAS_ONES(params->pa_bits - ATLAS_PAGE_SHIFT),
        .n = rv64 ? ATLAS_MASK(PTE64_N) : 0,
        .pbmt = rv64 ? ATLAS_MASK(PTE64_PBMT) : 0,
        .slice_bits = rv64 ? 9 : 10,
    };

    if (rv64)
        r.reserved = ATLAS_MASK(PTE64_RESERVED) | (pbmte ? 0 : r.pbmt) | (napote ? 0 : r.n);
    r.ptr_zero = ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D) | ATLAS_MASK(PTE_U) | r.n | r.pbmt;
    r.ptr_bits = ATLAS_MASK(PTE_V) | RWX | r.reserved | r.ptr_zero |
                 (r.ppn_beyond & r.ppn_mask) << ATLAS_PTE64_PPN_LSB;
    r.leaf_bits = r.reserved | r.n | r.pbmt | ATLAS_MASK(PTE_V) | ATLAS_MASK(PTE_R);
    return r;
}

static unsigned check_pointer(const struct pte_rules *r, uint64_t pte, uint64_t ppn, unsigned level)
{
    if ((pte & r->ptr_zero) != 0)
        return ATLAS_REASON_PTR_ATTR;
    if (level == 0)
        return ATLAS_REASON_NO_LEAF;
    return (ppn & r->ppn_beyond) != 0 ? ATLAS_REASON_PTE_WIDTH : ATLAS_REASON_NONE;
}

static unsigned check_leaf(const struct pte_rules *r, uint64_t pte, uint64_t ppn, unsigned level)
{
    if ((ppn & ATLAS_ONES(r->slice_bits * level)) != 0)
        return ATLAS_REASON_MISALIGNED;
    /* PPN[3:0] of an aligned superpage is 0: none is NAPOT. */
    if ((pte & r->n) != 0 && (ppn & NAPOT_PPN_MASK) != NAPOT_64K)
        return ATLAS_REASON_NAPOT;
    return ATLAS_REASON_NONE;
}

/* The rules that pointers and leaves share. */
static unsigned check_common(const struct pte_rules *r, uint64_t pte)
{
    if ((pte & ATLAS_MASK(PTE_V)) == 0)
        return ATLAS_REASON_INVALID;
    if ((pte & (ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_W))) == ATLAS_MASK(PTE_W))
        return ATLAS_REASON_W_NO_R;
    if ((pte & r->reserved) != 0 || (r->pbmt != 0 && (pte & r->pbmt) == r->pbmt))
        return ATLAS_REASON_RESERVED;
    return ATLAS_REASON_NONE;
}

struct pte_decoded pte_decode(const struct pte_rules *rules, uint64_t pte, unsigned level)
{
    const uint64_t ppn = pte_ppn(rules, pte);
    const bool leaf = (pte & RWX) != 0;
    unsigned reason = check_common(rules, pte);

    if (reason == ATLAS_REASON_NONE)
        reason = leaf ? check_leaf(rules, pte, ppn, level) : check_pointer(rules, pte, ppn, level);
    return (struct pte_decoded){.ppn = ppn,
                                .reason = (uint8_t)reason,
                                .leaf = leaf,
                                .napot = (pte & rules->n) != 0,
                                .pbmt = (uint8_t)((pte & rules->pbmt) >> ATLAS_PTE64_PBMT_LSB)};
}

/* shape.h: what follows from the parameters and from the configuration, worked out once.
 * Private to model/mmu. */
#ifndef ATLAS_MMU_SHAPE_H
#define ATLAS_MMU_SHAPE_H

#include "mmu/pte_decode.h"
#include "mmu/va_check.h"

enum { MMU_MAX_PORTS = 4, MMU_MAX_SIDE = 16, MMU_MAX_POINTERS = 4, MMU_NAPOT_BITS = 4 };

/* Of one MMU, for life. */
struct shape {
    struct atlas_params p;
    uint64_t xlen_mask; /* bits of an address, of satp and of a PTE                  */
    uint64_t vpn_mask;  /* bits of the deepest mode's VPN                            */
    uint64_t ctr_mask;  /* bits of a counter                                         */
    uint32_t id_mask;   /* bits of a request's id                                    */
    uint16_t asid_mask; /* bits of an ASID that are kept                             */
    uint8_t slice_bits; /* VPN bits of one level: 9, Sv32 10                         */
    uint8_t pte_shift;  /* log2 of a PTE's bytes                                     */
    uint8_t l1_bits;    /* log2 of the sets                                          */
    uint8_t l2_bits;
};

/* What requests that sample one configuration have in common. */
struct regime {
    struct va_mode mode;
    struct pte_rules rules;
    uint64_t root; /* PPN of the root table            */
    uint16_t asid; /* cut to the bits that are kept    */
    bool adue, tlb_off;
};

/* The shape of an MMU with legal parameters. */
struct shape shape_of(const struct atlas_params *params);

/* satp.MODE of a satp value. */
unsigned shape_satp_mode(const struct shape *shape, uint64_t satp);

struct regime regime_of(const struct shape *shape, const struct atlas_cfg *cfg);

static inline uint64_t shape_vpn(const struct shape *shape, uint64_t va)
{
    return (va >> ATLAS_PAGE_SHIFT) & shape->vpn_mask;
}

/* VPN bits inside a page of this size. */
static inline unsigned shape_page_bits(const struct shape *shape, unsigned level, bool napot)
{
    return napot ? MMU_NAPOT_BITS : shape->slice_bits * level;
}

/* The set of 2^bits that a VPN belongs to. */
static inline uint64_t shape_set(uint64_t vpn, unsigned bits)
{
    return (vpn ^ (vpn >> bits)) & ATLAS_ONES(bits);
}

#endif

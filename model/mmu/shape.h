/* shape.h: what follows from the parameters and from the configuration, worked out once.
 * Private to model/mmu. */
#ifndef ATLAS_MMU_SHAPE_H
#define ATLAS_MMU_SHAPE_H

#include "mmu/pte_decode.h"
#include "mmu/va_check.h"

enum { MMU_MAX_PORTS = 4, MMU_MAX_SIDE = 16, MMU_MAX_LEVELS = 5, MMU_NAPOT_BITS = 4 };

/* The steps of a miss compile to one function: calls between them took a third of its time. */
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))

/* The key of a lookup: valid, ASID, VPN. */
#define KEY_VPN ATLAS_ONES(45)
#define KEY_ASID_LSB 45
#define KEY_ASID (ATLAS_ONES(16) << KEY_ASID_LSB)
#define KEY_VALID (UINT64_C(1) << 61)

/* A page size: level * 2 + napot. */
enum { MMU_SIZE_NAPOT = 1, MMU_SIZE_LEVEL_1 = 2, MMU_PAGE_SIZES = 16 };

/* Of one MMU, for life. */
struct shape {
    struct atlas_params p;
    uint64_t xlen_mask;                /* bits of an address, of satp and of a PTE         */
    uint64_t vpn_mask;                 /* bits of the deepest mode's VPN                   */
    uint64_t set_mask;                 /* bits of an L1 set's number                       */
    uint64_t big_mask;                 /* the same of the L1's superpages                  */
    uint64_t l2_mask;                  /* bits of an L2 set's number                       */
    uint64_t l2_big_mask;              /* the same of the L2's large pages                 */
    uint64_t ctr_mask;                 /* bits of a counter                                */
    uint32_t id_mask;                  /* bits of a request's id                           */
    uint16_t asid_mask;                /* bits of an ASID that are kept                    */
    uint8_t slice_bits;                /* VPN bits of one level: 9, Sv32 10                */
    uint16_t pte_mask;                 /* bits of a PTE's offset in its table              */
    uint8_t pte_shift[MMU_MAX_LEVELS]; /* where va has them, by level       */
    uint16_t fills;                    /* bit s: a page of size s fits in physical memory  */
    uint16_t l2_fills;                 /* bit s: the L2 holds pages of size s              */
    uint64_t inside[MMU_PAGE_SIZES];   /* VPN bits inside a page of size s    */
};

/* What requests that sample one configuration have in common. */
struct regime {
    struct va_mode mode;
    struct pte_rules rules;
    uint64_t root; /* PPN of the root table                                */
    uint64_t key;  /* of VPN 0: KEY_VALID, and the ASID cut to what is kept */
    bool adue, tlb_off;
    bool pointers; /* remembered pointers are used and kept */
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

/* The set of a 4 KiB page, whatever the number of sets. */
static inline uint64_t shape_set(uint64_t vpn, uint64_t mask)
{
    return (vpn ^ vpn >> 8 ^ vpn >> 12) & mask;
}

/* The set of a superpage of level 1 in the second RAM of the L1 (big_mask) or the L2 (l2_big_mask),
 * and in the L2 that of the NAPOT pages inside it. */
static inline uint64_t shape_big_set(const struct shape *shape, uint64_t vpn, uint64_t mask)
{
    return vpn >> shape->slice_bits & mask;
}

#endif

/* shape.c: masks and shifts from parameters and configuration. */
#include "mmu/shape.h"

static void set_page_sizes(struct shape *s)
{
    if (s->p.l2_sets > 0)
        s->l2_fills = 1;
    if (s->p.l2_big > 0)
        s->l2_fills |= 1U << MMU_SIZE_LEVEL_1 | 1U << MMU_SIZE_NAPOT;
    for (unsigned size = 0; size < MMU_PAGE_SIZES; size++) {
        const unsigned level = size >> 1;
        const unsigned bits = (size & 1) != 0 ? MMU_NAPOT_BITS : s->slice_bits * level;

        s->inside[size] = ATLAS_ONES(bits);
        if (level < s->p.levels && ATLAS_PAGE_SHIFT + bits <= s->p.pa_bits)
            s->fills |= (uint16_t)(1U << size);
    }
}

struct shape shape_of(const struct atlas_params *params)
{
    const bool rv64 = params->xlen == 64;
    struct shape s = {
        .p = *params,
        .xlen_mask = ATLAS_ONES(params->xlen),
        .set_mask = params->l1_sets - 1,
        .big_mask = params->l1_big > 0 ? params->l1_big - 1 : 0,
        .l2_mask = params->l2_sets > 0 ? params->l2_sets - 1 : 0,
        .l2_big_mask = params->l2_big > 0 ? params->l2_big - 1 : 0,
        .ctr_mask = ATLAS_ONES(params->ctr_bits),
        .id_mask = (uint32_t)ATLAS_ONES(params->id_bits),
        .asid_mask = (uint16_t)ATLAS_ONES(params->asid_bits),
        .slice_bits = rv64 ? 9 : 10,
        .pte_mask = rv64 ? 0xff8 : 0xffc,
    };

    s.vpn_mask = ATLAS_ONES(s.slice_bits * params->levels);
    for (unsigned level = 0; level < MMU_MAX_LEVELS; level++)
        s.pte_shift[level] = (uint8_t)(s.slice_bits * (level + 1));
    set_page_sizes(&s);
    return s;
}

unsigned shape_satp_mode(const struct shape *shape, uint64_t satp)
{
    return shape->p.xlen == 64 ? (unsigned)ATLAS_GET(satp, SATP64_MODE)
                               : (unsigned)ATLAS_GET(satp, SATP32_MODE);
}

struct regime regime_of(const struct shape *shape, const struct atlas_cfg *cfg)
{
    const bool rv64 = shape->p.xlen == 64;
    const uint64_t satp = cfg->satp;
    const uint64_t asid = rv64 ? ATLAS_GET(satp, SATP64_ASID) : ATLAS_GET(satp, SATP32_ASID);

    return (struct regime){
        .mode = va_mode(&shape->p, shape_satp_mode(shape, satp)),
        .rules = pte_rules(&shape->p, cfg->pbmte, cfg->napote),
        .root = rv64 ? ATLAS_GET(satp, SATP64_PPN) : ATLAS_GET(satp, SATP32_PPN),
        .key = KEY_VALID | (asid & shape->asid_mask) << KEY_ASID_LSB,
        .adue = cfg->adue,
        .tlb_off = cfg->tlb_off,
        .pointers = shape->p.walk_cache != 0 && !cfg->tlb_off,
    };
}

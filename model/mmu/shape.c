/* shape.c: masks and shifts from parameters and configuration. */
#include "mmu/shape.h"

static uint8_t log2_of(unsigned power_of_two)
{
    uint8_t bits = 0;

    while (power_of_two > 1) {
        power_of_two >>= 1;
        bits++;
    }
    return bits;
}

struct shape shape_of(const struct atlas_params *params)
{
    const bool rv64 = params->xlen == 64;
    const unsigned slice_bits = rv64 ? 9 : 10;

    return (struct shape){
        .p = *params,
        .xlen_mask = ATLAS_ONES(params->xlen),
        .vpn_mask = ATLAS_ONES(slice_bits * params->levels),
        .ctr_mask = ATLAS_ONES(params->ctr_bits),
        .id_mask = (uint32_t)ATLAS_ONES(params->id_bits),
        .asid_mask = (uint16_t)ATLAS_ONES(params->asid_bits),
        .slice_bits = (uint8_t)slice_bits,
        .pte_shift = rv64 ? 3 : 2,
        .l1_bits = log2_of(params->l1_sets),
        .l2_bits = log2_of(params->l2_sets),
    };
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
        .asid = (uint16_t)(asid & shape->asid_mask),
        .adue = cfg->adue,
        .tlb_off = cfg->tlb_off,
    };
}

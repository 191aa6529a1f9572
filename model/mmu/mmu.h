/* mmu.h: one MMU, whole. Private to model/mmu. */
#ifndef ATLAS_MMU_MMU_H
#define ATLAS_MMU_MMU_H

#include "mmu/access_check.h"
#include "mmu/l1_tlb.h"
#include "mmu/l2_tlb.h"
#include "mmu/step.h"
#include "mmu/walk_cache.h"

/* What one port has for itself. */
struct mmu_lane {
    uint64_t ctr[ATLAS_CTR_PORT_COUNT];
    struct l1_tlb l1;
    struct walk_cache wc;
};

struct atlas {
    struct shape shape;
    struct atlas_cfg cfg;
    struct regime regime; /* what cfg means */
    struct atlas_mem_ops mem;
    void *mem_ctx;
    uint32_t allow[ACCESS_KINDS]; /* access_table of each kind */
    struct mmu_lane lane[MMU_MAX_PORTS];
    struct l2_tlb l2;
    uint64_t ctr[ATLAS_GCTR_GLOBAL_COUNT];
    struct entry store[]; /* the RAMs: L1 of each port, then the L2 */
};

/* The entry, or the leaf, of a translation may be used by this kind of access as it is. */
static inline bool mmu_allows(const struct atlas *a, unsigned kind, uint64_t data)
{
    return (a->allow[kind] >> (data & DATA_RWXUD) & 1) != 0;
}

#endif

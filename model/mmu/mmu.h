/* mmu.h: one MMU, whole. Private to model/mmu. */
#ifndef ATLAS_MMU_MMU_H
#define ATLAS_MMU_MMU_H

#include "mmu/l1_tlb.h"
#include "mmu/l2_tlb.h"
#include "mmu/step.h"
#include "mmu/walk_cache.h"

enum { MMU_ACCESS_KINDS = 64 };

struct atlas {
    struct shape shape;
    struct atlas_cfg cfg;
    struct regime regime; /* what cfg means */
    struct atlas_mem_ops mem;
    void *mem_ctx;

    /* allow[kind] bit f: an access of this kind (see access_kind) may be answered from an entry
     * whose R W X U D are f. Access check and the rule for D, tabulated. */
    uint32_t allow[MMU_ACCESS_KINDS];

    struct l1_tlb l1[MMU_MAX_PORTS];
    struct walk_cache wc[MMU_MAX_PORTS];
    struct l2_tlb l2;
    uint64_t port_ctr[MMU_MAX_PORTS][ATLAS_CTR_PORT_COUNT];
    uint64_t global_ctr[ATLAS_GCTR_GLOBAL_COUNT];

    struct entry store[]; /* the RAMs: L1 of each port, then the L2 */
};

static inline void count_port(struct atlas *a, unsigned port, unsigned c)
{
    a->port_ctr[port][c]++;
}

static inline void count(struct atlas *a, unsigned c)
{
    a->global_ctr[c]++;
}

#endif

/* trace_mmu.c: see trace_mmu.h. */
#include "trace_mmu.h"
#include "reach.h"
#include "report.h"

#include <stdlib.h>

#include "mem/sparse.h"

enum { ALL_COUNTER_BITS = 64 };

struct trace_mmu {
    struct atlas_params params;
    struct sparse *memory;
    unsigned bytes; /* of a memory word */
    struct atlas *atlas;
    struct atlas_cfg cfg; /* but for satp */
};

static enum atlas_mem_status read_pte(void *ctx, uint64_t addr, uint64_t *value)
{
    struct trace_mmu *m = ctx;

    return sparse_read(m->memory, value, addr, m->bytes) ? ATLAS_MEM_OK : ATLAS_MEM_ERROR;
}

static enum atlas_mem_status cas_pte(void *ctx, uint64_t addr, uint64_t old, uint64_t new_value)
{
    struct trace_mmu *m = ctx;

    return (enum atlas_mem_status)sparse_bus_cas(m->memory, addr, old, new_value, m->bytes);
}

struct trace_mmu *trace_mmu_open(const struct atlas_params *params,
                                 const struct mmutrace_header *header)
{
    static const struct atlas_mem_ops mem_ops = {.read = read_pte, .cas = cas_pte};
    struct trace_mmu *m;

    if (params->xlen != header->xlen)
        return NULL;
    m = report_need(calloc(1, sizeof *m));
    m->params = *params;
    m->params.ctr_bits = ALL_COUNTER_BITS;
    m->bytes = header->xlen / 8;
    m->memory = report_need(sparse_open());
    m->atlas = report_need(atlas_open(&m->params, &mem_ops, m));
    m->cfg = (struct atlas_cfg){
        .adue = !header->svade, .pbmte = header->svpbmt, .napote = header->svnapot};
    atlas_configure(m->atlas, &m->cfg);
    return m;
}

void trace_mmu_close(struct trace_mmu *m)
{
    if (m == NULL)
        return;
    atlas_close(m->atlas);
    sparse_close(m->memory);
    free(m);
}

/* ---- Events -------------------------------------------------------------------------------- */

static unsigned port_of(const struct trace_mmu *m, enum trace_side side)
{
    return side == TRACE_DATA && m->params.ports > 1;
}

unsigned trace_mmu_request(const struct trace_mmu *m, const struct mmutrace_event *e,
                           struct atlas_req *req)
{
    *req = (struct atlas_req){.va = e->va,
                              .acc = e->acc,
                              .priv = e->ctx & MMUTRACE_CTX_S ? ATLAS_PRIV_S : ATLAS_PRIV_U,
                              .sum = (e->ctx & MMUTRACE_CTX_SUM) != 0,
                              .mxr = (e->ctx & MMUTRACE_CTX_MXR) != 0};
    return port_of(m, e->acc == ATLAS_ACC_FETCH ? TRACE_FETCH : TRACE_DATA);
}

static void do_record(struct trace_mmu *m, const struct mmutrace_event *e)
{
    struct atlas_req req;
    struct atlas_rsp rsp;
    const unsigned port = trace_mmu_request(m, e, &req);

    atlas_access(m->atlas, port, &req, &rsp);
}

static bool do_satp(struct trace_mmu *m, uint64_t satp)
{
    struct atlas_cfg cfg = m->cfg;

    cfg.satp = satp;
    return atlas_configure(m->atlas, &cfg);
}

static void do_fence(struct trace_mmu *m, const struct mmutrace_event *e)
{
    const struct atlas_fence fence = {e->has_va, e->has_asid, e->va, e->asid};

    atlas_fence(m->atlas, &fence);
}

bool trace_mmu_event(struct trace_mmu *m, const struct mmutrace_event *e)
{
    switch (e->kind) {
    case MMUTRACE_SATP: return do_satp(m, e->satp);
    case MMUTRACE_FENCE: do_fence(m, e); break;
    case MMUTRACE_MEM:
    case MMUTRACE_UPDATE:
        if (!sparse_write(m->memory, e->addr, e->val, m->bytes))
            report_out_of_memory();
        break;
    default: do_record(m, e); break;
    }
    return true;
}

/* ---- What is known ------------------------------------------------------------------------- */

struct atlas *trace_mmu_atlas(struct trace_mmu *m)
{
    return m->atlas;
}

size_t trace_mmu_entries(const struct trace_mmu *m, enum trace_side side)
{
    const struct atlas_params *p = &m->params;
    const size_t l1 = (size_t)p->l1_sets + p->l1_big + p->l1_side;
    const size_t l2 = (size_t)p->l2_sets * p->l2_ways + p->l2_big;

    return side == TRACE_ALL ? p->ports * l1 + l2 : l1;
}

static uint64_t l1_misses(const struct trace_mmu *m, unsigned port)
{
    return atlas_counter(m->atlas, port * ATLAS_CTR_PORT_COUNT + ATLAS_CTR_L1_MISS);
}

uint64_t trace_mmu_misses(const struct trace_mmu *m, enum trace_side side)
{
    const unsigned global = m->params.ports * ATLAS_CTR_PORT_COUNT;
    uint64_t sum = 0;

    if (side != TRACE_ALL)
        return l1_misses(m, port_of(m, side));
    for (unsigned port = 0; port < m->params.ports; port++)
        sum += l1_misses(m, port);
    return sum - atlas_counter(m->atlas, global + ATLAS_GCTR_L2_HIT);
}

uint64_t trace_mmu_reach(const struct trace_mmu *m, enum trace_side side)
{
    return side == TRACE_ALL ? reach_all(m->atlas) : reach_l1(m->atlas, port_of(m, side));
}

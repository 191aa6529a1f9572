/* trace_pages.c: see trace_pages.h. */
#include "trace_pages.h"
#include "preset.h"
#include "report.h"

#include <stdlib.h>

#include "mem/sparse.h"
#include "oracle/cold_walk.h"

enum { SV32_PA_BITS = 34, SV64_PA_BITS = 56, MODES = 16 };

struct trace_pages {
    struct sparse *memory;
    unsigned bytes;          /* of a memory word                              */
    struct cold_query query; /* what is the same for all records until a T    */
    uint16_t asid;           /* of satp                                       */
    bool modes[MODES];       /* by satp.MODE: was in force                    */
    uint64_t max_asid, max_pa;
    struct page_stream *streams[TRACE_SIDES];
    uint64_t translations[TRACE_SIDES];
};

struct trace_pages *trace_pages_open(const struct mmutrace_header *header)
{
    const bool narrow = header->xlen == 32;
    struct trace_pages *t = report_need(calloc(1, sizeof *t));

    t->memory = report_need(sparse_open());
    t->bytes = header->xlen / 8;
    t->query = (struct cold_query){.xlen = (uint8_t)header->xlen,
                                   .levels = narrow ? 2 : 5,
                                   .pa_bits = narrow ? SV32_PA_BITS : SV64_PA_BITS,
                                   .adue = !header->svade,
                                   .pbmte = header->svpbmt,
                                   .napote = header->svnapot};
    for (unsigned side = 0; side < TRACE_SIDES; side++)
        t->streams[side] = page_stream_open();
    return t;
}

void trace_pages_close(struct trace_pages *t)
{
    if (t == NULL)
        return;
    for (unsigned side = 0; side < TRACE_SIDES; side++)
        page_stream_close(t->streams[side]);
    sparse_close(t->memory);
    free(t);
}

/* ---- Memory -------------------------------------------------------------------------------- */

static void put_word(struct trace_pages *t, uint64_t addr, uint64_t value)
{
    if (!sparse_write(t->memory, addr, value, t->bytes))
        report_out_of_memory();
}

static enum cold_answer read_pte(void *ctx, uint64_t addr, uint64_t *pte)
{
    struct trace_pages *t = ctx;

    return sparse_read(t->memory, pte, addr, t->bytes) ? COLD_OK : COLD_ERROR;
}

static enum cold_answer write_pte(void *ctx, uint64_t addr, uint64_t old, uint64_t pte)
{
    (void)old; /* what was just read */
    put_word(ctx, addr, pte);
    return COLD_OK;
}

/* ---- Events -------------------------------------------------------------------------------- */

static void note_max(uint64_t *max, uint64_t value)
{
    if (value > *max)
        *max = value;
}

static void do_satp(struct trace_pages *t, uint64_t satp)
{
    const bool narrow = t->query.xlen == 32;

    t->query.mode = (uint8_t)(narrow ? ATLAS_GET(satp, SATP32_MODE) : ATLAS_GET(satp, SATP64_MODE));
    t->query.root_ppn = narrow ? ATLAS_GET(satp, SATP32_PPN) : ATLAS_GET(satp, SATP64_PPN);
    t->asid = (uint16_t)(narrow ? ATLAS_GET(satp, SATP32_ASID) : ATLAS_GET(satp, SATP64_ASID));
    t->modes[t->query.mode] = true;
    note_max(&t->max_asid, t->asid);
    note_max(&t->max_pa, t->query.root_ppn << ATLAS_PAGE_SHIFT);
}

/* The page that a walk without a fault has found. */
static struct stream_page page_of(const struct trace_pages *t, const struct cold_query *q,
                                  const struct cold_result *r)
{
    const unsigned slice = q->xlen == 32 ? 10 : 9;
    const uint64_t leaf = r->write.tried ? r->write.pte : r->read[r->nread - 1].pte;

    return (struct stream_page){
        .vpn = q->va >> ATLAS_PAGE_SHIFT,
        .asid = t->asid,
        .global = r->g,
        .shift = (uint8_t)(ATLAS_PAGE_SHIFT + (r->napot ? 4 : slice * r->level)),
        .rwxud = (uint8_t)((leaf >> ATLAS_PTE_R_LSB & 15) | ATLAS_GET(leaf, PTE_D) << 4)};
}

static void ask(struct trace_pages *t, enum trace_side side, const struct cold_query *q,
                const struct cold_result *r)
{
    const struct atlas_req req = {.acc = q->acc, .priv = q->priv, .sum = q->sum, .mxr = q->mxr};
    struct stream_page page;

    if (r->fault) {
        page_stream_fault(t->streams[side]);
        return;
    }
    page = page_of(t, q, r);
    page_stream_use(t->streams[side], &page, &req);
}

static void do_record(struct trace_pages *t, const struct mmutrace_event *e)
{
    const enum trace_side side = e->acc == ATLAS_ACC_FETCH ? TRACE_FETCH : TRACE_DATA;
    const struct cold_memory memory = {.ctx = t, .read = read_pte, .write = write_pte};
    struct cold_query q = t->query;
    struct cold_result r;

    t->translations[side] += e->n + 1;
    t->translations[TRACE_ALL] += e->n + 1;
    if (q.mode == ATLAS_MODE_BARE) {
        note_max(&t->max_pa, e->va);
        return;
    }
    q.va = e->va;
    q.acc = e->acc;
    q.priv = e->ctx & MMUTRACE_CTX_S ? ATLAS_PRIV_S : ATLAS_PRIV_U;
    q.sum = (e->ctx & MMUTRACE_CTX_SUM) != 0;
    q.mxr = (e->ctx & MMUTRACE_CTX_MXR) != 0;
    cold_walk(&q, &memory, &r);
    note_max(&t->max_pa, r.pa);
    for (unsigned i = 0; i < r.nread && i < COLD_READS; i++)
        note_max(&t->max_pa, r.read[i].addr);
    ask(t, side, &q, &r);
    ask(t, TRACE_ALL, &q, &r);
}

static void do_fence(struct trace_pages *t, const struct mmutrace_event *e)
{
    const struct atlas_fence fence = {e->has_va, e->has_asid, e->va, e->asid};

    for (unsigned side = 0; side < TRACE_SIDES; side++)
        page_stream_fence(t->streams[side], &fence);
}

void trace_pages_event(struct trace_pages *t, const struct mmutrace_event *e)
{
    switch (e->kind) {
    case MMUTRACE_SATP: do_satp(t, e->satp); break;
    case MMUTRACE_FENCE: do_fence(t, e); break;
    case MMUTRACE_MEM:
    case MMUTRACE_UPDATE: put_word(t, e->addr, e->val); break;
    default: do_record(t, e); break;
    }
}

/* ---- What is known ------------------------------------------------------------------------- */

const struct page_stream *trace_pages_stream(const struct trace_pages *t, enum trace_side side)
{
    return t->streams[side];
}

uint64_t trace_pages_translations(const struct trace_pages *t, enum trace_side side)
{
    return t->translations[side];
}

const char *trace_pages_lacking(const struct trace_pages *t, const struct atlas_params *params)
{
    if (params->xlen != t->query.xlen)
        return "the other XLEN";
    for (unsigned mode = 0; mode < MODES; mode++)
        if (t->modes[mode] && !preset_has_mode(params, mode))
            return "no such mode";
    if (t->max_asid >> params->asid_bits != 0)
        return "no ASID so wide";
    if (t->max_pa >> params->pa_bits != 0)
        return "no physical address so wide";
    return NULL;
}

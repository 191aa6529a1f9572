/* vec_run.c: see vec_run.h. */
#include "vec_run.h"
#include "preset.h"

#include <inttypes.h>
#include <stdio.h>

/* Is it translated, or does va go through as it is? */
static bool is_translated(const struct vec *v)
{
    return v->mode != ATLAS_MODE_BARE && v->priv != ATLAS_PRIV_M;
}

static uint64_t ppn_of(const struct vec *v, uint64_t pte)
{
    return vec_is_32(v) ? ATLAS_GET(pte, PTE32_PPN) : ATLAS_GET(pte, PTE64_PPN);
}

bool vec_fits(const struct vec *v, const struct atlas_params *params)
{
    unsigned ppn_bits = params->pa_bits - ATLAS_PAGE_SHIFT;
    unsigned va_bits = params->pa_bits < params->xlen ? params->pa_bits : params->xlen;

    if (!preset_has_mode(params, v->mode) || v->root_ppn >> ppn_bits != 0)
        return false;
    for (unsigned i = 0; i < v->nread; i++)
        if (ppn_of(v, v->read[i].val) >> ppn_bits != 0)
            return false;
    return is_translated(v) || (v->va & ~ATLAS_ONES(va_bits)) == 0;
}

void vec_narrow(struct vec *v, const struct atlas_params *params)
{
    static const uint8_t access_fault[] = {ATLAS_CAUSE_FETCH_ACCESS, ATLAS_CAUSE_LOAD_ACCESS,
                                           ATLAS_CAUSE_STORE_ACCESS};
    static const uint8_t levels[] = {
        [ATLAS_MODE_SV32] = 2, [ATLAS_MODE_SV39] = 3, [ATLAS_MODE_SV48] = 4, [ATLAS_MODE_SV57] = 5};

    if (v->nread == 0 || v->nread > levels[v->mode] ||
        (v->cause != ATLAS_CAUSE_NONE && v->wflag == VEC_NO_WRITE))
        return; /* the walk did not come to where the width is checked */

    unsigned page_bits = (levels[v->mode] - v->nread) * (vec_is_32(v) ? 10U : 9U);
    uint64_t inside = ATLAS_ONES(page_bits) & v->va >> ATLAS_PAGE_SHIFT;

    if ((ppn_of(v, v->read[v->nread - 1].val) | inside) >> (params->pa_bits - ATLAS_PAGE_SHIFT) ==
        0)
        return;
    v->cause = access_fault[v->acc];
    v->pa = 0;
    v->level = v->pbmt = 0;
    v->napot = v->g = false;
    v->wflag = VEC_NO_WRITE;
}

const char *vec_describe(const struct vec *v, char *buf, size_t len)
{
    static const char *const modes[] = {"bare", "Sv32", "",     "",     "",    "",
                                        "",     "",     "Sv39", "Sv48", "Sv57"};
    static const char *const accesses[] = {"fetch", "load", "store"};
    static const char *const privs[] = {"U", "S", "", "M"};

    snprintf(buf, len,
             "%s %s of va %" PRIx64
             " in %s, sum %d mxr %d adue %d pbmte %d svnapot %d, root %" PRIx64 ", asid %x",
             modes[v->mode], accesses[v->acc], v->va, privs[v->priv], v->sum, v->mxr, v->adue,
             v->pbmte, v->svnapot, v->root_ppn, v->asid);
    return buf;
}

/* ---- The oracle ---------------------------------------------------------------------------- */

/* The memory image, read in the vector's order. */
struct image {
    const struct vec *v;
    unsigned next; /* read that comes next */
};

static enum cold_answer image_read(void *ctx, uint64_t addr, uint64_t *pte)
{
    struct image *image = ctx;
    const struct vec_read *r = &image->v->read[image->next];

    if (image->next >= image->v->nread || r->addr != addr || r->err)
        return COLD_ERROR;
    image->next++;
    *pte = r->val;
    return COLD_OK;
}

static enum cold_answer image_write(void *ctx, uint64_t addr, uint64_t old, uint64_t pte)
{
    const struct image *image = ctx;

    (void)addr, (void)old, (void)pte; /* compared afterwards */
    return image->v->wflag == VEC_WRITE_ERROR ? COLD_ERROR : COLD_OK;
}

static void compare_oracle_memory(const struct vec *v, const struct cold_result *r, struct diff *d)
{
    unsigned reads = v->nread < r->nread ? v->nread : r->nread;
    unsigned wflag = !r->write.tried                 ? VEC_NO_WRITE
                     : r->write.answer == COLD_ERROR ? VEC_WRITE_ERROR
                                                     : VEC_WRITTEN;

    diff_value(d, "oracle", "number of PTE reads", v->nread, r->nread);
    for (unsigned i = 0; i < reads && i < COLD_READS; i++)
        diff_value(d, "oracle", "address of a PTE read", v->read[i].addr, r->read[i].addr);
    diff_value(d, "oracle", "wflag", v->wflag, wflag);
    if (v->wflag != VEC_NO_WRITE && r->write.tried) {
        diff_value(d, "oracle", "waddr", v->waddr, r->write.addr);
        diff_value(d, "oracle", "wval", v->wval, r->write.pte);
    }
}

void vec_ask_oracle(const struct vec *v, const struct atlas_params *params,
                    struct cold_query *query, struct cold_result *r)
{
    struct image image = {v, 0};
    const struct cold_memory memory = {&image, image_read, image_write};

    *query = (struct cold_query){.xlen = (uint8_t)params->xlen,
                                 .levels = (uint8_t)params->levels,
                                 .pa_bits = (uint8_t)params->pa_bits,
                                 .mode = v->mode,
                                 .root_ppn = v->root_ppn,
                                 .va = v->va,
                                 .acc = v->acc,
                                 .priv = v->priv,
                                 .sum = v->sum,
                                 .mxr = v->mxr,
                                 .adue = v->adue,
                                 .pbmte = v->pbmte,
                                 .napote = v->svnapot};
    cold_walk(query, &memory, r);
}

void vec_try_oracle(const struct vec *v, const struct atlas_params *params, struct diff *d)
{
    struct cold_query query;
    struct cold_result r;

    vec_ask_oracle(v, params, &query, &r);
    diff_cause(d, "oracle", v->cause, r.cause);
    if (r.cause != v->cause && r.fault)
        diff_add(d, "  oracle: reason is %s: %s", atlas_reason_name(r.reason),
                 atlas_reason_text(r.reason));
    diff_value(d, "oracle", "pa", v->pa, r.pa);
    diff_value(d, "oracle", "level", v->level, r.level);
    diff_value(d, "oracle", "napot", v->napot, r.napot);
    diff_value(d, "oracle", "pbmt", v->pbmt, r.pbmt);
    diff_value(d, "oracle", "g", v->g, r.g);
    compare_oracle_memory(v, &r, d);
}

/* ---- The target ---------------------------------------------------------------------------- */

/* Reads of the same address before read i. */
static unsigned earlier_reads(const struct vec *v, unsigned i)
{
    unsigned n = 0;

    for (unsigned k = 0; k < i; k++)
        n += v->read[k].addr == v->read[i].addr;
    return n;
}

/* The vector's words and bus errors, and nothing else. An address that is no multiple of a PTE's
 * size is left out: no walk can read it, and that it was not read will be noticed. */
static void load_memory(const struct vec *v, struct target *t)
{
    unsigned bytes = t->params.xlen / 8;

    t->ops->mem_clear(t->backend);
    for (unsigned i = 0; i < v->nread; i++)
        if (v->read[i].addr % bytes == 0)
            t->ops->mem_write(t->backend, v->read[i].addr, v->read[i].val, bytes);
    for (unsigned i = v->nread; i-- > 0;)
        if (v->read[i].err)
            t->ops->mem_fail(t->backend, v->read[i].addr, false, earlier_reads(v, i), 1);
    if (v->wflag == VEC_WRITE_ERROR)
        t->ops->mem_fail(t->backend, v->waddr, true, 0, 1);
}

static void compare_rsp(const struct vec *v, const char *who, const struct atlas_req *req,
                        const struct atlas_rsp *rsp, struct diff *d)
{
    diff_cause(d, who, v->cause, rsp->fault ? rsp->cause : ATLAS_CAUSE_NONE);
    if (d->count != 0 && rsp->fault && atlas_reason_name(rsp->reason) != NULL)
        diff_add(d, "  %s: reason is %s: %s", who, atlas_reason_name(rsp->reason),
                 atlas_reason_text(rsp->reason));
    diff_value(d, who, "fault", v->cause != 0, rsp->fault);
    diff_value(d, who, "killed", false, rsp->killed);
    diff_value(d, who, "id", req->id, rsp->id);
    diff_value(d, who, "pa", v->pa, rsp->pa);
    diff_value(d, who, "level", v->level, rsp->level);
    diff_value(d, who, "napot", v->napot, rsp->napot);
    diff_value(d, who, "pbmt", v->pbmt, rsp->pbmt);
}

/* Transaction number i is to be `want`. */
static void compare_transaction(const char *who, size_t i, const struct mem_transaction *want,
                                const struct mem_transaction *got, struct diff *d)
{
    char name[40];

    snprintf(name, sizeof name, "%s %zu", want->cas ? "write" : "read", i + 1);
    if (want->cas != got->cas) {
        diff_add(d, "  %s: %s is a %s of %" PRIx64 ", expected %" PRIx64, who, name,
                 got->cas ? "write" : "read", got->addr, want->addr);
        return;
    }
    if (want->addr != got->addr || want->status != got->status ||
        (want->status == ATLAS_MEM_OK && want->value != got->value) ||
        (want->cas && (want->old != got->old || want->value != got->value)))
        diff_add(
            d, "  %s: %s is %" PRIx64 " -> %" PRIx64 "%s, expected %" PRIx64 " -> %" PRIx64 "%s",
            who, name, got->addr, got->value, got->status == ATLAS_MEM_OK ? "" : " (bus error)",
            want->addr, want->value, want->status == ATLAS_MEM_OK ? "" : " (bus error)");
}

/* The transactions that the vector allows [array, returned count]. */
static size_t wanted_transactions(const struct vec *v, struct mem_transaction want[VEC_READS + 1])
{
    size_t n = 0;

    for (; n < v->nread; n++)
        want[n] =
            (struct mem_transaction){.addr = v->read[n].addr,
                                     .value = v->read[n].err ? 0 : v->read[n].val,
                                     .status = v->read[n].err ? ATLAS_MEM_ERROR : ATLAS_MEM_OK};
    if (v->wflag != VEC_NO_WRITE) {
        want[n] = (struct mem_transaction){.cas = true,
                                           .addr = v->waddr,
                                           .value = v->wval,
                                           .old = n > 0 ? v->read[n - 1].val : 0,
                                           .status = v->wflag == VEC_WRITE_ERROR ? ATLAS_MEM_ERROR
                                                                                 : ATLAS_MEM_OK};
        n++;
    }
    return n;
}

static void compare_transactions(const struct vec *v, const char *who, struct target *t,
                                 struct diff *d)
{
    struct mem_transaction want[VEC_READS + 1];
    const struct mem_transaction *got;
    size_t wanted = wanted_transactions(v, want);
    size_t count = t->ops->transactions(t->backend, &got);

    for (size_t i = 0; i < wanted && i < count; i++)
        compare_transaction(who, i, &want[i], &got[i], d);
    for (size_t i = wanted; i < count; i++)
        diff_add(d, "  %s: %s %zu is of %" PRIx64 ", expected none", who,
                 got[i].cas ? "write" : "read", i + 1, got[i].addr);
    for (size_t i = count; i < wanted; i++)
        diff_add(d, "  %s: no %s %zu, expected one of %" PRIx64, who,
                 want[i].cas ? "write" : "read", i + 1, want[i].addr);
}

/* Page-number bits that lie inside the page of the leaf. */
static unsigned inside_bits(const struct vec *v)
{
    return v->napot ? 4 : v->level * (vec_is_32(v) ? 10U : 9U);
}

/* Is a leaf of this page remembered? One larger than physical memory is not. */
static bool is_filled(const struct vec *v, const struct target *t)
{
    return is_translated(v) && v->cause == 0 &&
           ATLAS_PAGE_SHIFT + inside_bits(v) <= t->params.pa_bits;
}

static void compare_fill(const struct vec *v, const char *who, struct target *t, struct diff *d)
{
    unsigned array, index;
    struct atlas_entry e;
    bool filled = t->ops->last_fill(t->backend, &array, &index, &e);

    diff_value(d, who, "filled", is_filled(v, t), filled);
    if (!filled || !is_filled(v, t))
        return;
    diff_value(d, who, "g of the entry", v->g, e.g);
    diff_value(d, who, "asid of the entry", v->asid & ATLAS_ONES(t->params.asid_bits), e.asid);
    diff_value(d, who, "ppn of the entry", v->pa >> ATLAS_PAGE_SHIFT & ~ATLAS_ONES(inside_bits(v)),
               e.ppn);
    diff_value(d, who, "level of the entry", v->level, e.level);
    diff_value(d, who, "napot of the entry", v->napot, e.napot);
    diff_value(d, who, "pbmt of the entry", v->pbmt, e.pbmt);
}

/* The word that was to be written holds the new value, or the old one after a bus error. */
static void compare_memory(const struct vec *v, const char *who, struct target *t, struct diff *d)
{
    unsigned bytes = t->params.xlen / 8;
    uint64_t value = 0;

    if (v->wflag != VEC_WRITTEN || v->waddr % bytes != 0)
        return;
    t->ops->mem_read(t->backend, v->waddr, &value, bytes);
    diff_value(d, who, "the word at waddr", v->wval, value);
}

static void try_access(const struct vec *v, unsigned acc, const char *who, struct target *t,
                       struct diff *d)
{
    const struct atlas_cfg cfg = {
        .satp = vec_satp(v), .adue = v->adue, .pbmte = v->pbmte, .napote = v->svnapot};
    const struct atlas_req req = {.va = v->va,
                                  .acc = (uint8_t)acc,
                                  .priv = v->priv,
                                  .sum = v->sum,
                                  .mxr = v->mxr,
                                  .id = acc & (uint32_t)ATLAS_ONES(t->params.id_bits)};
    const struct mem_transaction *before;
    struct atlas_rsp rsp;
    const char *mismatch;

    if (!t->port.configure(t->port.self, &cfg)) {
        diff_add(d, "  %s: refuses satp %" PRIx64 ", expected to take it", who, cfg.satp);
        return;
    }
    t->port.fence(t->port.self, &(struct atlas_fence){0});
    load_memory(v, t);
    t->ops->transactions(t->backend, &before);
    t->port.access(t->port.self, target_port(t, acc), &req, &rsp);
    compare_rsp(v, who, &req, &rsp, d);
    compare_transactions(v, who, t, d);
    compare_fill(v, who, t, d);
    compare_memory(v, who, t, d);
    mismatch = t->ops->mismatch(t->backend);
    if (mismatch != NULL)
        diff_add(d, "  %s: %s", who, mismatch);
}

void vec_try_target(const struct vec *v, struct target *t, struct diff *d)
{
    char who[40];

    try_access(v, v->acc, t->ops->name, t, d);
    if (v->acc == ATLAS_ACC_STORE) {
        snprintf(who, sizeof who, "%s (as AMO)", t->ops->name);
        try_access(v, ATLAS_ACC_AMO, who, t, d);
    }
}

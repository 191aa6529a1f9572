/* replay.c: see replay.h. */
#include "replay.h"
#include "preset.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PENDING_MAX = 64 };

/* A U line that waits for the next record. */
struct pending {
    uint64_t addr, val;
    uint64_t before; /* the word when the record began; 0 if it is unknown */
};

struct replay {
    struct target *t;
    struct history *history;
    struct atlas_cfg cfg;
    bool svade;
    unsigned pte_bytes;
    uint32_t id, id_mask;
    struct pending pending[PENDING_MAX]; /* [array, pending_count] */
    size_t pending_count;
    struct replay_counts counts;
};

uint64_t replay_records(const struct replay_counts *c)
{
    return c->fetch + c->load + c->store + c->amo + c->sc + c->faults + c->unchecked;
}

const struct replay_counts *replay_counts(const struct replay *r)
{
    return &r->counts;
}

struct replay *replay_open(struct target *t, const struct mmutrace_header *header)
{
    struct replay *r = report_need(calloc(1, sizeof *r));

    r->t = t;
    r->history = history_open(header->xlen);
    r->svade = header->svade;
    r->cfg = (struct atlas_cfg){
        .adue = !header->svade, .napote = header->svnapot, .pbmte = header->svpbmt};
    r->pte_bytes = header->xlen / 8;
    r->id_mask = (uint32_t)ATLAS_ONES(t->params.id_bits);
    t->port.configure(t->port.self, &r->cfg);
    return r;
}

void replay_close(struct replay *r)
{
    if (r == NULL)
        return;
    history_close(r->history);
    free(r);
}

/* ---- What fits ----------------------------------------------------------------------------- */

static bool satp_fits(const struct replay *r, uint64_t satp)
{
    const struct atlas_params *p = &r->t->params;
    bool narrow = r->pte_bytes == 4;
    uint64_t mode = narrow ? ATLAS_GET(satp, SATP32_MODE) : ATLAS_GET(satp, SATP64_MODE);
    uint64_t asid = narrow ? ATLAS_GET(satp, SATP32_ASID) : ATLAS_GET(satp, SATP64_ASID);
    uint64_t ppn = narrow ? ATLAS_GET(satp, SATP32_PPN) : ATLAS_GET(satp, SATP64_PPN);

    return preset_has_mode(p, (unsigned)mode) && asid >> p->asid_bits == 0 &&
           ppn >> (p->pa_bits - ATLAS_PAGE_SHIFT) == 0;
}

bool replay_fits(const struct replay *r, const struct mmutrace_event *e)
{
    const struct atlas_params *p = &r->t->params;
    uint64_t ppn;

    switch (e->kind) {
    case MMUTRACE_SATP: return satp_fits(r, e->satp);
    case MMUTRACE_MEM:
    case MMUTRACE_UPDATE:
        ppn = r->pte_bytes == 4 ? ATLAS_GET(e->val, PTE32_PPN) : ATLAS_GET(e->val, PTE64_PPN);
        return ppn >> (p->pa_bits - ATLAS_PAGE_SHIFT) == 0;
    case MMUTRACE_FENCE: return true;
    default:
        return p->xlen == 32 || e->va >> p->pa_bits == 0 ||
               ATLAS_GET(r->cfg.satp, SATP64_MODE) != ATLAS_MODE_BARE;
    }
}

/* ---- Lines that are no records ------------------------------------------------------------- */

static void write_word(struct replay *r, uint64_t addr, uint64_t val)
{
    history_write(r->history, addr, val);
    r->t->ops->mem_write(r->t->backend, addr, val, r->pte_bytes);
}

/* The U line of this word, if one waits, is void. */
static void drop_pending(struct replay *r, uint64_t addr)
{
    for (size_t i = r->pending_count; i-- > 0;)
        if (r->pending[i].addr == addr)
            r->pending[i] = r->pending[--r->pending_count];
}

static void apply_pending(struct replay *r)
{
    for (size_t i = 0; i < r->pending_count; i++)
        write_word(r, r->pending[i].addr, r->pending[i].val);
    r->pending_count = 0;
}

static void do_word(struct replay *r, const struct mmutrace_event *e)
{
    r->counts.words++;
    drop_pending(r, e->addr);
    if (e->kind == MMUTRACE_MEM || r->svade) {
        write_word(r, e->addr, e->val);
        return;
    }
    if (r->pending_count ==
        PENDING_MAX) /* one access needs one: these are words that it does not */
        apply_pending(r);
    r->pending[r->pending_count++] = (struct pending){.addr = e->addr, .val = e->val};
}

static void do_satp(struct replay *r, const struct mmutrace_event *e, struct diff *d)
{
    r->counts.satps++;
    r->cfg.satp = e->satp;
    history_satp(r->history, e->satp);
    if (!r->t->port.configure(r->t->port.self, &r->cfg))
        diff_add(d, "  %s: refuses satp %" PRIx64 ", expected to take it", r->t->ops->name,
                 e->satp);
}

static void do_fence(struct replay *r, const struct mmutrace_event *e)
{
    const struct atlas_fence fence = {e->has_va, e->has_asid, e->va, e->asid};

    r->counts.fences++;
    r->t->port.fence(r->t->port.self, &fence);
    history_fence(r->history, &fence);
}

/* ---- Records ------------------------------------------------------------------------------- */

/* One record, while it is judged. */
struct record {
    const struct mmutrace_event *e;
    const char *who;
    uint32_t id; /* of the request */
    struct atlas_rsp rsp;
    struct cold_query query;
    struct cold_result cold; /* the oracle's walk over the memory before the access */
    bool unknown;            /* the target read a word that is not known ... */
    uint64_t unknown_addr;   /* ... this one                                 */
    bool stale;
};

static void count_record(struct replay *r, const struct mmutrace_event *e)
{
    struct replay_counts *c = &r->counts;

    c->left_out += e->n;
    if (e->kind == MMUTRACE_FAULT)
        c->faults++;
    else if (e->kind == MMUTRACE_STALE)
        c->unchecked++;
    else if (e->key == 'F')
        c->fetch++;
    else if (e->key == 'R')
        c->load++;
    else if (e->key == 'W')
        c->store++;
    else if (e->key == 'A')
        c->amo++;
    else
        c->sc++;
}

static struct cold_query query_of(const struct replay *r, const struct mmutrace_event *e)
{
    const struct atlas_params *p = &r->t->params;

    return (struct cold_query){.xlen = (uint8_t)p->xlen,
                               .levels = (uint8_t)p->levels,
                               .pa_bits = (uint8_t)p->pa_bits,
                               .va = e->va,
                               .acc = e->acc,
                               .priv = e->ctx & MMUTRACE_CTX_S ? ATLAS_PRIV_S : ATLAS_PRIV_U,
                               .sum = (e->ctx & MMUTRACE_CTX_SUM) != 0,
                               .mxr = (e->ctx & MMUTRACE_CTX_MXR) != 0,
                               .adue = r->cfg.adue,
                               .pbmte = r->cfg.pbmte,
                               .napote = r->cfg.napote};
}

static void do_access(struct replay *r, struct record *x)
{
    const struct atlas_req req = {.va = x->e->va,
                                  .acc = x->e->acc,
                                  .priv = x->query.priv,
                                  .sum = x->query.sum,
                                  .mxr = x->query.mxr,
                                  .id = x->id};

    r->t->port.access(r->t->port.self, target_port(r->t, req.acc), &req, &x->rsp);
}

/* Is the update one that the access may make by itself? */
static bool is_plain_update(const struct record *x, const struct mem_transaction *m)
{
    bool store = x->e->acc == ATLAS_ACC_STORE || x->e->acc == ATLAS_ACC_AMO;
    uint64_t may = ATLAS_MASK(PTE_A) | (store ? ATLAS_MASK(PTE_D) : 0);

    return (m->value & ~m->old & ~may) == 0 && (m->old & ~m->value) == 0 && !x->rsp.fault;
}

static bool is_announced(const struct replay *r, const struct mem_transaction *m)
{
    for (size_t i = 0; i < r->pending_count; i++)
        if (r->pending[i].addr == m->addr)
            return true;
    return false;
}

/* Follow what the target did to memory. */
static void take_transactions(struct replay *r, struct record *x, struct diff *d)
{
    const struct mem_transaction *m;
    size_t count = r->t->ops->transactions(r->t->backend, &m);

    for (size_t i = 0; i < count; i++) {
        if (m[i].status == ATLAS_MEM_ERROR) {
            x->unknown = true;
            x->unknown_addr = m[i].addr;
        }
        if (!m[i].cas || m[i].status != ATLAS_MEM_OK)
            continue;
        history_write(r->history, m[i].addr, m[i].value);
        if (is_announced(r, &m[i]))
            r->counts.announced++;
        else
            r->counts.unannounced++;
        if (x->e->kind != MMUTRACE_STALE && !is_plain_update(x, &m[i]))
            diff_add(d,
                     "  %s: writes %" PRIx64 " over %" PRIx64 " at %" PRIx64
                     ", expected no more than A%s of an access that succeeds",
                     x->who, m[i].value, m[i].old, m[i].addr,
                     x->e->acc == ATLAS_ACC_FETCH || x->e->acc == ATLAS_ACC_LOAD ? "" : " and D");
    }
}

/* Is the target's answer right by what was there at some time since the last fence? */
static bool is_legal(const struct replay *r, const struct record *x)
{
    const struct history_answer answer = {
        .fault = x->rsp.fault, .pa = x->rsp.pa, .level = x->rsp.level};

    return history_legal(r->history, &x->query, &answer);
}

/* Is it so by a leaf that it remembers with the A and D that a U line announces? */
static bool had_bits(const struct replay *r, const struct record *x, const struct pending *u)
{
    const struct history_answer answer = {.pa = x->rsp.pa,
                                          .level = x->rsp.level,
                                          .held = true,
                                          .held_addr = u->addr,
                                          .held_bits =
                                              u->val & (ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D))};

    return !x->rsp.fault && history_legal(r->history, &x->query, &answer);
}

/* The cause of this record's page fault. */
static unsigned page_fault(const struct record *x)
{
    return x->e->acc == ATLAS_ACC_FETCH  ? ATLAS_CAUSE_FETCH_PAGE
           : x->e->acc == ATLAS_ACC_LOAD ? ATLAS_CAUSE_LOAD_PAGE
                                         : ATLAS_CAUSE_STORE_PAGE;
}

static void compare_answer(const struct replay *r, struct record *x, struct diff *d)
{
    const struct mmutrace_event *e = x->e;
    unsigned expected = e->kind == MMUTRACE_FAULT ? e->cause : ATLAS_CAUSE_NONE;
    unsigned got = x->rsp.fault ? x->rsp.cause : ATLAS_CAUSE_NONE;
    bool opposite;

    diff_value(d, x->who, "killed", false, x->rsp.killed);
    diff_value(d, x->who, "id", x->id, x->rsp.id);
    if (got == expected) {
        if (!x->rsp.fault) {
            diff_value(d, x->who, "pa", e->pa, x->rsp.pa);
            diff_value(d, x->who, "level", e->level, x->rsp.level);
        }
        return;
    }
    opposite = (got == ATLAS_CAUSE_NONE) != (expected == ATLAS_CAUSE_NONE);
    if (!x->unknown && opposite && (got == ATLAS_CAUSE_NONE || got == page_fault(x)) &&
        is_legal(r, x)) {
        x->stale = true;
        return;
    }
    diff_cause(d, x->who, expected, got);
    if (x->unknown)
        diff_add(d, "  %s: reads the word at %" PRIx64 ", which is not known", x->who,
                 x->unknown_addr);
    else if (x->rsp.fault && atlas_reason_name(x->rsp.reason) != NULL)
        diff_add(d, "  %s: reason is %s: %s", x->who, atlas_reason_name(x->rsp.reason),
                 atlas_reason_text(x->rsp.reason));
    else if (!x->rsp.fault)
        diff_add(d, "  %s: pa is %" PRIx64 ", level %u, by no translation since the last fence",
                 x->who, x->rsp.pa, x->rsp.level);
}

/* The number of PTE reads, if the oracle agrees with the record otherwise (if it does not, the
 * guest's machine answered from a translation it remembered). */
static void compare_oracle(const struct record *x, struct diff *d)
{
    const struct mmutrace_event *e = x->e;
    const struct cold_result *c = &x->cold;
    bool agrees = e->kind == MMUTRACE_FAULT ? c->cause == e->cause
                                            : !c->fault && c->pa == e->pa && c->level == e->level;

    if (agrees && c->nread != e->npte)
        diff_add(d, "  oracle: npte is %u, expected %u", c->nread, e->npte);
}

/* Remember the words that U lines announce as they are before the access. */
static void note_pending(struct replay *r)
{
    for (size_t i = 0; i < r->pending_count; i++)
        history_read(r->history, &r->pending[i].before, r->pending[i].addr);
}

/* Is the announced word there now? It may have A and D beside, that an earlier update which nobody
 * announced has set, and was accepted. */
static bool is_done(const struct pending *u, uint64_t value)
{
    uint64_t stayed = u->before & (ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D));

    return value == u->val || value == (u->val | stayed);
}

/* Does the word differ from what was announced in A and D alone? */
static bool lacks_bits_alone(const struct pending *u, uint64_t value)
{
    return ((value ^ u->val) & ~(ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D))) == 0;
}

/* The updates that U lines announced must be in memory now. */
static void compare_pending(struct replay *r, struct record *x, struct diff *d)
{
    for (size_t i = 0; i < r->pending_count; i++) {
        const struct pending *u = &r->pending[i];
        uint64_t value = 0;
        bool known = r->t->ops->mem_read(r->t->backend, u->addr, &value, r->pte_bytes);
        bool done = known && is_done(u, value);

        if (!done && known && lacks_bits_alone(u, value) && had_bits(r, x, u))
            x->stale = true;
        else if (!done)
            diff_add(d,
                     "  %s: the word at %" PRIx64 " is %" PRIx64 " after the access, expected "
                     "%" PRIx64 " by a U line",
                     x->who, u->addr, value, u->val);
        if (value != u->val)
            write_word(r, u->addr, u->val); /* as an M, the line decides */
    }
    r->pending_count = 0;
}

static void do_record(struct replay *r, const struct mmutrace_event *e, struct diff *d)
{
    struct record x = {
        .e = e, .who = r->t->ops->name, .id = r->id++ & r->id_mask, .query = query_of(r, e)};
    const char *mismatch;

    count_record(r, e);
    if (e->kind == MMUTRACE_STALE)
        apply_pending(r);
    note_pending(r);
    history_cold_walk(r->history, &x.query, &x.cold);
    do_access(r, &x);
    take_transactions(r, &x, d);
    if (e->kind != MMUTRACE_STALE) {
        r->counts.oracle_reads += x.cold.nread;
        compare_answer(r, &x, d);
        compare_oracle(&x, d);
        compare_pending(r, &x, d);
        r->counts.stale += x.stale;
    }
    mismatch = r->t->ops->mismatch(r->t->backend);
    if (mismatch != NULL)
        diff_add(d, "  %s: %s", x.who, mismatch);
}

void replay_event(struct replay *r, const struct mmutrace_event *e, struct diff *d)
{
    switch (e->kind) {
    case MMUTRACE_SATP: do_satp(r, e, d); break;
    case MMUTRACE_FENCE: do_fence(r, e); break;
    case MMUTRACE_MEM:
    case MMUTRACE_UPDATE: do_word(r, e); break;
    default: do_record(r, e, d); break;
    }
}

void replay_finish(struct replay *r, struct diff *d)
{
    bool same = r->t->ops->checkpoint(r->t->backend);
    const char *mismatch = r->t->ops->mismatch(r->t->backend);

    if (!same || mismatch != NULL)
        diff_add(d, "  %s: at the end of the trace: %s", r->t->ops->name,
                 mismatch != NULL ? mismatch : "what is remembered differs");
}

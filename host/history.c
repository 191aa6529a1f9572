/* history.c: see history.h. */
#include "history.h"
#include "mem/sparse.h"
#include "oracle/cold_walk_inline.h"
#include "report.h"

#include <stdlib.h>

#define NOW UINT64_MAX /* end of what has not ended */

enum {
    SATPS_MAX = 1024,  /* those out of force longest are forgotten              */
    TRIALS_MAX = 50000 /* outcomes looked at before an answer is called illegal */
};

/* A word had `old` until `time`. */
struct change {
    uint64_t addr, old, time;
    bool old_known; /* false: the word was unknown until then */
    size_t earlier; /* the change of the same word before this one, + 1; 0: none */
};

struct satp_span {
    uint64_t satp, from, to; /* to: NOW for the present one */
};

struct fence_event {
    struct atlas_fence fence;
    uint64_t time;
};

struct history {
    unsigned xlen, pte_bytes;
    struct sparse *now;     /* the memory                                             */
    struct sparse *last;    /* for each word, the number of its last change, + 1      */
    uint64_t time;          /* of the next event: counts them                         */
    struct change *changes; /* [array, change_count]                               */
    size_t change_count, change_room;
    struct satp_span satps[SATPS_MAX]; /* [array, satp_count]; the present one is among them */
    size_t satp_count, satp_now;
    struct fence_event *fences; /* [array, fence_count]                            */
    size_t fence_count, fence_room;
};

/* Room for one more element; the array may move. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room == 0 ? 64 : *room * 2;
    return report_need(realloc(array, *room * size));
}

struct history *history_open(unsigned xlen)
{
    struct history *h = report_need(calloc(1, sizeof *h));

    h->now = report_need(sparse_open());
    h->last = report_need(sparse_open());
    h->xlen = xlen;
    h->pte_bytes = xlen / 8;
    h->satps[0].to = NOW;
    h->satp_count = 1;
    return h;
}

void history_close(struct history *h)
{
    if (h == NULL)
        return;
    sparse_close(h->now);
    sparse_close(h->last);
    free(h->changes);
    free(h->fences);
    free(h);
}

bool history_read(const struct history *h, uint64_t *value, uint64_t addr)
{
    return sparse_read(h->now, value, addr, h->pte_bytes);
}

/* The number of the word's last change, + 1; 0: none. */
static size_t last_change(const struct history *h, uint64_t addr)
{
    uint64_t number;

    sparse_read(h->last, &number, addr, h->pte_bytes);
    return (size_t)number;
}

void history_write(struct history *h, uint64_t addr, uint64_t value)
{
    uint64_t old;
    bool known = history_read(h, &old, addr);

    if (known && old == value)
        return;
    h->changes = grow(h->changes, h->change_count, &h->change_room, sizeof h->changes[0]);
    h->changes[h->change_count++] = (struct change){.addr = addr,
                                                    .old = old,
                                                    .old_known = known,
                                                    .time = h->time++,
                                                    .earlier = last_change(h, addr)};
    if (!sparse_write(h->last, addr, h->change_count, h->pte_bytes) ||
        !sparse_write(h->now, addr, value, h->pte_bytes))
        report_out_of_memory();
}

/* ---- satp and fences ----------------------------------------------------------------------- */

static unsigned satp_mode(const struct history *h, uint64_t satp)
{
    return (unsigned)(h->xlen == 32 ? ATLAS_GET(satp, SATP32_MODE) : ATLAS_GET(satp, SATP64_MODE));
}

static uint64_t satp_asid(const struct history *h, uint64_t satp)
{
    return h->xlen == 32 ? ATLAS_GET(satp, SATP32_ASID) : ATLAS_GET(satp, SATP64_ASID);
}

static uint64_t satp_root(const struct history *h, uint64_t satp)
{
    return h->xlen == 32 ? ATLAS_GET(satp, SATP32_PPN) : ATLAS_GET(satp, SATP64_PPN);
}

uint64_t history_current_satp(const struct history *h)
{
    return h->satps[h->satp_now].satp;
}

/* A place for a span: a new one, or that of the one that has been out of force longest. */
static size_t place_span(struct history *h)
{
    size_t oldest = 0;

    if (h->satp_count < SATPS_MAX)
        return h->satp_count++;
    for (size_t i = 1; i < h->satp_count; i++)
        if (h->satps[i].to < h->satps[oldest].to)
            oldest = i;
    return oldest;
}

void history_satp(struct history *h, uint64_t satp)
{
    size_t i = 0;

    h->satps[h->satp_now].to = h->time;
    while (i < h->satp_count && h->satps[i].satp != satp)
        i++;
    if (i == h->satp_count) {
        i = place_span(h);
        h->satps[i] = (struct satp_span){.satp = satp, .from = h->time};
    }
    h->satps[i].to = NOW;
    h->satp_now = i;
    h->time++;
}

void history_fence(struct history *h, const struct atlas_fence *fence)
{
    if (fence->has_va || fence->has_asid) {
        h->fences = grow(h->fences, h->fence_count, &h->fence_room, sizeof h->fences[0]);
        h->fences[h->fence_count++] = (struct fence_event){*fence, h->time++};
        return;
    }
    sparse_clear(h->last);
    h->change_count = 0;
    h->fence_count = 0;
    h->satps[0] = (struct satp_span){history_current_satp(h), h->time++, NOW};
    h->satp_count = 1;
    h->satp_now = 0;
}

/* ---- The present --------------------------------------------------------------------------- */

static enum cold_answer read_now(void *ctx, uint64_t addr, uint64_t *pte)
{
    return history_read(ctx, pte, addr) ? COLD_OK : COLD_ERROR;
}

static enum cold_answer write_nothing(void *ctx, uint64_t addr, uint64_t old, uint64_t pte)
{
    (void)ctx, (void)addr, (void)old, (void)pte;
    return COLD_OK;
}

static void set_satp(const struct history *h, struct cold_query *query, uint64_t satp)
{
    query->mode = (uint8_t)satp_mode(h, satp);
    query->root_ppn = satp_root(h, satp);
}

void history_cold_walk(const struct history *h, struct cold_query *query, struct cold_result *r)
{
    const struct cold_memory memory = {(void *)h, read_now, write_nothing};

    set_satp(h, query, history_current_satp(h));
    cold_walk_inline(query, &memory, r);
}

/* ---- The judge ----------------------------------------------------------------------------- */

/* One value that a word had. */
struct past {
    uint64_t value, from, to;
};

enum { NAPOT_PTES = 16 };

/* One way through the past: for each PTE that the walk reads, which of the word's values; and
 * for the last one, of which word: a 64 KiB page may be remembered by any of its PTEs, and their
 * A and D bits differ. */
struct trial {
    const struct history *h;
    const struct satp_span *span;
    bool global;                  /* look for ways that are global, or for those that are not   */
    unsigned levels;              /* of the mode                                                */
    unsigned depth;               /* PTE that is read next                                      */
    size_t choice[COLD_READS];    /* value taken: 0 the present one, 1 the one before ...       */
    bool has_older[COLD_READS];   /* there is one before it that may still be remembered        */
    struct past past[COLD_READS]; /* what it is                                                 */
    unsigned slots;               /* PTEs that the last one may be: 1, or those of a NAPOT page */
    unsigned slot;                /* ... the one taken: its number, ^ that of the walk's own    */
    bool g;                       /* OR of G over the values                                    */
};

/* Value number `choice` of a word, counted back from the present one, which next_trial saw to be
 * there. Returns false if the word is unknown; *older: is there a value before it? */
static bool past_value(const struct history *h, uint64_t addr, size_t choice, struct past *p,
                       bool *older)
{
    size_t c = last_change(h, addr);
    bool known = history_read(h, &p->value, addr);

    p->to = NOW;
    for (; choice > 0 && c > 0; choice--) {
        const struct change *change = &h->changes[c - 1];

        p->value = change->old;
        p->to = change->time;
        known = change->old_known;
        c = change->earlier;
    }
    p->from = c > 0 ? h->changes[c - 1].time : 0;
    *older = c > 0 && h->changes[c - 1].old_known;
    return known;
}

/* When the value went, or the satp that led to it. */
static uint64_t gone(const struct trial *t, const struct past *p)
{
    return p->to < t->span->to ? p->to : t->span->to;
}

/* Is the value, and with it all that are older, sure to be forgotten: gone before the satp was in
 * force, or before a fence that covers all of its ASID? */
static bool is_over(const struct trial *t, const struct past *p)
{
    const struct history *h = t->h;

    if (p->to <= t->span->from)
        return true;
    for (size_t i = h->fence_count; !t->global && i-- > 0 && h->fences[i].time > gone(t, p);)
        if (!h->fences[i].fence.has_va && h->fences[i].fence.asid == satp_asid(h, t->span->satp))
            return true;
    return false;
}

/* Can another PTE of a NAPOT page stand for the one asked for? */
static bool is_napot(uint64_t pte)
{
    return ATLAS_GET(pte, PTE_V) != 0 && ATLAS_GET(pte, PTE64_N) != 0;
}

static enum cold_answer read_past(void *ctx, uint64_t addr, uint64_t *pte)
{
    struct trial *t = ctx;
    unsigned d = t->depth++, slot = d + 1 == t->levels ? t->slot : 0;
    struct past *p = &t->past[d];
    bool known = past_value(t->h, addr ^ slot * (uint64_t)t->h->pte_bytes, t->choice[d], p,
                            &t->has_older[d]);

    if (!known || is_over(t, p)) {
        t->has_older[d] = false;
        return COLD_ERROR;
    }
    if (p->from >= t->span->to || (slot != 0 && !is_napot(p->value)))
        return COLD_ERROR;
    t->g = t->g || ATLAS_GET(p->value, PTE_G) != 0;
    *pte = p->value;
    return COLD_OK;
}

/* Go on to the next way: the deepest PTE that has an older value takes it, those below it begin
 * with the present one again. Returns false after the last way. */
static bool next_trial(struct trial *t)
{
    for (unsigned d = t->depth; d-- > 0;) {
        if (t->has_older[d]) {
            t->choice[d]++;
            return true;
        }
        t->choice[d] = 0;
        if (d + 1 == t->levels && ++t->slot < t->slots)
            return true;
        t->slot = 0;
    }
    return false;
}

/* Does a fence with this address cover a leaf that translates va? */
static bool same_page(const struct trial *t, uint64_t va, uint64_t fence_va, unsigned level)
{
    bool napot =
        level == 0 && t->h->xlen == 64 && ATLAS_GET(t->past[t->depth - 1].value, PTE64_N) != 0;
    unsigned bits = ATLAS_PAGE_SHIFT + (napot ? 4 : level * (t->h->xlen == 32 ? 10U : 9U));

    return (va ^ fence_va) >> bits == 0;
}

/* Does the fence cover the value at depth d? */
static bool covers(const struct trial *t, const struct atlas_fence *f, uint64_t va, unsigned d,
                   unsigned level)
{
    bool leaf = d + 1 == t->depth;

    if (f->has_asid && (t->g || f->asid != satp_asid(t->h, t->span->satp)))
        return false;
    return !f->has_va || (leaf && same_page(t, va, f->va, level));
}

/* Could the value at depth d still be remembered, or be read again? */
static bool is_alive(const struct trial *t, uint64_t va, unsigned d, unsigned level)
{
    const struct history *h = t->h;

    for (size_t i = h->fence_count; i-- > 0 && h->fences[i].time > gone(t, &t->past[d]);)
        if (covers(t, &h->fences[i].fence, va, d, level))
            return false;
    return true;
}

/* Is the leaf the word that the answer names, and had it the bits? */
static bool is_held(const struct cold_result *r, const struct history_answer *answer,
                    const struct trial *t)
{
    unsigned leaf = t->depth - 1;

    return r->read[leaf].addr == answer->held_addr &&
           (answer->held_bits & ~t->past[leaf].value) == 0;
}

static bool is_answer(const struct cold_result *r, const struct history_answer *answer,
                      const struct trial *t)
{
    bool page_fault = r->cause >= ATLAS_CAUSE_FETCH_PAGE;

    if (answer->fault)
        return page_fault && (r->reason != ATLAS_REASON_INVALID || t->past[t->depth - 1].to == NOW);
    return !r->fault && r->pa == answer->pa && r->level == answer->level &&
           (!answer->held || is_held(r, answer, t));
}

/* Is this way, which gives the answer, legal? */
static bool is_legal(const struct trial *t, const struct cold_query *query)
{
    if (t->g != t->global)
        return false;
    for (unsigned d = 0; d < t->depth; d++)
        if (!is_alive(t, query->va, d, t->levels - t->depth))
            return false;
    return true;
}

/* Of a mode that translates. */
static unsigned levels_of(unsigned mode)
{
    return mode == ATLAS_MODE_SV32 ? 2 : mode - ATLAS_MODE_SV39 + 3;
}

/* All ways that begin at one satp, and are global or are not. */
static bool legal_under(const struct history *h, const struct satp_span *span, bool global,
                        struct cold_query query, const struct history_answer *answer,
                        unsigned *trials)
{
    struct trial t = {.h = h, .span = span, .global = global};
    const struct cold_memory memory = {&t, read_past, write_nothing};
    struct cold_result r;

    set_satp(h, &query, span->satp);
    t.levels = levels_of(query.mode);
    t.slots = query.napote && h->xlen == 64 ? NAPOT_PTES : 1;
    do {
        t.depth = 0;
        t.g = false;
        cold_walk(&query, &memory, &r);
        if (t.depth > 0 && is_answer(&r, answer, &t) && is_legal(&t, &query))
            return true;
    } while (++*trials < TRIALS_MAX && next_trial(&t));
    return false;
}

/* All ways: the present satp first, then all others; of those that are not global only the ones
 * with its ASID. */
static bool legal_ways(const struct history *h, bool global, const struct cold_query *query,
                       const struct history_answer *answer)
{
    const struct satp_span *now = &h->satps[h->satp_now];
    unsigned trials = 0;

    if (legal_under(h, now, global, *query, answer, &trials))
        return true;
    for (size_t i = 0; i < h->satp_count; i++)
        if (i != h->satp_now && satp_mode(h, h->satps[i].satp) != ATLAS_MODE_BARE &&
            (global || satp_asid(h, h->satps[i].satp) == satp_asid(h, now->satp)) &&
            legal_under(h, &h->satps[i], global, *query, answer, &trials))
            return true;
    return false;
}

bool history_legal(const struct history *h, const struct cold_query *query,
                   const struct history_answer *answer)
{
    struct cold_query now = *query;
    struct cold_result r;

    history_cold_walk(h, &now, &r);
    if (now.mode == ATLAS_MODE_BARE || r.nread == 0) /* nothing remembered is asked */
        return answer->fault ? r.cause >= ATLAS_CAUSE_FETCH_PAGE
                             : !r.fault && r.pa == answer->pa && r.level == answer->level;
    return legal_ways(h, false, query, answer) || legal_ways(h, true, query, answer);
}

/* test_mmu_step.c: the model one micro-step at a time, and against itself in one call; and
 * against the cold-walk oracle. Random, seeded (ATLAS_SEED). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mmu_rig.h"
#include "oracle/cold_walk.h"

enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE, ROUNDS = 30000 };

static void a_walk_asks_for_one_transaction_after_the_other(void **state)
{
    const uint64_t leaf = 0x10 << PPN_LSB | PV | PR | PW;
    struct rig r;
    struct atlas_sampled s;
    struct atlas_walk w;

    (void)state;
    rig_open(&r, RIG_SV39);
    r.cfg.adue = true;
    rig_configure(&r);
    rig_map(&r, 0x5008, 0, leaf);
    s = rig_sample(&r, STORE, 0x5008);
    w = rig_begin(&r, &s);
    for (unsigned level = 3; level-- > 0;) {
        assert_int_equal(w.next, ATLAS_WALK_READ);
        assert_int_equal(w.addr, rig_pte_addr(&r, 0x5008, level));
        atlas_step_read(r.mmu, &w, rig_get(&r, w.addr), ATLAS_MEM_OK);
    }
    assert_int_equal(w.next, ATLAS_WALK_CAS);
    assert_int_equal(w.addr, rig_pte_addr(&r, 0x5008, 0));
    assert_int_equal(w.old, leaf);
    assert_int_equal(w.new_value, leaf | PA | PD);
    atlas_step_cas(r.mmu, &w, ATLAS_MEM_OTHER);
    assert_int_equal(w.next, ATLAS_WALK_READ);
    atlas_step_read(r.mmu, &w, leaf | PA, ATLAS_MEM_OK);
    assert_int_equal(w.next, ATLAS_WALK_CAS);
    assert_int_equal(w.old, leaf | PA);
    atlas_step_cas(r.mmu, &w, ATLAS_MEM_OK);
    assert_int_equal(w.next, ATLAS_WALK_DONE);
    assert_true(w.filled);
    assert_false(w.l2_hit);
    rig_assert_pa(&w.rsp, 0x10008);
    assert_int_equal(r.count, 0); /* the instance's own memory was not asked */
    rig_close(&r);
}

static void an_sv32_pte_has_32_bits_whatever_memory_gives(void **state)
{
    struct rig r;
    struct atlas_sampled s;
    struct atlas_walk w;

    (void)state;
    rig_open(&r, RIG_SV32);
    r.cfg.adue = true;
    rig_configure(&r);
    s = rig_sample(&r, LOAD, 0x5008);
    w = rig_begin(&r, &s);
    atlas_step_read(r.mmu, &w, UINT64_C(0xffffffff00000000) | 0x200 << PPN_LSB | PV, ATLAS_MEM_OK);
    assert_int_equal(w.addr, 0x200 << 12 | 5 * 4);
    atlas_step_read(r.mmu, &w, UINT64_C(0xffffffff00000000) | 0x10 << PPN_LSB | PV | PR,
                    ATLAS_MEM_OK);
    assert_int_equal(w.old, 0x10 << PPN_LSB | PV | PR);
    assert_int_equal(w.new_value, 0x10 << PPN_LSB | PV | PR | PA);
    atlas_step_cas(r.mmu, &w, ATLAS_MEM_OK);
    rig_assert_pa(&w.rsp, 0x10008);
    assert_int_equal(w.rsp.pbmt, 0);
    assert_int_equal(w.rsp.napot, 0);
    rig_close(&r);
}

static void a_request_keeps_the_configuration_it_was_accepted_with(void **state)
{
    struct rig r;
    struct atlas_sampled s;
    struct atlas_walk w;
    struct atlas_rsp rsp;

    (void)state;
    rig_open(&r, RIG_SV39);
    rig_map(&r, 0x5000, 0, PPBMT(1) | 0x10 << PPN_LSB | PV | PR | PA);
    s = rig_sample(&r, LOAD, 0x5000);
    r.cfg = (struct atlas_cfg){.satp = 0}; /* B20: everything changes under way */
    rig_configure(&r);
    assert_int_equal(atlas_step_look(r.mmu, 0, &s, &rsp), ATLAS_LOOK_MISS);
    w = rig_begin(&r, &s);
    while (w.next == ATLAS_WALK_READ)
        atlas_step_read(r.mmu, &w, rig_get(&r, w.addr), ATLAS_MEM_OK);
    rig_assert_pa(&w.rsp, 0x10000);
    assert_int_equal(w.rsp.pbmt, 1);
    assert_int_equal(rig_entry(&r, ATLAS_RB_L1, 0, 5).asid, 1);
    rig_close(&r);
}

static void l2_hits_and_early_faults_ask_for_nothing(void **state)
{
    struct rig r;
    struct atlas_sampled s;
    struct atlas_walk w;

    (void)state;
    rig_open(&r, RIG_SV39);
    rig_map(&r, 0x5000, 0, 0x10 << PPN_LSB | RWXAD);
    rig_access(&r, 1, LOAD, 0x5000);
    s = rig_sample(&r, LOAD, 0x5678);
    w = rig_begin(&r, &s);
    assert_int_equal(w.next, ATLAS_WALK_DONE);
    assert_true(w.l2_hit);
    assert_true(w.filled);
    rig_assert_pa(&w.rsp, 0x10678);
    s = rig_sample(&r, LOAD, UINT64_C(1) << 40);
    w = rig_begin(&r, &s);
    assert_int_equal(w.next, ATLAS_WALK_DONE);
    assert_false(w.l2_hit);
    assert_false(w.filled);
    rig_assert_fault(&w.rsp, ATLAS_REASON_NONCANONICAL, 13);
    rig_close(&r);
}

/* B26 */
static void an_aborted_walk_leaves_the_pointers_it_has_read_and_nothing_else(void **state)
{
    (void)state;
    for (unsigned reads = 0; reads < 4; reads++) {
        struct rig r;
        struct atlas_sampled s;
        struct atlas_walk w;

        rig_open(&r, RIG_SV39);
        r.cfg.adue = true;
        rig_configure(&r);
        rig_map(&r, 0x5000, 0, 0x10 << PPN_LSB | PV | PR);
        s = rig_sample(&r, LOAD, 0x5000);
        w = rig_begin(&r, &s);
        for (unsigned i = 0; i < reads; i++)
            atlas_step_read(r.mmu, &w, rig_get(&r, w.addr), ATLAS_MEM_OK);
        assert_int_equal(w.next, reads < 3 ? ATLAS_WALK_READ : ATLAS_WALK_CAS);
        atlas_step_abort(r.mmu, &w);
        assert_int_equal(w.next, ATLAS_WALK_DONE);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_ABORT), 1);
        assert_int_equal(rig_ctr(&r, ATLAS_GCTR_PTE_READ), reads);
        assert_int_equal(rig_valid(&r, ATLAS_RB_PTR, 0), reads < 2 ? reads : 2);
        assert_int_equal(rig_valid(&r, ATLAS_RB_L1, 0) + rig_valid(&r, ATLAS_RB_L2, 0), 0);
        assert_int_equal(rig_port_ctr(&r, 0, ATLAS_CTR_FAULT), 0);
        rig_close(&r);
    }
}

/* ---- random sessions ---- */

/* A small world: few pages at every level, in few spaces. Damaged PTEs of every kind. */
static unsigned rare(struct rng *rng, unsigned slice)
{
    return rng_one_in(rng, 5) ? slice : 0;
}

static uint64_t random_va(struct rig *r, struct rng *rng)
{
    const unsigned s0 = (unsigned)rng_below(rng, 3) * 9, s1 = rare(rng, 1), s2 = rare(rng, 1);
    const unsigned s3 = rare(rng, 256), s4 = rare(rng, 256);
    const uint64_t va = rig_va(r, s0, s1, s2, s3, s4) | rng_below(rng, 512) * 8;

    return rng_one_in(rng, 40) ? va ^ UINT64_C(1) << rng_below(rng, 64) : va;
}

static uint64_t random_pte(const struct rig *r, struct rng *rng, unsigned level)
{
    const unsigned aligned = rng_one_in(rng, 10) ? 0 : r->mode->slice_bits * level;
    uint64_t pte = RWXAD | (rng_below(rng, 4096) + 0x40) << aligned << PPN_LSB;

    if (rng_one_in(rng, 2))
        pte ^= rng_next(rng) & (PU | PG);
    if (rng_one_in(rng, 3))
        pte ^= UINT64_C(1) << rng_below(rng, 8);
    if (rng_one_in(rng, 2))
        pte &= ~(uint64_t)(rng_one_in(rng, 2) ? PD : PA | PD);
    if (rng_one_in(rng, 12))
        pte ^= UINT64_C(1) << (54 + rng_below(rng, 10));
    if (level == 0 && rng_one_in(rng, 6))
        pte = (pte & ~(UINT64_C(15) << PPN_LSB)) | PN | 8 << PPN_LSB;
    if (rng_one_in(rng, 30))
        pte |= UINT64_C(1) << (PPN_LSB + rng_below(rng, 44));
    return r->mode->bytes == 8 ? pte : pte & ATLAS_ONES(32);
}

/* A PTE on some path changes: a leaf, damaged or not; or, above level 0, a good pointer. */
static void damage(struct rig *r, struct rng *rng)
{
    const uint64_t va = random_va(r, rng);
    const unsigned level = rng_one_in(rng, 3) ? (unsigned)rng_below(rng, r->mode->levels) : 0;
    const uint64_t pointer = (RIG_ROOT + 0x200 + rng_below(rng, 16)) << PPN_LSB | PV;
    const uint64_t addr = rig_pte_addr(r, va, level);

    if (addr >> atlas_get_params(r->mmu)->pa_bits == 0)
        rig_put(r, addr, level > 0 && !rng_one_in(rng, 3) ? pointer : random_pte(r, rng, level));
}

static void randomize_request(struct rig *r, struct rng *rng)
{
    static const uint8_t privs[] = {ATLAS_PRIV_U, ATLAS_PRIV_S, ATLAS_PRIV_S, ATLAS_PRIV_M};

    r->req.priv = privs[rng_below(rng, rng_one_in(rng, 10) ? 4 : 3)];
    r->req.sum = rng_one_in(rng, 2);
    r->req.mxr = rng_one_in(rng, 2);
    if (!rng_one_in(rng, 20))
        return;
    rig_space(r, (unsigned)rng_below(rng, 3));
    r->cfg.adue = rng_one_in(rng, 2);
    r->cfg.pbmte = !rng_one_in(rng, 4);
    r->cfg.napote = !rng_one_in(rng, 4);
    r->cfg.tlb_off = rng_one_in(rng, 10);
    rig_configure(r);
}

static void random_fence(struct rig *r, struct rng *rng, struct atlas_fence *f)
{
    f->has_va = !rng_one_in(rng, 4);
    f->has_asid = rng_one_in(rng, 2);
    f->va = random_va(r, rng);
    f->asid = (uint16_t)rng_below(rng, 3);
}

/* The request through look, begin and the steps of `mmu`, which must want the transactions of
 * r's log, and gets the answers that they got. */
static struct atlas_rsp by_steps(const struct rig *r, struct atlas *mmu, unsigned port,
                                 const struct atlas_req *req)
{
    struct atlas_sampled s;
    struct atlas_walk w;
    struct atlas_rsp rsp;
    unsigned i = 0;

    atlas_step_sample(mmu, req, &s);
    if (atlas_step_look(mmu, port, &s, &rsp) != ATLAS_LOOK_MISS) {
        assert_int_equal(r->count, 0);
        return rsp;
    }
    for (atlas_step_begin(mmu, port, &s, &w); w.next != ATLAS_WALK_DONE; i++) {
        assert_true(i < r->count);
        assert_int_equal(w.addr, r->log[i].addr);
        assert_int_equal(w.next == ATLAS_WALK_CAS, r->log[i].cas);
        if (w.next == ATLAS_WALK_READ) {
            atlas_step_read(mmu, &w, r->log[i].value, r->log[i].status);
        } else {
            assert_int_equal(w.old, r->log[i].old);
            assert_int_equal(w.new_value, r->log[i].value);
            atlas_step_cas(mmu, &w, r->log[i].status);
        }
    }
    if (w.l2_due)
        atlas_step_l2_fill(mmu, &w);
    assert_int_equal(i, r->count);
    return w.rsp;
}

static void assert_same_rsp(const struct atlas_rsp *a, const struct atlas_rsp *b)
{
    assert_int_equal(a->pa, b->pa);
    assert_int_equal(a->level, b->level);
    assert_int_equal(a->napot, b->napot);
    assert_int_equal(a->pbmt, b->pbmt);
    assert_int_equal(a->fault, b->fault);
    assert_int_equal(a->cause, b->cause);
    assert_string_equal(atlas_reason_name(a->reason), atlas_reason_name(b->reason));
    assert_int_equal(a->id, b->id);
}

/* An update of A and D that meets a bus error, or another value, now and then. */
static void disturb_updates(struct rig *r, struct rng *rng, uint64_t va)
{
    const uint64_t addr = rig_pte_addr(r, va, 0);

    r->changes = rng_one_in(rng, 4);
    r->changed_to = random_pte(r, rng, 0);
    if (addr >> atlas_get_params(r->mmu)->pa_bits == 0)
        assert_true(sparse_fail(r->mem, addr, true, 0, rng_one_in(rng, 8)));
}

static void access_both(struct rig *r, struct atlas *mirror, struct rng *rng)
{
    const unsigned port = (unsigned)rng_below(rng, 2), acc = (unsigned)rng_below(rng, 4);
    const uint64_t va = random_va(r, rng);
    struct atlas_rsp whole, steps;

    disturb_updates(r, rng, va);
    rig_forget(r);
    whole = rig_access(r, port, acc, va);
    steps = by_steps(r, mirror, port, &r->req);
    assert_same_rsp(&whole, &steps);
}

static const unsigned port_events[] = {ATLAS_CTR_L1_HIT, ATLAS_CTR_SIDE_HIT, ATLAS_CTR_L1_MISS,
                                       ATLAS_CTR_BYPASS, ATLAS_CTR_FAULT};
static const unsigned events[] = {ATLAS_GCTR_L2_HIT,   ATLAS_GCTR_PTR_HIT,   ATLAS_GCTR_CAS,
                                  ATLAS_GCTR_CAS_FAIL, ATLAS_GCTR_BUS_ERROR, ATLAS_GCTR_FILL};

enum { PORT_EVENTS = sizeof port_events / sizeof port_events[0] };
enum { EVENTS = sizeof events / sizeof events[0] };

/* How often each event was met, over all sessions. */
struct richness {
    uint64_t n[PORT_EVENTS + EVENTS];
};

static void add_events(struct richness *sum, const struct rig *r)
{
    for (unsigned i = 0; i < PORT_EVENTS; i++)
        sum->n[i] += rig_port_ctr(r, 0, port_events[i]);
    for (unsigned i = 0; i < EVENTS; i++)
        sum->n[PORT_EVENTS + i] += rig_ctr(r, events[i]);
}

static void random_session(unsigned mode, const struct atlas_params *params, struct rng *rng,
                           struct richness *sum)
{
    const struct atlas_mem_ops none = {0};
    struct rig r;
    struct atlas *mirror = atlas_open(params, &none, NULL);
    struct atlas_fence f;

    rig_open_with(&r, mode, params);
    assert_non_null(mirror);
    for (unsigned i = 0; i < ROUNDS; i++) {
        randomize_request(&r, rng);
        assert_true(atlas_configure(mirror, &r.cfg));
        if (rng_one_in(rng, 6))
            damage(&r, rng);
        if (rng_one_in(rng, 12)) {
            random_fence(&r, rng, &f);
            atlas_fence(r.mmu, &f);
            atlas_fence(mirror, &f);
        }
        access_both(&r, mirror, rng);
        if (i % 64 == 0)
            rig_assert_same_state(r.mmu, mirror);
    }
    rig_assert_same_state(r.mmu, mirror);
    add_events(sum, &r);
    atlas_close(mirror);
    rig_close(&r);
}

static void random_sessions_step_by_step_equal_those_in_one_call(void **state)
{
    struct richness sum = {{0}};
    struct rng rng;

    (void)state;
    rng_seed(&rng, rig_seed());
    for (unsigned mode = 0; mode < RIG_MODES; mode++) {
        struct atlas_params p = rig_params(mode);

        random_session(mode, &p, &rng, &sum);
        p.l1_sets = 2;
        p.l1_side = 1;
        p.l2_sets = mode == RIG_SV39 ? 0 : 2;
        p.l2_big = p.l2_sets;
        p.pa_bits = 30;
        p.asid_bits = 1;
        p.fence_ptrs = 0;
        random_session(mode, &p, &rng, &sum);
    }
    for (unsigned i = 0; i < PORT_EVENTS + EVENTS; i++)
        assert_true(sum.n[i] >= 300);
}

/* ---- against the oracle ---- */

static enum cold_answer cold_read(void *ctx, uint64_t addr, uint64_t *pte)
{
    struct rig *r = ctx;

    return sparse_bus_read(r->mem, pte, addr, r->mode->bytes) == SPARSE_OK ? COLD_OK : COLD_ERROR;
}

static enum cold_answer cold_write(void *ctx, uint64_t addr, uint64_t old, uint64_t pte)
{
    (void)ctx, (void)addr, (void)old, (void)pte;
    return COLD_OK;
}

static struct cold_result cold(struct rig *r, unsigned acc, uint64_t va)
{
    const struct atlas_params *p = atlas_get_params(r->mmu);
    const struct cold_memory memory = {.ctx = r, .read = cold_read, .write = cold_write};
    const struct cold_query q = {.xlen = (uint8_t)p->xlen,
                                 .levels = (uint8_t)p->levels,
                                 .pa_bits = (uint8_t)p->pa_bits,
                                 .mode = (uint8_t)r->mode->code,
                                 .root_ppn = r->mode->bytes == 8
                                                 ? ATLAS_GET(r->cfg.satp, SATP64_PPN)
                                                 : ATLAS_GET(r->cfg.satp, SATP32_PPN),
                                 .va = va & ATLAS_ONES(p->xlen),
                                 .acc = (uint8_t)acc,
                                 .priv = r->req.priv,
                                 .sum = r->req.sum,
                                 .mxr = r->req.mxr,
                                 .adue = r->cfg.adue,
                                 .pbmte = r->cfg.pbmte,
                                 .napote = r->cfg.napote};
    struct cold_result result;

    cold_walk(&q, &memory, &result);
    return result;
}

static void assert_as_the_oracle(const struct rig *r, const struct atlas_rsp *rsp,
                                 const struct cold_result *c)
{
    assert_string_equal(atlas_reason_name(rsp->reason), atlas_reason_name(c->reason));
    assert_int_equal(rsp->fault, c->fault);
    assert_int_equal(rsp->cause, c->cause);
    assert_int_equal(rsp->pa, c->pa);
    assert_int_equal(rsp->level, c->level);
    assert_int_equal(rsp->napot, c->napot);
    assert_int_equal(rsp->pbmt, c->pbmt);
    assert_int_equal(r->count, c->nread + c->write.tried);
    for (unsigned i = 0; i < c->nread; i++) {
        assert_false(r->log[i].cas);
        assert_int_equal(r->log[i].addr, c->read[i].addr);
        assert_int_equal(r->log[i].value, c->read[i].pte);
    }
    if (c->write.tried) {
        assert_int_equal(r->log[c->nread].addr, c->write.addr);
        assert_int_equal(r->log[c->nread].old, c->write.old);
        assert_int_equal(r->log[c->nread].value, c->write.pte);
    }
}

/* P23 */
static void random_cold_walks_equal_the_oracles(void **state)
{
    struct rng rng;

    (void)state;
    rng_seed(&rng, rig_seed());
    for (unsigned mode = 0; mode < RIG_MODES; mode++) {
        for (unsigned narrow = 0; narrow < 2; narrow++) {
            struct atlas_params p = rig_params(mode);
            struct rig r;

            p.l1_sets = p.l2_sets = 2; /* fences are quick */
            p.pa_bits = narrow ? 26 : p.pa_bits;
            rig_open_with(&r, mode, &p);
            for (unsigned i = 0; i < ROUNDS; i++) {
                const unsigned acc = (unsigned)rng_below(&rng, 4);
                const uint64_t va = random_va(&r, &rng);
                struct cold_result c;
                struct atlas_rsp rsp;

                randomize_request(&r, &rng);
                if (rng_one_in(&rng, 2))
                    damage(&r, &rng);
                rig_fence(&r, -1, -1);
                rig_forget(&r);
                c = cold(&r, acc, va);
                rsp = rig_access(&r, 0, acc, va);
                assert_as_the_oracle(&r, &rsp, &c);
            }
            rig_close(&r);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_asks_for_one_transaction_after_the_other),
        cmocka_unit_test(an_sv32_pte_has_32_bits_whatever_memory_gives),
        cmocka_unit_test(a_request_keeps_the_configuration_it_was_accepted_with),
        cmocka_unit_test(l2_hits_and_early_faults_ask_for_nothing),
        cmocka_unit_test(an_aborted_walk_leaves_the_pointers_it_has_read_and_nothing_else),
        cmocka_unit_test(random_sessions_step_by_step_equal_those_in_one_call),
        cmocka_unit_test(random_cold_walks_equal_the_oracles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

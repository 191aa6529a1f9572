/* test_timing: no slower than rtl/README.md, "Timing", says. A comparison with the twin cannot see
 * that: the twin follows the RTL's order, and has no clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"

enum { PPN = 0x1234, SETTLE = 4 };

static const unsigned latencies[] = {1, 2, 10, 30};
enum { LATENCIES = sizeof latencies / sizeof latencies[0] };

static uint64_t pa_in(uint64_t va)
{
    return PPN * ATLAS_PAGE_SIZE + va % ATLAS_PAGE_SIZE;
}

static void expect_cycles(struct scene *s, uint64_t cycles, uint64_t limit, const char *what)
{
    if (cycles > limit)
        fail_msg("%s: %s: %llu cycles, expected at most %llu", s->label, what,
                 (unsigned long long)cycles, (unsigned long long)limit);
}

static void expect_exactly(struct scene *s, uint64_t cycles, uint64_t right, const char *what)
{
    if (cycles != right)
        fail_msg("%s: %s: %llu cycles, expected %llu", s->label, what, (unsigned long long)cycles,
                 (unsigned long long)right);
}

/* Cycles from the acceptance of a request to its answer. */
static uint64_t cycles_of(struct scene *s, const struct atlas_req *req)
{
    uint64_t begin;

    scene_cycles(s, SETTLE); /* the fill of the request before */
    begin = rtl_cycles(s->b->rtl);
    scene_access(s, req);
    return rtl_cycles(s->b->rtl) - begin - 1;
}

static unsigned hit_cycles(const struct scene *s)
{
    return s->b->p->hit_latency;
}

/* Cycles from acceptance to the one in which the last TLB misses. */
static unsigned miss_cycles(const struct scene *s)
{
    return hit_cycles(s) + (s->b->p->l2_sets > 0 ? 2 : 0);
}

/* ---- One request --------------------------------------------------------------------------- */

static void walk_then_hits(struct scene *s)
{
    uint64_t va = scene_low(s), rival = va ^ ((1U << 12) + (1U << 4) + 1) * ATLAS_PAGE_SIZE;
    struct atlas_req req = scene_req(va, ATLAS_ACC_LOAD), other = scene_req(rival, ATLAS_ACC_LOAD);

    scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    scene_map(s, rival, 0, scene_pte(s, PPN, SCENE_RWXAD)); /* in the same set of the L1 */
    for (unsigned i = 0; i < LATENCIES; i++) {
        unsigned latency = latencies[i];
        uint64_t reads, cycles;

        s->b->agent.latency = latency;
        scene_fence(s, false, 0, false, 0);
        scene_warm(s, va);
        reads = scene_reads(s);
        cycles = cycles_of(s, &req);
        reads = scene_reads(s) - reads;
        scene_expect(s, reads == (s->warm && s->b->p->walk_cache != 0 ? 1 : s->levels),
                     "as many reads as levels to go");
        expect_cycles(s, cycles, miss_cycles(s) + reads * (latency + 1) + 3, "a walk");
        expect_exactly(s, cycles_of(s, &req), hit_cycles(s), "a hit");
        if (s->b->p->l2_sets > 0) {
            scene_access(s, &other);
            reads = scene_reads(s);
            expect_cycles(s, cycles_of(s, &req), hit_cycles(s) + 3, "a hit of the L2");
            scene_expect(s, scene_reads(s) == reads, "a hit of the L2, which reads nothing");
        }
    }
}

static void update_of_a_and_d(struct scene *s)
{
    uint64_t va = scene_high(s), reads;
    struct atlas_req req = scene_req(va, ATLAS_ACC_STORE);

    s->b->in->cfg.adue = true;
    scene_warm(s, va);
    for (unsigned i = 0; i < LATENCIES; i++) {
        unsigned latency = latencies[i];
        uint64_t cycles;

        s->b->agent.latency = latency;
        scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD & ~ATLAS_MASK(PTE_D)));
        scene_fence(s, true, va, false, 0);
        reads = scene_reads(s);
        cycles = cycles_of(s, &req);
        reads = scene_reads(s) - reads;
        expect_cycles(s, cycles, miss_cycles(s) + reads * (latency + 1) + 3 + latency + 2,
                      "a walk with an update");
    }
}

static void faults_without_a_walk(struct scene *s)
{
    struct atlas_req req = scene_req(UINT64_C(1) << 62, ATLAS_ACC_LOAD);

    if (s->levels > 2)
        expect_cycles(s, cycles_of(s, &req), hit_cycles(s) + 3, "a non-canonical address");
}

/* ---- Streams ------------------------------------------------------------------------------- */

enum { STREAM = BENCH_QUEUE, KINDS = 4, ROUNDS = 8 };

/* Requests of all ports, back to back: when is each answered, counted from the acceptance of the
 * first one in cycle 0? */
struct stream {
    unsigned ports, cycle;
    unsigned answers[RTL_MAX_PORTS], refused[RTL_MAX_PORTS]; /* refused: cycles without ready */
    unsigned at[RTL_MAX_PORTS][STREAM];                      /* cycle of each answer          */
};

static void note_cycle(void *ctx, const struct rtl_in *in, const struct rtl_out *out)
{
    struct stream *t = ctx;

    for (unsigned k = 0; k < t->ports; k++) {
        t->refused[k] += in->port[k].req_valid && !out->port[k].req_ready;
        if (out->port[k].rsp_valid && t->answers[k] < STREAM)
            t->at[k][t->answers[k]++] = t->cycle;
    }
    t->cycle++;
}

/* A page of 4 KiB, its neighbour, a superpage, an untranslated address; with superpages in RAM
 * a page of level 2 beside them. */
static struct atlas_req kind_of(const struct scene *s, unsigned kind)
{
    uint64_t va = scene_low(s);
    struct atlas_req req = scene_req(va, ATLAS_ACC_LOAD);

    switch (kind) {
    case 0: break;
    case 1: req.va += ATLAS_PAGE_SIZE; break;
    case 2: req.va += scene_page_size(s, 1); break;
    case 3: req.priv = ATLAS_PRIV_M; break;
    default: req.va += scene_page_size(s, 2); break;
    }
    req.va = req.priv == ATLAS_PRIV_M ? va % scene_page_size(s, 1) : req.va;
    return req;
}

static unsigned kinds_of(const struct scene *s)
{
    return s->b->p->l1_big > 0 && s->levels > 2 ? KINDS + 1 : KINDS;
}

/* Every port remembers all of them. */
static void fill_kinds(struct scene *s)
{
    struct scene beside = *s;

    scene_map(s, kind_of(s, 0).va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    scene_map(s, kind_of(s, 1).va, 0, scene_pte(s, PPN + 1, SCENE_RWXAD));
    scene_map(s, kind_of(s, 2).va, 1,
              scene_pte(s, 3 * scene_page_size(s, 1) / ATLAS_PAGE_SIZE, SCENE_RWXAD));
    if (kinds_of(s) > KINDS)
        scene_map(s, kind_of(s, KINDS).va, 2,
                  scene_pte(s, scene_page_size(s, 2) / ATLAS_PAGE_SIZE, SCENE_RWXAD));
    for (beside.port = 0; beside.port < s->b->p->ports; beside.port++)
        for (unsigned kind = 0; kind < kinds_of(s); kind++) {
            struct atlas_req req = kind_of(s, kind);

            scene_expect(s, !scene_access(&beside, &req).fault, "a translation");
        }
    scene_cycles(s, SETTLE);
}

static void send_stream(struct scene *s, unsigned port, const struct atlas_req reqs[STREAM])
{
    for (unsigned i = 0; i < STREAM; i++)
        bench_send(s->b, port, &reqs[i]);
}

/* Until the last answer of every port. */
static void run_stream(struct scene *s, struct stream *t)
{
    bool open = true;

    *t = (struct stream){.ports = s->b->p->ports};
    s->b->watch = note_cycle;
    s->b->watch_ctx = t;
    while (open) {
        scene_cycles(s, 1);
        open = false;
        for (unsigned k = 0; k < t->ports; k++)
            open = open || bench_open_requests(s->b, k) > 0;
    }
    s->b->watch = NULL;
}

static void expect_one_a_cycle(struct scene *s, const struct stream *t, unsigned port)
{
    expect_exactly(s, t->answers[port], STREAM, "answers");
    expect_exactly(s, t->refused[port], 0, "cycles of a stream of hits without s_req_ready");
    for (unsigned i = 0; i < STREAM; i++)
        expect_exactly(s, t->at[port][i], i + hit_cycles(s), "a hit of a stream, to its answer");
    for (unsigned i = 0; i < STREAM; i++)
        scene_expect(s, !scene_take(s, port).fault, "a hit");
}

/* Hits of one kind, then of all kinds in random order: one answer a cycle and port. */
static void hits_one_a_cycle(struct scene *s)
{
    struct atlas_req reqs[STREAM];
    struct stream t;
    uint64_t reads;

    fill_kinds(s);
    reads = scene_reads(s);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned port = 0; port < s->b->p->ports; port++) {
            for (unsigned i = 0; i < STREAM; i++)
                reqs[i] = kind_of(
                    s, round < kinds_of(s) ? round : (unsigned)rng_below(&s->b->rng, kinds_of(s)));
            send_stream(s, port, reqs);
        }
        run_stream(s, &t);
        expect_exactly(s, t.cycle, STREAM + hit_cycles(s), "a stream of hits");
        for (unsigned port = 0; port < t.ports; port++)
            expect_one_a_cycle(s, &t, port);
    }
    scene_expect(s, scene_reads(s) == reads, "hits, which read nothing");
}

/* A miss in a stream takes what it takes alone. What comes behind it is looked up as if it had
 * been given with the answer of the miss: after a fill one cycle late. */
static void miss_in_a_stream(struct scene *s, bool fills)
{
    enum { MISS = STREAM / 2 };
    uint64_t va = scene_high(s), flags = fills ? SCENE_RWXAD : SCENE_RWXAD & ~ATLAS_MASK(PTE_A);
    struct atlas_req reqs[STREAM], miss = scene_req(va, ATLAS_ACC_LOAD);
    struct stream t;
    unsigned walk;

    scene_map(s, va, 0, scene_pte(s, PPN, flags));
    scene_fence(s, false, 0, false, 0);
    fill_kinds(s);
    walk = (unsigned)cycles_of(s, &miss);
    scene_fence(s, false, 0, false, 0);
    fill_kinds(s);
    for (unsigned i = 0; i < STREAM; i++)
        reqs[i] = i == MISS ? miss : kind_of(s, i % KINDS);
    send_stream(s, s->port, reqs);
    run_stream(s, &t);
    expect_exactly(s, t.at[s->port][MISS - 1], MISS - 1 + hit_cycles(s), "the hits before");
    expect_exactly(s, t.at[s->port][MISS], MISS + walk, "the miss");
    for (unsigned i = MISS + 1; i < STREAM; i++)
        expect_exactly(s, t.at[s->port][i], i + walk + hit_cycles(s) - (fills ? 0 : 1),
                       "the hits behind");
    for (unsigned i = 0; i < STREAM; i++)
        scene_expect(s, scene_take(s, s->port).fault == (i == MISS && !fills), "the answers");
}

static void a_miss_in_a_stream(struct scene *s)
{
    for (unsigned i = 0; i < LATENCIES; i++) {
        s->b->agent.latency = latencies[i];
        miss_in_a_stream(s, true);
        miss_in_a_stream(s, false);
    }
}

/* ---- Fences -------------------------------------------------------------------------------- */

/* A fence by address never becomes a flush of everything. */
static void fences(struct scene *s)
{
    const struct atlas_params *p = s->b->p;
    unsigned most = p->l1_sets > p->l2_sets ? p->l1_sets : p->l2_sets;
    unsigned large = p->l1_big > p->l2_big ? p->l1_big : p->l2_big;
    unsigned sets = large > most ? large : most;

    for (unsigned form = 0; form < 4; form++) {
        bool has_va = (form & 1) != 0;
        uint64_t begin;

        scene_cycles(s, SETTLE);
        begin = rtl_cycles(s->b->rtl);
        scene_fence(s, has_va, scene_low(s), (form & 2) != 0, 1);
        expect_cycles(s, rtl_cycles(s->b->rtl) - begin - 1, has_va ? 4 : sets + 3, "a fence");
    }
}

/* B2: after a fence the tables may be given to somebody else: when it is done no request of an
 * old walk is on its way in memory any more, least of all one that writes. */
static void fence_waits_for_memory(struct scene *s)
{
    uint64_t va = scene_high(s);
    struct atlas_req req = scene_req(va, ATLAS_ACC_STORE);
    unsigned latency = 10;

    s->b->in->cfg.adue = true;
    s->b->agent.latency = latency;
    scene_warm(s, va);
    for (unsigned cycle = 0; cycle < (s->levels + 1) * (latency + 2) + 8; cycle++) {
        scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD & ~ATLAS_MASK(PTE_D)));
        bench_send(s->b, s->port, &req);
        scene_cycles(s, cycle);
        scene_fence(s, (cycle & 1) != 0, va, false, 0);
        scene_expect(s, !mem_agent_busy(&s->b->agent),
                     "no memory request under way when the fence is done");
        scene_expect(s, scene_take(s, s->port).pa == pa_in(va), "the answer of the request");
    }
}

/* ---- Several ports ------------------------------------------------------------------------- */

/* A miss stalls only its own port. */
static void others_hit_during_a_walk(struct scene *s)
{
    enum { HITS = 16 };
    unsigned other = (s->port + 1) % s->b->p->ports;
    uint64_t va = scene_low(s), begin;
    struct atlas_req hit = scene_req(va, ATLAS_ACC_LOAD);
    struct atlas_req miss = scene_req(scene_high(s), ATLAS_ACC_LOAD);
    struct scene beside = *s;

    if (other == s->port)
        return;
    beside.port = other;
    scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    scene_expect_ok(&beside, &hit, pa_in(va), 0);
    s->b->agent.latency = 30;
    scene_cycles(s, SETTLE);
    bench_send(s->b, s->port, &miss);
    scene_cycles(s, 3);
    begin = rtl_cycles(s->b->rtl);
    for (unsigned i = 0; i < HITS; i++)
        bench_send(s->b, other, &hit);
    for (unsigned i = 0; i < HITS; i++)
        scene_expect(s, scene_take(s, other).pa == pa_in(va), "a hit");
    expect_exactly(s, rtl_cycles(s->b->rtl) - begin, HITS + hit_cycles(s), "hits beside a walk");
    scene_expect(s, bench_open_requests(s->b, s->port) == 1, "the walk is not over");
    scene_take(s, s->port);
}

#define IN_EVERY_SCENE(name)                                                                       \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        scene_each(name);                                                                          \
    }
IN_EVERY_SCENE(walk_then_hits)
IN_EVERY_SCENE(update_of_a_and_d)
IN_EVERY_SCENE(faults_without_a_walk)
IN_EVERY_SCENE(hits_one_a_cycle)
IN_EVERY_SCENE(a_miss_in_a_stream)
IN_EVERY_SCENE(fences)
IN_EVERY_SCENE(fence_waits_for_memory)
IN_EVERY_SCENE(others_hit_during_a_walk)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk_then_hits),
        cmocka_unit_test(test_update_of_a_and_d),
        cmocka_unit_test(test_faults_without_a_walk),
        cmocka_unit_test(test_hits_one_a_cycle),
        cmocka_unit_test(test_a_miss_in_a_stream),
        cmocka_unit_test(test_fences),
        cmocka_unit_test(test_fence_waits_for_memory),
        cmocka_unit_test(test_others_hit_during_a_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

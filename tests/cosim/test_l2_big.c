/* test_l2_big: superpages and NAPOT pages in the L2, on every build that holds them there (L2_BIG):
 * what one port has walked for the other finds in the L2, in its true size, until a fence that
 * covers it, by whatever address, or another page of its set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "scene.h"

enum { LIMIT = 5000, OLD_ASID = 1, NEW_ASID = 2, REGION = 1, NONE = 0 };

/* A page of one of the two sizes, and what it is mapped to. */
struct page {
    bool napot;
    uint64_t va, bytes, ppn;
};

static const uint64_t KIB64 = UINT64_C(1) << 16;

/* A page in superpage number `region`: that, or the NAPOT page `slot` in it. Its frame is of
 * another number, and fits the narrowest build. */
static struct page page_of(const struct scene *s, bool napot, unsigned region, unsigned slot)
{
    const uint64_t super = scene_page_size(s, 1);
    struct page p = {.napot = napot, .va = region * super, .bytes = super};

    p.ppn = ((region ^ 3) & 3) * (super / ATLAS_PAGE_SIZE);
    if (napot) {
        p.bytes = KIB64;
        p.va += slot * KIB64;
        p.ppn += (slot ^ 5) * 16;
    }
    return p;
}

static void map_page(struct scene *s, const struct page *p, uint64_t flags)
{
    const uint64_t n = ATLAS_MASK(PTE64_N) | ATLAS_SET(PTE64_PPN, 8);

    for (unsigned i = 0; i < (p->napot ? 16 : 1); i++)
        scene_map(s, p->va + (uint64_t)i * ATLAS_PAGE_SIZE, p->napot ? 0 : 1,
                  scene_pte(s, p->ppn, SCENE_RWXAD | flags) | (p->napot ? n : 0));
}

/* Of an id that fits the narrowest build. */
static struct atlas_req request(uint64_t va, unsigned acc)
{
    struct atlas_req req = scene_req(va, acc);

    req.id = 1;
    return req;
}

/* The port loads from the page, `at` bytes into it: a right answer, of a page of that size. Returns
 * the memory requests that it took. */
static uint64_t load(struct scene *s, unsigned port, const struct page *p, uint64_t at)
{
    const struct atlas_req req = request(p->va + at, ATLAS_ACC_LOAD);
    const uint64_t before = scene_requests(s);
    struct atlas_rsp rsp;

    s->port = port;
    rsp = scene_access(s, &req);
    scene_expect(s, !rsp.fault && rsp.pa == p->ppn * ATLAS_PAGE_SIZE + at, "the frame of the page");
    scene_expect(s, rsp.napot == p->napot && rsp.level == !p->napot, "the size of the page");
    scene_cycles(s, 4); /* it is in the L2 */
    return scene_requests(s) - before;
}

static uint64_t l2_hits(const struct scene *s)
{
    return follow_stats(s->b->follower)->l2_hits;
}

/* The L2 answers the port, and no memory is asked. */
static void expect_l2_hit(struct scene *s, unsigned port, const struct page *p, uint64_t at)
{
    const uint64_t before = l2_hits(s);

    scene_expect(s, load(s, port, p, at) == 0, "no memory request");
    scene_expect(s, l2_hits(s) == before + 1, "a hit of the L2");
}

/* ---- Scenes -------------------------------------------------------------------------------- */

/* Run a test on each build with L2_BIG that walks, in each of its modes, with pages of each size.
 */
static void each_scene(void (*test)(struct scene *s, bool napot))
{
    size_t count, tried = 0;
    const struct rtl_build *const *builds = rtl_builds(&count);

    for (size_t i = 0; i < count; i++) {
        const struct atlas_params *p = &builds[i]->params;
        struct bench *b;

        if (p->l2_big == 0 || p->sw_refill != 0 || p->ports < 2)
            continue;
        b = bench_open(builds[i], 1, LIMIT);
        for (unsigned levels = p->xlen == 32 ? 2 : 3; levels <= p->levels; levels++)
            for (unsigned napot = 0; napot < (p->xlen == 32 ? 1 : 2); napot++, tried++) {
                struct scene s = {.b = b, .levels = levels};

                snprintf(s.label, sizeof s.label, "%.90s, %u levels, %s", builds[i]->name, levels,
                         napot ? "NAPOT" : "superpage");
                scene_again(&s);
                test(&s, napot != 0);
                scene_state(&s);
            }
        bench_close(b);
    }
    assert_true(tried > 0);
}

/* ---- Hits ---------------------------------------------------------------------------------- */

/* At any address in the page; and what the L2 gave stays in the L1. */
static void other_port_hits(struct scene *s, bool napot)
{
    const struct page p = page_of(s, napot, REGION, 3);
    const uint64_t at[] = {0, 0x1008, p.bytes / 2 + 0x10, p.bytes - 8};

    for (unsigned i = 0; i < 4; i++) {
        scene_again(s);
        map_page(s, &p, 0);
        scene_expect(s, load(s, 0, &p, at[i]) > 0, "a walk");
        for (unsigned port = 1; port < s->b->p->ports; port++) {
            expect_l2_hit(s, port, &p, at[3 - i]);
            scene_expect(s, load(s, port, &p, at[i]) == 0, "a hit of the L1");
        }
    }
}

/* As many pages of other sets of the L2 as push the page out of the L1: where the L1 keeps it in a
 * RAM its rivals are those of the L2, too. */
static void comes_back_without_a_walk(struct scene *s, bool napot)
{
    const struct atlas_params *q = s->b->p;
    const struct page p = page_of(s, napot, 2, 3);

    if (q->l2_big == 1 || (!napot && q->l1_big > 0))
        return;
    map_page(s, &p, 0);
    load(s, 0, &p, 0);
    for (unsigned i = 0; i < q->l1_side; i++) {
        struct page rival = page_of(s, napot, napot ? 1 : 1 + 2 * i, i);

        map_page(s, &rival, 0);
        scene_expect(s, load(s, 0, &rival, 0) > 0, "a walk");
    }
    expect_l2_hit(s, 0, &p, 0x4008);
}

/* The next page of its set takes its place, of whatever size; one of the next set does not. */
static void one_page_a_set(struct scene *s, bool napot)
{
    const unsigned sets = s->b->p->l2_big;
    const struct page p = page_of(s, napot, REGION, 3);

    for (unsigned other = 0; other < 4; other++) {
        const bool same = (other & 1) == 0, other_napot = (other & 2) != 0 && s->levels > 2;
        const struct page q = page_of(s, other_napot, REGION + (same ? sets : 1), 7);

        if (!same && sets == 1)
            continue;
        scene_again(s);
        map_page(s, &p, 0);
        map_page(s, &q, 0);
        load(s, 0, &p, 0);
        load(s, 0, &q, 0);
        if (same)
            scene_expect(s, load(s, 1, &p, 0) > 0, "a walk: the page has lost its place");
        else
            expect_l2_hit(s, 1, &p, 0);
    }
}

/* NAPOT pages of one region are of one set, and not the same page. */
static void napot_beside_napot(struct scene *s, bool napot)
{
    const struct page p = page_of(s, true, REGION, 3), q = page_of(s, true, REGION, 4);

    if (!napot)
        return;
    map_page(s, &p, 0);
    map_page(s, &q, 0);
    load(s, 0, &p, 0);
    scene_expect(s, load(s, 1, &q, 0) > 0, "a walk for the page beside it");
    scene_expect(s, load(s, 0, &q, 0) == 0, "a hit of the L2");
}

/* B22 B23: a store to a clean page is refused, walks, and leaves it dirty. */
static void clean_page_refuses_the_store(struct scene *s, bool napot)
{
    const struct page p = page_of(s, napot, REGION, 3);
    const struct atlas_req store = request(p.va + 0x2010, ATLAS_ACC_STORE);
    struct atlas_rsp rsp;
    uint64_t before;

    map_page(s, &p, 0);
    for (unsigned i = 0; i < (napot ? 16 : 1); i++)
        scene_set(s, p.va + (uint64_t)i * ATLAS_PAGE_SIZE, !napot,
                  scene_get(s, p.va + (uint64_t)i * ATLAS_PAGE_SIZE, !napot) & ~ATLAS_MASK(PTE_D));
    load(s, 0, &p, 0);
    s->port = 1;
    scene_expect_fault(s, &store, ATLAS_REASON_D_CLEAR);
    s->b->in->cfg.adue = true;
    rsp = scene_access(s, &store);
    scene_expect(s, !rsp.fault, "an update");
    scene_cycles(s, 4);
    before = scene_requests(s);
    s->port = 0; /* its L1 has the page, clean */
    rsp = scene_access(s, &store);
    scene_expect(s, !rsp.fault && scene_requests(s) == before, "a hit of the L2");
}

/* B14: a 4 KiB page that is filled drops the page over it, which has refused; all ports see the new
 * one.
 */
static void smaller_page_drops_it(struct scene *s, bool napot)
{
    const struct page p = page_of(s, napot, REGION, 3);
    const struct atlas_req store = request(p.va + 0x5018, ATLAS_ACC_STORE);
    const struct atlas_req load_it = request(p.va + 0x5020, ATLAS_ACC_LOAD);

    map_page(s, &p, 0);
    for (unsigned i = 0; i < (napot ? 16 : 1); i++)
        scene_set(s, p.va + (uint64_t)i * ATLAS_PAGE_SIZE, !napot,
                  scene_get(s, p.va + (uint64_t)i * ATLAS_PAGE_SIZE, !napot) &
                      ~(ATLAS_MASK(PTE_W) | ATLAS_MASK(PTE_D)));
    load(s, 0, &p, 0);
    if (!napot)
        scene_set(s, p.va, 1, 0);
    scene_map(s, p.va + 0x5000, 0, scene_pte(s, 0x123, SCENE_RWXAD));
    scene_expect_walk(s, &store, 0x123018);
    scene_cycles(s, 4);
    s->port = 1;
    scene_expect_hit(s, &load_it, 0x123020);
}

/* B14: where both are there the large page counts, and alone: it refuses the store. */
static void large_page_counts_alone(struct scene *s, bool napot)
{
    const struct page p = page_of(s, false, REGION, 0);
    const struct atlas_req store = request(p.va + 0x5018, ATLAS_ACC_STORE);
    uint64_t reads;

    if (napot || s->b->p->fence_ptrs == 0) /* the pointers could not go alone */
        return;
    scene_map(s, store.va, 0, scene_pte(s, 0x123, SCENE_RWXAD));
    scene_expect_ok(s, &store, 0x123018, 0);
    scene_fence(s, true, p.va + 8 * p.bytes, true, NEW_ASID); /* the pointers only */
    map_page(s, &p, 0);
    scene_set(s, p.va, 1, scene_get(s, p.va, 1) & ~(ATLAS_MASK(PTE_W) | ATLAS_MASK(PTE_D)));
    scene_expect(s, load(s, 0, &p, 0x7000) > 0, "a walk");
    s->port = 1;
    reads = scene_reads(s);
    scene_expect_fault(s, &store, ATLAS_REASON_NO_W);
    scene_expect(s, scene_reads(s) > reads, "a walk");
}

/* ---- Fences -------------------------------------------------------------------------------- */

struct fence_row {
    int64_t at; /* from the begin of the page, in parts of 1/16 of it */
    bool has_va;
    unsigned asid; /* NONE: of all */
    bool global, gone;
};

static void fence_one(struct scene *s, const struct page *p, const struct fence_row *f)
{
    scene_again(s);
    map_page(s, p, f->global ? ATLAS_MASK(PTE_G) : 0);
    load(s, 0, p, 0x18);
    scene_fence(s, f->has_va, p->va + (uint64_t)(f->at * (int64_t)(p->bytes / 16)), f->asid != NONE,
                f->asid);
    if (f->gone)
        scene_expect(s, load(s, 1, p, 0x18) > 0, "a walk after the fence");
    else
        expect_l2_hit(s, 1, p, 0x18);
}

/* B15 B16: by addresses in the page, before and behind it, of its ASID, of another, and of all. */
static void fences(struct scene *s, bool napot)
{
    static const struct fence_row rows[] = {
        {0, true, NONE, false, true},       {15, true, NONE, false, true},
        {7, true, OLD_ASID, false, true},   {7, true, NEW_ASID, false, false},
        {16, true, NONE, false, false},     {-1, true, NONE, false, false},
        {3, true, OLD_ASID, true, false},   {3, true, NONE, true, true},
        {0, false, NONE, false, true},      {0, false, NONE, true, true},
        {0, false, OLD_ASID, false, true},  {0, false, OLD_ASID, true, false},
        {0, false, NEW_ASID, false, false},
    };
    const struct page p = page_of(s, napot, 2, 3);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fence_one(s, &p, &rows[i]);
}

/* B27: a global page answers in every space, another one in its own. */
static void spaces(struct scene *s, bool napot)
{
    const struct page p = page_of(s, napot, REGION, 3);
    const uint64_t old = s->root;

    for (unsigned global = 0; global < 2; global++) {
        scene_again(s);
        map_page(s, &p, global ? ATLAS_MASK(PTE_G) : 0);
        load(s, 0, &p, 0);
        scene_satp(s, old, 0);
        if (global)
            expect_l2_hit(s, 1, &p, 0x3000);
        else
            scene_expect(s, load(s, 1, &p, 0x3000) > 0, "a walk in the other space");
    }
}

#define EACH_SCENE(function)                                                                       \
    static void test_##function(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        each_scene(function);                                                                      \
    }

EACH_SCENE(other_port_hits)
EACH_SCENE(comes_back_without_a_walk)
EACH_SCENE(one_page_a_set)
EACH_SCENE(napot_beside_napot)
EACH_SCENE(clean_page_refuses_the_store)
EACH_SCENE(smaller_page_drops_it)
EACH_SCENE(large_page_counts_alone)
EACH_SCENE(fences)
EACH_SCENE(spaces)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_port_hits),
        cmocka_unit_test(test_comes_back_without_a_walk),
        cmocka_unit_test(test_one_page_a_set),
        cmocka_unit_test(test_napot_beside_napot),
        cmocka_unit_test(test_clean_page_refuses_the_store),
        cmocka_unit_test(test_smaller_page_drops_it),
        cmocka_unit_test(test_large_page_counts_alone),
        cmocka_unit_test(test_fences),
        cmocka_unit_test(test_spaces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

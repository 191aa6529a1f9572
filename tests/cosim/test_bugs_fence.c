/* test_bugs_fence: fences of all forms, at any time, over every kind of page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"

enum { PPN = 0x1234, OTHER_PPN = 0x2345, OLD_ASID = 1, NEW_ASID = 2 };

static uint64_t pa_in(uint64_t ppn, uint64_t va)
{
    return ppn * ATLAS_PAGE_SIZE + va % ATLAS_PAGE_SIZE;
}

static bool has_asids(const struct scene *s)
{
    return s->b->p->asid_bits >= 2;
}

/* Cycles after which any walk of the scene is over. */
static unsigned walk_cycles(const struct scene *s)
{
    return s->levels * (s->b->agent.latency + 2) + 12;
}

/* B1 */
static void fence_right_behind_another_access(struct scene *s)
{
    uint64_t a = scene_low(s), b = scene_high(s);
    struct atlas_req req_a = scene_req(a, ATLAS_ACC_LOAD), req_b = scene_req(b, ATLAS_ACC_LOAD);

    if (!has_asids(s))
        return;
    scene_warm(s, a);
    scene_map(s, a, 0, scene_pte(s, PPN, SCENE_RWXAD));
    scene_map(s, b, 0, scene_pte(s, OTHER_PPN, SCENE_RWXAD));
    for (unsigned cycle = 0; cycle < 6; cycle++) {
        scene_satp(s, s->root, NEW_ASID);
        scene_expect_ok(s, &req_b, pa_in(OTHER_PPN, b), 0);
        scene_satp(s, s->root, OLD_ASID);
        scene_expect_ok(s, &req_a, pa_in(PPN, a), 0);
        scene_satp(s, s->root, NEW_ASID);
        bench_send(s->b, s->port, &req_b);
        scene_cycles(s, cycle);
        scene_fence(s, true, a, true, OLD_ASID); /* scrambled in the cycles around its own */
        scene_take(s, s->port);
        scene_expect_hit(s, &req_b, pa_in(OTHER_PPN, b));
        scene_satp(s, s->root, OLD_ASID);
        scene_expect_walk(s, &req_a, pa_in(PPN, a));
    }
}

/* A walk under way, and the leaf changes; `cycle` cycles after the request a fence of `form`. */
static void fence_in_cycle(struct scene *s, unsigned form, unsigned cycle)
{
    uint64_t va = scene_high(s);
    struct atlas_req req = scene_req(va, ATLAS_ACC_LOAD);
    struct atlas_rsp rsp;

    scene_fence(s, true, va, false, 0);
    scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    bench_send(s->b, s->port, &req);
    scene_cycles(s, cycle);
    scene_set(s, va, 0, scene_pte(s, OTHER_PPN, SCENE_RWXAD));
    scene_fence(s, (form & 1) != 0, va, (form & 2) != 0, OLD_ASID);
    rsp = scene_take(s, s->port);
    scene_expect(s, rsp.pa == pa_in(PPN, va) || rsp.pa == pa_in(OTHER_PPN, va), "old or new");
    scene_expect_ok(s, &req, pa_in(OTHER_PPN, va), 0);
}

/* B2 */
static void fence_in_every_cycle_of_a_walk(struct scene *s)
{
    for (unsigned latency = 1; latency <= 4; latency += 3)
        for (unsigned form = 0; form < 4; form++) {
            s->b->agent.latency = latency;
            for (unsigned cycle = 0; cycle < walk_cycles(s); cycle++) {
                scene_warm(s, scene_high(s));
                fence_in_cycle(s, form, cycle);
            }
        }
}

/* Two trees for one address: the old root, and one that the satp change leads to. */
static uint64_t second_tree(struct scene *s, uint64_t va)
{
    uint64_t old = s->root, root = s->frame++;

    s->root = root;
    scene_map(s, va, 0, scene_pte(s, OTHER_PPN, SCENE_RWXAD));
    s->root = old;
    return root;
}

/* B3 */
static void root_changes_in_every_cycle_of_a_walk(struct scene *s)
{
    uint64_t va = scene_low(s), old = s->root, root = second_tree(s, va);
    struct atlas_req req = scene_req(va, ATLAS_ACC_FETCH);

    s->b->agent.latency = 2;
    for (unsigned asid = OLD_ASID; asid <= (has_asids(s) ? NEW_ASID : OLD_ASID); asid++)
        for (unsigned cycle = 0; cycle < walk_cycles(s); cycle++) {
            scene_satp(s, old, OLD_ASID);
            scene_fence(s, true, va, false, 0);
            scene_warm(s, va);
            scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD));
            bench_send(s->b, s->port, &req);
            scene_cycles(s, cycle);
            scene_satp(s, root, asid);
            scene_fence(s, false, 0, cycle % 2 != 0 && asid == OLD_ASID, OLD_ASID);
            scene_take(s, s->port);
            scene_expect_ok(s, &req, pa_in(OTHER_PPN, va), 0);
            scene_cycles(s, 40);
            scene_expect_hit(s, &req, pa_in(OTHER_PPN, va));
        }
}

/* B3 */
static void pointer_changes_in_every_cycle_of_a_walk(struct scene *s)
{
    uint64_t va = scene_high(s), pointer, root = second_tree(s, va), old = s->root;
    struct atlas_req req = scene_req(va, ATLAS_ACC_LOAD);

    s->root = root;
    pointer = scene_get(s, va, s->levels - 1);
    s->root = old;
    scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    old = scene_get(s, va, s->levels - 1);
    for (unsigned cycle = 0; cycle < walk_cycles(s); cycle++) {
        scene_set(s, va, s->levels - 1, old);
        scene_fence(s, false, 0, false, 0);
        bench_send(s->b, s->port, &req);
        scene_cycles(s, cycle);
        scene_set(s, va, s->levels - 1, pointer);
        scene_fence(s, false, 0, cycle % 2 != 0, OLD_ASID);
        scene_take(s, s->port);
        scene_expect_ok(s, &req, pa_in(OTHER_PPN, va), 0);
        scene_cycles(s, 20);
        scene_expect_hit(s, &req, pa_in(OTHER_PPN, va));
    }
}

/* Superpages of every level that fits, and the NAPOT page: what one entry covers. */
struct large {
    uint64_t size, pte_flags, ppn;
    unsigned level;
};

static bool large_page(const struct scene *s, unsigned kind, struct large *page)
{
    *page = (struct large){.size = scene_page_size(s, kind), .level = kind};
    if (kind == 0)
        *page = (struct large){.size = 0x10000, .ppn = 8, .pte_flags = ATLAS_MASK(PTE64_N)};
    page->pte_flags |= SCENE_RWXAD;
    return (kind > 0 || s->levels > 2) && page->size < UINT64_C(1) << s->b->p->pa_bits;
}

static void map_large(struct scene *s, uint64_t va, const struct large *page, uint64_t flags)
{
    for (unsigned i = 0; i < (page->level == 0 ? 16U : 1U); i++)
        scene_map(s, va - va % page->size + i * ATLAS_PAGE_SIZE, page->level,
                  scene_pte(s, page->ppn, page->pte_flags | flags));
}

/* Access n addresses spread over the page: hits, or at least one walk. */
static void expect_spread(struct scene *s, uint64_t va, const struct large *page, bool hits)
{
    uint64_t reads = scene_reads(s), base = va - va % page->size;

    for (unsigned i = 0; i < 8; i++) {
        struct atlas_req req = scene_req(base + (i * 0x9e3779b9 % page->size), ATLAS_ACC_LOAD);

        scene_expect_ok(s, &req, req.va % page->size, page->level);
        if (!hits && i == 0)
            scene_expect(s, scene_reads(s) > reads, "no offset of the page hits after the fence");
    }
    scene_expect(s, !hits || scene_reads(s) == reads, "every offset of the page hits");
}

/* B14 */
static void one_entry_for_all_of_a_superpage(struct scene *s)
{
    uint64_t va = scene_high(s);
    struct large page;

    for (unsigned kind = 0; kind < s->levels; kind++) {
        if (!large_page(s, kind, &page))
            continue;
        scene_again(s);
        map_large(s, va, &page, 0);
        expect_spread(s, va, &page, false);
        expect_spread(s, va, &page, true);
        scene_fence(s, true, va ^ 0x5000 % page.size, false, 0);
        expect_spread(s, va, &page, false);
    }
}

/* B14: a page that changes its size without a fence leaves no second match behind. */
static void resized_page_matches_once(struct scene *s)
{
    uint64_t va = scene_low(s);
    struct atlas_req load = scene_req(va, ATLAS_ACC_LOAD), store = scene_req(va, ATLAS_ACC_STORE);
    struct large page;

    if (!large_page(s, 1, &page))
        return;
    for (unsigned from_large = 0; from_large < 2; from_large++) {
        uint64_t clean = ATLAS_MASK(PTE_D), pointer;

        scene_again(s);
        s->b->in->cfg.adue = true;
        scene_warm(s, va);
        scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD & ~clean));
        pointer = scene_get(s, va, 1);
        if (from_large != 0)
            scene_set(s, va, 1, scene_pte(s, 0, SCENE_RWXAD & ~clean));
        scene_access(s, &load);
        scene_set(s, va, 1, from_large != 0 ? pointer : scene_pte(s, 0, SCENE_RWXAD & ~clean));
        scene_access(s, &store); /* walks, for D: a second entry for this address */
        scene_access(s, &load);
        scene_fence(s, true, va, false, 0);
        scene_expect_walk(s, &load, from_large != 0 ? pa_in(PPN, va) : va % page.size);
    }
}

/* B15 */
static void fence_by_any_address_of_a_large_page(struct scene *s)
{
    uint64_t va = scene_low(s);
    struct large page;

    for (unsigned kind = 0; kind < s->levels; kind++)
        for (unsigned global = 0; global < 2; global++) {
            if (!large_page(s, kind, &page))
                continue;
            scene_again(s);
            map_large(s, va, &page, global != 0 ? ATLAS_MASK(PTE_G) : 0);
            for (unsigned i = 0; i < 8; i++) {
                uint64_t other = va - va % page.size + i * 0x7654321 % page.size;

                expect_spread(s, va, &page, false);
                expect_spread(s, va, &page, true);
                scene_fence(s, true, other, global == 0 && i % 2 != 0, OLD_ASID);
            }
            expect_spread(s, va, &page, false);
        }
}

/* B16 */
static void asid_fence_keeps_global_pages(struct scene *s)
{
    uint64_t global = scene_low(s), own = scene_high(s);
    uint64_t inherits = global ^ scene_page_size(s, s->levels - 1) ^ 6 * ATLAS_PAGE_SIZE;
    struct atlas_req req[3] = {scene_req(global, ATLAS_ACC_LOAD), scene_req(own, ATLAS_ACC_LOAD),
                               scene_req(inherits, ATLAS_ACC_LOAD)};

    if (!has_asids(s))
        return;
    scene_warm(s, own);
    scene_map(s, global, 0, scene_pte(s, PPN, SCENE_RWXAD | ATLAS_MASK(PTE_G)));
    scene_map(s, own, 0, scene_pte(s, PPN + 1, SCENE_RWXAD));
    scene_map(s, inherits, 0, scene_pte(s, PPN + 2, SCENE_RWXAD));
    scene_set(s, inherits, s->levels - 1,
              scene_get(s, inherits, s->levels - 1) | ATLAS_MASK(PTE_G));
    for (unsigned round = 0; round < 4; round++) { /* all of the ASID, or by address, too */
        bool by_va = round % 2 != 0;
        unsigned first = round < 2 ? OLD_ASID : NEW_ASID, last = OLD_ASID + NEW_ASID - first;

        /* The L1 has one entry for the page: that of the last ASID. */
        for (unsigned i = 0; i < 6; i++) {
            scene_satp(s, s->root, i < 3 ? first : last);
            scene_expect_ok(s, &req[i % 3], pa_in(PPN + i % 3, req[i % 3].va), 0);
        }
        for (unsigned i = 0; i < (by_va ? 3U : 1U); i++)
            scene_fence(s, by_va, req[i].va, true, OLD_ASID);
        scene_expect_hit(s, &req[0], pa_in(PPN, global));
        scene_expect_hit(s, &req[2], pa_in(PPN + 2, inherits));
        if (last == NEW_ASID)
            scene_expect_hit(s, &req[1], pa_in(PPN + 1, own));
        scene_satp(s, s->root, OLD_ASID);
        scene_expect_walk(s, &req[1], pa_in(PPN + 1, own));
    }
}

/* B18 */
static void fence_by_high_and_non_canonical_addresses(struct scene *s)
{
    uint64_t high = scene_high(s), low = scene_low(s);
    struct atlas_req req_h = scene_req(high, ATLAS_ACC_LOAD),
                     req_l = scene_req(low, ATLAS_ACC_LOAD);

    scene_warm(s, high);
    scene_map(s, high, 0, scene_pte(s, PPN, SCENE_RWXAD));
    scene_map(s, low, 0, scene_pte(s, OTHER_PPN, SCENE_RWXAD));
    for (unsigned asid = 0; asid < 2; asid++) {
        scene_expect_ok(s, &req_h, pa_in(PPN, high), 0);
        scene_expect_ok(s, &req_l, pa_in(OTHER_PPN, low), 0);
        scene_fence(s, true, high, asid != 0, OLD_ASID);
        scene_expect_hit(s, &req_l, pa_in(OTHER_PPN, low));
        scene_expect_walk(s, &req_h, pa_in(PPN, high));
        scene_fence(s, true, low, asid != 0, OLD_ASID);
        scene_expect_hit(s, &req_h, pa_in(PPN, high));
        scene_expect_walk(s, &req_l, pa_in(OTHER_PPN, low));
        if (s->levels == 2)
            continue;
        scene_fence(s, true, high ^ UINT64_C(1) << 62, asid != 0, OLD_ASID);
        scene_fence(s, true, UINT64_C(0x8000000000000000), asid != 0, OLD_ASID);
        scene_expect_ok(s, &req_h, pa_in(PPN, high), 0);
        scene_expect_ok(s, &req_l, pa_in(OTHER_PPN, low), 0);
    }
}

/* B27 */
static void no_hit_across_asids(struct scene *s)
{
    uint64_t va[3] = {scene_low(s), scene_high(s), scene_high(s)};
    uint64_t old = s->root, root = s->frame++;
    struct large page;
    bool large = large_page(s, 1, &page);

    if (!has_asids(s))
        return;
    va[2] ^= page.size * 4; /* a superpage beside it */
    for (unsigned tree = 0; tree < 2; tree++) {
        s->root = tree == 0 ? old : root;
        scene_map(s, va[0], 0, scene_pte(s, 0x100 + tree, SCENE_RWXAD));
        scene_map(s, va[1], 0, scene_pte(s, 0x200 + tree, SCENE_RWXAD));
        if (large)
            scene_map(s, va[2], 1, scene_pte(s, tree << scene_slice_bits(s), SCENE_RWXAD));
    }
    scene_satp(s, old, OLD_ASID);
    scene_warm(s, va[0]);
    for (unsigned round = 0; round < 6; round++) {
        unsigned tree = round % 2;

        scene_satp(s, tree == 0 ? old : root, OLD_ASID + tree);
        for (unsigned i = 0; i < (large ? 3U : 2U); i++) {
            struct atlas_req req = scene_req(va[i], ATLAS_ACC_LOAD);
            uint64_t pa =
                i < 2 ? pa_in((i + 1) * 0x100 + tree, va[i]) : tree * page.size + va[i] % page.size;

            scene_expect_ok(s, &req, pa, i < 2 ? 0 : 1);
        }
    }
}

/* B28 */
static void fence_of_an_asid_that_is_not_current(struct scene *s)
{
    uint64_t va = scene_high(s);
    struct atlas_req req = scene_req(va, ATLAS_ACC_LOAD);

    if (!has_asids(s))
        return;
    scene_warm(s, va);
    scene_map(s, va, 0, scene_pte(s, PPN, SCENE_RWXAD));
    for (unsigned by_va = 0; by_va < 2; by_va++) {
        scene_satp(s, s->root, NEW_ASID);
        scene_expect_ok(s, &req, pa_in(PPN, va), 0);
        scene_satp(s, s->root, OLD_ASID);
        scene_expect_ok(s, &req, pa_in(PPN, va), 0);
        scene_satp(s, s->root, NEW_ASID);
        scene_expect_ok(s, &req, pa_in(PPN, va), 0);
        scene_satp(s, s->root, OLD_ASID);
        scene_expect_ok(s, &req, pa_in(PPN, va), 0);
        scene_fence(s, by_va != 0, va, true, NEW_ASID);
        scene_expect_hit(s, &req, pa_in(PPN, va));
        scene_satp(s, s->root, NEW_ASID);
        scene_expect_walk(s, &req, pa_in(PPN, va));
    }
}

#define SCENE_TEST(function)                                                                       \
    static void test_##function(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        scene_each(function);                                                                      \
    }

SCENE_TEST(fence_right_behind_another_access)
SCENE_TEST(fence_in_every_cycle_of_a_walk)
SCENE_TEST(root_changes_in_every_cycle_of_a_walk)
SCENE_TEST(pointer_changes_in_every_cycle_of_a_walk)
SCENE_TEST(one_entry_for_all_of_a_superpage)
SCENE_TEST(resized_page_matches_once)
SCENE_TEST(fence_by_any_address_of_a_large_page)
SCENE_TEST(asid_fence_keeps_global_pages)
SCENE_TEST(fence_by_high_and_non_canonical_addresses)
SCENE_TEST(no_hit_across_asids)
SCENE_TEST(fence_of_an_asid_that_is_not_current)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fence_right_behind_another_access),
        cmocka_unit_test(test_fence_in_every_cycle_of_a_walk),
        cmocka_unit_test(test_root_changes_in_every_cycle_of_a_walk),
        cmocka_unit_test(test_pointer_changes_in_every_cycle_of_a_walk),
        cmocka_unit_test(test_one_entry_for_all_of_a_superpage),
        cmocka_unit_test(test_resized_page_matches_once),
        cmocka_unit_test(test_fence_by_any_address_of_a_large_page),
        cmocka_unit_test(test_asid_fence_keeps_global_pages),
        cmocka_unit_test(test_fence_by_high_and_non_canonical_addresses),
        cmocka_unit_test(test_no_hit_across_asids),
        cmocka_unit_test(test_fence_of_an_asid_that_is_not_current),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_bugs_large: superpages, wherever the build keeps them (L1_BIG or side entries): pages of
 * several sizes over one address, updates, and every form of fence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"

/* SAME_SET: superpages whose numbers differ by these bits are of one set of the superpage RAM. */
enum { OLD_ASID = 1, NEW_ASID = 2, SIZES = 3, SAME_SET = 0x100 };

#define READ_ONLY (SCENE_RWXAD & ~(ATLAS_MASK(PTE_W) | ATLAS_MASK(PTE_D)))

/* Forget the pointers, and nothing else: there is no such page, and no such ASID. */
static void forget_pointers(struct scene *s)
{
    scene_fence(s, true, scene_low(s) ^ scene_high(s), true, NEW_ASID);
}

/* ---- Several sizes over one address -------------------------------------------------------- */

/* PPN of the page of each size. They fit the presets, and their bits are not those of the addresses
 * here: an OR of two would show. */
static uint64_t ppn_of(const struct scene *s, unsigned level)
{
    static const uint64_t ppn[SIZES] = {0x1234, 4, 3};

    return ppn[level] << level * scene_slice_bits(s);
}

static uint64_t pa_of(const struct scene *s, unsigned level, uint64_t va)
{
    return ppn_of(s, level) * ATLAS_PAGE_SIZE + va % scene_page_size(s, level);
}

/* Sizes that the mode has, and that fit. */
static unsigned sizes(const struct scene *s)
{
    return s->levels < SIZES ? s->levels : SIZES;
}

/* An address of va's page of this level that is in none of its smaller pages. */
static uint64_t beside(const struct scene *s, uint64_t va, unsigned level)
{
    return level == 0 ? va : va ^ 4 * scene_page_size(s, level - 1);
}

/* Make the leaf of va one of this level, without a fence, and load from it beside the smaller
 * pages: so its entry comes to theirs. */
static void lay_over(struct scene *s, uint64_t va, unsigned level, uint64_t flags)
{
    uint64_t other = beside(s, va, level);
    struct atlas_req req = scene_req(other, ATLAS_ACC_LOAD);

    forget_pointers(s);
    scene_map(s, va, level, scene_pte(s, ppn_of(s, level), flags));
    scene_expect_ok(s, &req, pa_of(s, level, other), level);
}

/* B14: a side entry counts before the superpage RAM, and that before the 4 KiB RAM. A fence by an
 * address beside the smaller pages takes the largest one alone. */
static void largest_array_counts(struct scene *s)
{
    uint64_t va = scene_high(s);
    struct atlas_req req = scene_req(va, ATLAS_ACC_LOAD);

    scene_warm(s, va);
    for (unsigned level = 0; level < sizes(s); level++)
        lay_over(s, va, level, SCENE_RWXAD);
    for (unsigned level = sizes(s); level-- > 0;) {
        struct atlas_rsp rsp;

        scene_expect_hit(s, &req, pa_of(s, level, va));
        rsp = scene_access(s, &req);
        scene_expect(s, rsp.level == level, "the level of the entry that counts");
        scene_fence(s, true, beside(s, va, level), level % 2 != 0, OLD_ASID);
    }
    scene_state(s);
}

/* B14: the one that counts does so alone, though a smaller one would allow the store. Only without
 * an L2: that is asked after a miss, and may answer. */
static void largest_counts_alone(struct scene *s)
{
    uint64_t va = scene_low(s), reads;
    struct atlas_req store = scene_req(va, ATLAS_ACC_STORE);

    scene_warm(s, va);
    for (unsigned level = 0; level < sizes(s); level++) {
        lay_over(s, va, level, level == 0 ? SCENE_RWXAD : READ_ONLY);
        reads = scene_reads(s);
        if (level == 0 || s->b->p->l2_sets > 0)
            continue;
        scene_expect_fault(s, &store, ATLAS_REASON_NO_W);
        scene_expect(s, scene_reads(s) > reads, "a walk");
    }
    scene_state(s);
}

/* B14: a fill drops the larger entries that have refused the access; else each access would
 * walk, for ever. */
static void refused_entries_make_room(struct scene *s)
{
    uint64_t va = scene_high(s);
    struct atlas_req load = scene_req(va, ATLAS_ACC_LOAD), store = scene_req(va, ATLAS_ACC_STORE);

    for (unsigned top = 1; top < sizes(s); top++) {
        scene_again(s);
        scene_warm(s, va);
        for (unsigned level = 0; level <= top; level++)
            lay_over(s, va, level, READ_ONLY);
        scene_expect_fault(s, &store, ATLAS_REASON_NO_W);
        forget_pointers(s);
        for (unsigned level = top; level > 0; level--)
            scene_set(s, va, level, 0);
        scene_map(s, va, 0, scene_pte(s, 0x5678, SCENE_RWXAD));
        scene_expect_walk(s, &store, 0x5678000 + va % ATLAS_PAGE_SIZE);
        for (unsigned i = 0; i < 3; i++)
            scene_expect_hit(s, &store, 0x5678000 + va % ATLAS_PAGE_SIZE);
        scene_expect_hit(s, &load, 0x5678000 + va % ATLAS_PAGE_SIZE);
        scene_state(s);
    }
}

/* B14: a fill drops what matches its request: no superpage beside it, though it be of the same set,
 * and none of another ASID. */
static void other_superpages_stay(struct scene *s)
{
    uint64_t va = scene_low(s), rival = va ^ SAME_SET * scene_page_size(s, 1);
    struct atlas_req super = scene_req(va, ATLAS_ACC_LOAD), page = scene_req(rival, ATLAS_ACC_LOAD);
    uint64_t pa = 0x5678000 + rival % ATLAS_PAGE_SIZE, old = s->root;

    scene_map(s, va, 1, scene_pte(s, ppn_of(s, 1), SCENE_RWXAD));
    scene_map(s, rival, 0, scene_pte(s, 0x5678, SCENE_RWXAD));
    scene_expect_ok(s, &super, pa_of(s, 1, va), 1);
    scene_expect_walk(s, &page, pa);
    scene_expect_hit(s, &super, pa_of(s, 1, va));
    scene_satp(s, s->frame++, NEW_ASID);
    scene_map(s, va, 0, scene_pte(s, 0x5678, SCENE_RWXAD));
    scene_expect_walk(s, &super, pa);
    scene_satp(s, old, OLD_ASID);
    scene_expect_hit(s, &super, pa_of(s, 1, va));
    scene_expect_hit(s, &page, pa);
}

/* ---- Updates ------------------------------------------------------------------------------- */

/* B22 */
static void store_to_a_clean_superpage(struct scene *s)
{
    uint64_t va = scene_low(s), pa = pa_of(s, 1, va);
    uint64_t clean = scene_pte(s, ppn_of(s, 1), SCENE_RWXAD & ~ATLAS_MASK(PTE_D));
    struct atlas_req load = scene_req(va, ATLAS_ACC_LOAD), store = scene_req(va, ATLAS_ACC_STORE);

    scene_map(s, va, 1, clean);
    scene_expect_ok(s, &load, pa, 1);
    scene_expect_fault(s, &store, ATLAS_REASON_D_CLEAR);
    scene_expect_hit(s, &load, pa);
    s->b->in->cfg.adue = true;
    scene_expect_walk(s, &store, pa);
    scene_expect(s, scene_get(s, va, 1) == (clean | ATLAS_MASK(PTE_D)), "D is set");
    scene_expect_hit(s, &store, pa);
    scene_expect_hit(s, &load, pa);
}

/* ---- Fences -------------------------------------------------------------------------------- */

/* The page is in the TLB; after this fence it is, or is not, as it should. */
static void fence_over(struct scene *s, uint64_t va, bool global, const struct atlas_fence *f)
{
    uint64_t size = scene_page_size(s, 1), pa = pa_of(s, 1, va);
    struct atlas_req req = scene_req(va, ATLAS_ACC_LOAD);
    bool va_named = !f->has_va || f->va / size == va / size;
    bool asid_named = !f->has_asid || (!global && f->asid == OLD_ASID);

    scene_satp(s, s->root, OLD_ASID);
    scene_expect_ok(s, &req, pa, 1);
    scene_expect_hit(s, &req, pa);
    scene_fence(s, f->has_va, f->va, f->has_asid, f->asid);
    if (va_named && asid_named) {
        scene_expect_walk(s, &req, pa);
    } else {
        scene_satp(s, s->root, global ? NEW_ASID : OLD_ASID);
        scene_expect_hit(s, &req, pa);
    }
}

/* B15 B16: by addresses in the page, beside it, and of its set in the superpage RAM. */
static void fences_remove_what_they_name(struct scene *s)
{
    uint64_t va = scene_high(s), size = scene_page_size(s, 1);
    const uint64_t by[] = {va, va ^ size / 2, va ^ (size - 1), va ^ size, va ^ SAME_SET * size};

    for (unsigned global = 0; global < 2; global++) {
        scene_again(s);
        scene_map(s, va, 1,
                  scene_pte(s, ppn_of(s, 1), SCENE_RWXAD | (global ? ATLAS_MASK(PTE_G) : 0)));
        for (unsigned asid = 0; asid <= NEW_ASID; asid++) {
            struct atlas_fence f = {.has_asid = asid > 0, .asid = (uint16_t)asid};

            fence_over(s, va, global != 0, &f);
            f.has_va = true;
            for (size_t i = 0; i < sizeof by / sizeof by[0]; i++) {
                f.va = by[i];
                fence_over(s, va, global != 0, &f);
            }
        }
    }
}

#define SCENE_TEST(function)                                                                       \
    static void test_##function(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        scene_each(function);                                                                      \
    }

SCENE_TEST(largest_array_counts)
SCENE_TEST(largest_counts_alone)
SCENE_TEST(refused_entries_make_room)
SCENE_TEST(other_superpages_stay)
SCENE_TEST(store_to_a_clean_superpage)
SCENE_TEST(fences_remove_what_they_name)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_largest_array_counts),
        cmocka_unit_test(test_largest_counts_alone),
        cmocka_unit_test(test_refused_entries_make_room),
        cmocka_unit_test(test_other_superpages_stay),
        cmocka_unit_test(test_store_to_a_clean_superpage),
        cmocka_unit_test(test_fences_remove_what_they_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

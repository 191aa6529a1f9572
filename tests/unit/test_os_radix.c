/* test_os_radix.c: page tables in all four modes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "radix_fixture.h"

static void modes_have_the_specified_shape(void **state) /* M1, P15 */
{
    static const struct {
        unsigned code, levels, index_bits, bytes, va_bits;
    } spec[] = {{1, 2, 10, 4, 32}, {8, 3, 9, 8, 39}, {9, 4, 9, 8, 48}, {10, 5, 9, 8, 57}};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        const struct paging_mode *mode = paging_mode(spec[i].code);

        assert_int_equal(mode->levels, spec[i].levels);
        assert_int_equal(mode->index_bits, spec[i].index_bits);
        assert_int_equal(mode->pte_bytes, spec[i].bytes);
        assert_int_equal(mode->va_bits, spec[i].va_bits);
    }
    assert_null(paging_mode(ATLAS_MODE_BARE));
    assert_null(paging_mode(2));
}

static void canonical_means_sign_extended(void **state) /* M1 */
{
    const struct paging_mode *sv39 = paging_mode(ATLAS_MODE_SV39);
    const struct paging_mode *sv32 = paging_mode(ATLAS_MODE_SV32);

    (void)state;
    assert_true(paging_canonical(sv39, 0x3fffffffff));
    assert_false(paging_canonical(sv39, 0x4000000000));
    assert_false(paging_canonical(sv39, UINT64_C(0xffffffbfffffffff)));
    assert_true(paging_canonical(sv39, UINT64_C(0xffffffc000000000)));
    assert_true(paging_canonical(sv32, 0xffffffff));
    assert_false(paging_canonical(sv32, UINT64_C(0x100000000)));
    assert_false(paging_canonical(sv32, UINT64_MAX));
}

static void satp_holds_mode_asid_and_root(void **state)
{
    (void)state;
    assert_int_equal(paging_satp(paging_mode(ATLAS_MODE_SV32), 0x12345, 0x3ff),
                     UINT64_C(0xffc12345));
    assert_int_equal(paging_satp(paging_mode(ATLAS_MODE_SV48), 0x80001, 0x1abcd),
                     UINT64_C(0x9abcd00000080001));
}

/* P12: entry 0 covers 0..4095, entry 1 covers 4096..8191; words as the specification has them */
static void words_are_laid_out_as_specified(struct radix_world *f)
{
    struct radix *t = &f->table;
    unsigned bytes = t->mode->pte_bytes;
    paddr_t slot = (paddr_t)t->root << 12;

    assert_int_equal(radix_map(t, 0x1000, 0, 0x90003, RWU), VM_OK);
    for (unsigned level = t->mode->levels - 1u; level > 0; level--) {
        uint64_t pointer = world_word(f->world, slot);

        assert_int_equal(pointer & 0x3ff, 1);
        slot = pointer >> 10 << 12;
    }
    assert_int_equal(world_word(f->world, slot), 0);
    assert_int_equal(world_word(f->world, slot + bytes), (0x90003 << 10) | RWU);
    assert_int_equal(t->tables, t->mode->levels);
    assert_int_equal(f->world->frames.by_kind[FRAME_TABLE], t->tables);
    assert_int_equal(frames_get(&f->world->frames, t->root)->owner, RADIX_OWNER);
}

static void superpage_leaf_at_every_level(struct radix_world *f) /* P15 */
{
    struct radix *t = &f->table;

    for (unsigned level = 0; level < t->mode->levels; level++) {
        uint64_t bytes = paging_leaf_pages(t->mode, level) << 12;
        uint64_t ppn = 3 * paging_leaf_pages(t->mode, level);
        struct radix_leaf leaf;

        assert_int_equal(radix_map(t, bytes, level, ppn, RWU), VM_OK);
        assert_int_equal(radix_lookup(t, &leaf, bytes - 1), VM_ABSENT);
        assert_int_equal(radix_lookup(t, &leaf, 2 * bytes - 1), VM_OK);
        assert_int_equal(leaf.va, bytes);
        assert_int_equal(leaf.level, level);
        assert_int_equal(leaf.pages, paging_leaf_pages(t->mode, level));
        assert_int_equal(leaf.ppn, ppn);
        assert_int_equal(radix_lookup(t, &leaf, 2 * bytes), VM_ABSENT);
        assert_int_equal(radix_map(t, bytes + (level ? 0x1000 : 0), 0, 5, RWU), VM_EXISTS);
        assert_int_equal(radix_unmap(t, &leaf, 2 * bytes - 1), VM_OK);
        assert_int_equal(leaf.level, level);
        assert_int_equal(t->tables, 1);
    }
}

static void leaf_over_a_table_is_refused(struct radix_world *f)
{
    struct radix *t = &f->table;

    assert_int_equal(radix_map(t, 0x5000, 0, 9, RWU), VM_OK);
    for (unsigned level = 1; level < t->mode->levels; level++)
        assert_int_equal(radix_map(t, 0, level, 0, RWU), VM_EXISTS);
}

static void impossible_places_are_refused(struct radix_world *f)
{
    struct radix *t = &f->table;
    uint64_t big = paging_leaf_pages(t->mode, 1);

    assert_int_equal(radix_map(t, 0x1800, 0, 1, RWU), VM_RANGE);
    assert_int_equal(radix_map(t, 0x1000, 1, 0, RWU), VM_RANGE);
    assert_int_equal(radix_map(t, 0, 1, big / 2, RWU), VM_RANGE);
    assert_int_equal(radix_map(t, 0, t->mode->levels, 0, RWU), VM_RANGE);
    assert_int_equal(radix_map(t, UINT64_C(1) << t->mode->va_bits, 0, 0, RWU), VM_RANGE);
    assert_int_equal(radix_map(t, 0, 0, UINT64_C(1) << t->mode->ppn_bits, RWU), VM_RANGE);
    assert_int_equal(radix_lookup(t, &(struct radix_leaf){0}, UINT64_C(1) << 58), VM_ABSENT);
    assert_int_equal(t->tables, 1);
}

static void change_touches_flags_only(struct radix_world *f)
{
    struct radix *t = &f->table;
    struct radix_leaf leaf;

    radix_map(t, 0x3000, 0, 0x123, RWU | PTE_BIT(A));
    assert_int_equal(radix_change(t, 0x3fff, PTE_BIT(W) | PTE_BIT(A), PTE_BIT(X)), VM_OK);
    radix_lookup(t, &leaf, 0x3000);
    assert_int_equal(leaf.pte & 0x3ff, PTE_BIT(V) | PTE_BIT(R) | PTE_BIT(X) | PTE_BIT(U));
    assert_int_equal(leaf.ppn, 0x123);
    assert_int_equal(radix_change(t, 0x4000, 0, PTE_BIT(X)), VM_ABSENT);
    expect_assert_failure(radix_change(t, 0x3000, PTE_BIT(R) | PTE_BIT(X), 0));
    expect_assert_failure(radix_change(t, 0x3000, PTE_BIT(V), 0));
}

/* P17: building tables stops half-way at each possible point and leaves nothing behind. */
static void failing_map_leaves_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        unsigned levels = paging_mode(radix_modes[i])->levels;

        for (unsigned frames = 1; frames <= levels; frames++) {
            struct radix_world f;
            bool enough = frames == levels;

            radix_world_open(&f, radix_modes[i], frames, RADIX_NO_LIMIT);
            assert_int_equal(radix_map(&f.table, 0, 0, 1, RWU), enough ? VM_OK : VM_NOMEM);
            assert_int_equal(f.table.tables, enough ? levels : 1);
            assert_int_equal(f.world->frames.by_kind[FRAME_FREE], enough ? 0 : frames - 1);
            radix_world_close(&f);

            radix_world_open(&f, radix_modes[i], WORLD_FRAMES, frames);
            assert_int_equal(radix_map(&f.table, 0, 0, 1, RWU), enough ? VM_OK : VM_LIMIT);
            assert_int_equal(f.table.tables, enough ? levels : 1);
            radix_world_close(&f);
        }
    }
}

static void creation_needs_a_frame(void **state)
{
    struct world *w = world_open(1);
    struct radix t;

    (void)state;
    frames_alloc(&w->frames, FRAME_USER, 1);
    assert_int_equal(
        radix_create(&t, &w->phys, &w->frames, paging_mode(ATLAS_MODE_SV39), 1, RADIX_NO_LIMIT),
        VM_NOMEM);
    world_close(w);
}

static void next_visits_in_order_and_negative_last(void **state)
{
    static const vpn_t pages[] = {0,
                                  1,
                                  0x3ff,
                                  0x40000,
                                  UINT64_C(0x3ffffff),
                                  UINT64_C(0xffffffffc0000),
                                  UINT64_C(0xfffffffffffff)};
    struct radix_world f;
    struct radix_leaf leaf;
    vpn_t from = 0;

    (void)state;
    radix_world_open(&f, ATLAS_MODE_SV39, WORLD_FRAMES, RADIX_NO_LIMIT);
    for (unsigned i = 7; i-- > 0;)
        assert_int_equal(radix_map(&f.table, pages[i] << 12, 0, i, RWU), VM_OK);
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(radix_next(&f.table, &leaf, from), VM_OK);
        assert_int_equal(leaf.va, pages[i] << 12);
        assert_int_equal(leaf.ppn, i);
        from = (leaf.va >> 12) + 1;
    }
    assert_int_equal(radix_next(&f.table, &leaf, UINT64_C(0x123456789)), VM_OK);
    assert_int_equal(leaf.ppn, 5);
    assert_int_equal(radix_next(&f.table, &leaf, pages[6] + 1), VM_ABSENT); /* 2^52 is not 0 */
    radix_unmap(&f.table, NULL, pages[6] << 12);
    assert_int_equal(radix_next(&f.table, &leaf, pages[5] + 1), VM_ABSENT);
    radix_world_close(&f);
}

static void next_finds_a_superpage_from_its_middle(void **state)
{
    struct radix_world f;
    struct radix_leaf leaf;

    (void)state;
    radix_world_open(&f, ATLAS_MODE_SV39, WORLD_FRAMES, RADIX_NO_LIMIT);
    radix_map(&f.table, 0x200000, 1, 0x200, RWU);
    assert_int_equal(radix_next(&f.table, &leaf, 0x3ff), VM_OK);
    assert_int_equal(leaf.va, 0x200000);
    assert_int_equal(radix_next(&f.table, &leaf, 0x400), VM_ABSENT);
    radix_world_close(&f);
}

/* ---- Random operations against a flat array of pages --------------------------------------- */

enum { SPREAD = 4, MOST_PAGES = 1024 }; /* indexes tried at each level; SPREAD^5 pages at most */

struct flat {
    bool there;
    uint64_t ppn, flags;
};

/* Page number i of the shrunken space: indexes 0, 1, middle and last at each level. */
static vaddr_t page_address(const struct paging_mode *mode, unsigned i)
{
    unsigned entries = 1u << mode->index_bits;
    const unsigned pick[SPREAD] = {0, 1, entries / 2, entries - 1};
    vaddr_t va = 0;

    for (unsigned level = 0; level < mode->levels; level++, i /= SPREAD)
        va |= (vaddr_t)pick[i % SPREAD] << (12 + level * mode->index_bits);
    if (mode->pte_bytes == 8 && va >> (mode->va_bits - 1))
        va |= ~ATLAS_ONES(mode->va_bits);
    return va;
}

/* Tables that the pages which are there need, the root too. */
static unsigned tables_needed(const struct paging_mode *mode, const struct flat *flat, unsigned n)
{
    unsigned tables = 1;

    for (unsigned level = 1, group = SPREAD; level < mode->levels; level++, group *= SPREAD) {
        for (unsigned i = 0; i < n; i += group) {
            bool any = false;

            for (unsigned k = 0; k < group; k++)
                any = any || flat[i + k].there;
            tables += any;
        }
    }
    return tables;
}

static void step(struct radix *t, struct flat *page, vaddr_t va, struct rng *rng)
{
    uint64_t ppn = rng_below(rng, 1u << 20);
    struct radix_leaf leaf;

    switch (rng_below(rng, 4)) {
    case 0:
        assert_int_equal(radix_map(t, va, 0, ppn, RWU), page->there ? VM_EXISTS : VM_OK);
        if (!page->there)
            *page = (struct flat){true, ppn, RWU};
        break;
    case 1:
        assert_int_equal(radix_unmap(t, &leaf, va), page->there ? VM_OK : VM_ABSENT);
        if (page->there)
            assert_int_equal(leaf.ppn, page->ppn);
        page->there = false;
        break;
    case 2:
        assert_int_equal(radix_change(t, va, PTE_BIT(W), PTE_BIT(D)),
                         page->there ? VM_OK : VM_ABSENT);
        page->flags = (page->flags & ~PTE_BIT(W)) | PTE_BIT(D);
        break;
    default:
        assert_int_equal(radix_lookup(t, &leaf, va + rng_below(rng, 4096)),
                         page->there ? VM_OK : VM_ABSENT);
        if (page->there)
            assert_true(leaf.ppn == page->ppn && (leaf.pte & 0xff) == page->flags);
    }
}

static void random_use_agrees_with_a_flat_array(struct radix_world *f) /* P9 */
{
    static struct flat flat[MOST_PAGES];
    struct radix *t = &f->table;
    unsigned n = 1;
    struct rng rng;

    for (unsigned level = 0; level < t->mode->levels; level++)
        n *= SPREAD;
    for (unsigned i = 0; i < n; i++)
        flat[i].there = false;
    rng_seed(&rng, t->mode->code);
    for (unsigned k = 0; k < 4000; k++) {
        /* a small part of the space for a while, so that tables fill and empty */
        unsigned i = (unsigned)((k / 500 * 37 + rng_below(&rng, 24)) % n);

        step(t, &flat[i], page_address(t->mode, i), &rng);
        assert_int_equal(t->tables, tables_needed(t->mode, flat, n));
    }
}

IN_EACH_MODE(words_are_laid_out_as_specified)
IN_EACH_MODE(superpage_leaf_at_every_level)
IN_EACH_MODE(leaf_over_a_table_is_refused)
IN_EACH_MODE(impossible_places_are_refused)
IN_EACH_MODE(change_touches_flags_only)
IN_EACH_MODE(random_use_agrees_with_a_flat_array)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_have_the_specified_shape),
        cmocka_unit_test(canonical_means_sign_extended),
        cmocka_unit_test(satp_holds_mode_asid_and_root),
        cmocka_unit_test(words_are_laid_out_as_specified_in_each_mode),
        cmocka_unit_test(superpage_leaf_at_every_level_in_each_mode),
        cmocka_unit_test(leaf_over_a_table_is_refused_in_each_mode),
        cmocka_unit_test(impossible_places_are_refused_in_each_mode),
        cmocka_unit_test(change_touches_flags_only_in_each_mode),
        cmocka_unit_test(failing_map_leaves_nothing),
        cmocka_unit_test(creation_needs_a_frame),
        cmocka_unit_test(next_visits_in_order_and_negative_last),
        cmocka_unit_test(next_finds_a_superpage_from_its_middle),
        cmocka_unit_test(random_use_agrees_with_a_flat_array_in_each_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

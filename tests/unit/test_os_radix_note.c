/* test_os_radix_note.c: what software keeps in entries that are not valid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "os/paging/radix_note.h"
#include "os/paging/radix_share.h"
#include "radix_fixture.h"

static void note_is_the_word_above_v(struct radix_world *f) /* P10 */
{
    struct radix *t = &f->table;
    uint64_t most = radix_note_max(t->mode), note = 0;

    assert_int_equal(most, t->mode->pte_bytes == 4 ? INT32_MAX : INT64_MAX);
    assert_int_equal(radix_note_put(t, 0x5000, 0x1234), VM_OK);
    assert_int_equal(radix_world_entry(f, 0x5000, 0), 0x2468);
    assert_int_equal(radix_note_get(t, &note, 0x5fff), VM_OK);
    assert_int_equal(note, 0x1234);
    assert_int_equal(radix_note_put(t, 0x5000, most), VM_OK);
    assert_int_equal(radix_note_get(t, &note, 0x5000), VM_OK);
    assert_int_equal(note, most);
    assert_int_equal(radix_world_entry(f, 0x5000, 0) & PTE_BIT(V), 0);
    assert_int_equal(radix_note_get(t, &note, 0x4000), VM_ABSENT);
    expect_assert_failure(radix_note_put(t, 0x5000, 0));
    expect_assert_failure(radix_note_put(t, 0x5000, most + 1));
}

static void note_is_no_leaf_and_keeps_its_table(struct radix_world *f) /* P10 */
{
    struct radix *t = &f->table;
    struct radix_leaf leaf;

    radix_note_put(t, 0x5000, 7);
    assert_int_equal(t->tables, t->mode->levels);
    assert_int_equal(radix_lookup(t, &leaf, 0x5000), VM_ABSENT);
    assert_int_equal(radix_next(t, &leaf, 0), VM_ABSENT);
    assert_int_equal(radix_map(t, 0x5000, 0, 1, RWU), VM_EXISTS);
    assert_int_equal(radix_unmap(t, NULL, 0x5000), VM_ABSENT);
    radix_map(t, 0x6000, 0, 1, RWU);
    radix_unmap(t, NULL, 0x6000);
    assert_int_equal(t->tables, t->mode->levels);
    assert_int_equal(radix_note_remove(t, 0x6000), VM_ABSENT);
    assert_int_equal(radix_note_remove(t, 0x5000), VM_OK);
    assert_int_equal(t->tables, 1);
}

/* Out to swap and in again, when no frame is free. */
static void leaf_and_note_change_places_without_memory(struct radix_world *f) /* P10 */
{
    struct radix *t = &f->table;
    struct radix_leaf leaf;
    uint64_t note = 0;

    radix_map(t, 0x5000, 0, 0x123, RWU);
    t->limit = t->tables;
    assert_int_equal(radix_note_map(t, 0x5000, 5, RWU), VM_ABSENT);
    assert_int_equal(radix_note_put(t, 0x5000, 99), VM_OK);
    assert_int_equal(radix_lookup(t, &leaf, 0x5000), VM_ABSENT);
    radix_note_get(t, &note, 0x5000);
    assert_int_equal(note, 99);
    assert_int_equal(radix_note_map(t, 0x5000, 0x456, RWU | PTE_BIT(A)), VM_OK);
    assert_int_equal(radix_lookup(t, &leaf, 0x5000), VM_OK);
    assert_int_equal(leaf.pte, 0x456 << 10 | RWU | PTE_BIT(A));
    assert_int_equal(radix_note_get(t, &note, 0x5000), VM_ABSENT);
    assert_int_equal(radix_unmap(t, NULL, 0x5000), VM_OK);
    assert_int_equal(t->tables, 1);
}

static void notes_have_no_place_in_larger_leaves(struct radix_world *f)
{
    struct radix *t = &f->table;
    uint64_t note;

    radix_map(t, 0, 1, 0, RWU);
    assert_int_equal(radix_note_put(t, 0x5000, 1), VM_EXISTS);
    assert_int_equal(radix_note_get(t, &note, 0x5000), VM_ABSENT);
    radix_unmap(t, NULL, 0);
    assert_int_equal(radix_note_put(t, 0x5800, 1), VM_RANGE);
    assert_int_equal(radix_note_put(t, UINT64_C(1) << 58, 1), VM_RANGE);
    assert_int_equal(radix_note_get(t, &note, UINT64_C(1) << 58), VM_ABSENT);
    if (t->mode->pte_bytes == 8) {
        radix_map(t, 0, 0, 16, RWU | PTE_NAPOT);
        assert_int_equal(radix_note_put(t, 0x5000, 1), VM_EXISTS);
    }
}

static void shared_part_takes_no_notes(struct radix_world *f)
{
    struct radix *kernel = &f->table, t;
    vaddr_t va = paging_kernel_base(kernel->mode);
    uint64_t note = 0;

    assert_int_equal(radix_create(&t, kernel->phys, kernel->frames, kernel->mode, 8, 10), VM_OK);
    radix_note_put(kernel, va, 5);
    radix_share(&t, kernel);
    assert_int_equal(radix_note_put(&t, va + 0x1000, 6), VM_RANGE);
    assert_int_equal(radix_note_get(&t, &note, va), VM_ABSENT);
    assert_int_equal(radix_note_map(&t, va, 1, RWU), VM_ABSENT);
    assert_int_equal(radix_note_remove(&t, va), VM_ABSENT);
    assert_int_equal(radix_note_get(kernel, &note, va), VM_OK);
    assert_int_equal(radix_note_get(kernel, &note, va + 0x1000), VM_ABSENT);
    radix_destroy(&t);
}

/* P17: each table that a note needs is refused in turn. */
static void failing_note_leaves_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RADIX_MODES; i++) {
        const unsigned levels = paging_mode(radix_modes[i])->levels;

        for (unsigned frames = 1; frames <= levels; frames++) {
            enum vm_status want = frames < levels ? VM_LIMIT : VM_OK;
            struct radix_world f;

            radix_world_open(&f, radix_modes[i], WORLD_FRAMES, frames);
            assert_int_equal(radix_note_put(&f.table, 0, 1), want);
            assert_int_equal(f.table.tables, want == VM_OK ? levels : 1);
            radix_world_close(&f);
        }
    }
}

static void next_visits_notes_and_not_leaves(struct radix_world *f)
{
    struct radix *t = &f->table;
    vpn_t vpn = 0, last = (t->mode->pte_bytes == 4 ? UINT32_MAX : UINT64_MAX) >> 12;
    uint64_t note = 0;

    assert_int_equal(radix_note_next(t, &note, &vpn), VM_ABSENT);
    radix_map(t, 0, 0, 1, RWU);
    radix_note_put(t, 0x1000, 11);
    radix_map(t, 0x2000, 0, 1, RWU);
    radix_note_put(t, last << 12, 13);
    assert_int_equal(radix_note_next(t, &note, &vpn), VM_OK);
    assert_int_equal(vpn, 1);
    assert_int_equal(note, 11);
    vpn++;
    assert_int_equal(radix_note_next(t, &note, &vpn), VM_OK);
    assert_int_equal(vpn, last);
    assert_int_equal(note, 13);
    vpn++;
    assert_int_equal(radix_note_next(t, &note, &vpn), VM_ABSENT);
    assert_int_equal(vpn, last + 1);
}

IN_EACH_MODE(note_is_the_word_above_v)
IN_EACH_MODE(note_is_no_leaf_and_keeps_its_table)
IN_EACH_MODE(leaf_and_note_change_places_without_memory)
IN_EACH_MODE(notes_have_no_place_in_larger_leaves)
IN_EACH_MODE(shared_part_takes_no_notes)
IN_EACH_MODE(next_visits_notes_and_not_leaves)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(note_is_the_word_above_v_in_each_mode),
        cmocka_unit_test(note_is_no_leaf_and_keeps_its_table_in_each_mode),
        cmocka_unit_test(leaf_and_note_change_places_without_memory_in_each_mode),
        cmocka_unit_test(notes_have_no_place_in_larger_leaves_in_each_mode),
        cmocka_unit_test(shared_part_takes_no_notes_in_each_mode),
        cmocka_unit_test(failing_note_leaves_nothing),
        cmocka_unit_test(next_visits_notes_and_not_leaves_in_each_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_os_index_tree.c: the sparse array of a memory object's pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "os/kmem/index_tree.h"
#include "os_fixture.h"

struct fixture {
    struct world *world;
    struct kmem kmem;
    struct slab_cache cache;
    struct index_tree tree;
};

static int setup_frames(void **state, unsigned frames)
{
    static struct fixture f;

    f.world = world_open(frames);
    kmem_init(&f.kmem, &f.world->phys, &f.world->frames);
    slab_init(&f.cache, &f.kmem,
              &(struct slab_spec){.name = "node", .size = index_tree_node_bytes()});
    index_tree_init(&f.tree, &f.cache);
    *state = &f;
    return 0;
}

static int setup(void **state)
{
    return setup_frames(state, WORLD_FRAMES);
}

static int setup_small(void **state)
{
    return setup_frames(state, 1);
}

static int teardown(void **state) /* M25 */
{
    struct fixture *f = *state;
    uint64_t index = 0;

    while (index_tree_next(&f->tree, &index) != 0)
        assert_int_equal(index_tree_set(&f->tree, index, 0), VM_OK);
    assert_int_equal(f->cache.objects, 0);
    assert_int_equal(f->tree.height, 0);
    world_close(f->world);
    return 0;
}

static void what_is_put_is_found_and_nothing_else(void **state)
{
    static const uint64_t indices[] = {0, 1, 63, 64, 4095, 4096, UINT64_C(1) << 40, UINT64_MAX};
    struct fixture *f = *state;

    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(index_tree_set(&f->tree, indices[i], 100 + i), VM_OK);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(index_tree_get(&f->tree, indices[i]), 100 + i);
    assert_int_equal(index_tree_get(&f->tree, 2), 0);
    assert_int_equal(index_tree_get(&f->tree, UINT64_MAX - 1), 0);
    assert_int_equal(index_tree_get(&f->tree, UINT64_C(1) << 36), 0);
}

static void entries_come_in_the_order_of_their_indices(void **state)
{
    struct fixture *f = *state;
    uint64_t index = 6;

    index_tree_set(&f->tree, 5, 50);
    index_tree_set(&f->tree, 700, 70);
    index_tree_set(&f->tree, 70, 7);
    assert_int_equal(index_tree_next(&f->tree, &index), 7);
    assert_int_equal(index, 70);
    index++;
    assert_int_equal(index_tree_next(&f->tree, &index), 70);
    assert_int_equal(index, 700);
    index++;
    assert_int_equal(index_tree_next(&f->tree, &index), 0);
    assert_int_equal(index, 701);
}

static void without_memory_nothing_changes(void **state)
{
    struct fixture *f = *state;
    uint64_t count = 0, index = 0;

    while (index_tree_set(&f->tree, count << 6, count + 1) == VM_OK) /* a node each */
        count++;
    assert_true(count > 2);
    assert_int_equal(index_tree_get(&f->tree, count << 6), 0);
    for (uint64_t i = 0; i < count; i++, index++) {
        assert_int_equal(index_tree_next(&f->tree, &index), i + 1);
        assert_int_equal(index, i << 6);
    }
}

static void random_changes_match_a_flat_array(void **state)
{
    enum { SIZE = 5000, STEPS = 20000 };
    static uint64_t flat[SIZE];
    struct fixture *f = *state;
    struct rng rng;

    rng_seed(&rng, 2026);
    for (unsigned i = 0; i < STEPS; i++) {
        uint64_t index = rng_below(&rng, SIZE), next = rng_below(&rng, SIZE), value;

        flat[index] = rng_below(&rng, 3);
        assert_int_equal(index_tree_set(&f->tree, index, flat[index]), VM_OK);
        for (index = next; index < SIZE && flat[index] == 0; index++)
            ;
        value = index_tree_next(&f->tree, &next);
        assert_int_equal(value, index < SIZE ? flat[index] : 0);
        if (value != 0)
            assert_int_equal(next, index);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_put_is_found_and_nothing_else, setup, teardown),
        cmocka_unit_test_setup_teardown(entries_come_in_the_order_of_their_indices, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(without_memory_nothing_changes, setup_small, teardown),
        cmocka_unit_test_setup_teardown(random_changes_match_a_flat_array, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

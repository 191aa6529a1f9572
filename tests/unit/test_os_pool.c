/* test_os_pool.c: kernel objects in frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "os/kmem/pool.h"
#include "os_fixture.h"

enum { SIZE = 100, MOST = 300 };

struct fixture {
    struct world *world;
    struct pool pool;
};

static int setup(void **state)
{
    static struct fixture f;

    f.world = world_open(4);
    pool_init(&f.pool, &f.world->phys, &f.world->frames, SIZE);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    world_close(((struct fixture *)*state)->world);
    return 0;
}

static void objects_are_zero_aligned_and_apart(void **state)
{
    struct fixture *f = *state;
    static uint8_t zero[SIZE];
    uint8_t *last = NULL;

    for (unsigned i = 0; i < 50; i++) {
        uint8_t *object = pool_get(&f->pool);

        assert_memory_equal(object, zero, SIZE);
        assert_int_equal((uintptr_t)object % 16, 0);
        assert_true(last == NULL || object >= last + SIZE || object + SIZE <= last);
        memset(object, 0xff, SIZE);
        last = object;
    }
    assert_int_equal(f->pool.objects, 50);
}

static void recycled_object_is_zero_again(void **state)
{
    struct fixture *f = *state;
    static uint8_t zero[SIZE];
    void *keep = pool_get(&f->pool), *object = pool_get(&f->pool);

    memset(object, 0xff, SIZE);
    pool_put(&f->pool, object);
    assert_ptr_equal(pool_get(&f->pool), object);
    assert_memory_equal(object, zero, SIZE);
    pool_put(&f->pool, keep);
}

static void pool_without_objects_holds_no_frame(void **state) /* M25 */
{
    struct fixture *f = *state;
    void *object = pool_get(&f->pool);

    assert_int_equal(f->world->frames.by_kind[FRAME_KERNEL], 1);
    pool_put(&f->pool, object);
    assert_int_equal(f->world->frames.by_kind[FRAME_KERNEL], 0);
    assert_int_equal(f->pool.pages, 0);
}

static void full_memory_gives_null(void **state)
{
    struct fixture *f = *state;
    void *first = pool_get(&f->pool);
    unsigned got = 1;

    while (pool_get(&f->pool))
        got++;
    assert_int_equal(f->world->frames.by_kind[FRAME_FREE], 0);
    assert_in_range(got, 4 * 30, 4 * 4096 / SIZE);
    pool_put(&f->pool, first);
    assert_ptr_equal(pool_get(&f->pool), first);
}

static void foreign_object_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct pool other;
    void *object;

    pool_init(&other, &f->world->phys, &f->world->frames, SIZE);
    object = pool_get(&other);
    expect_assert_failure(pool_put(&f->pool, object));
    expect_assert_failure(pool_put(&f->pool, &other));
}

static void random_use_never_gives_an_object_twice(void **state)
{
    struct fixture *f = *state;
    uint32_t *mine[MOST];
    unsigned count = 0;
    struct rng rng;

    rng_seed(&rng, 3);
    for (uint32_t step = 1; step < 20000; step++) {
        if (rng_one_in(&rng, 2)) {
            uint32_t *object = pool_get(&f->pool);

            if (object) {
                assert_int_equal(*object, 0);
                *object = step;
                mine[count++] = object;
            }
        } else if (count > 0) {
            unsigned i = (unsigned)rng_below(&rng, count);

            assert_int_not_equal(*mine[i], 0);
            pool_put(&f->pool, mine[i]);
            mine[i] = mine[--count];
        }
        assert_int_equal(f->pool.objects, count);
        assert_int_equal(f->pool.pages, f->world->frames.by_kind[FRAME_KERNEL]);
    }
    while (count > 0)
        pool_put(&f->pool, mine[--count]);
    assert_int_equal(f->world->frames.by_kind[FRAME_FREE], 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(objects_are_zero_aligned_and_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(recycled_object_is_zero_again, setup, teardown),
        cmocka_unit_test_setup_teardown(pool_without_objects_holds_no_frame, setup, teardown),
        cmocka_unit_test_setup_teardown(full_memory_gives_null, setup, teardown),
        cmocka_unit_test_setup_teardown(foreign_object_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(random_use_never_gives_an_object_twice, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

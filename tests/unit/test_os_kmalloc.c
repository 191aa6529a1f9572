/* test_os_kmalloc.c: kernel memory of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mem/frames_audit.h"
#include "os/kmem/kmalloc.h"
#include "os_fixture.h"

enum { FRAMES = 256, MOST = 200 };

struct fixture {
    struct world *world;
    struct kmem kmem;
    struct kmalloc km;
};

static int setup_flags(void **state, unsigned flags)
{
    static struct fixture f;

    f.world = world_open(FRAMES);
    kmem_init(&f.kmem, &f.world->phys, &f.world->frames);
    kmalloc_init(&f.km, &f.kmem, flags);
    *state = &f;
    return 0;
}

static int setup(void **state)
{
    return setup_flags(state, 0);
}

static int setup_debug(void **state)
{
    return setup_flags(state, SLAB_DEBUG);
}

/* Whatever a test did, it has given all back. */
static int teardown(void **state) /* M25 */
{
    struct fixture *f = *state;

    kmem_check(&f->kmem);
    kmem_shrink(&f->kmem);
    assert_int_equal(f->world->frames.by_kind[FRAME_FREE], FRAMES);
    frames_check(&f->world->frames);
    world_close(f->world);
    return 0;
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
    while (count > 0 && bytes[count - 1] == 0)
        count--;
    return count == 0;
}

static void block_is_of_the_smallest_class_that_holds_it(void **state) /* K9 */
{
    static const size_t sizes[] = {16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096};
    struct fixture *f = *state;

    for (unsigned i = 0; i < KMALLOC_CLASSES; i++) {
        void *least = kmalloc(&f->km, i > 0 ? sizes[i - 1] + 1 : 0), *most;

        most = kmalloc(&f->km, sizes[i]);
        assert_int_equal(ksize(&f->km, least), sizes[i]);
        assert_int_equal(ksize(&f->km, most), sizes[i]);
        assert_int_equal(f->km.class[i].objects, 2);
        assert_true(is_zero(least, sizes[i]));
        assert_int_equal((uintptr_t)most % 16, 0);
        kfree(&f->km, least);
        kfree(&f->km, most);
        assert_int_equal(f->km.class[i].objects, 0);
    }
    assert_int_equal(kmem_frames(&f->kmem), KMALLOC_CLASSES); /* an empty slab of each */
    kfree(&f->km, NULL);
}

static void large_block_is_a_run_of_frames(void **state) /* K8 K9 */
{
    struct fixture *f = *state;
    void *five = kmalloc(&f->km, 4097), *eight = kmalloc(&f->km, 8 * 4096);

    memset(eight, 0xff, 8 * 4096);
    assert_int_equal(ksize(&f->km, five), 2 * 4096);
    assert_int_equal(ksize(&f->km, eight), 8 * 4096);
    assert_int_equal((uintptr_t)eight % 4096, 0);
    assert_int_equal(f->kmem.blocks, 2);
    assert_int_equal(f->kmem.block_frames, 10);
    assert_int_equal(kmem_frames(&f->kmem), 10);
    kmem_check(&f->kmem);
    kfree(&f->km, eight);
    assert_int_equal(kmem_frames(&f->kmem), 2);
    eight = kmalloc(&f->km, 8 * 4096);
    assert_true(is_zero(eight, 8 * 4096));
    kfree(&f->km, eight);
    kfree(&f->km, five);
    assert_int_equal(f->kmem.blocks, 0);
}

static void what_is_too_large_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_null(kmalloc(&f->km, 512 * 4096)); /* of 256 frames */
    assert_null(kmalloc(&f->km, 1024 * 4096 + 1));
    assert_null(kmalloc(&f->km, SIZE_MAX));
    assert_int_equal(f->kmem.block_frames, 0);
}

static void wrong_free_is_noticed(void **state) /* K9 */
{
    struct fixture *f = *state;
    struct frames *frames = &f->world->frames;
    uint8_t *small = kmalloc(&f->km, 20), *large = kmalloc(&f->km, 5000);
    pfn_t other = frames_alloc(frames, FRAME_KERNEL, 0);

    expect_assert_failure(kfree(&f->km, small + 1));
    expect_assert_failure(kfree(&f->km, large + 4096));
    expect_assert_failure(kfree(&f->km, large + 16));
    expect_assert_failure(kfree(&f->km, phys_frame(&f->world->phys, other)));
    expect_assert_failure(kfree(&f->km, &other));
    kfree(&f->km, small);
    expect_assert_failure(kfree(&f->km, small));
    kfree(&f->km, large);
    expect_assert_failure(kfree(&f->km, large));
    frames_drop(frames, other);
}

static void debugging_finds_an_overrun(void **state) /* K9 */
{
    struct fixture *f = *state;
    uint8_t *block = kmalloc(&f->km, 64);

    block[64] ^= 1;
    expect_assert_failure(kfree(&f->km, block));
    block[64] ^= 1;
    kfree(&f->km, block);
    block[10] ^= 1;
    expect_assert_failure(kmem_check(&f->kmem));
    block[10] ^= 1;
}

static size_t some_size(struct rng *rng)
{
    return (size_t)rng_below(rng, UINT64_C(1) << rng_below(rng, 17));
}

static void random_blocks_keep_their_bytes(void **state) /* K9 */
{
    struct fixture *f = *state;
    struct {
        uint8_t *at;
        size_t size;
        uint8_t value;
    } block[MOST];
    unsigned count = 0, refused = 0;
    struct rng rng;

    rng_seed(&rng, 6);
    for (unsigned step = 0; step < 8000; step++) {
        if (count < MOST && rng_below(&rng, 100) < 52) {
            size_t size = some_size(&rng);
            uint8_t *at = kmalloc(&f->km, size);

            refused += !at;
            if (!at)
                continue;
            assert_true(ksize(&f->km, at) >= size && is_zero(at, ksize(&f->km, at)));
            memset(at, (int)(step % 255 + 1), size);
            block[count].at = at;
            block[count].size = size;
            block[count++].value = (uint8_t)(step % 255 + 1);
        } else if (count > 0) {
            unsigned i = (unsigned)rng_below(&rng, count);

            for (size_t k = 0; k < block[i].size; k++)
                if (block[i].at[k] != block[i].value)
                    fail_msg("byte %zu of block %p", k, (void *)block[i].at);
            kfree(&f->km, block[i].at);
            block[i] = block[--count];
        }
        if (step % 50 == 0)
            kmem_check(&f->kmem);
    }
    assert_true(refused > 0);
    while (count > 0)
        kfree(&f->km, block[--count].at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(block_is_of_the_smallest_class_that_holds_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(large_block_is_a_run_of_frames, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_free_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(debugging_finds_an_overrun, setup_debug, teardown),
        cmocka_unit_test_setup_teardown(random_blocks_keep_their_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(random_blocks_keep_their_bytes, setup_debug, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

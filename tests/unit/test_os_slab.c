/* test_os_slab.c: kernel objects in frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mem/frames_audit.h"
#include "os/kmem/slab.h"
#include "os_fixture.h"

enum { SIZE = 100, FRAMES = 64, MOST = 600 };

struct fixture {
    struct world *world;
    struct kmem kmem;
    struct slab_cache cache; /* of SIZE bytes, plain */
};

static int setup_frames(void **state, unsigned frames)
{
    static struct fixture f;

    f.world = world_open(frames);
    kmem_init(&f.kmem, &f.world->phys, &f.world->frames);
    slab_init(&f.cache, &f.kmem, &(struct slab_spec){.name = "plain", .size = SIZE});
    *state = &f;
    return 0;
}

static int setup(void **state)
{
    return setup_frames(state, FRAMES);
}

static int setup_small(void **state)
{
    return setup_frames(state, 4);
}

static int teardown(void **state)
{
    world_close(((struct fixture *)*state)->world);
    return 0;
}

static bool all_are(const uint8_t *bytes, size_t count, uint8_t value)
{
    while (count > 0 && bytes[count - 1] == value)
        count--;
    return count == 0;
}

static void objects_are_zero_aligned_and_apart(void **state) /* K9 */
{
    struct fixture *f = *state;
    uint8_t *last = NULL;

    for (unsigned i = 0; i < 50; i++) {
        uint8_t *object = slab_alloc(&f->cache);

        assert_true(all_are(object, SIZE, 0));
        assert_int_equal((uintptr_t)object % 16, 0);
        assert_true(last == NULL || object >= last + SIZE || object + SIZE <= last);
        memset(object, 0xff, SIZE);
        last = object;
    }
    assert_int_equal(f->cache.objects, 50);
    kmem_check(&f->kmem);
}

static void recycled_object_is_zero_again(void **state)
{
    struct fixture *f = *state;
    void *keep = slab_alloc(&f->cache), *object = slab_alloc(&f->cache);

    memset(object, 0xff, SIZE);
    slab_free(&f->cache, object);
    assert_ptr_equal(slab_alloc(&f->cache), object);
    assert_true(all_are(object, SIZE, 0));
    slab_free(&f->cache, keep);
}

static void cache_without_objects_holds_no_frame(void **state) /* M25 */
{
    struct fixture *f = *state;
    void *object = slab_alloc(&f->cache);

    assert_int_equal(f->world->frames.by_kind[FRAME_KERNEL], 1);
    slab_free(&f->cache, object);
    assert_int_equal(f->world->frames.by_kind[FRAME_KERNEL], 0);
    assert_int_equal(f->cache.slabs, 0);
    frames_check(&f->world->frames);
}

static void full_memory_gives_null(void **state)
{
    struct fixture *f = *state;
    void *first = slab_alloc(&f->cache);
    unsigned got = 1;

    while (slab_alloc(&f->cache))
        got++;
    assert_int_equal(f->world->frames.by_kind[FRAME_FREE], 0);
    assert_int_equal(got, 4 * (4096 / 112));
    assert_int_equal(f->cache.stats.failed, 1);
    slab_free(&f->cache, first);
    assert_ptr_equal(slab_alloc(&f->cache), first);
    slab_check(&f->cache);
}

static void limit_is_kept(void **state) /* K7 */
{
    struct fixture *f = *state;
    struct slab_cache few;
    void *object;

    slab_init(&few, &f->kmem, &(struct slab_spec){.name = "few", .size = 8, .limit = 3});
    slab_alloc(&few);
    slab_alloc(&few);
    object = slab_alloc(&few);
    assert_non_null(object);
    assert_null(slab_alloc(&few));
    assert_int_equal(few.stats.failed, 1);
    slab_free(&few, object);
    assert_ptr_equal(slab_alloc(&few), object);
}

static void wrong_free_is_noticed(void **state) /* K9 */
{
    struct fixture *f = *state;
    struct slab_cache other, tiny;
    uint8_t *mine = slab_alloc(&f->cache), *theirs, *small;
    pfn_t user = frames_alloc(&f->world->frames, FRAME_USER, 1);

    slab_init(&other, &f->kmem, &(struct slab_spec){.name = "other", .size = SIZE});
    slab_init(&tiny, &f->kmem, &(struct slab_spec){.name = "tiny", .size = 16});
    theirs = slab_alloc(&other);
    small = slab_alloc(&tiny);
    expect_assert_failure(slab_free(&f->cache, theirs));
    expect_assert_failure(slab_free(&f->cache, &other));
    expect_assert_failure(slab_free(&f->cache, mine + 16));
    expect_assert_failure(slab_free(&f->cache, mine + 112)); /* never handed out */
    expect_assert_failure(slab_free(&f->cache, phys_frame(&f->world->phys, user)));
    expect_assert_failure(slab_free(&tiny, small - 16)); /* the slab's own bits */
    slab_alloc(&f->cache);
    slab_free(&f->cache, mine);
    expect_assert_failure(slab_free(&f->cache, mine)); /* twice, the slab lives on */
    slab_free(&other, theirs);
    expect_assert_failure(slab_free(&other, theirs)); /* twice, its frame is free */
    expect_assert_failure(slab_close(&f->cache));
    expect_assert_failure(slab_init(&other, &f->kmem, &(struct slab_spec){.size = 0}));
    expect_assert_failure(
        slab_init(&other, &f->kmem, &(struct slab_spec){.size = SLAB_SIZE_MAX + 1}));
    expect_assert_failure(slab_init(&other, &f->kmem, &(struct slab_spec){.size = 8, .align = 24}));
}

/* ---- The cut of slabs ---------------------------------------------------------------------- */

static void powers_of_two_waste_nothing(void **state) /* K9 */
{
    struct fixture *f = *state;

    for (size_t size = 64; size <= 4096; size *= 2) {
        struct slab_cache c;

        slab_init(&c, &f->kmem, &(struct slab_spec){.name = "two", .size = size});
        assert_int_equal(c.per_slab, 4096 / size);
        assert_int_equal(c.order, 0);
        for (unsigned i = 0; i < c.per_slab; i++)
            assert_int_equal((uintptr_t)slab_alloc(&c) % size, 0);
        assert_int_equal(c.slabs, 1);
        slab_check(&c);
        assert_non_null(slab_alloc(&c));
        assert_int_equal(c.slabs, 2);
    }
}

/* A cache that gives and takes back one object more than fits a slab. */
static void use(struct fixture *f, const struct slab_spec *spec)
{
    static uint8_t *object[300];
    struct slab_cache c;
    unsigned n = 0;

    slab_init(&c, &f->kmem, spec);
    while (c.slabs < 2) {
        object[n] = slab_alloc(&c);
        assert_int_equal((uintptr_t)object[n] % c.spec.align, 0);
        assert_true(all_are(object[n], spec->size, 0));
        memset(object[n++], 0xee, spec->size);
    }
    slab_check(&c);
    assert_int_equal(n, c.per_slab + 1);
    while (n-- > 0) {
        assert_true(all_are(object[n], spec->size, 0xee));
        slab_free(&c, object[n]);
    }
    slab_close(&c);
}

static void every_size_and_alignment_fits_its_slab(void **state) /* K9 */
{
    struct fixture *f = *state;

    for (size_t align = 1; align <= 4096; align *= 4) {
        for (size_t size = 1; size <= SLAB_SIZE_MAX; size += size / 5 + 1) {
            use(f, &(struct slab_spec){.size = size, .align = align});
            use(f, &(struct slab_spec){.size = size, .align = align, .flags = SLAB_DEBUG});
        }
    }
    use(f, &(struct slab_spec){.size = SLAB_SIZE_MAX, .align = 4096, .flags = SLAB_DEBUG});
    assert_int_equal(f->world->frames.by_kind[FRAME_FREE], FRAMES);
}

/* ---- Constructors -------------------------------------------------------------------------- */

static unsigned constructed;

static void construct(void *object)
{
    memset(object, 0x42, SIZE);
    constructed++;
}

static void constructor_runs_once_for_each_object(void **state) /* K9 */
{
    struct fixture *f = *state;
    struct slab_cache c;
    uint8_t *first, *second;

    constructed = 0;
    slab_init(&c, &f->kmem,
              &(struct slab_spec){
                  .name = "made", .size = SIZE, .construct = construct, .flags = SLAB_DEBUG});
    first = slab_alloc(&c);
    second = slab_alloc(&c);
    assert_int_equal(constructed, c.per_slab);
    assert_true(all_are(first, SIZE, 0x42) && all_are(second, SIZE, 0x42));
    first[3] = 7; /* what an object is left as it is found as */
    slab_free(&c, first);
    assert_ptr_equal(slab_alloc(&c), first);
    assert_int_equal(first[3], 7);
    assert_int_equal(constructed, c.per_slab);
    slab_check(&c);
}

/* ---- Damage -------------------------------------------------------------------------------- */

static struct slab_cache *debugged(struct fixture *f, unsigned flags, size_t size)
{
    static struct slab_cache c;

    kmem_init(&f->kmem, &f->world->phys, &f->world->frames);
    slab_init(&c, &f->kmem,
              &(struct slab_spec){.name = "debug", .size = size, .flags = flags, .keep = 1});
    return &c;
}

static void write_to_a_freed_object_is_found(void **state) /* K9 */
{
    struct fixture *f = *state;
    struct slab_cache *c = debugged(f, SLAB_POISON, SIZE);
    uint8_t *object = slab_alloc(c);

    slab_free(c, object);
    assert_true(all_are(object, SIZE, 0x6b));
    slab_check(c);
    for (unsigned at = 0; at < SIZE; at += SIZE - 1) {
        object[at] ^= 1;
        expect_assert_failure(slab_check(c));
        expect_assert_failure(slab_alloc(c));
        object[at] ^= 1;
        slab_check(c);
    }
}

static void write_beside_an_object_is_found(void **state) /* K9 */
{
    static const int beside[] = {-16, -1, SIZE, SIZE + 7};
    struct fixture *f = *state;
    struct slab_cache *c = debugged(f, SLAB_RED_ZONES, SIZE);
    uint8_t *object = slab_alloc(c);

    memset(object, 0xff, SIZE);
    for (unsigned i = 0; i < 4; i++) {
        object[beside[i]] ^= 0x10;
        expect_assert_failure(slab_check(c));
        expect_assert_failure(slab_free(c, object));
        object[beside[i]] ^= 0x10;
        slab_check(c);
    }
    slab_free(c, object);
    object[SIZE] ^= 1; /* beside a free one */
    expect_assert_failure(slab_check(c));
}

static void check_finds_wrong_counts(void **state) /* K9 */
{
    struct fixture *f = *state;
    struct slab_cache *c = &f->cache;
    struct frame *frame;

    slab_alloc(c);
    frame = frames_get(&f->world->frames, c->slab[SLAB_PARTIAL]);
    frame->used++;
    expect_assert_failure(slab_check(c));
    frame->used--;
    frame->index ^= 2;
    expect_assert_failure(slab_check(c));
    frame->index ^= 2;
    c->objects++;
    expect_assert_failure(slab_check(c));
    c->objects--;
    c->slabs++;
    expect_assert_failure(slab_check(c));
    c->slabs--;
    kmem_check(&f->kmem);
    frames_alloc(&f->world->frames, FRAME_KERNEL, 0); /* a frame of nobody */
    expect_assert_failure(kmem_check(&f->kmem));
}

/* ---- Accounting ---------------------------------------------------------------------------- */

static void kept_slabs_are_given_back_when_asked(void **state) /* K9: shrink */
{
    struct fixture *f = *state;
    struct slab_cache c;
    void *object[9];

    slab_init(&c, &f->kmem, &(struct slab_spec){.name = "keep", .size = 3000, .keep = 2});
    assert_int_equal(c.order, 2); /* five in four pages */
    for (unsigned i = 0; i < 9; i++)
        object[i] = slab_alloc(&c);
    assert_int_equal(kmem_frames(&f->kmem), 8);
    for (unsigned i = 0; i < 5; i++)
        slab_free(&c, object[i]);
    assert_int_equal(c.empty, 1);
    assert_int_equal(kmem_frames(&f->kmem), 8);
    assert_int_equal(kmem_shrink(&f->kmem), 4);
    assert_int_equal(kmem_frames(&f->kmem), 4);
    assert_int_equal(f->world->frames.by_kind[FRAME_KERNEL], 4);
    for (unsigned i = 5; i < 9; i++)
        slab_free(&c, object[i]);
    kmem_check(&f->kmem);
    assert_int_equal(slab_shrink(&c), 4);
    assert_int_equal(slab_shrink(&c), 0);
    assert_int_equal(f->world->frames.by_kind[FRAME_FREE], FRAMES);
}

static void statistics_tell_what_happened(void **state) /* K7 K9 */
{
    struct fixture *f = *state;
    struct slab_cache c;
    void *a, *b;

    slab_init(&c, &f->kmem, &(struct slab_spec){.name = "counted", .size = 2000});
    a = slab_alloc(&c);
    b = slab_alloc(&c);
    slab_alloc(&c);
    slab_free(&c, a);
    slab_free(&c, b);
    assert_int_equal(c.stats.allocs, 3);
    assert_int_equal(c.stats.frees, 2);
    assert_int_equal(c.stats.most, 3);
    assert_int_equal(c.objects, 1);
    assert_int_equal(c.slabs, 1);
    assert_ptr_equal(f->kmem.first, &f->cache);
    assert_ptr_equal(f->kmem.first->next, &c);
    assert_ptr_equal(f->kmem.last, &c);
    assert_string_equal(f->kmem.last->spec.name, "counted");
    slab_close(&f->cache);
    assert_ptr_equal(f->kmem.first, &c);
    assert_null(c.prev);
}

static void every_failing_frame_leaves_the_cache_whole(void **state) /* K8 K9 */
{
    struct fixture *f = *state;

    for (unsigned n = 1; n <= 4; n++) {
        void *object[3 * 36];

        f->world->frames.fail_at = n;
        for (unsigned i = 0; i < 3 * 36; i++) { /* three slabs */
            object[i] = slab_alloc(&f->cache);
            assert_int_equal(object[i] == NULL, i == (n - 1) * 36);
            if (!object[i])
                object[i] = slab_alloc(&f->cache);
        }
        assert_int_equal(f->cache.slabs, 3);
        assert_int_equal(f->cache.stats.failed, n < 4 ? n : 3);
        kmem_check(&f->kmem);
        for (unsigned i = 0; i < 3 * 36; i++)
            slab_free(&f->cache, object[i]);
        assert_int_equal(f->world->frames.by_kind[FRAME_FREE], FRAMES);
    }
}

static void random_use_never_gives_an_object_twice(void **state) /* K9 */
{
    struct fixture *f = *state;
    struct slab_cache cache[4];
    struct {
        uint32_t *object;
        unsigned cache;
    } mine[MOST];
    unsigned count = 0;
    struct rng rng;

    slab_init(&cache[0], &f->kmem, &(struct slab_spec){.name = "tiny", .size = 4});
    slab_init(&cache[1], &f->kmem, &(struct slab_spec){.size = 200, .flags = SLAB_DEBUG});
    slab_init(&cache[2], &f->kmem, &(struct slab_spec){.size = 3000, .keep = 1});
    slab_init(&cache[3], &f->kmem, &(struct slab_spec){.size = 700, .flags = SLAB_POISON});
    rng_seed(&rng, 3);
    for (uint32_t step = 1; step < 20000; step++) {
        unsigned i = (unsigned)rng_below(&rng, 4);

        if (rng_one_in(&rng, 2) && count < MOST) {
            mine[count].cache = i;
            mine[count].object = slab_alloc(&cache[i]);
            if (!mine[count].object)
                continue;
            assert_int_equal(*mine[count].object, 0);
            *mine[count++].object = step;
        } else if (count > 0) {
            i = (unsigned)rng_below(&rng, count);
            assert_in_range(*mine[i].object, 1, step);
            slab_free(&cache[mine[i].cache], mine[i].object);
            mine[i] = mine[--count];
        }
        assert_int_equal(kmem_frames(&f->kmem), f->world->frames.by_kind[FRAME_KERNEL]);
        if (step % 50 == 0)
            kmem_check(&f->kmem);
    }
    while (count-- > 0)
        slab_free(&cache[mine[count].cache], mine[count].object);
    kmem_shrink(&f->kmem);
    assert_int_equal(f->world->frames.by_kind[FRAME_FREE], FRAMES);
}

#define PLAIN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAIN(objects_are_zero_aligned_and_apart),
        PLAIN(recycled_object_is_zero_again),
        PLAIN(cache_without_objects_holds_no_frame),
        cmocka_unit_test_setup_teardown(full_memory_gives_null, setup_small, teardown),
        PLAIN(limit_is_kept),
        PLAIN(wrong_free_is_noticed),
        PLAIN(powers_of_two_waste_nothing),
        PLAIN(every_size_and_alignment_fits_its_slab),
        PLAIN(constructor_runs_once_for_each_object),
        PLAIN(write_to_a_freed_object_is_found),
        PLAIN(write_beside_an_object_is_found),
        PLAIN(check_finds_wrong_counts),
        PLAIN(kept_slabs_are_given_back_when_asked),
        PLAIN(statistics_tell_what_happened),
        PLAIN(every_failing_frame_leaves_the_cache_whole),
        PLAIN(random_use_never_gives_an_object_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

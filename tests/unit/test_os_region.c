/* test_os_region.c: region lists. L13 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "os/space/region.h"
#include "os_fixture.h"

enum { R = REGION_R, RW = REGION_R | REGION_W, RX = REGION_R | REGION_X, PAGES = 48 };

/* An object is only compared and held here; the test holds it, too, so that it never goes. */
static struct object object_a = {.refs = 1}, object_b = {.refs = 1};

struct fixture {
    struct world *world;
    struct kmem kmem;
    struct slab_cache cache;
    struct region_list list;
};

static int setup(void **state)
{
    static struct fixture f;

    f.world = world_open(4);
    kmem_init(&f.kmem, &f.world->phys, &f.world->frames);
    slab_init(&f.cache, &f.kmem,
              &(struct slab_spec){.name = "region", .size = sizeof(struct region)});
    regions_init(&f.list, &f.cache);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    regions_clear(&f->list);
    assert_int_equal(f->list.count, 0);
    assert_int_equal(f->world->frames.by_kind[FRAME_KERNEL], 0);
    world_close(f->world);
    return 0;
}

static enum vm_status add(struct fixture *f, vpn_t start, vpn_t end, unsigned flags)
{
    return regions_insert(&f->list, &(struct region){.start = start, .end = end, .flags = flags});
}

static void assert_region(const struct region *r, vpn_t start, vpn_t end, unsigned flags)
{
    assert_non_null(r);
    assert_int_equal(r->start, start);
    assert_int_equal(r->end, end);
    assert_int_equal(r->flags, flags);
}

static void find_knows_both_ends(void **state)
{
    struct fixture *f = *state;

    add(f, 10, 20, R);
    assert_null(regions_find(&f->list, 9));
    assert_region(regions_find(&f->list, 10), 10, 20, R);
    assert_region(regions_find(&f->list, 19), 10, 20, R);
    assert_null(regions_find(&f->list, 20));
    assert_region(regions_from(&f->list, 0), 10, 20, R);
    assert_null(regions_from(&f->list, 20));
}

static void overlap_is_refused(void **state)
{
    struct fixture *f = *state;

    add(f, 10, 20, R);
    assert_int_equal(add(f, 5, 11, R), VM_EXISTS);
    assert_int_equal(add(f, 19, 30, R), VM_EXISTS);
    assert_int_equal(add(f, 5, 30, R), VM_EXISTS);
    assert_int_equal(add(f, 12, 13, R), VM_EXISTS);
    assert_int_equal(add(f, 7, 7, R), VM_RANGE);
    assert_int_equal(f->list.pages, 10);
}

static void equal_neighbours_become_one(void **state)
{
    struct fixture *f = *state;

    add(f, 10, 20, R);
    add(f, 30, 40, R);
    add(f, 20, 30, R);
    assert_int_equal(f->list.count, 1);
    assert_region(f->list.first, 10, 40, R);
    add(f, 40, 50, RW);
    assert_int_equal(f->list.count, 2);
}

static void contents_must_continue_to_join(void **state)
{
    struct fixture *f = *state;
    struct region model = {.start = 0, .end = 4, .flags = R, .object = &object_a, .offset = 100};

    regions_insert(&f->list, &model);
    model = (struct region){.start = 4, .end = 6, .flags = R, .object = &object_a, .offset = 104};
    regions_insert(&f->list, &model);
    assert_int_equal(f->list.count, 1);
    model = (struct region){.start = 6, .end = 7, .flags = R, .object = &object_a, .offset = 105};
    regions_insert(&f->list, &model);
    assert_int_equal(f->list.count, 2);
    model = (struct region){.start = 7, .end = 8, .flags = R, .object = &object_b, .offset = 106};
    regions_insert(&f->list, &model);
    assert_int_equal(f->list.count, 3);
}

static void removal_from_the_middle_splits(void **state)
{
    struct fixture *f = *state;
    struct region model = {.start = 10, .end = 20, .flags = R, .object = &object_a, .offset = 5};

    regions_insert(&f->list, &model);
    assert_int_equal(regions_remove(&f->list, 13, 15), VM_OK);
    assert_region(f->list.first, 10, 13, R);
    assert_region(f->list.first->next, 15, 20, R);
    assert_int_equal(f->list.first->next->offset, 10);
    assert_int_equal(f->list.pages, 8);
    assert_int_equal(regions_remove(&f->list, 0, 100), VM_OK);
    assert_int_equal(f->list.count, 0);
    assert_int_equal(regions_remove(&f->list, 5, 5), VM_RANGE);
}

static void protect_cuts_and_heals(void **state)
{
    struct fixture *f = *state;

    add(f, 10, 20, RW);
    assert_int_equal(regions_protect(&f->list, 12, 14, R), VM_OK);
    assert_int_equal(f->list.count, 3);
    assert_region(regions_find(&f->list, 13), 12, 14, R);
    assert_int_equal(regions_protect(&f->list, 12, 14, RW), VM_OK);
    assert_int_equal(f->list.count, 1);
    add(f, 30, 31, RW);
    assert_int_equal(regions_protect(&f->list, 19, 31, R), VM_ABSENT);
    assert_int_equal(f->list.count, 2);
    assert_region(f->list.first, 10, 20, RW);
}

static void extension_stops_at_the_neighbour(void **state)
{
    struct fixture *f = *state;
    struct region *stack;

    add(f, 10, 20, R);
    add(f, 30, 40, RW | REGION_GROWS_DOWN);
    stack = regions_find(&f->list, 35);
    assert_int_equal(regions_extend_down(&f->list, stack, 19), VM_EXISTS);
    assert_int_equal(regions_extend_down(&f->list, stack, 31), VM_RANGE);
    assert_int_equal(regions_extend_down(&f->list, stack, 25), VM_OK);
    assert_region(regions_find(&f->list, 25), 25, 40, RW | REGION_GROWS_DOWN);
    assert_int_equal(f->list.pages, 25);
}

static void out_of_records_changes_nothing(void **state)
{
    struct fixture *f = *state;
    uint32_t count;

    add(f, 1, 1000, RW);
    for (vpn_t vpn = 1001; add(f, vpn, vpn + 1, RX) == VM_OK; vpn += 2) {
    }
    count = f->list.count;
    assert_int_equal(regions_remove(&f->list, 10, 20), VM_NOMEM);
    assert_int_equal(regions_protect(&f->list, 10, 20, R), VM_NOMEM);
    assert_int_equal(f->list.count, count);
    assert_region(f->list.first, 1, 1000, RW);
    /* one record is enough for the first cut of two: it must be taken back */
    regions_remove(&f->list, 1001, 1002);
    assert_int_equal(regions_protect(&f->list, 10, 20, R), VM_NOMEM);
    assert_int_equal(f->list.count, count - 1);
    assert_region(f->list.first, 1, 1000, RW);
}

/* ---- Random operations against one record a page ------------------------------------------- */

struct flat {
    unsigned flags; /* 0: no region */
    bool committed;
    struct object *object;
    uint64_t offset;
};

static bool flat_taken(const struct flat *flat, vpn_t start, vpn_t end)
{
    for (vpn_t vpn = start; vpn < end; vpn++) {
        if (flat[vpn].flags)
            return true;
    }
    return false;
}

static bool flat_full(const struct flat *flat, vpn_t start, vpn_t end)
{
    for (vpn_t vpn = start; vpn < end; vpn++) {
        if (!flat[vpn].flags)
            return false;
    }
    return true;
}

/* Do pages vpn and vpn + 1 belong to one region, by the definition of one? */
static bool flat_same(const struct flat *flat, vpn_t vpn)
{
    const struct flat *a = &flat[vpn], *b = a + 1;

    return a->flags && a->flags == b->flags && a->committed == b->committed &&
           a->object == b->object && (!a->object || a->offset + 1 == b->offset);
}

static void compare(struct region_list *list, const struct flat *flat)
{
    const struct region_sum sum = regions_sum(list, 5, PAGES - 5);
    uint64_t pages = 0, committed = 0, fresh = 0;
    uint32_t count = 0;
    vpn_t last_end = 0;

    for (vpn_t vpn = 5; vpn < PAGES - 5; vpn++) {
        committed += flat[vpn].committed;
        fresh += flat[vpn].flags && !flat[vpn].committed;
    }
    assert_int_equal(sum.committed, committed);
    assert_int_equal(sum.data, committed);
    assert_int_equal(sum.fresh, fresh);
    for (vpn_t vpn = 0; vpn < PAGES; vpn++) {
        pages += flat[vpn].flags != 0;
        count += flat[vpn].flags && !(vpn > 0 && flat_same(flat, vpn - 1));
    }
    assert_int_equal(list->pages, pages);
    assert_int_equal(list->count, count);
    for (const struct region *r = list->first; r; r = r->next) {
        assert_true(r->start >= last_end && r->end > r->start && r->end <= PAGES);
        last_end = r->end;
        for (vpn_t vpn = r->start; vpn < r->end; vpn++) {
            assert_int_equal(flat[vpn].flags, r->flags);
            assert_int_equal(flat[vpn].committed, r->committed);
            assert_ptr_equal(flat[vpn].object, r->object);
            if (r->object)
                assert_int_equal(flat[vpn].offset, r->offset + (vpn - r->start));
        }
    }
}

static void random_insert(struct region_list *list, struct flat *flat, vpn_t start, vpn_t end,
                          struct rng *rng)
{
    struct object *const objects[] = {NULL, &object_a, &object_b};
    struct region model = {.start = start, .end = end, .flags = rng_one_in(rng, 2) ? R : RW};
    bool taken = flat_taken(flat, start, end);

    model.object = objects[rng_below(rng, 3)];
    model.offset = 100 + start + (rng_one_in(rng, 4) ? 7 : 0);
    assert_int_equal(regions_insert(list, &model), taken ? VM_EXISTS : VM_OK);
    for (vpn_t vpn = start; vpn < end && !taken; vpn++)
        flat[vpn] = (struct flat){model.flags, model.flags == RW, model.object,
                                  model.offset + (vpn - start)};
}

static void random_protect(struct region_list *list, struct flat *flat, vpn_t start, vpn_t end,
                           struct rng *rng)
{
    unsigned perms = rng_one_in(rng, 2) ? R : RW;
    bool full = flat_full(flat, start, end);

    assert_int_equal(regions_protect(list, start, end, perms), full ? VM_OK : VM_ABSENT);
    for (vpn_t vpn = start; vpn < end && full; vpn++) {
        flat[vpn].flags = perms;
        flat[vpn].committed |= perms == RW;
    }
}

static void random_use_agrees_with_one_record_a_page(void **state)
{
    struct fixture *f = *state;
    struct flat flat[PAGES] = {0};
    struct rng rng;

    rng_seed(&rng, 11);
    for (unsigned step = 0; step < 30000; step++) {
        vpn_t start = rng_below(&rng, PAGES);
        vpn_t end = start + 1 + rng_below(&rng, PAGES - start < 9 ? PAGES - start : 9);
        struct region *found;

        switch (rng_below(&rng, 4)) {
        case 0:
        case 1: random_insert(&f->list, flat, start, end, &rng); break;
        case 2: random_protect(&f->list, flat, start, end, &rng); break;
        default:
            assert_int_equal(regions_remove(&f->list, start, end), VM_OK);
            for (vpn_t vpn = start; vpn < end; vpn++)
                flat[vpn] = (struct flat){0};
        }
        found = regions_find(&f->list, end - 1);
        assert_int_equal(found ? found->flags : 0, flat[end - 1].flags);
        compare(&f->list, flat);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(find_knows_both_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(overlap_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(equal_neighbours_become_one, setup, teardown),
        cmocka_unit_test_setup_teardown(contents_must_continue_to_join, setup, teardown),
        cmocka_unit_test_setup_teardown(removal_from_the_middle_splits, setup, teardown),
        cmocka_unit_test_setup_teardown(protect_cuts_and_heals, setup, teardown),
        cmocka_unit_test_setup_teardown(extension_stops_at_the_neighbour, setup, teardown),
        cmocka_unit_test_setup_teardown(out_of_records_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(random_use_agrees_with_one_record_a_page, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

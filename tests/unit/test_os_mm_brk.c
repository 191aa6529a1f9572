/* test_os_mm_brk.c: where things are in an address space, the heap, and the stack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "mm_fixture.h"
#include "os/space/brk.h"
#include "os/space/mmap.h"
#include "os/space/stack.h"

enum { RW = REGION_R | REGION_W };
enum { HEAP = 0x100 }; /* page where the heap begins */

static int open_with(void **state, const struct layout_config *layout)
{
    const struct kernel_config config = {.mode = ATLAS_MODE_SV39, .layout = *layout};
    struct mm_world *m = mm_open(WORLD_FRAMES, &config);

    mm_heap_begin(&m->p->space, MM_PAGE(HEAP) - 17);
    *state = m;
    return 0;
}

static int setup(void **state)
{
    return open_with(state, &(struct layout_config){0});
}

static int setup_eager(void **state)
{
    return open_with(state, &(struct layout_config){.heap_eager = true});
}

static int setup_down(void **state)
{
    return open_with(state, &(struct layout_config){.heap_down = true, .end = 0x1800});
}

static int teardown(void **state) /* K19 M25 */
{
    mm_close(*state);
    return 0;
}

/* ---- Layout -------------------------------------------------------------------------------- */

static const unsigned modes[] = {ATLAS_MODE_SV32, ATLAS_MODE_SV39, ATLAS_MODE_SV48,
                                 ATLAS_MODE_SV57};
static const vpn_t ends[] = {0xc0000, UINT64_C(1) << 26, UINT64_C(1) << 35, UINT64_C(1) << 44};

static void assert_in_order(const struct layout *l)
{
    assert_true(0 < l->lowest && l->lowest <= l->image && l->image <= l->heap);
    assert_true(l->lowest <= l->mmap_low && l->mmap_low < l->mmap_high);
    assert_true(l->heap < l->mmap_high);
    assert_true(l->mmap_high + l->guard + l->stack_pages <= l->stack && l->stack < l->end);
}

/* L18 L1 */
static void every_mode_is_laid_out_alike_from_its_own_width(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        const struct layout_config config = {0};
        struct layout l;

        layout_choose(&l, paging_mode(modes[i]), &config, NULL);
        assert_in_order(&l);
        assert_int_equal(l.end, ends[i]);
        assert_int_equal(l.image, LAYOUT_LOWEST);
        assert_int_equal(l.stack, ends[i] - 1);
        assert_int_equal(l.mmap_high, ends[i] - 1 - SPACE_STACK_PAGES - SPACE_GUARD_PAGES);
        layout_place_heap(&l, 0x123, NULL);
        assert_int_equal(l.heap, 0x123);
    }
}

/* L18: ASLR moves everything, by its seed and by nothing else, and never out of order. */
static void a_seed_gives_one_layout_and_another_seed_another(void **state)
{
    const struct layout_config config = {.aslr = true};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct layout first = {0}, l;

        for (unsigned seed = 0; seed < 200; seed++) {
            struct rng rng, again;
            struct layout same;

            rng_seed(&rng, seed);
            rng_seed(&again, seed);
            layout_choose(&l, paging_mode(modes[i]), &config, &rng);
            layout_choose(&same, paging_mode(modes[i]), &config, &again);
            assert_in_order(&l);
            assert_memory_equal(&l, &same, sizeof l);
            layout_place_heap(&l, l.image + 100, &rng);
            assert_in_order(&l);
            assert_true(seed == 0 || l.image != first.image || l.stack != first.stack ||
                        l.mmap_high != first.mmap_high || l.heap != first.heap);
            first = seed == 0 ? l : first;
        }
        assert_true(l.random > 1000); /* not just a page or two */
    }
}

/* L1: also spaces of a few pages are in order, whatever is asked for. */
static void a_layout_fits_a_space_of_any_size(void **state)
{
    (void)state;
    for (vpn_t end = 8; end < 5000; end += 7) {
        const struct layout_config config = {
            .end = end, .lowest = 1000, .guard = 1000, .aslr = true};
        struct layout l;
        struct rng rng;

        rng_seed(&rng, end);
        layout_choose(&l, paging_mode(ATLAS_MODE_SV32), &config, &rng);
        assert_in_order(&l);
        assert_int_equal(l.end, end);
    }
}

/* L18: processes of one machine are laid out one by one; a child is where its parent is. */
static void each_process_has_its_own_random_layout(void **state)
{
    struct mm_world *m = *state;
    struct proc *other, *child;

    assert_int_equal(proc_create(m->k, &other), VM_OK);
    child = mm_fork(m, m->p);
    assert_int_not_equal(other->space.layout.stack, m->p->space.layout.stack);
    assert_memory_equal(&child->space.layout, &m->p->space.layout, sizeof(struct layout));
}

static int setup_aslr(void **state)
{
    return open_with(state, &(struct layout_config){.aslr = true, .seed = 3});
}

/* ---- brk ----------------------------------------------------------------------------------- */

/* K15 X24 K16 */
static void brk_gives_addresses_and_touching_them_frames(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;
    vaddr_t old = 0;

    assert_int_equal(s->brk, MM_PAGE(HEAP));
    assert_int_equal(mm_sbrk(s, &old, 10 * 4096 + 1), VM_OK);
    assert_int_equal(old, MM_PAGE(HEAP));
    assert_int_equal(mm_sbrk(s, &old, 0), VM_OK);
    assert_int_equal(old, MM_PAGE(HEAP + 10) + 1);
    assert_string_equal(mm_text(m->p), "100-10b rwp heap|");
    assert_int_equal(mm_users(m), 0);
    mm_put(m, m->p, MM_PAGE(HEAP + 10) + 4095, 7);
    assert_int_equal(mm_users(m), 1);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 11)), VM_OK); /* the page is there */
    assert_int_equal(mm_users(m), 1);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 20)), VM_OK);
    assert_string_equal(mm_text(m->p), "100-114 rwp heap|");
}

/* K15 X24: eager */
static void an_eager_heap_has_its_frames_at_once(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;

    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 10) + 5), VM_OK);
    assert_int_equal(mm_users(m), 11);
    assert_int_equal(s->resident, 11);
    mm_put(m, m->p, MM_PAGE(HEAP + 10), 1);
    for (unsigned i = 0; i < FAULT_CLASSES; i++)
        assert_int_equal(m->p->faults.count[i], 0);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 1000)), VM_NOMEM); /* and then none of it */
    assert_int_equal(mm_users(m), 11);
    assert_int_equal(s->brk, MM_PAGE(HEAP + 10) + 5);
    assert_string_equal(mm_text(m->p), "100-10b rwp heap|");
}

/* K16: frames go when the heap shrinks, and what is grown over again is zeros. */
static void a_heap_that_shrinks_and_grows_again_is_zeros(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;

    mm_brk(s, MM_PAGE(HEAP + 6));
    for (unsigned i = 0; i < 6; i++)
        mm_put(m, m->p, MM_PAGE(HEAP + i), (uint8_t)(i + 1));
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 2) + 1), VM_OK);
    assert_int_equal(mm_users(m), 3);
    assert_int_equal(s->resident, 3);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 6)), VM_OK);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(mm_get(m, m->p, MM_PAGE(HEAP + i)), i < 3 ? i + 1 : 0);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP)), VM_OK);
    assert_string_equal(mm_text(m->p), "");
    assert_int_equal(mm_users(m), 0);
    mm_brk(s, MM_PAGE(HEAP + 1));
    assert_int_equal(mm_get(m, m->p, MM_PAGE(HEAP)), 0);
}

/* K16: the heap ends before its beginning nowhere, nor in a mapping, nor at a stack's guard. */
static void brk_stays_within_its_bounds(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;
    const struct mm_request anon = {
        .address = MM_PAGE(HEAP + 40), .length = 4096, .perms = RW, .flags = MM_FIXED};
    struct region stack = {.start = HEAP + 400, .end = HEAP + 402, .flags = RW | REGION_GROWS_DOWN};
    vaddr_t at, old = 9;

    mm_brk(s, MM_PAGE(HEAP + 2));
    assert_int_equal(mm_map(s, &at, &anon), VM_OK);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 40) + 1), VM_EXISTS);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP) - 1), VM_RANGE);
    assert_int_equal(mm_sbrk(s, &old, -3 * 4096), VM_RANGE);
    assert_int_equal(mm_sbrk(s, &old, INT64_MIN), VM_RANGE);
    assert_int_equal(mm_sbrk(s, &old, INT64_MAX), VM_RANGE);
    assert_int_equal(mm_brk(s, UINT64_MAX), VM_RANGE);
    assert_int_equal(s->brk, MM_PAGE(HEAP + 2));
    assert_int_equal(old, 9);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 40)), VM_OK);
    mm_unmap(s, at, 4096);
    assert_int_equal(space_map(s, &stack), VM_OK);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 400 - SPACE_GUARD_PAGES) + 1), VM_EXISTS);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 400 - SPACE_GUARD_PAGES)), VM_OK);
}

/* K16: RLIMIT_DATA and RLIMIT_AS; what is there already stays. */
static void brk_stops_at_its_limits(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;

    s->limits.data = 10;
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 10)), VM_OK);
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 10) + 1), VM_LIMIT);
    s->limits.data = LIMIT_NONE;
    s->limits.address_space = 12;
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 13)), VM_LIMIT);
    assert_int_equal(s->brk, MM_PAGE(HEAP + 10));
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 12)), VM_OK);
    s->limits.data = 4;
    assert_int_equal(mm_brk(s, MM_PAGE(HEAP + 11)), VM_OK);
    assert_string_equal(mm_text(m->p), "100-10b rwp heap|");
}

/* L7 */
static void a_heap_may_grow_to_lower_addresses(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;
    vaddr_t old;

    assert_int_equal(s->brk, MM_PAGE(0x800)); /* a third of the space */
    assert_int_equal(mm_sbrk(s, &old, 3 * 4096 + 1), VM_OK);
    assert_int_equal(old, MM_PAGE(0x800));
    assert_int_equal(s->brk, MM_PAGE(0x7fd) - 1);
    assert_string_equal(mm_text(m->p), "7fc-800 rwp heap|");
    mm_put(m, m->p, MM_PAGE(0x7fc), 1);
    mm_put(m, m->p, MM_PAGE(0x7ff), 2);
    assert_int_equal(mm_sbrk(s, &old, -8192), VM_OK);
    assert_string_equal(mm_text(m->p), "7fe-800 rwp heap|");
    assert_int_equal(mm_users(m), 1);
    assert_int_equal(mm_sbrk(s, &old, 8192), VM_OK);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x7fc)), 0);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x7ff)), 2);
    assert_int_equal(mm_brk(s, MM_PAGE(0x801)), VM_RANGE);
    assert_int_equal(mm_brk(s, MM_PAGE(LAYOUT_LOWEST) - 1), VM_RANGE);
    assert_int_equal(mm_brk(s, MM_PAGE(LAYOUT_LOWEST)), VM_OK);
}

/* ---- The stack ----------------------------------------------------------------------------- */

/* L8 L15: grows on touch to its limit, and nothing but that changes its size. */
static void the_stack_grows_to_the_limit_that_is_set(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;
    vaddr_t top;
    paddr_t pa;

    assert_int_equal(mm_stack(s, &top, 0), VM_RANGE);
    assert_int_equal(mm_stack(s, &top, SPACE_STACK_PAGES + 1), VM_LIMIT);
    s->limits.stack = LIMIT_NONE;
    assert_int_equal(mm_stack(s, &top, s->layout.stack), VM_LIMIT);
    s->limits.stack = SPACE_STACK_PAGES;
    assert_int_equal(mm_stack(s, &top, 2), VM_OK);
    assert_int_equal(top, MM_PAGE((1 << 26) - 1));
    assert_string_equal(mm_text(m->p), "3fffffd-3ffffff rwp stack|");
    mm_put(m, m->p, top - 5 * 4096, 1);
    assert_string_equal(mm_text(m->p), "3fffffa-3ffffff rwp stack|");
    s->limits.stack = 20;
    mm_put(m, m->p, top - 20 * 4096, 2);
    assert_int_equal(mm_access(m, m->p, top - 20 * 4096 - 1, MM_STORE, &pa), PROC_SEGV);
    s->limits.stack = 30;
    s->limits.address_space = 25;
    assert_int_equal(mm_access(m, m->p, top - 26 * 4096, MM_STORE, &pa), PROC_SEGV);
    mm_put(m, m->p, top - 25 * 4096, 3);
    assert_string_equal(mm_text(m->p), "3ffffe6-3ffffff rwp stack|");
    assert_int_equal(m->k->commit.used, 25);
}

/* The room that the layout keeps for the stack is not given to mappings. */
static void mappings_leave_room_for_the_stack(void **state)
{
    struct mm_world *m = *state;
    const struct mm_request anon = {.length = 4096, .perms = RW};
    vaddr_t top, at;

    mm_stack(&m->p->space, &top, 1);
    assert_int_equal(mm_map(&m->p->space, &at, &anon), VM_OK);
    mm_put(m, m->p, top - MM_PAGE(SPACE_STACK_PAGES), 1);
    assert_int_equal(at, top - MM_PAGE(SPACE_STACK_PAGES + SPACE_GUARD_PAGES + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mode_is_laid_out_alike_from_its_own_width),
        cmocka_unit_test(a_seed_gives_one_layout_and_another_seed_another),
        cmocka_unit_test(a_layout_fits_a_space_of_any_size),
        cmocka_unit_test_setup_teardown(each_process_has_its_own_random_layout, setup_aslr,
                                        teardown),
        cmocka_unit_test_setup_teardown(brk_gives_addresses_and_touching_them_frames, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_eager_heap_has_its_frames_at_once, setup_eager,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_heap_that_shrinks_and_grows_again_is_zeros, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(brk_stays_within_its_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(brk_stops_at_its_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(a_heap_may_grow_to_lower_addresses, setup_down, teardown),
        cmocka_unit_test_setup_teardown(the_stack_grows_to_the_limit_that_is_set, setup, teardown),
        cmocka_unit_test_setup_teardown(mappings_leave_room_for_the_stack, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_os_mm_remap.c: madvise and mremap; and the map of a process for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "mm_fixture.h"
#include "os/space/advise.h"
#include "os/space/brk.h"
#include "os/space/maps.h"
#include "os/space/mmap.h"
#include "os/space/stack.h"
#include "procmaps.h"

enum { R = REGION_R, RW = REGION_R | REGION_W, RX = REGION_R | REGION_X };

static int setup(void **state)
{
    const struct kernel_config config = {.mode = ATLAS_MODE_SV39,
                                         .layout = {.end = 0x400, .guard = 16}};

    *state = mm_open(WORLD_FRAMES, &config);
    return 0;
}

static int setup_wide(void **state)
{
    *state = mm_open(WORLD_FRAMES, NULL);
    return 0;
}

static int teardown(void **state) /* K19 M25 */
{
    mm_close(*state);
    return 0;
}

static void map_at(struct mm_world *m, vpn_t vpn, uint64_t pages, unsigned perms, unsigned flags,
                   struct object *o)
{
    const struct mm_request q = {.address = MM_PAGE(vpn),
                                 .length = pages * 4096,
                                 .perms = perms,
                                 .flags = flags | MM_FIXED,
                                 .kind = o ? REGION_FILE : REGION_ANON,
                                 .object = o};
    vaddr_t at;

    assert_int_equal(mm_map(&m->p->space, &at, &q), VM_OK);
}

static uint64_t faults(const struct proc *p)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < FAULT_CLASSES; i++)
        sum += p->faults.count[i];
    return sum;
}

/* ---- madvise ------------------------------------------------------------------------------- */

/* K17: what comes back is zeros, the file, or what is shared. */
static void pages_that_are_not_needed_begin_anew(void **state)
{
    struct mm_world *m = *state;
    struct proc *p = m->p;

    map_at(m, 0x20, 2, RW, 0, NULL);
    map_at(m, 0x22, 2, RW, 0, &m->file);
    map_at(m, 0x24, 2, RW, MM_SHARED, &m->file);
    map_at(m, 0x26, 2, RW, MM_SHARED, NULL);
    for (unsigned i = 0; i < 8; i++)
        mm_put(m, p, MM_PAGE(0x20 + i), (uint8_t)(i + 1));
    assert_int_equal(mm_advise(&p->space, MM_PAGE(0x21), 6 * 4096 - 5, MM_DONTNEED), VM_OK);
    assert_int_equal(p->space.resident, 2);
    assert_int_equal(p->space.regions.count, 4);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x20)), 1);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x21)), 0);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x22)), 5); /* the file, as the shared mapping has it */
    assert_int_equal(mm_get(m, p, MM_PAGE(0x24)), 5);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x26)), 7);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x27)), 8);
    assert_int_equal(mm_advise(&p->space, MM_PAGE(0x27), 2 * 4096, MM_DONTNEED), VM_ABSENT);
    assert_int_equal(mm_advise(&p->space, MM_PAGE(0x20), 0, MM_DONTNEED), VM_RANGE);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x27)), 8);
}

/* L16: what lies below the stack pointer is given up on request only, and comes back as zeros. */
static void a_stack_is_reclaimed_below_its_pointer_on_request(void **state)
{
    struct mm_world *m = *state;
    vaddr_t top, sp;

    assert_int_equal(mm_stack(&m->p->space, &top, 1), VM_OK);
    for (unsigned i = 1; i <= 10; i++)
        mm_put(m, m->p, top - MM_PAGE(i), (uint8_t)i);
    sp = top - MM_PAGE(3);
    assert_int_equal(mm_users(m), 10);
    assert_int_equal(mm_advise(&m->p->space, sp - MM_PAGE(7), MM_PAGE(7), MM_DONTNEED), VM_OK);
    assert_int_equal(mm_users(m), 3);
    for (unsigned i = 1; i <= 10; i++)
        assert_int_equal(mm_get(m, m->p, top - MM_PAGE(i)), i <= 3 ? i : 0);
}

/* K17: no fault is taken, or counted, for what was asked for before. */
static void pages_that_will_be_needed_are_there(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;

    map_at(m, 0x20, 3, RW, 0, NULL);
    map_at(m, 0x23, 3, R, 0, &m->file);
    map_at(m, 0x26, 2, 0, 0, NULL);
    map_at(m, 0x28, 1, REGION_X, 0, NULL);
    mm_put(m, m->p, MM_PAGE(0x21), 9);
    assert_int_equal(faults(m->p), 1);
    assert_int_equal(mm_advise(s, MM_PAGE(0x20), 9 * 4096, MM_WILLNEED), VM_OK);
    assert_int_equal(s->resident, 7);
    assert_int_equal(m->fills, 3);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x21)), 9);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x20)), 0);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x25)), 102);
    mm_put(m, m->p, MM_PAGE(0x22), 1);
    assert_int_equal(faults(m->p), 1);
}

static void pages_beyond_a_file_or_beyond_memory_are_not_there(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;

    map_at(m, 0x20, MM_FILE_PAGES + 10, R, 0, &m->file);
    assert_int_equal(mm_advise(s, MM_PAGE(0x20), 50 * 4096, MM_WILLNEED), VM_OK);
    assert_int_equal(s->resident, MM_FILE_PAGES);
    s->limits.resident = MM_FILE_PAGES + 3;
    map_at(m, 0x100, 8, RW, 0, NULL);
    assert_int_equal(mm_advise(s, MM_PAGE(0x100), 8 * 4096, MM_WILLNEED), VM_NOMEM);
    assert_int_equal(s->resident, MM_FILE_PAGES + 3);
    s->limits.resident = LIMIT_NONE;
    map_at(m, 0x100, 0x1f0, RW, 0, NULL);
    assert_int_equal(mm_advise(s, MM_PAGE(0x100), 0x1f0 * 4096, MM_WILLNEED), VM_NOMEM);
    assert_int_equal(m->k->frames.by_kind[FRAME_FREE], 0);
}

/* ---- mremap -------------------------------------------------------------------------------- */

static vpn_t remap(struct mm_world *m, const struct mm_remap *q, enum vm_status expected)
{
    vaddr_t at = UINT64_MAX;

    assert_int_equal(mm_remap(&m->p->space, &at, q), expected);
    return at >> ATLAS_PAGE_SHIFT;
}

static void number_pages(struct mm_world *m, vpn_t start, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++)
        mm_put(m, m->p, MM_PAGE(start + i), (uint8_t)(i + 1));
}

static void a_mapping_shrinks_and_grows_where_it_is(void **state) /* K17 */
{
    struct mm_world *m = *state;
    struct mm_remap q = {.old = MM_PAGE(0x20), .old_length = 4 * 4096, .length = 4096 + 1};

    map_at(m, 0x20, 4, RW, 0, &m->file);
    map_at(m, 0x28, 1, RW, 0, NULL);
    number_pages(m, 0x20, 4);
    assert_int_equal(remap(m, &q, VM_OK), 0x20);
    assert_string_equal(mm_text(m->p), "20-22 rwp file|28-29 rwp anon|");
    assert_int_equal(mm_users(m), 2 + 4); /* the file keeps four pages */
    q.old_length = q.length;
    q.length = 8 * 4096;
    assert_int_equal(remap(m, &q, VM_OK), 0x20);
    assert_string_equal(mm_text(m->p), "20-28 rwp file|28-29 rwp anon|");
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x21)), 2);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x22)), 102);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x27)), 107);
    q.old_length = q.length;
    q.length++;
    remap(m, &q, VM_NOMEM);
    q.old_length = 3 * 4096; /* in the middle of a region: no room either */
    q.length = 4 * 4096;
    remap(m, &q, VM_NOMEM);
}

/* K17: the very frames move, and the old place is empty, fenced. */
static void a_mapping_moves_with_its_frames(void **state)
{
    struct mm_world *m = *state;
    struct mm_remap q = {
        .old = MM_PAGE(0x20), .old_length = 4 * 4096, .length = 9 * 4096, .flags = MM_MAYMOVE};
    paddr_t before, after;

    map_at(m, 0x20, 4, RW, 0, NULL);
    map_at(m, 0x24, 4, R, 0, NULL);
    number_pages(m, 0x20, 3);
    mm_access(m, m->p, MM_PAGE(0x22), MM_LOAD, &before);
    m->world->fences = 0;
    assert_int_equal(remap(m, &q, VM_OK), 0x2ef - 9);
    assert_int_equal(m->world->fences, 3);
    assert_string_equal(mm_text(m->p), "24-28 rp anon|2e6-2ef rwp anon|");
    assert_int_equal(mm_users(m), 3);
    mm_access(m, m->p, MM_PAGE(0x2e8), MM_LOAD, &after);
    assert_int_equal(before, after);
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(mm_get(m, m->p, MM_PAGE(0x2e6 + i)), i < 3 ? i + 1 : 0);
    assert_int_equal(mm_access(m, m->p, MM_PAGE(0x20), MM_LOAD, &after), PROC_SEGV);
    assert_int_equal(m->k->commit.used, 9);
}

/* K17: moved out of the middle of a region, and over another. */
static void a_mapping_moves_to_a_fixed_place(void **state)
{
    struct mm_world *m = *state;
    struct mm_remap q = {.old = MM_PAGE(0x22),
                         .old_length = 3 * 4096,
                         .length = 2 * 4096,
                         .flags = MM_FIXED | MM_MAYMOVE,
                         .address = MM_PAGE(0x31)};

    map_at(m, 0x20, 8, RW, 0, NULL);
    map_at(m, 0x30, 4, R, 0, &m->file);
    number_pages(m, 0x20, 8);
    mm_get(m, m->p, MM_PAGE(0x31));
    assert_int_equal(remap(m, &q, VM_OK), 0x31);
    assert_string_equal(mm_text(m->p), "20-22 rwp anon|25-28 rwp anon|30-31 rp file|31-33 rwp anon|"
                                       "33-34 rp file|");
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x31)), 3);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x32)), 4);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x33)), 103);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x25)), 6);
    assert_int_equal(m->k->commit.used, 7);
    q.old = MM_PAGE(0x30); /* onto itself */
    q.old_length = 4096;
    q.address = MM_PAGE(0x2f);
    remap(m, &q, VM_RANGE);
    q.address = MM_PAGE(0x3ff);
    remap(m, &q, VM_RANGE);
    q.address = MM_PAGE(0x50) + 1;
    remap(m, &q, VM_RANGE);
    q.old_length = 2 * 4096; /* two regions */
    q.address = MM_PAGE(0x50);
    remap(m, &q, VM_ABSENT);
    q.length = 0;
    remap(m, &q, VM_RANGE);
}

/* K17: what is shared with a child, with a file, with a device goes on being so. */
static void a_mapping_that_moves_shows_the_same(void **state)
{
    struct mm_world *m = *state;
    struct proc *child;
    struct mm_remap q = {.old = MM_PAGE(0x20),
                         .old_length = 4096,
                         .length = 4096,
                         .flags = MM_FIXED,
                         .address = MM_PAGE(0x80)};
    const struct mm_request device = {.address = MM_PAGE(0x23),
                                      .length = 2 * 4096,
                                      .perms = RW,
                                      .flags = MM_FIXED,
                                      .kind = REGION_MMIO,
                                      .offset = MM_PAGE(0x10000)};
    vaddr_t at;
    paddr_t pa;

    map_at(m, 0x20, 1, RW, 0, NULL);
    map_at(m, 0x21, 2, RW, MM_SHARED, &m->file);
    assert_int_equal(mm_map(&m->p->space, &at, &device), VM_OK);
    mm_put(m, m->p, MM_PAGE(0x20), 5);
    child = mm_fork(m, m->p);
    mm_access(m, m->p, MM_PAGE(0x24), MM_LOAD, &pa);
    remap(m, &q, VM_OK);
    mm_put(m, m->p, MM_PAGE(0x80), 6);
    assert_int_equal(mm_get(m, child, MM_PAGE(0x20)), 5);
    q.old = MM_PAGE(0x22);
    q.address = MM_PAGE(0x81);
    remap(m, &q, VM_OK);
    mm_put(m, m->p, MM_PAGE(0x81), 7);
    assert_int_equal(mm_get(m, child, MM_PAGE(0x22)), 7);
    q.old = MM_PAGE(0x24);
    q.address = MM_PAGE(0x82);
    remap(m, &q, VM_OK);
    for (unsigned i = 0; i < 2; i++) { /* there already, and by a fault */
        assert_int_equal(mm_access(m, m->p, MM_PAGE(0x82), MM_STORE, &pa), PROC_OK);
        assert_int_equal(pa, MM_PAGE(0x10001));
        mm_advise(&m->p->space, MM_PAGE(0x82), 4096, MM_DONTNEED);
    }
    assert_string_equal(
        mm_text(m->p),
        "21-22 rws file|23-24 rws mmio|80-81 rwp anon|81-82 rws file|82-83 rws mmio|");
}

/* A piece of the heap that has moved is no heap: brk goes on without it. */
static void what_leaves_the_heap_is_anonymous(void **state)
{
    struct mm_world *m = *state;
    struct mm_remap q = {.old = MM_PAGE(0x22),
                         .old_length = 4096,
                         .length = 4096,
                         .flags = MM_FIXED,
                         .address = MM_PAGE(0x80)};

    mm_heap_begin(&m->p->space, MM_PAGE(0x20));
    mm_brk(&m->p->space, MM_PAGE(0x24));
    number_pages(m, 0x20, 4);
    remap(m, &q, VM_OK);
    assert_string_equal(mm_text(m->p), "20-22 rwp heap|23-24 rwp heap|80-81 rwp anon|");
    assert_int_equal(mm_brk(&m->p->space, MM_PAGE(0x21)), VM_OK);
    assert_string_equal(mm_text(m->p), "20-21 rwp heap|80-81 rwp anon|");
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x80)), 3);
}

/* K17: limits, and what may be promised, count the growth alone. */
static void a_mapping_grows_within_the_limits(void **state)
{
    struct mm_world *m = *state;
    struct limits *limits = &m->p->space.limits;
    struct mm_remap q = {
        .old = MM_PAGE(0x20), .old_length = 4 * 4096, .length = 6 * 4096, .flags = MM_MAYMOVE};

    map_at(m, 0x20, 4, RW, 0, NULL);
    limits->address_space = 5;
    remap(m, &q, VM_LIMIT);
    limits->address_space = LIMIT_NONE;
    limits->data = 5;
    remap(m, &q, VM_LIMIT);
    limits->data = 6;
    m->k->commit = (struct commit){COMMIT_NEVER, 100, 5, 0, m->k->commit.used};
    remap(m, &q, VM_NOMEM);
    m->k->commit.ram = 6;
    assert_int_equal(remap(m, &q, VM_OK), 0x20);
    assert_int_equal(m->k->commit.used, 6);
    q.old_length = q.length;
    q.flags = MM_FIXED;
    q.address = MM_PAGE(0x50);
    assert_int_equal(remap(m, &q, VM_OK), 0x50); /* moved as a whole: no more than before */
    assert_int_equal(m->k->commit.used, 6);
}

/* ---- For people ---------------------------------------------------------------------------- */

static void assert_line(const struct region *r, const char *expected)
{
    char line[MAPS_LINE_BYTES];

    maps_line(line, r);
    assert_string_equal(line, expected);
}

/* L13 L19: as /proc/PID/maps has it. */
static void regions_print_as_maps_of_linux(void **state)
{
    struct region r = {.start = 0x10, .end = 0x12, .flags = RX, .kind = REGION_TEXT};
    struct object o;

    (void)state;
    assert_line(&r, "00010000-00012000 r-xp 00000000 00:00 0                                  "
                    "[text]");
    r = (struct region){.start = UINT64_C(0x7ffff7dc5),
                        .end = UINT64_C(0x7ffff7de7),
                        .flags = R,
                        .kind = REGION_FILE,
                        .object = &o,
                        .offset = 0x1a7,
                        .name = "/usr/lib/libc.so.6"};
    assert_line(&r, "7ffff7dc5000-7ffff7de7000 r--p 001a7000 00:00 0                          "
                    "/usr/lib/libc.so.6");
    r = (struct region){.start = 0xfffffffffffff,
                        .end = 0x10000000000000,
                        .flags = RW | REGION_SHARED,
                        .offset = 77};
    assert_line(&r, "fffffffffffff000-00000000 rw-s 00000000 00:00 0");
    r = (struct region){.end = 1, .kind = REGION_MMIO, .offset = 0xfedcba987};
    assert_line(&r, "00000000-00001000 ---p fedcba987000 00:00 0                              "
                    "[mmio]");
}

/* The lines are read by the parser of such files; a name that is too long is cut off. */
static void lines_are_read_again(void **state)
{
    struct mm_world *m = *state;
    char name[400], line[MAPS_LINE_BYTES];
    vaddr_t top;

    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    mm_stack(&m->p->space, &top, 2);
    map_at(m, 0x20, 3, RX, 0, &m->file);
    map_at(m, 0x30, 3, RW, MM_SHARED, NULL);
    m->p->space.regions.first->name = name;
    for (const struct region *r = m->p->space.regions.first; r; r = r->next) {
        struct procmap map;
        const char *path;

        maps_line(line, r);
        assert_true(procmaps_parse(&map, &path, line));
        assert_int_equal(map.start, MM_PAGE(r->start));
        assert_int_equal(map.end, MM_PAGE(r->end));
        assert_int_equal(map.perms, r->flags & REGION_PERMS);
        if (r->name)
            assert_int_equal(strlen(line), MAPS_LINE_BYTES - 1);
        else
            assert_string_equal(path, r->kind == REGION_STACK ? "[stack]" : "");
    }
}

static void kinds_have_names(void **state) /* L19 */
{
    (void)state;
    for (unsigned a = REGION_TEXT; a < REGION_KINDS; a++) {
        for (unsigned b = REGION_TEXT; b < a; b++)
            assert_string_not_equal(region_kind_name(a), region_kind_name(b));
    }
    assert_string_equal(region_kind_name(REGION_FILE), "");
    assert_null(region_kind_name(REGION_KINDS));
}

static void assert_adds_up(const struct maps_usage *u)
{
    assert_int_equal(u->size, u->anon + u->file + u->shared + u->device);
    assert_int_equal(u->resident, u->resident_anon + u->resident_file + u->resident_shared);
}

/* M9 */
static void what_is_used_adds_up(void **state)
{
    struct mm_world *m = *state;
    const struct mm_request device = {
        .length = 5 * 4096, .perms = RW, .kind = REGION_MMIO, .offset = MM_PAGE(0x10000)};
    struct maps_usage u;
    vaddr_t at, top;
    paddr_t pa;

    map_at(m, 0x20, 6, RX, 0, &m->file);
    map_at(m, 0x30, 7, RW, 0, &m->file);
    map_at(m, 0x40, 8, RW, MM_SHARED, NULL);
    map_at(m, 0x50, 9, RW, 0, NULL);
    mm_stack(&m->p->space, &top, 2);
    mm_map(&m->p->space, &at, &device);
    maps_usage(&u, &m->p->space);
    assert_adds_up(&u);
    assert_memory_equal(&u,
                        &((struct maps_usage){.size = 37,
                                              .anon = 11,
                                              .file = 13,
                                              .shared = 8,
                                              .device = 5,
                                              .text = 6,
                                              .data = 16,
                                              .stack = 2}),
                        sizeof u);
    mm_get(m, m->p, MM_PAGE(0x21));
    mm_get(m, m->p, MM_PAGE(0x31));
    mm_get(m, m->p, MM_PAGE(0x32));
    mm_put(m, m->p, MM_PAGE(0x32), 1); /* no longer the file's */
    mm_put(m, m->p, MM_PAGE(0x40), 1);
    mm_put(m, m->p, MM_PAGE(0x50), 1);
    mm_access(m, m->p, at, MM_LOAD, &pa);
    maps_usage(&u, &m->p->space);
    assert_adds_up(&u);
    assert_int_equal(u.resident, 5);
    assert_int_equal(u.resident_anon, 2);
    assert_int_equal(u.resident_file, 2);
    assert_int_equal(u.resident_shared, 1);
    mm_unmap(&m->p->space, MM_PAGE(0x10), 0x2f0 * 4096);
    maps_usage(&u, &m->p->space);
    assert_adds_up(&u);
    assert_int_equal(u.size, 2);
    assert_int_equal(u.resident, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_that_are_not_needed_begin_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stack_is_reclaimed_below_its_pointer_on_request, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(pages_that_will_be_needed_are_there, setup, teardown),
        cmocka_unit_test_setup_teardown(pages_beyond_a_file_or_beyond_memory_are_not_there, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_mapping_shrinks_and_grows_where_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mapping_moves_with_its_frames, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mapping_moves_to_a_fixed_place, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mapping_that_moves_shows_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(what_leaves_the_heap_is_anonymous, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mapping_grows_within_the_limits, setup, teardown),
        cmocka_unit_test(regions_print_as_maps_of_linux),
        cmocka_unit_test_setup_teardown(lines_are_read_again, setup_wide, teardown),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test_setup_teardown(what_is_used_adds_up, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

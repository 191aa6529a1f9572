/* test_os_mm_map.c: mmap, munmap, mprotect, and what becomes of the pages. */
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

enum { R = REGION_R, RW = REGION_R | REGION_W, RX = REGION_R | REGION_X };

/* A space of 0x400 pages: image and mappings from page 16 to 0x2ef, stack up to 0x3ff. */
static int open_with(void **state, struct layout_config layout)
{
    const struct kernel_config config = {.mode = ATLAS_MODE_SV39, .layout = layout};

    *state = mm_open(WORLD_FRAMES, &config);
    return 0;
}

static int setup(void **state)
{
    return open_with(state, (struct layout_config){.end = 0x400, .guard = 16});
}

static int setup_up(void **state)
{
    return open_with(state, (struct layout_config){.end = 0x400, .guard = 16, .mmap_up = true});
}

static int setup_gap(void **state)
{
    return open_with(state, (struct layout_config){.end = 0x400, .guard = 16, .gap = 2});
}

static int setup_page_zero(void **state)
{
    return open_with(state, (struct layout_config){.end = 0x400, .page_zero = true});
}

static int setup_w_xor_x(void **state)
{
    return open_with(state, (struct layout_config){.w_xor_x = true});
}

static int teardown(void **state) /* K19 M25 */
{
    mm_close(*state);
    return 0;
}

/* Map, and the page that was given; the status is as said. */
static vpn_t map(struct mm_world *m, const struct mm_request *q, enum vm_status expected)
{
    vaddr_t at = UINT64_MAX;

    assert_int_equal(mm_map(&m->p->space, &at, q), expected);
    return at >> ATLAS_PAGE_SHIFT;
}

static void map_at(struct mm_world *m, vpn_t vpn, uint64_t pages, unsigned perms, unsigned flags,
                   struct object *o)
{
    const struct mm_request q = {.address = MM_PAGE(vpn),
                                 .length = pages * 4096,
                                 .perms = perms,
                                 .flags = flags | MM_FIXED,
                                 .kind = o ? REGION_FILE : REGION_ANON,
                                 .object = o,
                                 .offset = o ? 4096 : 0};

    assert_int_equal(map(m, &q, VM_OK), vpn);
}

/* ---- Where --------------------------------------------------------------------------------- */

/* K17 X25: any length, rounded up; none is refused. */
static void a_length_is_rounded_up_to_pages(void **state)
{
    struct mm_world *m = *state;
    struct mm_request q = {.length = 1, .perms = RW};

    assert_int_equal(map(m, &q, VM_OK), 0x2ee);
    q.length = 4096;
    assert_int_equal(map(m, &q, VM_OK), 0x2ed);
    q.length = 4097;
    assert_int_equal(map(m, &q, VM_OK), 0x2eb);
    assert_string_equal(mm_text(m->p), "2eb-2ef rwp anon|");
    q.length = 0;
    map(m, &q, VM_RANGE);
    q.length = UINT64_MAX;
    map(m, &q, VM_NOMEM);
    q.flags = MM_FIXED;
    q.address = MM_PAGE(0x100);
    map(m, &q, VM_RANGE);
    q.length = 0;
    map(m, &q, VM_RANGE);
}

/* K17: a hint is taken if there is room; a fixed place replaces, or is refused. */
static void a_place_is_wished_for_or_insisted_on(void **state)
{
    struct mm_world *m = *state;
    struct mm_request q = {.address = MM_PAGE(0x50) + 7, .length = 8192, .perms = RW};

    assert_int_equal(map(m, &q, VM_OK), 0x50);
    q.perms = R;
    q.address = MM_PAGE(0x51);
    assert_int_equal(map(m, &q, VM_OK), 0x2ed);
    q.flags = MM_FIXED | MM_NOREPLACE;
    map(m, &q, VM_EXISTS);
    mm_put(m, m->p, MM_PAGE(0x50), 5);
    mm_put(m, m->p, MM_PAGE(0x51), 6);
    q.flags = MM_FIXED;
    assert_int_equal(map(m, &q, VM_OK), 0x51);
    assert_string_equal(mm_text(m->p), "50-51 rwp anon|51-53 rp anon|2ed-2ef rp anon|");
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x50)), 5);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x51)), 0);
    q.address = MM_PAGE(0x60) + 8;
    map(m, &q, VM_RANGE);
    q.flags = MM_FIXED | MM_NOREPLACE;
    q.address = MM_PAGE(0x53);
    assert_int_equal(map(m, &q, VM_OK), 0x53);
}

/* X21 L1: page 0 and what is beyond the end cannot be had; page 0 where that is switched on. */
static void page_zero_is_nobodys_and_the_end_is_the_end(void **state)
{
    struct mm_world *m = *state;
    struct mm_request q = {.length = 4096, .perms = R, .flags = MM_FIXED};
    paddr_t pa;

    map(m, &q, VM_RANGE);
    q.address = MM_PAGE(LAYOUT_LOWEST - 1);
    map(m, &q, VM_RANGE);
    assert_int_equal(mm_access(m, m->p, 0, MM_LOAD, &pa), PROC_SEGV);
    q.address = MM_PAGE(LAYOUT_LOWEST);
    map(m, &q, VM_OK);
    q.address = MM_PAGE(0x3ff);
    map(m, &q, VM_OK);
    q.length = 4097;
    map(m, &q, VM_RANGE);
    q.address = MM_PAGE(0x400);
    map(m, &q, VM_RANGE);
    q.address = UINT64_C(0) - 4096;
    map(m, &q, VM_RANGE);
    assert_int_equal(mm_unmap(&m->p->space, 0, 4096), VM_RANGE);
}

static void page_zero_can_be_switched_on(void **state) /* X21 L1 */
{
    struct mm_world *m = *state;
    struct mm_request q = {.length = 4096, .perms = RW};

    assert_int_equal(m->p->space.layout.image, 0);
    assert_int_equal(map(m, &q, VM_OK), m->p->space.layout.mmap_high - 1); /* 0 is no wish */
    q.flags = MM_FIXED;
    assert_int_equal(map(m, &q, VM_OK), 0);
    mm_put(m, m->p, 0, 3);
    assert_int_equal(mm_get(m, m->p, 0), 3);
}

/* F7: addresses run out, though there is memory. */
static void addresses_can_run_out(void **state)
{
    struct mm_world *m = *state;
    struct mm_request q = {.length = 0x100 * 4096, .perms = R};

    assert_int_equal(map(m, &q, VM_OK), 0x1ef);
    assert_int_equal(map(m, &q, VM_OK), 0xef);
    map(m, &q, VM_NOMEM);
    q.length = 0xdf * 4096;
    assert_int_equal(map(m, &q, VM_OK), 0x10);
    q.length = 1;
    map(m, &q, VM_NOMEM);
    assert_int_equal(mm_users(m), 0);
    assert_int_equal(mm_unmap(&m->p->space, MM_PAGE(0x123), 4096), VM_OK);
    assert_int_equal(map(m, &q, VM_OK), 0x123);
}

/* K17 L18: from the bottom up, when the layout says so; below a third only if all else is full. */
static void mappings_may_go_from_the_bottom_up(void **state)
{
    struct mm_world *m = *state;
    struct mm_request q = {.length = 0x80 * 4096, .perms = R};

    assert_int_equal(map(m, &q, VM_OK), 0x155);
    assert_int_equal(map(m, &q, VM_OK), 0x1d5);
    q.length = 0x9b * 4096;
    assert_int_equal(map(m, &q, VM_OK), 0x10);
    q.length = 4096;
    assert_int_equal(map(m, &q, VM_OK), 0x255);
}

/* L18: gaps between mappings that the kernel places, and a guard below what grows down. */
static void guard_gaps_stay_free(void **state)
{
    struct mm_world *m = *state;
    struct mm_request q = {.length = 4096, .perms = RW};
    const struct region stack = {.start = 0x2d0, .end = 0x2d2, .flags = RW | REGION_GROWS_DOWN};
    paddr_t pa;

    assert_int_equal(map(m, &q, VM_OK), 0x2ee);
    assert_int_equal(map(m, &q, VM_OK), 0x2eb);
    assert_int_equal(mm_access(m, m->p, MM_PAGE(0x2ec), MM_LOAD, &pa), PROC_SEGV);
    assert_int_equal(space_map(&m->p->space, &stack), VM_OK);
    q.length = 0x20 * 4096;
    assert_int_equal(map(m, &q, VM_OK), 0x2d0 - 16 - 0x20);
    q.address = MM_PAGE(0x2c0); /* too close to the stack */
    q.length = 4096;
    assert_int_equal(map(m, &q, VM_OK), 0x2e8);
    q.address = MM_PAGE(0x2d3); /* too close to its end */
    assert_int_equal(map(m, &q, VM_OK), 0x2e5);
    q.address = MM_PAGE(0x2d4);
    assert_int_equal(map(m, &q, VM_OK), 0x2d4);
}

/* ---- What ---------------------------------------------------------------------------------- */

/* K17 L5 K21: the four sorts of mappings, in two processes. */
static void each_sort_of_mapping_shares_what_it_should(void **state)
{
    struct mm_world *m = *state;
    struct proc *child, *p = m->p;

    map_at(m, 0x20, 2, RW, 0, NULL);
    map_at(m, 0x30, 2, RW, MM_SHARED, NULL);
    map_at(m, 0x40, 2, RW, 0, &m->file);
    map_at(m, 0x50, 2, RW, MM_SHARED, &m->file);
    assert_string_equal(mm_text(p), "20-22 rwp anon|30-32 rws anon|40-42 rwp file|50-52 rws file|");
    mm_put(m, p, MM_PAGE(0x20), 1);
    mm_put(m, p, MM_PAGE(0x30), 2);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x40)), 101);
    child = mm_fork(m, p);
    for (unsigned i = 2; i <= 5; i++)
        mm_put(m, child, MM_PAGE(0x10 * i), (uint8_t)(10 * i));
    assert_int_equal(mm_get(m, p, MM_PAGE(0x20)), 1);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x30)), 30);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x50)), 50);
    assert_int_equal(mm_get(m, p, MM_PAGE(0x40)), 50); /* not copied: sees the file */
    assert_int_equal(mm_get(m, child, MM_PAGE(0x40)), 40);
    mm_put(m, p, MM_PAGE(0x51), 77);
    assert_int_equal(mm_get(m, child, MM_PAGE(0x41)), 77);
    assert_int_equal(m->fills, 2);
    mm_end(m, p);
    assert_int_equal(mm_get(m, child, MM_PAGE(0x30)), 30);
}

/* K21: the object of shared anonymous memory goes with its last mapping. */
static void shared_anonymous_memory_ends_with_its_last_mapping(void **state)
{
    struct mm_world *m = *state;
    struct proc *child;

    map_at(m, 0x30, 4, RW, MM_SHARED, NULL);
    mm_put(m, m->p, MM_PAGE(0x31), 2);
    assert_int_equal(m->k->commit.used, 4);
    child = mm_fork(m, m->p);
    assert_int_equal(m->k->commit.used, 4);
    assert_int_equal(mm_unmap(&m->p->space, MM_PAGE(0x30), 4 * 4096), VM_OK);
    assert_int_equal(mm_get(m, child, MM_PAGE(0x31)), 2);
    assert_int_equal(mm_users(m), 1);
    assert_int_equal(mm_unmap(&child->space, MM_PAGE(0x30), 3 * 4096), VM_OK);
    assert_int_equal(mm_users(m), 1); /* somebody could map it again: all of it stays */
    assert_int_equal(mm_unmap(&child->space, MM_PAGE(0x33), 1), VM_OK);
    assert_int_equal(mm_users(m), 0);
    assert_null(m->k->shms.first);
    assert_int_equal(m->k->commit.used, 0);
}

/* K17 L13: what is cut out of a region leaves two, or a shorter one. */
static void unmapping_a_part_splits(void **state)
{
    struct mm_world *m = *state;

    map_at(m, 0x20, 16, RW, 0, &m->file);
    for (unsigned i = 0; i < 16; i++)
        mm_put(m, m->p, MM_PAGE(0x20 + i) + 1, (uint8_t)i);
    assert_int_equal(mm_unmap(&m->p->space, MM_PAGE(0x24), 4096 + 1), VM_OK);
    assert_string_equal(mm_text(m->p), "20-24 rwp file|26-30 rwp file|");
    assert_int_equal(mm_unmap(&m->p->space, MM_PAGE(0x2e), 0x40 * 4096), VM_OK);
    assert_int_equal(mm_unmap(&m->p->space, MM_PAGE(0x10), 0x11 * 4096), VM_OK);
    assert_string_equal(mm_text(m->p), "21-24 rwp file|26-2e rwp file|");
    assert_int_equal(m->p->space.resident, 11);
    for (unsigned i = 0x26; i < 0x2e; i++) {
        assert_int_equal(mm_get(m, m->p, MM_PAGE(i)), 101 + i - 0x20);
        assert_int_equal(mm_get(m, m->p, MM_PAGE(i) + 1), i - 0x20);
    }
    assert_int_equal(mm_unmap(&m->p->space, MM_PAGE(0x24), 0), VM_RANGE);
    assert_int_equal(mm_unmap(&m->p->space, MM_PAGE(0x24) + 1, 4096), VM_RANGE);
    assert_int_equal(mm_unmap(&m->p->space, MM_PAGE(0x24), 4096), VM_OK); /* nothing is there */
}

/* K17 */
static void protection_is_changed_page_by_page(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;
    paddr_t pa;

    map_at(m, 0x20, 8, RW, 0, NULL);
    mm_put(m, m->p, MM_PAGE(0x23), 9);
    assert_int_equal(mm_protect(s, MM_PAGE(0x22), 2 * 4096 - 1, R), VM_OK);
    assert_string_equal(mm_text(m->p), "20-22 rwp anon|22-24 rp anon|24-28 rwp anon|");
    assert_int_equal(mm_access(m, m->p, MM_PAGE(0x23), MM_STORE, &pa), PROC_SEGV);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x23)), 9);
    assert_int_equal(mm_protect(s, MM_PAGE(0x22), 4096, 0), VM_OK);
    assert_int_equal(mm_access(m, m->p, MM_PAGE(0x22), MM_LOAD, &pa), PROC_SEGV);
    assert_int_equal(mm_protect(s, MM_PAGE(0x26), 3 * 4096, R), VM_ABSENT);
    assert_int_equal(mm_protect(s, MM_PAGE(0x100), 4096, R), VM_ABSENT);
    assert_int_equal(mm_protect(s, MM_PAGE(0x20), 0, R), VM_RANGE);
    assert_int_equal(mm_protect(s, MM_PAGE(0x20), 4096, 8), VM_RANGE);
    assert_int_equal(mm_protect(s, MM_PAGE(0x20), 8 * 4096, RW), VM_OK);
    assert_string_equal(mm_text(m->p), "20-28 rwp anon|");
}

static void what_is_writable_is_not_executable_if_that_is_the_rule(void **state)
{
    struct mm_world *m = *state;
    struct space *s = &m->p->space;
    struct mm_request q = {.length = 4096, .perms = RW | REGION_X};
    vaddr_t at;

    map(m, &q, VM_DENIED);
    q.perms = RW;
    assert_int_equal(mm_map(s, &at, &q), VM_OK);
    assert_int_equal(mm_protect(s, at, 4096, RW | REGION_X), VM_DENIED);
    assert_int_equal(mm_protect(s, at, 4096, RX), VM_OK);
    assert_int_equal(mm_protect(s, at, 4096, REGION_W | REGION_X), VM_DENIED);
    s->layout.w_xor_x = false;
    assert_int_equal(mm_protect(s, at, 4096, RW | REGION_X), VM_OK);
}

/* L13 L19: regions of different kinds or names never become one. */
static void kinds_and_names_keep_regions_apart(void **state)
{
    static const char name[] = "one", other[] = "two";
    struct mm_world *m = *state;
    struct mm_request q = {
        .address = MM_PAGE(0x20), .length = 4096, .perms = RW, .flags = MM_FIXED};

    for (unsigned kind = REGION_ANON; kind < REGION_MMIO; kind++, q.address += 4096) {
        q.kind = (enum region_kind)kind;
        map(m, &q, VM_OK);
    }
    assert_int_equal(m->p->space.regions.count, REGION_MMIO);
    for (unsigned i = 0; i < 4; i++, q.address += 4096) {
        q.name = i < 2 ? name : other;
        map(m, &q, VM_OK);
    }
    assert_int_equal(m->p->space.regions.count, REGION_MMIO + 2);
}

/* L19 L5 L18: the sections of a program, each by its own rules, in the order of the layout. */
static void sections_of_a_program_keep_their_rules(void **state)
{
    static const struct {
        enum region_kind kind;
        unsigned perms;
        bool file;
        uint8_t first; /* byte of its first page */
    } section[] = {
        {REGION_TEXT, RX, true, 100},
        {REGION_RODATA, R, true, 101},
        {REGION_DATA, RW, true, 102},
        {REGION_BSS, RW, false, 0},
    };
    struct mm_world *m = *state;
    vpn_t image = m->p->space.layout.image;
    vaddr_t top, old;
    paddr_t pa;

    for (unsigned i = 0; i < 4; i++) {
        const struct mm_request q = {.address = MM_PAGE(image + i),
                                     .length = 4096,
                                     .perms = section[i].perms,
                                     .flags = MM_FIXED,
                                     .kind = section[i].kind,
                                     .object = section[i].file ? &m->file : NULL,
                                     .offset = MM_PAGE(section[i].file ? i : 0)};

        map(m, &q, VM_OK);
    }
    mm_heap_begin(&m->p->space, MM_PAGE(image + 4));
    assert_int_equal(mm_sbrk(&m->p->space, &old, 2 * 4096), VM_OK);
    assert_int_equal(mm_stack(&m->p->space, &top, 1), VM_OK);
    assert_string_equal(mm_text(m->p), "10-11 rxp text|11-12 rp rodata|12-13 rwp data|"
                                       "13-14 rwp bss|14-16 rwp heap|3fe-3ff rwp stack|");
    for (unsigned i = 0; i < 4; i++) {
        vaddr_t va = MM_PAGE(image + i);
        unsigned perms = section[i].perms;

        assert_int_equal(mm_get(m, m->p, va), section[i].first);
        assert_int_equal(mm_access(m, m->p, va, MM_STORE, &pa) == PROC_OK, (perms & REGION_W) != 0);
        assert_int_equal(mm_access(m, m->p, va, MM_FETCH, &pa) == PROC_OK, (perms & REGION_X) != 0);
    }
    assert_int_equal(m->p->faults.count[FAULT_COPY], 1); /* data; the file is as it was */
    mm_put(m, m->p, MM_PAGE(image + 2), 1);
    map_at(m, 0x80, 2, R, 0, &m->file); /* from its second page on */
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x81)), 102);
    assert_int_equal(m->fills, 3);
}

/* ---- Devices ------------------------------------------------------------------------------- */

enum { DEVICE = 0x10000 }; /* page of it: below RAM */

/* K17: a device's pages are where they are, in every process, and no frame is behind them. */
static void a_device_is_mapped_where_it_is(void **state)
{
    struct mm_world *m = *state;
    struct mm_request q = {.address = MM_PAGE(0x20),
                           .length = 4 * 4096,
                           .perms = RW,
                           .flags = MM_FIXED,
                           .kind = REGION_MMIO,
                           .offset = MM_PAGE(DEVICE),
                           .name = "uart"};
    struct proc *child;
    paddr_t pa;

    map(m, &q, VM_OK);
    q.address = MM_PAGE(0x24);
    map(m, &q, VM_OK); /* the same pages once more: no part of the first */
    q.address = MM_PAGE(0x28);
    q.offset += 4 * 4096;
    map(m, &q, VM_OK); /* those that follow */
    assert_string_equal(mm_text(m->p), "20-24 rws mmio|24-2c rws mmio|");
    assert_int_equal(mm_access(m, m->p, MM_PAGE(0x21) + 8, MM_STORE, &pa), PROC_OK);
    assert_int_equal(pa, MM_PAGE(DEVICE + 1) + 8);
    assert_int_equal(mm_access(m, m->p, MM_PAGE(0x29), MM_LOAD, &pa), PROC_OK);
    assert_int_equal(pa, MM_PAGE(DEVICE + 5));
    assert_int_equal(m->p->faults.count[FAULT_DEVICE], 2);
    child = mm_fork(m, m->p);
    assert_int_equal(mm_access(m, child, MM_PAGE(0x21), MM_STORE, &pa), PROC_OK);
    assert_int_equal(pa, MM_PAGE(DEVICE + 1));
    assert_int_equal(mm_users(m), 0);
    assert_int_equal(m->p->space.resident, 0);
    assert_int_equal(m->k->commit.used, 0);
    assert_int_equal(mm_protect(&child->space, MM_PAGE(0x21), 4096, R), VM_OK);
    assert_int_equal(mm_access(m, child, MM_PAGE(0x21), MM_STORE, &pa), PROC_SEGV);
    assert_int_equal(mm_unmap(&m->p->space, MM_PAGE(0x20), 4 * 4096), VM_OK);
    assert_int_equal(mm_access(m, m->p, MM_PAGE(0x21), MM_STORE, &pa), PROC_SEGV);
}

static void a_device_is_not_in_ram(void **state)
{
    struct mm_world *m = *state;
    struct mm_request q = {.address = MM_PAGE(0x20),
                           .length = 4 * 4096,
                           .perms = RW,
                           .flags = MM_FIXED,
                           .kind = REGION_MMIO};

    map_at(m, 0x20, 1, RW, 0, NULL);
    mm_put(m, m->p, MM_PAGE(0x20), 3);
    q.offset = MM_PAGE(WORLD_FIRST - 3);
    map(m, &q, VM_RANGE);
    q.offset = MM_PAGE(WORLD_FIRST + WORLD_FRAMES - 1);
    map(m, &q, VM_RANGE);
    q.offset = MM_PAGE((UINT64_C(1) << 44) - 3);
    map(m, &q, VM_RANGE);
    assert_int_equal(mm_get(m, m->p, MM_PAGE(0x20)), 3);
    q.offset = MM_PAGE((UINT64_C(1) << 44) - 4);
    map(m, &q, VM_OK);
    q.offset = MM_PAGE(WORLD_FIRST - 4);
    map(m, &q, VM_OK);
    q.offset = MM_PAGE(WORLD_FIRST + WORLD_FRAMES);
    map(m, &q, VM_OK);
}

static void impossible_requests_are_refused(void **state)
{
    static const struct object_ops ops = {.fill = NULL};
    struct mm_world *m = *state;
    static struct object once;
    struct mm_request q = {.length = 4096, .perms = R, .object = &once, .flags = MM_SHARED};

    object_init(&once, &m->k->objects, &ops, false, 1);
    map(m, &q, VM_RANGE); /* pages that nobody keeps cannot be shared */
    q.flags = 0;
    map(m, &q, VM_OK);
    q.kind = REGION_MMIO;
    map(m, &q, VM_RANGE);
    q.kind = REGION_FILE;
    q.offset = 1;
    map(m, &q, VM_RANGE);
    q.offset = 0;
    q.perms = 8;
    map(m, &q, VM_RANGE);
}

/* ---- Reserving ----------------------------------------------------------------------------- */

static int setup_sv48(void **state)
{
    *state = mm_open(64, &(struct kernel_config){.mode = ATLAS_MODE_SV48});
    return 0;
}

/* L11 */
static void a_tebibyte_costs_nothing_until_it_is_touched(void **state)
{
    struct mm_world *m = *state;
    const uint32_t *by_kind = m->k->frames.by_kind;
    const struct mm_request q = {.length = UINT64_C(1) << 40, .perms = RW};
    vaddr_t at;

    assert_int_equal(mm_map(&m->p->space, &at, &q), VM_OK);
    assert_int_equal(by_kind[FRAME_USER], 0);
    assert_int_equal(by_kind[FRAME_TABLE], 1);
    assert_int_equal(m->p->space.regions.count, 1);
    mm_put(m, m->p, at + (q.length / 2), 1);
    assert_int_equal(by_kind[FRAME_USER], 1);
    assert_int_equal(by_kind[FRAME_TABLE], 4);
    mm_put(m, m->p, at, 2);
    mm_put(m, m->p, at + q.length - 1, 3);
    assert_int_equal(by_kind[FRAME_USER], 3);
    assert_true(by_kind[FRAME_TABLE] <= 4 + 2 * 3);
    assert_int_equal(mm_unmap(&m->p->space, at, q.length), VM_OK);
    assert_int_equal(by_kind[FRAME_TABLE], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_length_is_rounded_up_to_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(a_place_is_wished_for_or_insisted_on, setup, teardown),
        cmocka_unit_test_setup_teardown(page_zero_is_nobodys_and_the_end_is_the_end, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(page_zero_can_be_switched_on, setup_page_zero, teardown),
        cmocka_unit_test_setup_teardown(addresses_can_run_out, setup, teardown),
        cmocka_unit_test_setup_teardown(mappings_may_go_from_the_bottom_up, setup_up, teardown),
        cmocka_unit_test_setup_teardown(guard_gaps_stay_free, setup_gap, teardown),
        cmocka_unit_test_setup_teardown(each_sort_of_mapping_shares_what_it_should, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(shared_anonymous_memory_ends_with_its_last_mapping, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(unmapping_a_part_splits, setup, teardown),
        cmocka_unit_test_setup_teardown(protection_is_changed_page_by_page, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_writable_is_not_executable_if_that_is_the_rule,
                                        setup_w_xor_x, teardown),
        cmocka_unit_test_setup_teardown(kinds_and_names_keep_regions_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(sections_of_a_program_keep_their_rules, setup, teardown),
        cmocka_unit_test_setup_teardown(a_device_is_mapped_where_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(a_device_is_not_in_ram, setup, teardown),
        cmocka_unit_test_setup_teardown(impossible_requests_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tebibyte_costs_nothing_until_it_is_touched, setup_sv48,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

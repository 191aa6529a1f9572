/* test_os_fault.c: address spaces and the fault handler, on an MMU that remembers nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "os/fault/fault.h"
#include "os/space/stack.h"
#include "os_fixture.h"

enum { R = REGION_R, RW = REGION_R | REGION_W, RX = REGION_R | REGION_X, ASID = 5 };
enum { FETCH = ATLAS_ACC_FETCH, LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

struct fixture {
    struct world *world;
    struct kmem kmem;
    struct slab_cache regions, rmaps, nodes;
    struct space_env env;
    struct object_env objects;
    struct space space;
    struct fault_stats stats;
};

static void fence(void *ctx, struct space *s, const struct atlas_fence *f)
{
    struct world *w = ctx;

    (void)s;
    w->mmu.fence(w->mmu.self, f);
}

static int setup_frames(void **state, unsigned frames)
{
    static struct fixture f;
    struct world *w = world_open(frames);

    memset(&f, 0, sizeof f);
    f.world = w;
    kmem_init(&f.kmem, &w->phys, &w->frames);
    slab_init(&f.regions, &f.kmem,
              &(struct slab_spec){.name = "region", .size = sizeof(struct region)});
    slab_init(&f.rmaps, &f.kmem, &(struct slab_spec){.name = "rmap", .size = sizeof(struct rmap)});
    slab_init(&f.nodes, &f.kmem,
              &(struct slab_spec){.name = "node", .size = index_tree_node_bytes()});
    f.env = (struct space_env){.phys = &w->phys,
                               .frames = &w->frames,
                               .regions = &f.regions,
                               .rmaps = &f.rmaps,
                               .mode = paging_mode(ATLAS_MODE_SV39),
                               .fence = fence,
                               .ctx = w};
    f.objects = (struct object_env){&w->phys, &w->frames, &f.nodes};
    assert_int_equal(space_create(&f.space, &f.env, 1, 100), VM_OK);
    f.space.asid = ASID;
    *state = &f;
    return 0;
}

static int setup(void **state)
{
    return setup_frames(state, WORLD_FRAMES);
}

static int setup_small(void **state)
{
    return setup_frames(state, 7); /* root, two tables, records of two kinds, and two to spare */
}

static int teardown(void **state) /* M25 */
{
    struct fixture *f = *state;

    space_destroy(&f->space);
    assert_int_equal(f->world->frames.by_kind[FRAME_FREE], f->world->frames.count);
    world_close(f->world);
    return 0;
}

static void map(struct fixture *f, vpn_t start, vpn_t end, unsigned flags)
{
    const struct region model = {.start = start, .end = end, .flags = flags};

    assert_int_equal(space_map(&f->space, &model), VM_OK);
}

static enum fault_outcome page_fault(struct fixture *f, vpn_t vpn, unsigned acc)
{
    static const uint8_t cause[] = {12, 13, 15, 15};

    return fault_handle(&f->space, &f->stats, vpn << 12 | 0x123, (uint8_t)acc, cause[acc]);
}

/* Exactly one more of `class` than at the last call, and of no other. */
static void assert_counted(struct fixture *f, enum fault_class class)
{
    for (unsigned i = 0; i < FAULT_CLASSES; i++)
        assert_int_equal(f->stats.count[i], i == (unsigned)class);
    memset(&f->stats, 0, sizeof f->stats);
}

static uint64_t pte_of(struct fixture *f, vpn_t vpn)
{
    struct radix_leaf leaf;

    assert_int_equal(radix_lookup(&f->space.table, &leaf, vpn << 12), VM_OK);
    return leaf.pte & 0xff;
}

static void first_touch_gets_a_frame_of_zeros(void **state) /* L6 */
{
    struct fixture *f = *state;
    struct radix_leaf leaf;
    uint8_t *bytes = phys_ptr(&f->world->phys, f->world->phys.base);

    memset(bytes + 4096, 0xee, f->world->phys.size - 4096);
    map(f, 16, 20, RW);
    assert_int_equal(f->world->frames.by_kind[FRAME_USER], 0);
    assert_int_equal(page_fault(f, 17, LOAD), FAULT_RETRY);
    assert_counted(f, FAULT_ZERO);
    radix_lookup(&f->space.table, &leaf, 17 << 12);
    bytes = phys_frame(&f->world->phys, (pfn_t)leaf.ppn);
    for (unsigned i = 0; i < 4096; i++)
        assert_int_equal(bytes[i], 0);
    assert_int_equal(pte_of(f, 17), PTE_BIT(V) | PTE_BIT(R) | PTE_BIT(W) | PTE_BIT(U));
    assert_int_equal(f->space.resident, 1);
    assert_int_equal(f->world->frames.by_kind[FRAME_USER], 1);
}

static enum vm_status fill_offset(struct object *object, uint8_t *frame, uint64_t offset)
{
    (void)object;
    memset(frame, (int)offset, 4096);
    return offset < 200 ? VM_OK : VM_ABSENT;
}

static void object_fills_by_its_own_offset(void **state)
{
    static const struct object_ops ops = {.fill = fill_offset};
    struct fixture *f = *state;
    static struct object object;
    struct region model = {.start = 16, .end = 20, .flags = R, .object = &object, .offset = 100};
    struct radix_leaf leaf;

    object_init(&object, &f->objects, &ops, false, UINT64_MAX);
    assert_int_equal(space_map(&f->space, &model), VM_OK);
    assert_int_equal(page_fault(f, 18, LOAD), FAULT_RETRY);
    assert_counted(f, FAULT_PAGER);
    radix_lookup(&f->space.table, &leaf, 18 << 12);
    assert_int_equal(*(uint8_t *)phys_frame(&f->world->phys, (pfn_t)leaf.ppn), 102);
}

static void object_that_fails_is_a_bus_error(void **state)
{
    static const struct object_ops ops = {.fill = fill_offset};
    struct fixture *f = *state;
    static struct object object;
    struct region model = {.start = 16, .end = 20, .flags = R, .object = &object, .offset = 200};

    object_init(&object, &f->objects, &ops, false, UINT64_MAX);
    assert_int_equal(space_map(&f->space, &model), VM_OK);
    assert_int_equal(page_fault(f, 18, LOAD), FAULT_SIGBUS);
    assert_counted(f, FAULT_BUS);
    assert_int_equal(f->world->frames.by_kind[FRAME_USER], 0);
}

static void every_permission_meets_every_access(void **state) /* L4, F1 */
{
    static const struct {
        unsigned perms;
        bool fetch, load, store;
        uint64_t leaf; /* R, W, X and U of the page-table entry */
    } rule[] = {
        {0, false, false, false, 0x08}, /* closed to the kernel, too */
        {REGION_R, false, true, false, 0x12},    {REGION_W, false, true, true, 0x16},
        {REGION_X, true, false, false, 0x18},    {RW, false, true, true, 0x16},
        {RX, true, true, false, 0x1a},           {REGION_W | REGION_X, true, true, true, 0x1e},
        {RW | REGION_X, true, true, true, 0x1e},
    };
    struct fixture *f = *state;

    for (unsigned i = 0; i < 8; i++) {
        const bool ok[] = {rule[i].fetch, rule[i].load, rule[i].store, rule[i].store};
        vpn_t vpn = 100 + 10 * i;

        map(f, vpn, vpn + 4, rule[i].perms);
        for (unsigned acc = FETCH; acc <= ATLAS_ACC_AMO; acc++) {
            assert_int_equal(page_fault(f, vpn + acc, acc), ok[acc] ? FAULT_RETRY : FAULT_SEGV);
            assert_counted(f, ok[acc] ? FAULT_ZERO : FAULT_PROTECTION);
            if (ok[acc])
                assert_int_equal(pte_of(f, vpn + acc), PTE_BIT(V) | rule[i].leaf);
        }
        space_protect(&f->space, vpn, vpn + 4, RW | REGION_X);
        page_fault(f, vpn, LOAD);
        memset(&f->stats, 0, sizeof f->stats);
        space_protect(&f->space, vpn, vpn + 1, rule[i].perms);
        assert_int_equal(pte_of(f, vpn) & ~PTE_BIT(A), PTE_BIT(V) | rule[i].leaf);
    }
}

static void no_region_is_invalid(void **state)
{
    struct fixture *f = *state;

    map(f, 16, 20, RW);
    assert_int_equal(page_fault(f, 15, LOAD), FAULT_SEGV);
    assert_counted(f, FAULT_INVALID);
    assert_int_equal(page_fault(f, 20, STORE), FAULT_SEGV);
    assert_counted(f, FAULT_INVALID);
    assert_int_equal(fault_handle(&f->space, &f->stats, UINT64_C(1) << 40, LOAD, 13), FAULT_SEGV);
    assert_counted(f, FAULT_INVALID);
}

static void access_fault_is_a_bus_error(void **state)
{
    static const uint8_t causes[] = {1, 5, 7};
    struct fixture *f = *state;

    map(f, 16, 20, RW);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(fault_handle(&f->space, &f->stats, 16 << 12, LOAD, causes[i]),
                         FAULT_SIGBUS);
        assert_counted(f, FAULT_BUS);
    }
}

static void software_sets_a_and_d_as_the_access_needs(void **state) /* B23 */
{
    struct fixture *f = *state;

    map(f, 16, 20, RW);
    page_fault(f, 16, LOAD);
    assert_counted(f, FAULT_ZERO);
    assert_int_equal(page_fault(f, 16, LOAD), FAULT_RETRY);
    assert_counted(f, FAULT_AD);
    assert_int_equal(pte_of(f, 16) & 0xc0, PTE_BIT(A));
    assert_int_equal(page_fault(f, 16, STORE), FAULT_RETRY);
    assert_counted(f, FAULT_AD);
    assert_int_equal(pte_of(f, 16) & 0xc0, PTE_BIT(A) | PTE_BIT(D));
    assert_int_equal(f->world->fences, 0);
}

static void allowed_access_that_faults_is_fenced(void **state)
{
    struct fixture *f = *state;

    map(f, 16, 20, RW);
    page_fault(f, 16, STORE);
    page_fault(f, 16, STORE);
    memset(&f->stats, 0, sizeof f->stats);
    assert_int_equal(page_fault(f, 16, STORE), FAULT_RETRY);
    assert_counted(f, FAULT_STALE);
    assert_int_equal(f->world->fences, 1);
    assert_true(f->world->last_fence.has_va && f->world->last_fence.has_asid);
    assert_int_equal(f->world->last_fence.va, 16 << 12);
    assert_int_equal(f->world->last_fence.asid, ASID);
}

static void stack_grows_to_its_limit(void **state) /* L8 */
{
    struct fixture *f = *state;
    vpn_t top = 0x10000, lowest = top - SPACE_STACK_PAGES;

    map(f, top - 2, top, RW | REGION_GROWS_DOWN);
    assert_int_equal(page_fault(f, top - 5, STORE), FAULT_RETRY);
    assert_int_equal(f->stats.count[FAULT_GROWTH], 1);
    assert_int_equal(f->stats.count[FAULT_ZERO], 1);
    assert_int_equal(f->space.regions.first->start, top - 5);
    memset(&f->stats, 0, sizeof f->stats);
    assert_int_equal(page_fault(f, lowest - 1, STORE), FAULT_SEGV);
    assert_counted(f, FAULT_INVALID);
    assert_int_equal(page_fault(f, lowest, STORE), FAULT_RETRY);
    assert_int_equal(f->space.regions.first->start, lowest);
}

static void stack_keeps_its_guard_gap(void **state) /* L8 */
{
    struct fixture *f = *state;

    map(f, 0x1000, 0x1010, RW);
    map(f, 0x1300, 0x1310, RW | REGION_GROWS_DOWN);
    assert_int_equal(page_fault(f, 0x1010 + SPACE_GUARD_PAGES - 1, STORE), FAULT_SEGV);
    assert_counted(f, FAULT_INVALID);
    assert_int_equal(page_fault(f, 0x1010 + SPACE_GUARD_PAGES, STORE), FAULT_RETRY);
    map(f, 0x2000, 0x2010, RW);
    assert_int_equal(space_grow(&f->space, 0x1fff), VM_ABSENT);
}

static void out_of_frames_is_reported_and_undone(void **state)
{
    struct fixture *f = *state;
    uint32_t before;

    map(f, 16, 2000, RW);
    assert_int_equal(page_fault(f, 16, LOAD), FAULT_RETRY);
    before = f->world->frames.by_kind[FRAME_FREE];
    assert_int_equal(before, 1);
    /* one frame is left: enough for the contents, not for another page table */
    assert_int_equal(page_fault(f, 1000, LOAD), FAULT_OOM);
    assert_int_equal(f->world->frames.by_kind[FRAME_FREE], before);
    assert_int_equal(page_fault(f, 17, LOAD), FAULT_RETRY);
    assert_int_equal(page_fault(f, 18, LOAD), FAULT_OOM);
    assert_int_equal(f->stats.count[FAULT_NOMEM], 2);
    assert_int_equal(f->stats.count[FAULT_ZERO], 2);
}

static void unmap_fences_and_frees_each_page(void **state) /* K16 */
{
    struct fixture *f = *state;

    map(f, 16, 600, RW);
    for (vpn_t vpn = 16; vpn < 600; vpn += 50)
        page_fault(f, vpn, STORE);
    assert_int_equal(f->space.resident, 12);
    assert_int_equal(space_unmap(&f->space, 60, 170), VM_OK);
    assert_int_equal(f->space.resident, 9);
    assert_int_equal(f->world->fences, 3);
    assert_int_equal(f->world->frames.by_kind[FRAME_USER], 9);
    assert_int_equal(page_fault(f, 66, LOAD), FAULT_SEGV);
    assert_int_equal(page_fault(f, 16, LOAD), FAULT_RETRY);
    assert_int_equal(space_unmap(&f->space, 16, 600), VM_OK);
    assert_int_equal(f->space.table.tables, 1);
}

static void unmap_that_frees_a_table_fences_the_whole_space(void **state)
{
    struct fixture *f = *state;

    map(f, 16, 18, RW);
    page_fault(f, 16, STORE);
    page_fault(f, 17, STORE);
    space_unmap(&f->space, 16, 17);
    assert_true(f->world->last_fence.has_va);
    space_unmap(&f->space, 17, 18);
    assert_false(f->world->last_fence.has_va);
    assert_true(f->world->last_fence.has_asid);
    assert_int_equal(f->world->last_fence.asid, ASID);
}

static void protect_fences_the_pages_that_are_there(void **state)
{
    struct fixture *f = *state;

    map(f, 16, 32, RW);
    page_fault(f, 20, STORE);
    page_fault(f, 30, STORE);
    assert_int_equal(space_protect(&f->space, 16, 25, R), VM_OK);
    assert_int_equal(f->world->fences, 1);
    assert_int_equal(f->world->last_fence.va, 20 << 12);
    assert_int_equal(pte_of(f, 20) & PTE_BIT(W), 0);
    assert_int_equal(pte_of(f, 30) & PTE_BIT(W), PTE_BIT(W));
    assert_int_equal(space_protect(&f->space, 10, 25, R), VM_ABSENT);
}

static void impossible_regions_are_refused(void **state) /* L1 */
{
    struct fixture *f = *state;
    struct region model = {.start = UINT64_C(1) << 26, .end = (UINT64_C(1) << 26) + 1, .flags = R};

    assert_int_equal(space_map(&f->space, &model), VM_RANGE);
    model = (struct region){.start = 1, .end = UINT64_C(0xfffffffffffff), .flags = R};
    assert_int_equal(space_map(&f->space, &model), VM_RANGE);
    model = (struct region){.start = 5, .end = 5, .flags = R};
    assert_int_equal(space_map(&f->space, &model), VM_RANGE);
    model = (struct region){.start = UINT64_C(0xfffffc000000), .end = UINT64_C(0xfffffc000001)};
    assert_int_equal(space_map(&f->space, &model), VM_RANGE);
    model = (struct region){.start = UINT64_C(0xffffffc000000), .end = UINT64_C(0x10000000000000)};
    assert_int_equal(space_map(&f->space, &model), VM_OK);
}

static void classes_have_different_names(void **state)
{
    (void)state;
    for (unsigned a = 0; a < FAULT_CLASSES; a++) {
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(fault_class_name(a), fault_class_name(b));
    }
    assert_null(fault_class_name(FAULT_CLASSES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(first_touch_gets_a_frame_of_zeros, setup, teardown),
        cmocka_unit_test_setup_teardown(object_fills_by_its_own_offset, setup, teardown),
        cmocka_unit_test_setup_teardown(object_that_fails_is_a_bus_error, setup, teardown),
        cmocka_unit_test_setup_teardown(every_permission_meets_every_access, setup, teardown),
        cmocka_unit_test_setup_teardown(no_region_is_invalid, setup, teardown),
        cmocka_unit_test_setup_teardown(access_fault_is_a_bus_error, setup, teardown),
        cmocka_unit_test_setup_teardown(software_sets_a_and_d_as_the_access_needs, setup, teardown),
        cmocka_unit_test_setup_teardown(allowed_access_that_faults_is_fenced, setup, teardown),
        cmocka_unit_test_setup_teardown(stack_grows_to_its_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(stack_keeps_its_guard_gap, setup, teardown),
        cmocka_unit_test_setup_teardown(out_of_frames_is_reported_and_undone, setup_small,
                                        teardown),
        cmocka_unit_test_setup_teardown(unmap_fences_and_frees_each_page, setup, teardown),
        cmocka_unit_test_setup_teardown(unmap_that_frees_a_table_fences_the_whole_space, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(protect_fences_the_pages_that_are_there, setup, teardown),
        cmocka_unit_test_setup_teardown(impossible_regions_are_refused, setup, teardown),
        cmocka_unit_test(classes_have_different_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

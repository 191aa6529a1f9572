/* test_os_fork.c: fork and copy on write, shared memory, and what must hold after each step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "os/proc/check.h"
#include "os/proc/proc.h"
#include "os_fixture.h"

enum { R = REGION_R, RW = REGION_R | REGION_W, SHARED = RW | REGION_SHARED };
enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };
enum { BASE = 0x40 }; /* page of the region that the tests use */

struct fixture {
    struct world *world;
    struct kernel *k;
    struct object object;
    unsigned fills;
};

static int boot(void **state, unsigned frames, bool svade)
{
    const struct kernel_config config = {
        .mode = ATLAS_MODE_SV39, .svade = svade, .table_limit = 100};
    static struct fixture f;

    f = (struct fixture){.world = world_open(frames)};
    f.world->params.levels = 3;
    assert_int_equal(kernel_boot(&f.k, &f.world->phys, &f.world->mmu, &config), VM_OK);
    *state = &f;
    return 0;
}

static int setup(void **state)
{
    return boot(state, WORLD_FRAMES, false);
}

static int setup_svade(void **state)
{
    return boot(state, WORLD_FRAMES, true);
}

static int teardown(void **state) /* K19 M25 */
{
    struct fixture *f = *state;
    const uint32_t *by_kind = f->k->frames.by_kind;

    assert_null(kernel_check(f->k));
    proc_exit_all(f->k);
    if (f->object.refs > 0)
        object_drop(&f->object);
    assert_int_equal(by_kind[FRAME_FREE] + by_kind[FRAME_RESERVED], f->k->frames.count);
    world_close(f->world);
    return 0;
}

/* ---- Steps --------------------------------------------------------------------------------- */

static struct proc *spawn(struct fixture *f, unsigned pages, unsigned flags, struct object *object)
{
    const struct region model = {
        .start = BASE, .end = BASE + pages, .flags = flags, .object = object, .offset = 0};
    struct proc *p;

    assert_int_equal(proc_create(f->k, &p), VM_OK);
    assert_int_equal(space_map(&p->space, &model), VM_OK);
    return p;
}

static struct proc *fork_of(struct fixture *f, struct proc *p)
{
    struct proc *child;

    assert_int_equal(proc_fork(f->k, &child, p->threads), VM_OK);
    child->parent = 0; /* so that its record goes with it */
    assert_null(kernel_check(f->k));
    return child;
}

/* The byte of RAM that page `page` of the region shows to an access of p. */
static uint8_t *byte_of(struct fixture *f, struct proc *p, unsigned page, unsigned acc)
{
    struct atlas_rsp rsp;

    proc_enter(f->k, p);
    assert_int_equal(proc_access(f->k, &rsp, 0, (BASE + page) << 12, (uint8_t)acc), PROC_OK);
    assert_null(kernel_check(f->k));
    return phys_ptr(&f->world->phys, rsp.pa);
}

static void store(struct fixture *f, struct proc *p, unsigned page, uint8_t value)
{
    *byte_of(f, p, page, STORE) = value;
}

static uint8_t load(struct fixture *f, struct proc *p, unsigned page)
{
    return *byte_of(f, p, page, LOAD);
}

static uint32_t users(const struct fixture *f)
{
    return f->k->frames.by_kind[FRAME_USER];
}

/* ---- Fork ---------------------------------------------------------------------------------- */

/* K20 F1 */
static void a_store_after_fork_copies_the_page_and_the_last_owner_does_not(void **state)
{
    struct fixture *f = *state;
    struct proc *parent = spawn(f, 4, RW, NULL), *child;

    store(f, parent, 0, 11);
    store(f, parent, 1, 22);
    byte_of(f, parent, 0, STORE)[4095] = 12;
    child = fork_of(f, parent);
    assert_int_equal(users(f), 2);
    assert_int_equal(load(f, child, 0), 11);
    assert_int_equal(users(f), 2);
    store(f, child, 0, 33);
    assert_int_equal(users(f), 3);
    assert_int_equal(child->faults.count[FAULT_COPY], 1);
    assert_int_equal(byte_of(f, child, 0, LOAD)[4095], 12);
    assert_int_equal(load(f, parent, 0), 11);
    store(f, parent, 0, 44); /* nobody else sees it any more */
    assert_int_equal(users(f), 3);
    assert_int_equal(parent->faults.count[FAULT_REUSE], 1);
    assert_int_equal(parent->faults.count[FAULT_COPY], 0);
    assert_int_equal(load(f, child, 0), 33);
    assert_int_equal(load(f, parent, 1), 22);
}

/* K20: a chain of forks, ended in any order. */
static void chained_forks_keep_what_each_saw(void **state)
{
    enum { DEPTH = 6 };
    struct fixture *f = *state;
    struct proc *p[DEPTH];

    p[0] = spawn(f, 4, RW, NULL);
    store(f, p[0], 0, 100);
    store(f, p[0], 3, 7);
    for (unsigned i = 1; i < DEPTH; i++) {
        p[i] = fork_of(f, p[i - 1]);
        store(f, p[i], 0, (uint8_t)(100 + i));
    }
    for (unsigned i = 0; i < DEPTH; i++) {
        assert_int_equal(load(f, p[i], 0), 100 + i);
        assert_int_equal(load(f, p[i], 3), 7);
    }
    assert_int_equal(users(f), DEPTH + 1);
    for (unsigned i = 0; i < DEPTH - 1; i++) {
        proc_exit(f->k, p[(i * 5) % DEPTH], 0);
        assert_null(kernel_check(f->k));
    }
    assert_int_equal(users(f), 2);
    store(f, f->k->procs_first, 3, 8);
    assert_int_equal(f->k->procs_first->faults.count[FAULT_REUSE], 1);
    assert_int_equal(users(f), 2);
}

/* K20: pages that were never written, or not even touched, are as they were. */
static void what_is_touched_after_fork_is_each_ones_own(void **state)
{
    struct fixture *f = *state;
    struct proc *parent = spawn(f, 4, RW, NULL), *child;

    assert_int_equal(load(f, parent, 0), 0);
    child = fork_of(f, parent);
    store(f, parent, 0, 1);
    store(f, parent, 1, 2);
    assert_int_equal(load(f, child, 0), 0);
    assert_int_equal(load(f, child, 1), 0);
}

/* K20: what is not writable stays so. */
static void a_page_is_not_writable_by_fork(void **state)
{
    struct fixture *f = *state;
    struct proc *parent = spawn(f, 1, R, NULL), *child;
    struct atlas_rsp rsp;

    load(f, parent, 0);
    child = fork_of(f, parent);
    proc_exit(f->k, parent, 0);
    proc_enter(f->k, child);
    assert_int_equal(proc_access(f->k, &rsp, 0, BASE << 12, STORE), PROC_SEGV);
    assert_int_equal(child->faults.count[FAULT_PROTECTION], 1);
}

static void fork_without_memory_leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;
    struct proc *parent = spawn(f, 8, RW, NULL), *child, *last = NULL;
    unsigned forks = 0;

    for (unsigned i = 0; i < 8; i++)
        store(f, parent, i, (uint8_t)i);
    while (proc_fork(f->k, &child, parent->threads) == VM_OK) {
        assert_null(kernel_check(f->k));
        last = child;
        forks++;
    }
    assert_null(kernel_check(f->k));
    assert_true(forks > 3);
    last->parent = 0;
    proc_exit(f->k, last, 0);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(load(f, parent, i), i);
    store(f, parent, 5, 99); /* there is room for a copy again */
    assert_int_equal(load(f, f->k->procs_first, 5), 5);
}

/* ---- Objects ------------------------------------------------------------------------------- */

static enum vm_status fill_index(struct object *o, uint8_t *frame, uint64_t index)
{
    struct fixture *f = (struct fixture *)((char *)o - offsetof(struct fixture, object));

    f->fills++;
    memset(frame, (int)(index + 1), ATLAS_PAGE_SIZE);
    return VM_OK;
}

static void open_object(struct fixture *f, bool zeros)
{
    static const struct object_ops file = {.fill = fill_index}, shm = {.fill = NULL};

    object_init(&f->object, &f->k->objects, zeros ? &shm : &file, true, 8);
}

/* M11 F3: identical read-only file pages share one frame, read once. */
static void a_file_page_is_read_once_and_seen_by_all(void **state)
{
    struct fixture *f = *state;
    struct proc *p, *q;

    open_object(f, false);
    p = spawn(f, 4, R, &f->object);
    q = spawn(f, 4, R, &f->object);
    assert_int_equal(load(f, p, 2), 3);
    assert_int_equal(load(f, q, 2), 3);
    assert_int_equal(f->fills, 1);
    assert_int_equal(users(f), 1);
    assert_int_equal(p->faults.count[FAULT_PAGER], 1);
    assert_int_equal(q->faults.count[FAULT_CACHE], 1);
}

/* L5: the first write of a private mapping copies, and the file is unchanged. */
static void a_private_store_leaves_the_file_alone(void **state)
{
    struct fixture *f = *state;
    struct proc *p, *q;

    open_object(f, false);
    p = spawn(f, 4, RW, &f->object);
    q = spawn(f, 4, R, &f->object);
    store(f, p, 0, 200); /* at once */
    load(f, p, 1);
    store(f, p, 1, 201); /* after a load */
    assert_int_equal(p->faults.count[FAULT_COPY], 2);
    assert_int_equal(load(f, q, 0), 1);
    assert_int_equal(load(f, q, 1), 2);
    assert_int_equal(load(f, p, 0), 200);
    assert_int_equal(load(f, p, 1), 201);
    assert_int_equal(byte_of(f, p, 0, LOAD)[1], 1);
    assert_int_equal(f->fills, 2);
}

/* K21 P25 */
static void shared_memory_is_one_frame_in_every_process_also_after_fork(void **state)
{
    struct fixture *f = *state;
    struct proc *p, *q, *child;
    const struct frame *frame;

    open_object(f, true);
    p = spawn(f, 4, SHARED, &f->object);
    q = spawn(f, 4, SHARED, &f->object);
    store(f, p, 1, 5);
    assert_int_equal(load(f, q, 1), 5);
    child = fork_of(f, p);
    store(f, child, 1, 6);
    assert_int_equal(load(f, p, 1), 6);
    assert_int_equal(load(f, q, 1), 6);
    assert_int_equal(users(f), 1);
    frame = frames_get(&f->k->frames, phys_pfn_of(&f->world->phys, byte_of(f, p, 1, LOAD)));
    assert_int_equal(rmap_count(frame), 3);
    assert_int_equal(frame->refs, 4);
    assert_int_equal(child->faults.count[FAULT_COPY], 0);
}

static void beyond_the_end_of_an_object_is_a_bus_error(void **state)
{
    struct fixture *f = *state;
    struct atlas_rsp rsp;
    struct proc *p;

    open_object(f, false);
    p = spawn(f, 10, R, &f->object);
    proc_enter(f->k, p);
    assert_int_equal(proc_access(f->k, &rsp, 0, (BASE + 7) << 12, LOAD), PROC_OK);
    assert_int_equal(proc_access(f->k, &rsp, 0, (BASE + 8) << 12, LOAD), PROC_SIGBUS);
    assert_int_equal(p->faults.count[FAULT_BUS], 1);
}

/* ---- Random use, against what each process must see ----------------------------------------- */

enum { PROCS = 5, PAGES = 12, SHARED_PAGES = 4, STEPS = 3000 };

struct seen {
    struct proc *proc;
    uint8_t byte[PAGES]; /* the first SHARED_PAGES are one for all: in `common` */
};

static struct proc *first_of(struct fixture *f)
{
    struct proc *p = spawn(f, SHARED_PAGES, SHARED, &f->object);
    const struct region model = {.start = BASE + SHARED_PAGES, .end = BASE + PAGES, .flags = RW};

    assert_int_equal(space_map(&p->space, &model), VM_OK);
    return p;
}

/* K20 K21 M10 P25 */
static void random_forks_ends_and_stores_show_each_process_its_own(void **state)
{
    static struct seen seen[PROCS];
    uint8_t common[SHARED_PAGES] = {0};
    struct fixture *f = *state;
    struct rng rng;

    rng_seed(&rng, 2026);
    open_object(f, true);
    memset(seen, 0, sizeof seen);
    seen[0].proc = first_of(f);
    for (unsigned step = 0; step < STEPS; step++) {
        struct seen *a = &seen[rng_below(&rng, PROCS)], *b = &seen[rng_below(&rng, PROCS)];
        unsigned page = (unsigned)rng_below(&rng, PAGES);
        uint8_t *byte = page < SHARED_PAGES ? &common[page] : &a->byte[page];

        if (!a->proc && b->proc) {
            *a = *b;
            a->proc = fork_of(f, b->proc);
        } else if (a->proc && a != b && b->proc && rng_one_in(&rng, 8)) {
            proc_exit(f->k, a->proc, 0);
            a->proc = NULL;
        } else if (a->proc && rng_one_in(&rng, 2)) {
            *byte = (uint8_t)rng_next(&rng);
            store(f, a->proc, page, *byte);
        } else if (a->proc) {
            assert_int_equal(load(f, a->proc, page), *byte);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_store_after_fork_copies_the_page_and_the_last_owner_does_not, setup, teardown),
        cmocka_unit_test_setup_teardown(chained_forks_keep_what_each_saw, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_touched_after_fork_is_each_ones_own, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_page_is_not_writable_by_fork, setup, teardown),
        cmocka_unit_test_setup_teardown(fork_without_memory_leaves_nothing_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_page_is_read_once_and_seen_by_all, setup, teardown),
        cmocka_unit_test_setup_teardown(a_private_store_leaves_the_file_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(shared_memory_is_one_frame_in_every_process_also_after_fork,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(beyond_the_end_of_an_object_is_a_bus_error, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(random_forks_ends_and_stores_show_each_process_its_own,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(random_forks_ends_and_stores_show_each_process_its_own,
                                        setup_svade, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

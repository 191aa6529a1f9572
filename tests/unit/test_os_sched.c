/* test_os_sched.c: threads and turns, the life of processes, signals, and the kernel's copies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "os/proc/check.h"
#include "os/proc/copy.h"
#include "os_fixture.h"

enum { R = REGION_R, RW = REGION_R | REGION_W, QUANTUM = 3, PAGE = 4096 };
enum { FETCH = ATLAS_ACC_FETCH, LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

struct fixture {
    struct world *world;
    struct kernel *k;
};

static int setup(void **state)
{
    const struct kernel_config config = {
        .mode = ATLAS_MODE_SV39, .table_limit = 100, .quantum = QUANTUM};
    static struct fixture f;

    f = (struct fixture){.world = world_open(WORLD_FRAMES)};
    f.world->params.levels = 3;
    assert_int_equal(kernel_boot(&f.k, &f.world->phys, &f.world->mmu, &config), VM_OK);
    *state = &f;
    return 0;
}

static int teardown(void **state) /* K19 M25 */
{
    struct fixture *f = *state;
    const uint32_t *by_kind = f->k->frames.by_kind;

    assert_null(kernel_check(f->k));
    proc_exit_all(f->k);
    assert_int_equal(by_kind[FRAME_FREE] + by_kind[FRAME_RESERVED], f->k->frames.count);
    world_close(f->world);
    return 0;
}

static struct proc *spawn(struct fixture *f)
{
    const struct region model = {.start = 16, .end = 20, .flags = RW};
    struct proc *p;

    assert_int_equal(proc_create(f->k, &p), VM_OK);
    assert_int_equal(space_map(&p->space, &model), VM_OK);
    return p;
}

static struct proc *ready(struct fixture *f)
{
    struct proc *p = spawn(f);

    sched_wake(f->k, p->threads);
    return p;
}

static paddr_t touch(struct fixture *f, vaddr_t va, unsigned acc)
{
    struct atlas_rsp rsp;

    assert_int_equal(proc_access(f->k, &rsp, 0, va, (uint8_t)acc), PROC_OK);
    return rsp.pa;
}

/* ---- Turns --------------------------------------------------------------------------------- */

static void everybody_has_a_quantum_in_turn(void **state) /* K1 */
{
    struct fixture *f = *state;
    struct proc *p[3] = {ready(f), ready(f), ready(f)};

    for (unsigned turn = 0; turn < 7; turn++) {
        for (unsigned tick = 0; tick < QUANTUM; tick++)
            assert_ptr_equal(sched_tick(f->k), p[turn % 3]->threads);
        assert_ptr_equal(proc_running(f->k), p[turn % 3]);
    }
    assert_int_equal(f->k->sched.preemptions, 6);
    assert_int_equal(f->k->harts[0].switches, 7);
}

static void alone_one_goes_on_without_a_switch(void **state) /* K1 */
{
    struct fixture *f = *state;
    struct proc *p = ready(f);

    for (unsigned tick = 0; tick < 4 * QUANTUM; tick++)
        assert_ptr_equal(sched_tick(f->k), p->threads);
    assert_int_equal(f->k->sched.preemptions, 0);
    assert_int_equal(f->k->harts[0].switches, 1);
    sched_block(f->k, p->threads);
    assert_null(sched_tick(f->k));
    assert_int_equal(ATLAS_GET(f->world->cfg.satp, SATP64_MODE), ATLAS_MODE_BARE);
}

static void who_yields_or_is_woken_waits_at_the_end(void **state) /* K1 */
{
    struct fixture *f = *state;
    struct proc *a = ready(f), *b = ready(f), *c = spawn(f);

    assert_ptr_equal(sched_tick(f->k), a->threads);
    sched_wake(f->k, c->threads);
    sched_wake(f->k, c->threads); /* once is enough */
    assert_ptr_equal(sched_pass(f->k), b->threads);
    assert_ptr_equal(sched_pass(f->k), c->threads);
    assert_ptr_equal(sched_pass(f->k), a->threads);
    sched_block(f->k, b->threads); /* out of the queue: c is alone in it */
    assert_ptr_equal(sched_pass(f->k), c->threads);
    assert_ptr_equal(sched_pass(f->k), a->threads);
    sched_wake(f->k, b->threads);
    assert_ptr_equal(sched_pass(f->k), c->threads);
    assert_ptr_equal(sched_pass(f->k), b->threads);
}

static void threads_share_memory_root_and_asid_and_processes_do_not(void **state) /* M24 */
{
    struct fixture *f = *state;
    struct proc *p = ready(f), *q = ready(f);
    struct thread *second;
    uint64_t satp;
    paddr_t pa;

    assert_int_equal(thread_create(f->k, &second, p), VM_OK);
    second->context.x[2] = 0x13000; /* a stack of its own, in the same space */
    sched_tick(f->k);
    assert_ptr_equal(proc_running(f->k), p);
    satp = f->world->cfg.satp;
    pa = touch(f, 0x10000, STORE);
    sched_block(f->k, q->threads);
    sched_wake(f->k, second);
    assert_ptr_equal(sched_pass(f->k), second);
    assert_int_equal(f->world->cfg.satp, satp);
    assert_int_equal(f->k->harts[0].switches, 1);
    assert_int_equal(touch(f, 0x10000, LOAD), pa);
    sched_wake(f->k, q->threads);
    sched_pass(f->k);
    sched_pass(f->k);
    assert_ptr_equal(proc_running(f->k), q);
    assert_int_not_equal(touch(f, 0x10000, LOAD), pa);
    assert_int_not_equal(f->world->cfg.satp, satp);
}

static void a_thread_that_ends_leaves_its_process(void **state) /* M24 */
{
    struct fixture *f = *state;
    struct proc *p = ready(f);
    struct thread *second;

    assert_int_equal(thread_create(f->k, &second, p), VM_OK);
    sched_wake(f->k, second);
    sched_tick(f->k);
    thread_destroy(f->k, f->k->hart->running);
    assert_null(proc_running(f->k));
    assert_ptr_equal(sched_tick(f->k), second);
    touch(f, 0x10000, STORE);
    assert_ptr_equal(p->threads, second);
}

/* ---- Life ---------------------------------------------------------------------------------- */

static void a_parent_learns_how_its_child_ended(void **state) /* K19 */
{
    struct fixture *f = *state;
    struct proc *p = spawn(f), *child;
    uint32_t pid = 0, free;
    int status = 0;

    p->threads->context.pc = 0x1234;
    proc_enter(f->k, p);
    touch(f, 0x10000, STORE);
    assert_int_equal(proc_wait(f->k, &pid, &status, p), VM_ABSENT);
    free = f->k->frames.by_kind[FRAME_FREE];
    assert_int_equal(proc_fork(f->k, &child, p->threads), VM_OK);
    assert_int_equal(child->threads->context.pc, 0x1234);
    assert_int_equal(proc_wait(f->k, &pid, &status, p), VM_EXISTS);
    proc_exit(f->k, child, 42);
    assert_int_equal(f->k->frames.by_kind[FRAME_FREE], free);
    assert_int_equal(proc_wait(f->k, &pid, &status, p), VM_OK);
    assert_int_equal(status, 42);
    assert_int_equal(pid, p->pid + 1);
    assert_null(proc_find(f->k, pid));
    assert_int_equal(proc_wait(f->k, &pid, &status, p), VM_ABSENT);
}

static void an_orphan_leaves_no_record(void **state) /* K19 */
{
    struct fixture *f = *state;
    struct proc *p = spawn(f), *first, *second;
    uint32_t pids[2];

    assert_int_equal(proc_fork(f->k, &first, p->threads), VM_OK);
    assert_int_equal(proc_fork(f->k, &second, p->threads), VM_OK);
    pids[0] = first->pid;
    pids[1] = second->pid;
    proc_exit(f->k, first, 1);
    assert_non_null(proc_find(f->k, pids[0]));
    proc_exit(f->k, p, 0);
    assert_null(proc_find(f->k, pids[0]));
    proc_exit(f->k, second, 2);
    assert_null(proc_find(f->k, pids[1]));
    assert_null(f->k->procs_first);
}

static void a_refused_access_is_a_signal_with_its_address(void **state) /* F1 */
{
    static const struct {
        vaddr_t va;
        unsigned acc;
        int number, code;
        const char *name;
    } cases[] = {
        {0x30123, LOAD, SIGNAL_SEGV, SIGNAL_MAPERR, "SEGV_MAPERR"},
        {0x10010, FETCH, SIGNAL_SEGV, SIGNAL_ACCERR, "SEGV_ACCERR"},
        {0x11000, STORE, SIGNAL_BUS, SIGNAL_ADRERR, "BUS_ADRERR"},
    };
    struct fixture *f = *state;
    struct proc *p = spawn(f);
    struct atlas_rsp rsp;

    f->world->bus_error = 0x11;
    proc_enter(f->k, p);
    for (unsigned i = 0; i < 3; i++) {
        proc_access(f->k, &rsp, 0, cases[i].va, (uint8_t)cases[i].acc);
        assert_int_equal(p->signal.number, cases[i].number);
        assert_int_equal(p->signal.code, cases[i].code);
        assert_int_equal(p->signal.addr, cases[i].va);
        assert_int_equal(p->signal.acc, cases[i].acc);
        assert_string_equal(signal_code_name(&p->signal), cases[i].name);
    }
}

/* ---- The kernel's copies ------------------------------------------------------------------- */

static void copies_fault_pages_in_and_cross_them(void **state) /* F18 */
{
    static uint8_t out[2 * PAGE], in[2 * PAGE];
    struct fixture *f = *state;
    struct proc *p = spawn(f);

    for (unsigned i = 0; i < sizeof out; i++)
        out[i] = (uint8_t)(i * 7 + i / PAGE);
    proc_enter(f->k, p);
    assert_int_equal(copy_out(f->k, 0x10ffd, out, PAGE + 5), VM_OK); /* three pages */
    assert_int_equal(p->faults.count[FAULT_ZERO], 3);
    assert_int_equal(copy_in(f->k, in, 0x10ffd, PAGE + 5), VM_OK);
    assert_memory_equal(in, out, PAGE + 5);
    assert_int_equal(copy_in(f->k, in, 0x10ffd + PAGE + 5, 1), VM_OK);
    assert_int_equal(in[0], 0);
    assert_int_equal(copy_in(f->k, in, 0x99999000, 0), VM_OK);
}

static void bad_ranges_are_refused_and_say_why(void **state) /* F18 M19 */
{
    const struct region text = {.start = 20, .end = 21, .flags = R};
    struct fixture *f = *state;
    struct proc *p = spawn(f);
    uint8_t bytes[64] = {0};

    assert_int_equal(space_map(&p->space, &text), VM_OK);
    proc_enter(f->k, p);
    assert_int_equal(copy_out(f->k, 0x13ff0, bytes, 64), VM_FAULT); /* runs into text */
    assert_int_equal(p->signal.code, SIGNAL_ACCERR);
    assert_int_equal(p->signal.addr, 0x14000);
    assert_int_equal(copy_in(f->k, bytes, 0x14ff0, 64), VM_FAULT); /* off its end */
    assert_int_equal(p->signal.code, SIGNAL_MAPERR);
    assert_int_equal(p->signal.addr, 0x15000);
    assert_int_equal(copy_in(f->k, bytes, 0x8000000000000000, 1), VM_FAULT);
    assert_int_equal(copy_in(f->k, bytes, UINT64_MAX - 3, 8), VM_FAULT);
}

static void a_copy_to_a_shared_page_copies_it_first(void **state) /* F18 K20 */
{
    struct fixture *f = *state;
    struct proc *p = spawn(f), *child;
    uint8_t byte = 5;

    proc_enter(f->k, p);
    assert_int_equal(copy_out(f->k, 0x10000, &byte, 1), VM_OK);
    assert_int_equal(proc_fork(f->k, &child, p->threads), VM_OK);
    proc_enter(f->k, child);
    byte = 6;
    assert_int_equal(copy_out(f->k, 0x10000, &byte, 1), VM_OK);
    assert_int_equal(child->faults.count[FAULT_COPY], 1);
    proc_enter(f->k, p);
    assert_int_equal(copy_in(f->k, &byte, 0x10000, 1), VM_OK);
    assert_int_equal(byte, 5);
}

static void strings_end_at_their_nul(void **state) /* F18 */
{
    struct fixture *f = *state;
    struct proc *p = spawn(f);
    uint64_t length = 99;
    char text[16];

    proc_enter(f->k, p);
    assert_int_equal(copy_out(f->k, 0x10ffe, "abcd", 5), VM_OK);
    assert_int_equal(copy_in_string(f->k, text, &length, 0x10ffe, sizeof text), VM_OK);
    assert_string_equal(text, "abcd");
    assert_int_equal(length, 4);
    assert_int_equal(copy_in_string(f->k, text, &length, 0x10ffe, 5), VM_OK);
    assert_int_equal(copy_in_string(f->k, text, &length, 0x10ffe, 4), VM_LIMIT);
    assert_int_equal(copy_out(f->k, 0x13ffd, "xy", 3), VM_OK); /* its NUL is the last byte */
    assert_int_equal(copy_in_string(f->k, text, &length, 0x13ffd, sizeof text), VM_OK);
    assert_int_equal(copy_out(f->k, 0x13ffd, "xyz", 3), VM_OK);
    assert_int_equal(copy_in_string(f->k, text, &length, 0x13ffd, sizeof text), VM_FAULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everybody_has_a_quantum_in_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(alone_one_goes_on_without_a_switch, setup, teardown),
        cmocka_unit_test_setup_teardown(who_yields_or_is_woken_waits_at_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_share_memory_root_and_asid_and_processes_do_not,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_thread_that_ends_leaves_its_process, setup, teardown),
        cmocka_unit_test_setup_teardown(a_parent_learns_how_its_child_ended, setup, teardown),
        cmocka_unit_test_setup_teardown(an_orphan_leaves_no_record, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_access_is_a_signal_with_its_address, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(copies_fault_pages_in_and_cross_them, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_ranges_are_refused_and_say_why, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_to_a_shared_page_copies_it_first, setup, teardown),
        cmocka_unit_test_setup_teardown(strings_end_at_their_nul, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_os_kernel_map.c: the kernel in every address space: the same for all, global, and closed to
 * users; on every backend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "machine.h"
#include "os/proc/check.h"
#include "os/proc/copy.h"
#include "os/proc/exec.h"
#include "os/proc/kmap.h"
#include "preset.h"

enum { LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE, FETCH = ATLAS_ACC_FETCH };
enum { FRAMES = 2048, USER = 0x40 }; /* page of the processes' region */

struct row {
    const char *target, *preset;
    unsigned mode;
};

static const struct row rows[] = {
    {"model", "full", ATLAS_MODE_SV39},    {"rtl", "full", ATLAS_MODE_SV48},
    {"lockstep", "full", ATLAS_MODE_SV57}, {"lockstep", "rv64", ATLAS_MODE_SV39},
    {"lockstep", "tiny", ATLAS_MODE_SV32},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

struct fixture {
    struct target target;
    struct machine machine;
    struct kernel *k;
    struct proc *p, *q;
};

static struct proc *spawn(struct fixture *f)
{
    const struct region model = {.start = USER, .end = USER + 4, .flags = REGION_R | REGION_W};
    struct proc *p;

    assert_int_equal(proc_create(f->k, &p), VM_OK);
    assert_int_equal(space_map(&p->space, &model), VM_OK);
    return p;
}

static void open_row(struct fixture *f, const struct row *row)
{
    struct options options = {.target = row->target,
                              .ops = backend_find(row->target),
                              .preset = row->preset,
                              .latency = 1};
    const struct machine_config config = {
        .mode = row->mode, .frames = FRAMES, .map_kernel = true, .quantum = 1};
    char error[SCAN_ERROR];

    assert_true(preset_parse(&options.params, row->preset, error));
    assert_true(target_open(&f->target, &options, row->preset));
    assert_true(machine_open(&f->machine, &f->target, 1, &config));
    f->k = f->machine.kernel;
    f->p = spawn(f);
    f->q = spawn(f);
}

static void close_row(struct fixture *f)
{
    const uint32_t *by_kind = f->k->frames.by_kind;
    const char *difference;

    assert_null(kernel_check(f->k));
    proc_exit_all(f->k);
    assert_int_equal(by_kind[FRAME_TABLE], f->k->table.tables);
    difference = machine_mismatch(&f->machine, true);
    if (difference)
        fail_msg("%s", difference);
    machine_close(&f->machine);
    target_close(&f->target);
}

/* One access with this privilege, whatever a kernel would do about it. */
static struct atlas_rsp ask(struct fixture *f, vaddr_t va, unsigned acc, unsigned priv, bool sum)
{
    const struct atlas_req req = {.va = va, .acc = (uint8_t)acc, .priv = (uint8_t)priv, .sum = sum};
    struct atlas_rsp rsp;

    f->k->hart->mmu.access(f->k->hart->mmu.self, target_port(&f->target, acc), &req, &rsp);
    return rsp;
}

static void for_each_row(void (*test)(struct fixture *f))
{
    for (unsigned i = 0; i < ROWS; i++) {
        struct fixture f;

        open_row(&f, &rows[i]);
        test(&f);
        close_row(&f);
    }
}

/* ---- The tests ------------------------------------------------------------------------------ */

/* The kernel sees every frame of RAM at the same address, whoever runs. */
static void sees_ram(struct fixture *f, struct proc *p)
{
    proc_enter(f->k, p);
    for (unsigned i = 0; i < FRAMES; i += 31) {
        paddr_t pa = f->machine.phys.base + (paddr_t)i * ATLAS_PAGE_SIZE + 8 * i % 4096;
        struct atlas_rsp rsp =
            ask(f, kmap_address(f->k, pa), i % 2 ? LOAD : STORE, ATLAS_PRIV_S, false);

        assert_false(rsp.fault);
        assert_int_equal(rsp.pa, pa);
    }
}

static void ram_in_both(struct fixture *f)
{
    sees_ram(f, f->p);
    sees_ram(f, f->q);
}

static void the_kernel_sees_all_of_ram_in_every_process(void **state) /* K3 K4 K6 */
{
    (void)state;
    for_each_row(ram_in_both);
}

static void users_are_refused(struct fixture *f)
{
    const struct kernel_config before = f->k->config;
    const struct memmap map = f->k->map;

    sees_ram(f, f->p); /* so that it is remembered */
    for (unsigned i = 0; i < FRAMES; i += 7) {
        vaddr_t va = kmap_address(f->k, f->machine.phys.base + (paddr_t)i * ATLAS_PAGE_SIZE);
        unsigned acc = i % 3;
        struct atlas_rsp rsp;

        assert_int_equal(machine_access(&f->machine, &rsp, va, (uint8_t)acc), PROC_SEGV);
        assert_int_equal(f->p->signal.code, SIGNAL_MAPERR);
        assert_int_equal(f->p->signal.addr, va);
    }
    assert_memory_equal(&f->k->config, &before, sizeof before);
    assert_memory_equal(&f->k->map, &map, sizeof map);
}

/* K5: a user cannot jump in; M19: nor store, on any page of the kernel. */
static void users_get_at_nothing_of_it(void **state)
{
    (void)state;
    for_each_row(users_are_refused);
}

static void obeys_sum(struct fixture *f)
{
    struct atlas_rsp rsp;

    proc_enter(f->k, f->p);
    assert_int_equal(machine_access(&f->machine, &rsp, USER << 12, STORE), PROC_OK);
    assert_true(ask(f, USER << 12, LOAD, ATLAS_PRIV_S, false).fault);
    assert_int_equal(ask(f, USER << 12, LOAD, ATLAS_PRIV_S, true).pa, rsp.pa);
    assert_true(ask(f, USER << 12, FETCH, ATLAS_PRIV_S, true).fault);
}

static void the_kernel_sees_user_pages_with_sum_alone(void **state) /* M19 */
{
    (void)state;
    for_each_row(obeys_sum);
}

static void closed_page(struct fixture *f)
{
    struct atlas_rsp rsp;
    uint8_t byte = 7;

    proc_enter(f->k, f->p);
    assert_int_equal(copy_out(f->k, USER << 12, &byte, 1), VM_OK);
    assert_int_equal(space_protect(&f->p->space, USER, USER + 1, 0), VM_OK);
    for (unsigned acc = FETCH; acc <= STORE; acc++)
        assert_int_equal(machine_access(&f->machine, &rsp, USER << 12, (uint8_t)acc), PROC_SEGV);
    assert_int_equal(copy_in(f->k, &byte, USER << 12, 1), VM_FAULT);
    assert_int_equal(copy_out(f->k, USER << 12, &byte, 1), VM_FAULT);
    assert_int_equal(f->p->signal.code, SIGNAL_ACCERR);
    assert_int_equal(space_protect(&f->p->space, USER, USER + 1, REGION_X), VM_OK);
    assert_int_equal(copy_in(f->k, &byte, USER << 12, 1), VM_FAULT);
    assert_int_equal(space_protect(&f->p->space, USER, USER + 1, REGION_R), VM_OK);
    byte = 0;
    assert_int_equal(copy_in(f->k, &byte, USER << 12, 1), VM_OK);
    assert_int_equal(byte, 7);
}

/* F18 K17: what a process may not read the kernel does not read for it, and it is not lost. */
static void a_page_without_permissions_is_closed_to_copies_too(void **state)
{
    (void)state;
    for_each_row(closed_page);
}

static size_t reads_of(struct fixture *f, vaddr_t va)
{
    const struct mem_transaction *list;

    f->target.ops->transactions(f->target.backend, &list);
    ask(f, va, LOAD, ATLAS_PRIV_S, false);
    return f->target.ops->transactions(f->target.backend, &list);
}

static void is_global(struct fixture *f)
{
    const struct atlas_fence all = {.has_va = false};
    vaddr_t va = kmap_address(f->k, f->machine.phys.base);

    proc_enter(f->k, f->p);
    ask(f, va, LOAD, ATLAS_PRIV_S, false);
    proc_enter(f->k, f->q);
    assert_int_equal(reads_of(f, va), 0); /* remembered for p, good for q */
    space_fence_all(&f->q->space);
    assert_int_equal(reads_of(f, va), 0);
    hart_fence(f->k, NULL, &all);
    assert_true(reads_of(f, va) > 0);
}

static void a_change_of_process_forgets_nothing_of_it(void **state) /* K4 */
{
    (void)state;
    for_each_row(is_global);
}

/* One more page, in a part of the kernel's addresses that had nothing yet. */
static void appears_in_all(struct fixture *f)
{
    vaddr_t va = UINT64_MAX - 0x3fffff; /* the last root entry */
    uint64_t ppn = f->machine.phys.base >> ATLAS_PAGE_SHIFT;
    struct proc *child;

    if (f->k->env.mode->pte_bytes == 4)
        va &= UINT32_MAX;
    proc_enter(f->k, f->p);
    assert_true(ask(f, va, LOAD, ATLAS_PRIV_S, false).fault);
    assert_int_equal(kmap_add(f->k, va, ppn, PTE_BIT(R)), VM_OK);
    assert_int_equal(kmap_add(f->k, va, ppn, PTE_BIT(R)), VM_EXISTS);
    assert_int_equal(kmap_add(f->k, USER << 12, ppn, PTE_BIT(R)), VM_RANGE);
    assert_null(kernel_check(f->k));
    assert_int_equal(ask(f, va, LOAD, ATLAS_PRIV_S, false).pa, f->machine.phys.base);
    proc_enter(f->k, f->q);
    assert_int_equal(ask(f, va, LOAD, ATLAS_PRIV_S, false).pa, f->machine.phys.base);
    assert_int_equal(proc_fork(f->k, &child, f->q->threads), VM_OK);
    proc_enter(f->k, child);
    assert_int_equal(ask(f, va, LOAD, ATLAS_PRIV_S, false).pa, f->machine.phys.base);
    proc_exit(f->k, f->p, 0); /* takes nothing of the kernel with it */
    f->p = f->q;
    assert_int_equal(ask(f, va, LOAD, ATLAS_PRIV_S, false).pa, f->machine.phys.base);
    sees_ram(f, f->q);
}

static void what_is_mapped_later_appears_in_all(void **state) /* K4 K6 */
{
    (void)state;
    for_each_row(appears_in_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_sees_all_of_ram_in_every_process),
        cmocka_unit_test(users_get_at_nothing_of_it),
        cmocka_unit_test(the_kernel_sees_user_pages_with_sum_alone),
        cmocka_unit_test(a_page_without_permissions_is_closed_to_copies_too),
        cmocka_unit_test(a_change_of_process_forgets_nothing_of_it),
        cmocka_unit_test(what_is_mapped_later_appears_in_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

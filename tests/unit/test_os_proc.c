/* test_os_proc.c: boot, processes, ASIDs, and the path of an access. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "mem/frames_audit.h"
#include "os/proc/proc.h"
#include "os_fixture.h"

enum { R = REGION_R, RW = REGION_R | REGION_W, RX = REGION_R | REGION_X };
enum { FETCH = ATLAS_ACC_FETCH, LOAD = ATLAS_ACC_LOAD, STORE = ATLAS_ACC_STORE };

struct fixture {
    struct world *world;
    struct kernel *k;
};

static struct kernel_config config_of(unsigned mode, bool svade)
{
    return (struct kernel_config){.mode = mode,
                                  .svade = svade,
                                  .table_limit = 100,
                                  .kmem_flags = svade ? SLAB_DEBUG : 0,
                                  .poison = svade};
}

static void boot(struct fixture *f, unsigned mode, bool svade)
{
    const struct kernel_config config = config_of(mode, svade);

    f->world = world_open(WORLD_FRAMES);
    f->world->params.xlen = mode == ATLAS_MODE_SV32 ? 32 : 64;
    f->world->params.levels = mode == ATLAS_MODE_SV32 ? 2 : 5;
    assert_int_equal(kernel_boot(&f->k, &f->world->phys, &f->world->mmu, &config), VM_OK);
}

/* The kernel as it was before a test put another one into RAM. */
static void boot_again(struct fixture *f)
{
    const struct kernel_config config = config_of(ATLAS_MODE_SV39, false);

    assert_int_equal(kernel_boot(&f->k, &f->world->phys, &f->world->mmu, &config), VM_OK);
}

static int setup(void **state)
{
    static struct fixture f;

    boot(&f, ATLAS_MODE_SV39, false);
    *state = &f;
    return 0;
}

static int setup_svade(void **state)
{
    static struct fixture f;

    boot(&f, ATLAS_MODE_SV48, true);
    *state = &f;
    return 0;
}

static int teardown(void **state) /* M25, K19 */
{
    struct fixture *f = *state;
    const uint32_t *by_kind = f->k->frames.by_kind;

    proc_exit_all(f->k);
    frames_check(&f->k->frames);
    kmem_check(&f->k->kmem);
    assert_int_equal(by_kind[FRAME_FREE] + by_kind[FRAME_RESERVED], WORLD_FRAMES);
    world_close(f->world);
    return 0;
}

static struct proc *spawn(struct fixture *f, vpn_t start, vpn_t end, unsigned flags)
{
    const struct region model = {.start = start, .end = end, .flags = flags};
    struct proc *p;

    assert_int_equal(proc_create(f->k, &p), VM_OK);
    assert_int_equal(space_map(&p->space, &model), VM_OK);
    return p;
}

static enum proc_outcome touch(struct fixture *f, vaddr_t va, unsigned acc, paddr_t *pa)
{
    struct atlas_rsp rsp;
    enum proc_outcome outcome = proc_access(f->k, &rsp, 0, va, (uint8_t)acc);

    *pa = rsp.pa;
    return outcome;
}

static void boot_reserves_the_kernels_own_frames(void **state) /* K11 */
{
    struct fixture *f = *state;
    uint32_t reserved = f->k->frames.by_kind[FRAME_RESERVED];
    size_t bytes = sizeof(struct kernel) + frames_bytes(NULL, WORLD_FRAMES);

    assert_ptr_equal(f->k, f->world->phys.ram);
    assert_int_equal(reserved, (bytes + 4095) / 4096);
    assert_int_equal(frames_alloc(&f->k->frames, FRAME_USER, 1), WORLD_FIRST + reserved);
    frames_drop(&f->k->frames, WORLD_FIRST + reserved);
}

static void boot_keeps_off_what_the_firmware_has(void **state) /* K11 */
{
    struct fixture *f = *state;
    struct world *w = f->world;
    struct kernel_config config = config_of(ATLAS_MODE_SV39, false);
    struct memmap firmware = {0};
    struct kernel *k;

    memmap_mark(&firmware, WORLD_FIRST, 2, MEMMAP_RESERVED);
    memmap_mark(&firmware, WORLD_FIRST + 4, 8, MEMMAP_MMIO);
    memmap_mark(&firmware, 0x10000, 1, MEMMAP_MMIO);
    config.firmware = &firmware;
    config.frames = &frames_bitmap;
    assert_int_equal(kernel_boot(&k, &w->phys, &w->mmu, &config), VM_OK);
    assert_ptr_equal(k,
                     w->phys.ram + 12 * ATLAS_PAGE_SIZE); /* the first place that is large enough */
    assert_string_equal(frame_policy_name(k->frames.policy), "bitmap");
    assert_int_equal(k->frames.by_kind[FRAME_HOLE], 8);
    assert_int_equal(k->frames.by_kind[FRAME_RESERVED], 2 + memmap_frames(&k->map, MEMMAP_KERNEL));
    assert_int_equal(k->frames.by_kind[FRAME_FREE], memmap_frames(&k->map, MEMMAP_USABLE));
    assert_int_equal(frames_sum(&k->frames), WORLD_FRAMES);
    frames_check(&k->frames);
    assert_ptr_equal(memmap_find(&k->map, 0x10000), &k->map.range[0]);
    assert_int_equal(frames_alloc(&k->frames, FRAME_USER, 1), WORLD_FIRST + 2);
    assert_int_equal(frames_alloc(&k->frames, FRAME_USER, 1), WORLD_FIRST + 3);
    assert_in_range(frames_alloc(&k->frames, FRAME_USER, 1), WORLD_FIRST + 13, WORLD_FIRST + 255);
    for (unsigned i = 0; i < MEMMAP_RANGES; i++)
        memmap_mark(&firmware, 2 * i, 1, MEMMAP_MMIO);
    assert_int_equal(kernel_boot(&k, &w->phys, &w->mmu, &config), VM_LIMIT);
    memmap_mark(&firmware, 0, PFN_NONE, MEMMAP_MMIO);
    assert_int_equal(kernel_boot(&k, &w->phys, &w->mmu, &config), VM_NOMEM);
    boot_again(f);
}

static void boot_refuses_what_the_mmu_lacks(void **state)
{
    struct fixture *f = *state;
    struct world *w = f->world;
    struct kernel_config config = config_of(ATLAS_MODE_SV57, false);
    struct phys small = w->phys;
    struct kernel *k;

    w->params.levels = 4;
    assert_int_equal(kernel_boot(&k, &w->phys, &w->mmu, &config), VM_RANGE);
    config.mode = ATLAS_MODE_SV32;
    assert_int_equal(kernel_boot(&k, &w->phys, &w->mmu, &config), VM_RANGE);
    config.mode = ATLAS_MODE_BARE;
    assert_int_equal(kernel_boot(&k, &w->phys, &w->mmu, &config), VM_RANGE);
    config.mode = ATLAS_MODE_SV48;
    small.size = 4096;
    assert_int_equal(kernel_boot(&k, &small, &w->mmu, &config), VM_NOMEM);
}

static void kernel_memory_is_all_accounted_for(void **state) /* K7 */
{
    struct fixture *f = *state;
    const uint32_t *by_kind = f->k->frames.by_kind;
    struct proc *p = spawn(f, 16, 20, RW);
    unsigned caches = 0;
    void *block;

    assert_int_equal(kmem_frames(&f->k->kmem), 3); /* a process, its thread, a region */
    assert_int_equal(by_kind[FRAME_KERNEL], 3);
    assert_int_equal(by_kind[FRAME_TABLE], p->space.table.tables);
    assert_int_equal(f->k->procs.objects, 1);
    assert_int_equal(f->k->regions.objects, 1);
    block = kmalloc(&f->k->kmalloc, 5000);
    assert_int_equal(by_kind[FRAME_KERNEL], 5);
    kmem_check(&f->k->kmem);
    kfree(&f->k->kmalloc, block);
    for (const struct slab_cache *c = f->k->kmem.first; c; c = c->next)
        caches++;
    assert_int_equal(caches, 6 + KMALLOC_CLASSES);
    assert_string_equal(f->k->kmem.first->spec.name, "region");
}

static void access_faults_once_and_then_translates(void **state) /* F1: precise */
{
    struct fixture *f = *state;
    struct proc *p = spawn(f, 16, 20, RW);
    paddr_t pa, again;

    proc_enter(f->k, p);
    assert_int_equal(touch(f, 0x11234, LOAD, &pa), PROC_OK);
    assert_int_equal(p->faults.count[FAULT_ZERO], 1);
    assert_int_equal(f->world->accesses, 2);
    assert_int_equal(pa & 0xfff, 0x234);
    assert_int_equal(touch(f, 0x11678, STORE, &again), PROC_OK);
    assert_int_equal(again, pa - 0x234 + 0x678);
    assert_int_equal(f->world->accesses, 3);
    assert_int_equal(p->faults.count[FAULT_AD], 0);
}

static void hardware_sets_a_and_d_where_software_sees_them(void **state)
{
    struct fixture *f = *state;
    struct proc *p = spawn(f, 16, 20, RW);
    struct radix_leaf leaf;
    paddr_t pa;

    proc_enter(f->k, p);
    touch(f, 0x10000, LOAD, &pa);
    radix_lookup(&p->space.table, &leaf, 0x10000);
    assert_int_equal(leaf.pte & 0xc0, PTE_BIT(A));
    touch(f, 0x10000, STORE, &pa);
    radix_lookup(&p->space.table, &leaf, 0x10000);
    assert_int_equal(leaf.pte & 0xc0, PTE_BIT(A) | PTE_BIT(D));
}

static void svade_takes_a_fault_for_a_and_one_for_d(void **state) /* B23 */
{
    struct fixture *f = *state;
    struct proc *p = spawn(f, 16, 20, RW);
    paddr_t pa;

    proc_enter(f->k, p);
    assert_int_equal(touch(f, 0x10000, LOAD, &pa), PROC_OK);
    assert_int_equal(p->faults.count[FAULT_AD], 1);
    assert_int_equal(touch(f, 0x10000, STORE, &pa), PROC_OK);
    assert_int_equal(p->faults.count[FAULT_AD], 2);
    assert_int_equal(touch(f, 0x11000, STORE, &pa), PROC_OK);
    assert_int_equal(p->faults.count[FAULT_AD], 3);
    assert_int_equal(p->faults.count[FAULT_ZERO], 2);
}

static void bad_access_ends_in_segv(void **state)
{
    struct fixture *f = *state;
    struct proc *p = spawn(f, 16, 20, RX);
    paddr_t pa;

    proc_enter(f->k, p);
    assert_int_equal(touch(f, 0x10000, FETCH, &pa), PROC_OK);
    assert_int_equal(touch(f, 0x10000, STORE, &pa), PROC_SEGV);
    assert_int_equal(touch(f, 0xf000, LOAD, &pa), PROC_SEGV);
    assert_int_equal(touch(f, UINT64_C(1) << 50, LOAD, &pa), PROC_SEGV);
    assert_int_equal(p->faults.count[FAULT_PROTECTION], 1);
    assert_int_equal(p->faults.count[FAULT_INVALID], 2);
}

static void bus_error_ends_in_sigbus(void **state)
{
    struct fixture *f = *state;
    paddr_t pa;

    proc_enter(f->k, spawn(f, 16, 20, RW));
    f->world->bus_error = 17;
    assert_int_equal(touch(f, 0x11000, LOAD, &pa), PROC_SIGBUS);
    assert_int_equal(touch(f, 0x12000, LOAD, &pa), PROC_OK);
}

static void last_frame_gone_ends_in_oom(void **state)
{
    struct fixture *f = *state;
    enum proc_outcome outcome = PROC_OK;
    vpn_t vpn = 16;
    paddr_t pa;

    proc_enter(f->k, spawn(f, 16, 1000, RW));
    while (outcome == PROC_OK)
        outcome = touch(f, vpn++ << 12, STORE, &pa);
    assert_int_equal(outcome, PROC_OOM);
    assert_int_equal(f->k->frames.by_kind[FRAME_FREE], 0);
    assert_int_equal(vpn - 17, f->k->frames.by_kind[FRAME_USER]);
    assert_int_equal(touch(f, 16 << 12, LOAD, &pa), PROC_OK);
}

static void refuse_everything(void *self, unsigned port, const struct atlas_req *req,
                              struct atlas_rsp *rsp)
{
    struct world *w = self;

    (void)port;
    (void)req;
    w->accesses++;
    *rsp = (struct atlas_rsp){.fault = true, .cause = ATLAS_CAUSE_LOAD_PAGE};
}

static void mmu_that_goes_on_refusing_is_noticed(void **state) /* B25 */
{
    struct fixture *f = *state;
    paddr_t pa;

    proc_enter(f->k, spawn(f, 16, 20, RW));
    f->k->hart->mmu.access = refuse_everything;
    assert_int_equal(touch(f, 0x10000, LOAD, &pa), PROC_STUCK);
    assert_int_equal(f->world->accesses, PROC_MAX_FAULTS + 1);
}

static void same_address_in_two_processes_is_two_frames(void **state) /* M8, M10 */
{
    struct fixture *f = *state;
    struct proc *a = spawn(f, 16, 20, RW), *b = spawn(f, 16, 20, RW);
    paddr_t pa, pb, again;

    proc_enter(f->k, a);
    touch(f, 0x10000, STORE, &pa);
    proc_enter(f->k, b);
    touch(f, 0x10000, STORE, &pb);
    assert_int_not_equal(pa, pb);
    proc_enter(f->k, a);
    touch(f, 0x10000, LOAD, &again);
    assert_int_equal(again, pa);
    assert_int_not_equal(a->pid, b->pid);
    assert_int_not_equal(a->space.asid, b->space.asid);
    assert_int_equal(ATLAS_GET(f->world->cfg.satp, SATP64_ASID), a->space.asid);
    assert_int_equal(f->world->fences, 0);
}

static void ended_process_gives_everything_back(void **state) /* K19, M11 */
{
    struct fixture *f = *state;
    uint32_t before = f->k->frames.by_kind[FRAME_FREE];
    struct proc *p = spawn(f, 16, 600, RW);
    paddr_t pa;

    proc_enter(f->k, p);
    for (vpn_t vpn = 16; vpn < 600; vpn += 60)
        touch(f, vpn << 12, STORE, &pa);
    proc_exit(f->k, p, 0);
    assert_int_equal(f->k->frames.by_kind[FRAME_FREE], before);
    assert_null(proc_running(f->k));
    assert_int_equal(ATLAS_GET(f->world->cfg.satp, SATP64_MODE), ATLAS_MODE_BARE);
    assert_int_equal(f->world->fences, 1);
    assert_true(f->world->last_fence.has_asid && !f->world->last_fence.has_va);
}

static void creation_without_memory_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct proc *p;
    pfn_t taken;

    while (f->k->frames.by_kind[FRAME_FREE] > 1)
        frames_alloc(&f->k->frames, FRAME_USER, 9);
    assert_int_equal(proc_create(f->k, &p), VM_NOMEM); /* record, but no root */
    assert_int_equal(f->k->frames.by_kind[FRAME_FREE], 1);
    taken = frames_alloc(&f->k->frames, FRAME_USER, 9);
    assert_int_equal(proc_create(f->k, &p), VM_NOMEM);
    assert_null(f->k->procs_first);
    while (taken > WORLD_FIRST && frames_get(&f->k->frames, taken)->kind == FRAME_USER)
        frames_drop(&f->k->frames, taken--);
}

static void asids_are_fenced_when_they_run_out(void **state) /* P30 */
{
    struct asids asids;
    struct asid a = {0}, b = {0}, c = {0}, d = {0};

    (void)state;
    asids_init(&asids, 2);
    assert_false(asids_assign(&asids, &a));
    assert_false(asids_assign(&asids, &b));
    assert_false(asids_assign(&asids, &c));
    assert_true(a.value == 1 && b.value == 2 && c.value == 3);
    assert_false(asids_assign(&asids, &a));
    assert_true(asids_assign(&asids, &d));
    assert_int_equal(d.value, 1);
    assert_false(asids_assign(&asids, &a));
    assert_int_equal(a.value, 2);
    assert_false(asids_assign(&asids, &d));
    assert_int_equal(d.value, 1);
}

static void without_asid_bits_every_switch_is_fenced(void **state)
{
    struct asids asids;
    struct asid a = {0}, b = {0};

    (void)state;
    asids_init(&asids, 0);
    assert_false(asids_assign(&asids, &a));
    assert_false(asids_assign(&asids, &a));
    assert_true(asids_assign(&asids, &b));
    assert_true(asids_assign(&asids, &a));
    assert_true(a.value == 0 && b.value == 0);
    asids_init(&asids, 16);
    assert_int_equal(asids.last, 0xffff);
}

static void rollover_fences_everything_once(void **state) /* P30 */
{
    struct fixture *f = *state;
    struct proc *p[3];

    asids_init(&f->k->asids, 1);
    for (unsigned i = 0; i < 3; i++)
        p[i] = spawn(f, 16, 20, RW);
    proc_enter(f->k, p[0]);
    assert_int_equal(f->world->fences, 0);
    proc_enter(f->k, p[1]);
    assert_int_equal(f->world->fences, 1);
    assert_true(!f->world->last_fence.has_asid && !f->world->last_fence.has_va);
    proc_enter(f->k, p[1]);
    assert_int_equal(f->world->fences, 1);
}

/* Bytes stored by several processes, at random, in every mode, come back to whom they belong. */
static void contents_stay_with_their_process(void **state) /* M7 */
{
    static const unsigned modes[] = {ATLAS_MODE_SV32, ATLAS_MODE_SV39, ATLAS_MODE_SV48,
                                     ATLAS_MODE_SV57};
    enum { PROCS = 4, PAGES = 8 };

    (void)state;
    for (unsigned m = 0; m < 4; m++) {
        uint8_t flat[PROCS][PAGES] = {{0}};
        struct proc *procs[PROCS];
        struct fixture f;
        void *as_state = &f;
        struct rng rng;

        boot(&f, modes[m], m % 2 == 0);
        rng_seed(&rng, m);
        for (unsigned i = 0; i < PROCS; i++)
            procs[i] = spawn(&f, 0x400, 0x400 + PAGES, RW);
        for (unsigned step = 0; step < 2000; step++) {
            unsigned i = (unsigned)rng_below(&rng, PROCS), page = (unsigned)rng_below(&rng, PAGES);
            bool store = rng_one_in(&rng, 3);
            uint8_t *byte;
            paddr_t pa;

            proc_enter(f.k, procs[i]);
            assert_int_equal(touch(&f, (0x400u + page) << 12, store ? STORE : LOAD, &pa), PROC_OK);
            byte = phys_ptr(&f.k->phys, pa);
            assert_int_equal(*byte, flat[i][page]);
            if (store)
                *byte = flat[i][page] = (uint8_t)rng_next(&rng);
        }
        teardown(&as_state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(boot_reserves_the_kernels_own_frames, setup, teardown),
        cmocka_unit_test_setup_teardown(boot_keeps_off_what_the_firmware_has, setup, teardown),
        cmocka_unit_test_setup_teardown(kernel_memory_is_all_accounted_for, setup, teardown),
        cmocka_unit_test_setup_teardown(boot_refuses_what_the_mmu_lacks, setup, teardown),
        cmocka_unit_test_setup_teardown(access_faults_once_and_then_translates, setup, teardown),
        cmocka_unit_test_setup_teardown(hardware_sets_a_and_d_where_software_sees_them, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(svade_takes_a_fault_for_a_and_one_for_d, setup_svade,
                                        teardown),
        cmocka_unit_test_setup_teardown(bad_access_ends_in_segv, setup, teardown),
        cmocka_unit_test_setup_teardown(bus_error_ends_in_sigbus, setup, teardown),
        cmocka_unit_test_setup_teardown(last_frame_gone_ends_in_oom, setup, teardown),
        cmocka_unit_test_setup_teardown(mmu_that_goes_on_refusing_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(same_address_in_two_processes_is_two_frames, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(ended_process_gives_everything_back, setup, teardown),
        cmocka_unit_test_setup_teardown(creation_without_memory_leaves_nothing, setup, teardown),
        cmocka_unit_test(asids_are_fenced_when_they_run_out),
        cmocka_unit_test(without_asid_bits_every_switch_is_fenced),
        cmocka_unit_test_setup_teardown(rollover_fences_everything_once, setup, teardown),
        cmocka_unit_test(contents_stay_with_their_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

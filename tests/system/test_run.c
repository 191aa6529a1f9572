/* test_run.c: references on a machine with the model as its MMU, and what the oracle notices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "preset.h"
#include "run.h"

enum { SEED = 5 };

static const char *const replay[2] = {"atlas run --limit", " --trace test"};

struct fixture {
    struct target target;
    struct run run;
};

static void open_run(struct fixture *f, const char *preset, unsigned mode, uint64_t frames)
{
    const struct options options = {.target = "model", .ops = &backend_model, .latency = 1};
    const struct machine_config config = {.mode = mode, .frames = frames};

    assert_true(target_open(&f->target, &options, preset));
    assert_true(run_open(&f->run, &f->target, 1, &config, SEED, replay));
    assert_non_null(run_add(&f->run));
}

static void close_run(struct fixture *f)
{
    run_close(&f->run);
    target_close(&f->target);
}

static int setup(void **state)
{
    static struct fixture f;

    open_run(&f, "full", ATLAS_MODE_SV48, 0);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    close_run(*state);
    return 0;
}

static enum run_status make(struct fixture *f, char kind, uint64_t va, uint32_t size)
{
    struct lackey_ref ref = {.va = va, .size = size};

    ref.kind = (enum lackey_kind)(strchr("ILSM", kind) - "ILSM");
    return run_reference(&f->run, run_turn(&f->run), &ref, "test", 1);
}

static void do_ok(struct fixture *f, char kind, uint64_t va, uint32_t size)
{
    assert_int_equal(make(f, kind, va, size), RUN_OK);
}

/* Where the kernel's table says va is. */
static uint8_t *bytes_at(struct fixture *f, uint64_t va)
{
    struct radix_leaf leaf;

    assert_int_equal(radix_lookup(&f->run.procs[0].proc->space.table, &leaf, va), VM_OK);
    return machine_bytes(&f->run.machine, (leaf.ppn << 12) + va % 4096, 1);
}

static uint64_t faults(const struct fixture *f, enum fault_class class)
{
    return f->run.procs[0].proc->faults.count[class];
}

static const struct region *region_at(struct fixture *f, uint64_t va)
{
    return regions_find(&f->run.procs[0].proc->space.regions, va >> 12);
}

/* ---- Counts -------------------------------------------------------------------------------- */

static void each_kind_is_counted(void **state)
{
    struct fixture *f = *state;
    const struct run_counts *c = &f->run.counts;

    do_ok(f, 'I', 0x401000, 4);
    do_ok(f, 'L', 0x601000, 8);
    do_ok(f, 'S', 0x601008, 8);
    do_ok(f, 'M', 0x601010, 8);
    do_ok(f, 'L', 0x601010, 8);
    assert_int_equal(c->references[LACKEY_FETCH], 1);
    assert_int_equal(c->references[LACKEY_LOAD], 2);
    assert_int_equal(c->references[LACKEY_STORE], 1);
    assert_int_equal(c->references[LACKEY_MODIFY], 1);
    assert_int_equal(c->total, 5);
    assert_int_equal(c->translations, 6); /* a modify is two */
    assert_int_equal(c->crossings, 0);
    assert_int_equal(c->mismatches, 0);
    assert_int_equal(oracle_pages(f->run.oracle), 2);
}

static void an_access_across_pages_is_two_translations(void **state) /* B30 */
{
    struct fixture *f = *state;

    do_ok(f, 'S', 0x601ffe, 8);
    assert_int_equal(f->run.counts.translations, 2);
    assert_int_equal(f->run.counts.crossings, 1);
    do_ok(f, 'M', 0x601ffd, 4);
    assert_int_equal(f->run.counts.translations, 6);
    assert_int_equal(f->run.counts.crossings, 3);
    do_ok(f, 'L', 0x601ff8, 8); /* ends where the page does */
    assert_int_equal(f->run.counts.crossings, 3);
    do_ok(f, 'L', 0x601ffe, 8);
    do_ok(f, 'S', 0x601001, 4096);
    do_ok(f, 'L', 0x601001, 4096);
    assert_int_equal(f->run.counts.mismatches, 0);
}

static void fetches_use_port_0_and_data_port_1(void **state)
{
    struct fixture *f = *state;
    struct mmu_port *port = &f->target.port;

    do_ok(f, 'I', 0x401000, 4);
    do_ok(f, 'I', 0x401004, 4);
    do_ok(f, 'L', 0x601000, 4);
    do_ok(f, 'S', 0x601000, 4);
    do_ok(f, 'S', 0x601000, 4);
    /* each page: no region, no page, and then a walk; the first store walks again for D */
    assert_int_equal(port->counter(port->self, ATLAS_CTR_LOOKUP), 4);
    assert_int_equal(port->counter(port->self, ATLAS_CTR_L1_HIT), 1);
    assert_int_equal(port->counter(port->self, ATLAS_CTR_PORT_COUNT + ATLAS_CTR_LOOKUP), 5);
    assert_int_equal(port->counter(port->self, ATLAS_CTR_PORT_COUNT + ATLAS_CTR_L1_HIT), 1);
}

/* ---- Regions ------------------------------------------------------------------------------- */

static void first_use_decides_without_maps(void **state) /* L4 */
{
    struct fixture *f = *state;

    do_ok(f, 'I', 0x401000, 4);
    do_ok(f, 'L', 0x601000, 4);
    do_ok(f, 'S', 0x602000, 4);
    assert_int_equal(region_at(f, 0x401000)->flags, REGION_R | REGION_X);
    assert_int_equal(region_at(f, 0x601000)->flags, REGION_R | REGION_W);
    assert_int_equal(f->run.procs[0].proc->space.regions.count, 2); /* neighbours are one */
    assert_int_equal(f->run.counts.used, 3);
    assert_int_equal(faults(f, FAULT_INVALID), 3);
    assert_int_equal(faults(f, FAULT_PAGER), 3);
    do_ok(f, 'L', 0x401004, 4);
    assert_int_equal(f->run.counts.widened, 0);
}

static void a_page_used_both_ways_is_widened_and_counted(void **state)
{
    struct fixture *f = *state;

    do_ok(f, 'I', 0x401000, 4);
    do_ok(f, 'I', 0x402000, 4);
    do_ok(f, 'S', 0x401000, 4);
    assert_int_equal(f->run.counts.widened, 1);
    assert_int_equal(region_at(f, 0x401000)->flags, REGION_PERMS);
    assert_int_equal(region_at(f, 0x402000)->flags, REGION_R | REGION_X);
    do_ok(f, 'S', 0x601000, 4);
    do_ok(f, 'I', 0x601000, 4);
    assert_int_equal(f->run.counts.widened, 2);
    assert_int_equal(faults(f, FAULT_PROTECTION), 2);
    assert_int_equal(f->run.counts.mismatches, 0);
}

/* Mappings as a program might have them. */
static bool find_mapping(void *ctx, uint64_t va, uint64_t *start, uint64_t *end, unsigned *perms)
{
    static const struct {
        uint64_t start, end;
        unsigned perms;
    } maps[] = {{0x400000, 0x410000, REGION_R | REGION_X},
                {0x600000, 0x610000, REGION_R | REGION_W},
                {0x700000, 0x710000, REGION_R},
                {0x800000, UINT64_C(0x900000000000), REGION_R}}; /* beyond what is canonical */

    ++*(unsigned *)ctx;
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        if (va >= maps[i].start && va < maps[i].end) {
            *start = maps[i].start;
            *end = maps[i].end;
            *perms = maps[i].perms;
            return true;
        }
    }
    return false;
}

static void mappings_of_the_program_come_whole(void **state)
{
    struct fixture *f = *state;
    unsigned asked = 0;

    f->run.procs[0].maps = (struct run_maps){find_mapping, &asked};
    do_ok(f, 'I', 0x405000, 4);
    do_ok(f, 'L', 0x40f000, 4);
    do_ok(f, 'S', 0x608000, 4);
    do_ok(f, 'S', 0x600000, 4);
    assert_int_equal(asked, 2);
    assert_int_equal(f->run.counts.mapped, 2);
    assert_int_equal(f->run.counts.used, 0);
    assert_int_equal(region_at(f, 0x405000)->start, 0x400);
    assert_int_equal(region_at(f, 0x405000)->end, 0x410);
    assert_int_equal(region_at(f, 0x405000)->flags, REGION_R | REGION_X);
    assert_int_equal(region_at(f, 0x608000)->flags, REGION_R | REGION_W);
}

static void use_decides_where_the_mapping_does_not_allow_it(void **state)
{
    struct fixture *f = *state;
    unsigned asked = 0;

    f->run.procs[0].maps = (struct run_maps){find_mapping, &asked};
    do_ok(f, 'L', 0x700000, 4);
    do_ok(f, 'S', 0x703000, 4); /* it was writable before the map was read */
    assert_int_equal(f->run.counts.widened, 1);
    assert_int_equal(region_at(f, 0x703000)->start, 0x703);
    assert_int_equal(region_at(f, 0x703000)->end, 0x704);
    do_ok(f, 'S', 0x123000, 4); /* it is not mapped any more */
    do_ok(f, 'L', 0x800000, 4); /* the mapping does not fit the mode */
    assert_int_equal(f->run.counts.used, 2);
    assert_int_equal(region_at(f, 0x800000)->end, 0x801);
}

static void a_mapping_grows_around_what_is_known(void **state)
{
    struct fixture *f = *state;
    unsigned asked = 0;

    do_ok(f, 'I', 0x603000, 4);
    f->run.procs[0].maps = (struct run_maps){find_mapping, &asked};
    do_ok(f, 'L', 0x601000, 4);
    assert_int_equal(region_at(f, 0x603000)->flags, REGION_R | REGION_X);
    assert_int_equal(region_at(f, 0x602000)->flags, REGION_R | REGION_W);
    assert_int_equal(region_at(f, 0x60f000)->flags, REGION_R | REGION_W);
    do_ok(f, 'S', 0x603000, 4); /* the map allows it: what is known is widened */
    assert_int_equal(region_at(f, 0x603000)->flags, REGION_PERMS);
    assert_int_equal(f->run.counts.widened, 0);
    assert_int_equal(f->run.counts.mapped, 2);
}

/* ---- Contents: each kind of damage is one mismatch ------------------------------------------ */

static void stores_write_what_depends_on_address_and_number(void **state)
{
    struct fixture *f = *state;
    uint8_t first[16];

    do_ok(f, 'S', 0x601000, 16);
    memcpy(first, bytes_at(f, 0x601000), 16);
    assert_memory_not_equal(first, first + 8, 8);
    do_ok(f, 'S', 0x601000, 16);
    assert_memory_not_equal(first, bytes_at(f, 0x601000), 8);
    do_ok(f, 'L', 0x601000, 16);
    assert_int_equal(f->run.counts.mismatches, 0);
}

static void both_parts_of_a_crossing_store_have_bytes_of_their_own(void **state)
{
    struct fixture *f = *state;

    do_ok(f, 'S', 0x601ff8, 16);
    assert_memory_not_equal(bytes_at(f, 0x601ff8), bytes_at(f, 0x602000), 8);
    do_ok(f, 'L', 0x602000, 8);
    assert_int_equal(f->run.counts.mismatches, 0);
}

static void a_corrupted_byte_is_noticed_by_load_and_fetch(void **state) /* M12 */
{
    struct fixture *f = *state;

    do_ok(f, 'S', 0x601000, 8);
    *bytes_at(f, 0x601003) ^= 1;
    do_ok(f, 'L', 0x601004, 4);
    assert_int_equal(f->run.counts.mismatches, 0);
    do_ok(f, 'L', 0x601000, 4);
    assert_int_equal(f->run.counts.mismatches, 1);
    do_ok(f, 'M', 0x601003, 1); /* the load finds it, the store mends it */
    assert_int_equal(f->run.counts.mismatches, 2);
    do_ok(f, 'L', 0x601003, 1);
    assert_int_equal(f->run.counts.mismatches, 2);
    do_ok(f, 'I', 0x401000, 4);
    *bytes_at(f, 0x401007) ^= 0x80;
    do_ok(f, 'I', 0x401004, 4);
    assert_int_equal(f->run.counts.mismatches, 3);
}

static void a_byte_never_stored_is_checked_too(void **state)
{
    struct fixture *f = *state;

    do_ok(f, 'L', 0x601000, 1);
    *bytes_at(f, 0x601abc) ^= 4;
    do_ok(f, 'L', 0x601ab8, 8);
    assert_int_equal(f->run.counts.mismatches, 1);
}

static void exchanged_frames_are_noticed(void **state) /* M10 */
{
    struct fixture *f = *state;
    struct radix *t = &f->run.procs[0].proc->space.table;
    struct radix_leaf a, b;

    do_ok(f, 'L', 0x601000, 8);
    do_ok(f, 'L', 0x602000, 8);
    radix_unmap(t, &a, 0x601000);
    radix_unmap(t, &b, 0x602000);
    radix_map(t, 0x601000, 0, b.ppn, b.pte & 0xff);
    radix_map(t, 0x602000, 0, a.ppn, a.pte & 0xff);
    space_fence(&f->run.procs[0].proc->space, 0x601);
    space_fence(&f->run.procs[0].proc->space, 0x602);
    do_ok(f, 'L', 0x601000, 8);
    do_ok(f, 'L', 0x602000, 8);
    assert_int_equal(f->run.counts.mismatches, 2);
}

/* P22: the frame changes, the MMU is not told, and the store goes to the old frame. */
static void a_missing_fence_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct radix *t = &f->run.procs[0].proc->space.table;
    struct radix_leaf old;

    do_ok(f, 'S', 0x601000, 8);
    radix_unmap(t, &old, 0x601000);
    do_ok(f, 'S', 0x602000, 8);
    radix_map(t, 0x601000, 0, old.ppn + 50, old.pte & 0xff);
    memcpy(machine_bytes(&f->run.machine, (old.ppn + 50) << 12, 4096),
           machine_bytes(&f->run.machine, old.ppn << 12, 4096), 4096);
    memset(machine_bytes(&f->run.machine, old.ppn << 12, 4096), 0, 4096);
    do_ok(f, 'L', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 1);
    space_fence(&f->run.procs[0].proc->space, 0x601);
    do_ok(f, 'L', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 1);
}

static void a_broken_invariant_is_a_mismatch(void **state) /* M10 */
{
    struct fixture *f = *state;
    struct radix_leaf leaf;
    struct frame *frame;

    f->run.check = 2;
    do_ok(f, 'L', 0x601000, 8);
    do_ok(f, 'L', 0x602000, 8);
    radix_lookup(&f->run.procs[0].proc->space.table, &leaf, 0x601000);
    frame = frames_get(&f->run.machine.kernel->frames, (pfn_t)leaf.ppn);
    frame->refs++;
    do_ok(f, 'L', 0x602000, 8);
    assert_int_equal(f->run.counts.mismatches, 0); /* not looked at */
    do_ok(f, 'L', 0x602000, 8);
    assert_int_equal(f->run.counts.mismatches, 1);
    frame->refs--;
    do_ok(f, 'L', 0x602000, 8);
    do_ok(f, 'L', 0x602000, 8);
    assert_int_equal(f->run.counts.mismatches, 1);
}

static void an_address_outside_ram_is_a_mismatch(void **state)
{
    struct fixture *f = *state;
    struct radix *t = &f->run.procs[0].proc->space.table;
    struct radix_leaf old;

    do_ok(f, 'L', 0x601000, 8);
    do_ok(f, 'L', 0x602000, 8);
    radix_unmap(t, &old, 0x601000);
    radix_map(t, 0x601000, 0, 5, old.pte & 0xff);
    space_fence(&f->run.procs[0].proc->space, 0x601);
    do_ok(f, 'L', 0x601000, 8);
    do_ok(f, 'S', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 2);
}

static void an_unjustified_bus_error_is_a_mismatch(void **state) /* B7 */
{
    struct fixture *f = *state;
    struct radix_leaf leaf;

    do_ok(f, 'L', 0x601000, 8);
    radix_lookup(&f->run.procs[0].proc->space.table, &leaf, 0x601000);
    f->target.ops->mem_fail(f->target.backend, leaf.slot, false, 0, 1);
    space_fence(&f->run.procs[0].proc->space, 0x601);
    do_ok(f, 'L', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 1);
    assert_int_equal(faults(f, FAULT_BUS), 1);
    do_ok(f, 'L', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 1);
}

/* A wrong answer of the MMU, put between the kernel and the door. */
static struct mmu_port real_port;

static void access_next_frame(void *self, unsigned port, const struct atlas_req *req,
                              struct atlas_rsp *rsp)
{
    real_port.access(self, port, req, rsp);
    rsp->pa ^= 0x1000;
}

static void refuse_for_ever(void *self, unsigned port, const struct atlas_req *req,
                            struct atlas_rsp *rsp)
{
    (void)self;
    (void)port;
    (void)req;
    *rsp = (struct atlas_rsp){.fault = true, .cause = ATLAS_CAUSE_LOAD_PAGE};
}

static void a_wrong_answer_of_the_mmu_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct kernel *k = f->run.machine.kernel;

    do_ok(f, 'L', 0x601000, 8);
    do_ok(f, 'L', 0x602000, 8);
    real_port = k->hart->mmu;
    k->hart->mmu.access = access_next_frame;
    do_ok(f, 'L', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 1);
    k->hart->mmu.access = refuse_for_ever;
    do_ok(f, 'L', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 2);
    k->hart->mmu.access = real_port.access;
    do_ok(f, 'L', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 2);
}

/* A backend that found a difference, as lockstep does. */
static const char *difference;

static const char *take_difference(struct backend *b)
{
    const char *text = difference;

    (void)b;
    difference = NULL;
    return text;
}

static bool checkpoint_fails(struct backend *b)
{
    (void)b;
    return false;
}

static void a_difference_between_backends_is_a_mismatch(void **state)
{
    struct fixture *f = *state;
    struct backend_ops ops = *f->target.ops;

    ops.mismatch = take_difference;
    f->target.ops = &ops;
    do_ok(f, 'L', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 0);
    difference = "pa differs";
    do_ok(f, 'L', 0x601000, 8);
    assert_int_equal(f->run.counts.mismatches, 1);
    do_ok(f, 'L', 0x601000, 8);
    run_finish(&f->run);
    assert_int_equal(f->run.counts.mismatches, 1);
    ops.checkpoint = checkpoint_fails;
    run_finish(&f->run);
    assert_int_equal(f->run.counts.mismatches, 2);
    f->target.ops = &backend_model;
}

/* ---- What ends a run ----------------------------------------------------------------------- */

static void out_of_frames_stops_the_run(void **state)
{
    struct fixture f;
    uint64_t page = 0x600;

    (void)state;
    open_run(&f, "full", ATLAS_MODE_SV39, 20);
    while (make(&f, 'S', page << 12, 8) == RUN_OK)
        page++;
    assert_in_range(page, 0x600 + 10, 0x600 + 19);
    assert_int_equal(f.run.machine.kernel->frames.by_kind[FRAME_FREE], 0);
    assert_int_equal(f.run.counts.mismatches, 0);
    close_run(&f);
}

static void an_address_that_does_not_fit_stops_the_run(void **state)
{
    struct fixture f;

    (void)state;
    open_run(&f, "rv32", ATLAS_MODE_SV32, 100);
    assert_int_equal(make(&f, 'L', 0xfffffffc, 4), RUN_OK);
    assert_int_equal(make(&f, 'L', UINT64_C(0x100001000), 4), RUN_STOP);
    assert_int_equal(make(&f, 'L', 0xfffffffd, 4), RUN_STOP);
    assert_int_equal(f.run.counts.total, 1);
    close_run(&f);
    open_run(&f, "full", ATLAS_MODE_SV39, 100);
    assert_int_equal(make(&f, 'L', UINT64_C(0x3ffffffff8), 8), RUN_OK);
    assert_int_equal(make(&f, 'L', UINT64_C(0x4000000000), 8), RUN_STOP);
    assert_int_equal(make(&f, 'L', UINT64_C(0xffffffc000000000), 8), RUN_OK);
    close_run(&f);
}

static void every_preset_and_mode_runs(void **state) /* M1 */
{
    static const struct {
        const char *preset;
        unsigned mode;
    } builds[] = {{"tiny", ATLAS_MODE_SV32},
                  {"rv32", ATLAS_MODE_SV32},
                  {"rv64", ATLAS_MODE_SV39},
                  {"rv64", ATLAS_MODE_SV48},
                  {"full", ATLAS_MODE_SV39},
                  {"full", ATLAS_MODE_SV48},
                  {"full", ATLAS_MODE_SV57},
                  {"full:ASID_BITS=0,PA_BITS=20,L1_BIG=0,L2_BIG=0", ATLAS_MODE_SV48}};

    (void)state;
    for (size_t i = 0; i < sizeof builds / sizeof builds[0]; i++) {
        struct fixture f;

        open_run(&f, builds[i].preset, builds[i].mode, 0);
        for (uint64_t page = 0; page < 20; page++) {
            do_ok(&f, 'S', (page * 1021 << 12) + page, 8);
            do_ok(&f, 'I', (page * 1021 + 1) << 12, 4);
        }
        for (uint64_t page = 0; page < 20; page++)
            do_ok(&f, 'L', (page * 1021 << 12) + page, 8);
        run_finish(&f.run);
        assert_int_equal(f.run.counts.mismatches, 0);
        assert_int_equal(oracle_pages(f.run.oracle), 40);
        close_run(&f);
    }
}

static void machines_that_cannot_be_are_refused(void **state)
{
    const struct options options = {.target = "model", .ops = &backend_model, .latency = 1};
    struct machine_config config = {.mode = ATLAS_MODE_SV57, .frames = 100};
    struct target target;
    struct machine machine;

    (void)state;
    assert_true(target_open(&target, &options, "rv64"));
    assert_false(machine_open(&machine, &target, 1, &config)); /* no Sv57 */
    config = (struct machine_config){.mode = ATLAS_MODE_SV48, .frames = 1};
    assert_false(machine_open(&machine, &target, 1, &config)); /* no room for the kernel */
    config.frames = (UINT64_C(0x80000000) >> 12) + 1;
    assert_false(machine_open(&machine, &target, 1, &config)); /* beyond 32 physical bits */
    config.frames--;
    assert_true(machine_open(&machine, &target, 1, &config));
    assert_null(machine_bytes(&machine, 0xffffffff, 2));
    assert_non_null(machine_bytes(&machine, 0xfffffffe, 2));
    assert_null(machine_bytes(&machine, 0x7fffffff, 1));
    machine_close(&machine);
    target_close(&target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_kind_is_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(an_access_across_pages_is_two_translations, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(fetches_use_port_0_and_data_port_1, setup, teardown),
        cmocka_unit_test_setup_teardown(first_use_decides_without_maps, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_used_both_ways_is_widened_and_counted, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(mappings_of_the_program_come_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(use_decides_where_the_mapping_does_not_allow_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_mapping_grows_around_what_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(stores_write_what_depends_on_address_and_number, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(both_parts_of_a_crossing_store_have_bytes_of_their_own,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_difference_between_backends_is_a_mismatch, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_corrupted_byte_is_noticed_by_load_and_fetch, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_byte_never_stored_is_checked_too, setup, teardown),
        cmocka_unit_test_setup_teardown(exchanged_frames_are_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_fence_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_broken_invariant_is_a_mismatch, setup, teardown),
        cmocka_unit_test_setup_teardown(an_address_outside_ram_is_a_mismatch, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unjustified_bus_error_is_a_mismatch, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrong_answer_of_the_mmu_is_noticed, setup, teardown),
        cmocka_unit_test(out_of_frames_stops_the_run),
        cmocka_unit_test(an_address_that_does_not_fit_stops_the_run),
        cmocka_unit_test(every_preset_and_mode_runs),
        cmocka_unit_test(machines_that_cannot_be_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

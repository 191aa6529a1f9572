/* test_lockstep: the backends `rtl` and `lockstep`: blocking work with stalls and latencies on
 * every preset, and that each kind of difference is noticed and described. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/rng.h"
#include "lockstep.h"

enum { ROOT = 1, TABLES = 5, SLOTS = 4, ACCESSES = 20000 };

static const char *const presets[] = {"tiny", "rv32", "rv64", "full"};

static struct backend_options options_of(const char *preset, unsigned latency, bool stalls)
{
    struct backend_options o = {.preset = preset, .seed = 7, .latency = latency, .stalls = stalls};

    assert_true(atlas_preset(preset, &o.params));
    return o;
}

/* ---- Random blocking work ------------------------------------------------------------------ */

struct work {
    const struct backend_ops *ops;
    struct backend *b;
    struct mmu_port port;
    const struct atlas_params *p;
    struct rng rng;
};

static unsigned below(struct work *w, unsigned n)
{
    return (unsigned)rng_below(&w->rng, n);
}

/* Tables point at each other, and at some pages. */
static void write_pte(struct work *w)
{
    unsigned bytes = w->p->xlen / 8;
    uint64_t addr = (ROOT + below(w, TABLES)) * UINT64_C(4096) + below(w, SLOTS) * bytes;
    uint64_t pte = (uint64_t)(ROOT + below(w, TABLES)) << ATLAS_PTE64_PPN_LSB | 1;

    if (below(w, 2) == 0)
        pte = (uint64_t)below(w, 1024) << ATLAS_PTE64_PPN_LSB | below(w, 256) | 0x43;
    w->ops->mem_write(w->b, addr, pte, bytes);
}

static void configure(struct work *w)
{
    uint64_t asid = below(w, 2);
    struct atlas_cfg cfg = {
        .adue = below(w, 2) != 0, .pbmte = true, .napote = true, .tlb_off = below(w, 8) == 0};

    if (w->p->xlen == 32)
        cfg.satp = ATLAS_MASK(SATP32_MODE) | ATLAS_SET(SATP32_ASID, asid) | ROOT;
    else /* now and then a mode that no MMU implements: both refuse it */
        cfg.satp = ATLAS_SET(SATP64_MODE, ATLAS_MODE_SV39 + below(w, 4)) |
                   ATLAS_SET(SATP64_ASID, asid) | ROOT;
    w->port.configure(w->port.self, &cfg);
}

static void one_access(struct work *w)
{
    unsigned slice = w->p->xlen == 32 ? 10 : 9;
    struct atlas_req req = {.acc = (uint8_t)below(w, 4),
                            .priv = below(w, 4) == 0 ? ATLAS_PRIV_U : ATLAS_PRIV_S,
                            .sum = below(w, 2) != 0,
                            .id = below(w, 16)};
    struct atlas_rsp rsp;

    req.va = below(w, 4096);
    for (unsigned l = 0; l < w->p->levels; l++)
        req.va |= (uint64_t)below(w, below(w, 4) == 0 ? SLOTS : 1) << (12 + l * slice);
    w->port.access(w->port.self, below(w, w->p->ports), &req, &rsp);
}

static void step(struct work *w)
{
    struct atlas_fence fence = {
        .has_va = below(w, 2) != 0, .has_asid = below(w, 2) != 0, .asid = (uint16_t)below(w, 2)};

    if (below(w, 30) == 0)
        write_pte(w);
    if (below(w, 200) == 0)
        configure(w);
    if (below(w, 200) == 0)
        w->ops->mem_fail(w->b, ROOT * UINT64_C(4096), below(w, 2) != 0, 0, 1);
    if (below(w, 100) == 0)
        w->port.fence(w->port.self, &fence);
    one_access(w);
}

/* Ends with everything that is remembered compared. Returns what differed, NULL if nothing. */
static const char *work_on(struct backend *b, const struct backend_ops *ops,
                           const struct backend_options *o, unsigned accesses)
{
    struct work w = {.ops = ops, .b = b, .port = ops->port(b), .p = &o->params};
    const char *difference;

    rng_seed(&w.rng, o->seed);
    for (unsigned i = 0; i < 40; i++)
        write_pte(&w);
    configure(&w);
    for (unsigned i = 0; i < accesses; i++) {
        step(&w);
        difference = ops->mismatch(b);
        if (difference != NULL)
            return difference;
    }
    return ops->checkpoint(b) ? NULL : ops->mismatch(b);
}

static void no_difference_whatever_the_memory_takes(void **state)
{
    static const unsigned latency[] = {1, 2, 10};

    (void)state;
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        for (size_t k = 0; k < 6; k++) {
            struct backend_options o = options_of(presets[i], latency[k % 3], k >= 3);
            struct backend *b = backend_lockstep.open(&o);
            const char *difference;

            assert_non_null(b);
            difference = work_on(b, &backend_lockstep, &o, ACCESSES);
            if (difference != NULL)
                fail_msg("%s, latency %u, stalls %d: %s", presets[i], o.latency, o.stalls,
                         difference);
            assert_true(backend_lockstep.cycles(b) >= ACCESSES);
            backend_lockstep.close(b);
        }
}

static void latency_costs_cycles_and_stalls_more(void **state)
{
    uint64_t cycles[3];

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct backend_options o = options_of("rv64", i == 0 ? 1 : 10, i == 2);
        struct backend *b = backend_rtl.open(&o);

        assert_null(work_on(b, &backend_rtl, &o, 2000));
        cycles[i] = backend_rtl.cycles(b);
        backend_rtl.close(b);
    }
    assert_true(cycles[0] < cycles[1] && cycles[1] < cycles[2]);
}

/* ---- Differences --------------------------------------------------------------------------- */

/* A model that lies once, in its fiftieth call of the function that `lie` names. */
enum lie { ANSWER, TRANSACTION, FILL, ENTRY, COUNTER, SATP, MEMORY };

static struct {
    enum lie lie;
    unsigned calls;
    struct mmu_port port;
    struct mem_transaction changed[64];
} liar;

static bool lies(enum lie lie)
{
    return liar.lie == lie && ++liar.calls == 50;
}

static void lying_access(void *self, unsigned port, const struct atlas_req *req,
                         struct atlas_rsp *rsp)
{
    liar.port.access(self, port, req, rsp);
    if (lies(ANSWER))
        rsp->pbmt ^= 1;
}

static bool lying_configure(void *self, const struct atlas_cfg *cfg)
{
    return liar.port.configure(self, cfg) != lies(SATP);
}

static uint64_t lying_counter(void *self, unsigned index)
{
    return liar.port.counter(self, index) + lies(COUNTER);
}

static struct mmu_port lying_port(struct backend *b)
{
    struct mmu_port port = liar.port = backend_model.port(b);

    port.access = lying_access;
    port.configure = lying_configure;
    port.counter = lying_counter;
    return port;
}

static size_t lying_transactions(struct backend *b, const struct mem_transaction **list)
{
    size_t count = backend_model.transactions(b, list);

    if (count > 0 && count <= 64 && lies(TRANSACTION)) {
        memcpy(liar.changed, *list, count * sizeof liar.changed[0]);
        liar.changed[count - 1].value ^= 0x400;
        *list = liar.changed;
    }
    return count;
}

static bool lying_last_fill(struct backend *b, unsigned *array, unsigned *index,
                            struct atlas_entry *e)
{
    bool filled = backend_model.last_fill(b, array, index, e);

    if (filled && lies(FILL))
        e->u = !e->u;
    return filled;
}

static bool lying_read_back(struct backend *b, unsigned array, unsigned port, unsigned index,
                            struct atlas_entry *e)
{
    bool found = backend_model.read_back(b, array, port, index, e);

    if (lies(ENTRY))
        e->asid ^= 1;
    return found;
}

static bool lying_mem_read(struct backend *b, uint64_t addr, uint64_t *value, unsigned bytes)
{
    bool present = backend_model.mem_read(b, addr, value, bytes);

    return present != lies(MEMORY);
}

static struct backend *with_liar(enum lie lie, struct backend_options *o)
{
    static struct backend_ops ops;

    memset(&liar, 0, sizeof liar);
    liar.lie = lie;
    ops = backend_model;
    ops.port = lying_port;
    ops.transactions = lying_transactions;
    ops.last_fill = lying_last_fill;
    ops.read_back = lying_read_back;
    ops.mem_read = lying_mem_read;
    *o = options_of("full", 1, false);
    return lockstep_open(&backend_model, &ops, o);
}

static void expect_report(enum lie lie, const char *text, const char *detail)
{
    struct backend_options o;
    struct backend *b = with_liar(lie, &o);
    const char *difference = work_on(b, &backend_lockstep, &o, ACCESSES);

    assert_non_null(difference);
    if (strstr(difference, text) == NULL || strstr(difference, detail) == NULL)
        fail_msg("expected \"%s\" with \"%s\", got: %s", text, detail, difference);
    assert_non_null(strstr(difference, "transaction "));
    assert_null(backend_lockstep.mismatch(b)); /* told once */
    assert_true(backend_lockstep.checkpoint(b));
    backend_lockstep.close(b);
}

static void each_kind_of_difference_is_noticed(void **state)
{
    (void)state;
    expect_report(ANSWER, "answers differ", "pbmt: model 0x0, rtl 0x1");
    expect_report(TRANSACTION, "PTE transactions differ", "  rtl: ");
    expect_report(FILL, "filled entries differ", "u: model 0x");
    expect_report(ENTRY, "remembered entries differ", "port 0, L1 set 49");
    expect_report(SATP, "one side refuses a satp", "accepted: model 0x");
}

static void a_difference_of_counters_or_memory_is_noticed(void **state)
{
    struct backend_options o;
    struct backend *b = with_liar(COUNTER, &o);
    struct mmu_port port = backend_lockstep.port(b);
    uint64_t value;

    (void)state;
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(port.counter(port.self, ATLAS_CTR_LOOKUP), 0);
    assert_non_null(strstr(backend_lockstep.mismatch(b), "LOOKUP: model 0x0, rtl 0x1"));
    backend_lockstep.close(b);

    b = with_liar(MEMORY, &o);
    for (unsigned i = 0; i < 100; i++)
        assert_false(backend_lockstep.mem_read(b, 0x1000, &value, 8));
    assert_non_null(strstr(backend_lockstep.mismatch(b), "present: model 0x0, rtl 0x1"));
    backend_lockstep.close(b);
}

/* ---- The RTL alone ------------------------------------------------------------------------- */

static void a_build_that_is_not_linked_in_is_refused(void **state)
{
    struct backend_options o = options_of("tiny", 1, false);

    (void)state;
    o.params.l1_sets = 512;
    o.preset = "tiny:L1_SETS=512";
    assert_null(backend_rtl.open(&o));
    o = options_of("tiny", 0, false);
    assert_null(backend_rtl.open(&o));
}

static void a_waveform_is_written(void **state)
{
    struct backend_options o = options_of("tiny", 1, false);
    struct backend *b = backend_rtl.open(&o);
    char path[] = "/tmp/atlas_wave_XXXXXX";
    char head[16];
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    assert_false(backend_rtl.wave(b, "/nowhere/wave.fst"));
    assert_true(backend_rtl.wave(b, path));
    assert_null(work_on(b, &backend_rtl, &o, 100));
    backend_rtl.close(b);
    fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, head, sizeof head), sizeof head);
    assert_int_equal(head[0], 0); /* an FST file begins with a block of type 0, its header */
    close(fd);
    unlink(path);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_difference_whatever_the_memory_takes),
        cmocka_unit_test(latency_costs_cycles_and_stalls_more),
        cmocka_unit_test(each_kind_of_difference_is_noticed),
        cmocka_unit_test(a_difference_of_counters_or_memory_is_noticed),
        cmocka_unit_test(a_build_that_is_not_linked_in_is_refused),
        cmocka_unit_test(a_waveform_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

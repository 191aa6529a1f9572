/* test_small: a world so small that everything in it can be tried: one set, one superpage in RAM or
 * one side entry, one L2 entry, two ASIDs, two pages and a superpage that may stand in their place.
 * Every sequence of LENGTH operations, from a global and from a plain page in the TLB, runs on the
 * RTL, is compared with the twin, and every answer must be one that was right at some time since
 * the last fence that covers it (a checker of its own, which knows nothing of TLBs). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

#define BUILD(big)                                                                                 \
    "rv64:LEVELS=3,PA_BITS=23,ASID_BITS=1,ID_BITS=2,L1_SETS=1,L1_BIG=" big                         \
    ",L1_SIDE=1,L2_SETS=1,L2_WAYS=1,CTR_BITS=64"

enum { LENGTH = 4, LIMIT = 1000 };
enum { ROOT = 1, MIDDLE = 2, TABLE = 3 }; /* frames of the tables */

enum operation {
    LOAD_A,
    LOAD_B,
    STORE_A,
    REMAP_A,  /* to another frame, to none, and back */
    RESIZE,   /* the table of A and B becomes a superpage, and back */
    GLOBAL_A, /* toggle G */
    SWITCH_ASID,
    FENCE_ALL,
    FENCE_A,
    FENCE_ASID_1,
    FENCE_A_ASID_0,
    LOAD_A_FENCE, /* a fence while it walks */
    LOAD_A_KILL,
    LOAD_A_ERROR, /* the next read of its PTE is a bus error */
    OPERATIONS
};

/* Translations of a page, as bits; FAULT: its PTE is invalid. */
enum { FRAME_16 = 1, FRAME_17 = 2, FRAME_24 = 4, SUPER = 8, FAULT = 16 };

struct small {
    struct bench *b;
    /* memory */
    unsigned frame; /* of A: 16, 17, or 0 for invalid */
    bool super, global;
    unsigned asid;
    /* what may be answered: legal[page][asid]; of those, what may stand in global entries */
    unsigned legal[2][2], global_legal[2];
    bool pointer[2]; /* asid: a pointer to the table may be remembered */
    enum operation sequence[LENGTH];
};

static const uint64_t flags = ATLAS_MASK(PTE_V) | ATLAS_MASK(PTE_R) | ATLAS_MASK(PTE_W) |
                              ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D);

/* ---- What is legal ------------------------------------------------------------------------- */

/* What a walk that reaches the table finds there. */
static unsigned in_table(const struct small *s, unsigned page)
{
    if (page == 1)
        return FRAME_24;
    return s->frame == 16 ? FRAME_16 : s->frame == 17 ? FRAME_17 : FAULT;
}

/* What a walk finds now: from the root, or from a remembered pointer. */
static unsigned now(const struct small *s, unsigned page, unsigned asid)
{
    return (s->super ? SUPER : in_table(s, page)) | (s->pointer[asid] ? in_table(s, page) : 0);
}

/* Memory has changed: what a walk finds from now on may be remembered (a fault never is). */
static void note_change(struct small *s)
{
    for (unsigned asid = 0; asid < 2; asid++) {
        s->pointer[asid] = s->pointer[asid] || !s->super;
        for (unsigned page = 0; page < 2; page++) {
            unsigned found = now(s, page, asid) & ~(unsigned)FAULT;

            s->legal[page][asid] |= found;
            if (s->global) /* the leaf of B never is */
                s->global_legal[page] |= found & ~(unsigned)FRAME_24;
        }
    }
}

/* has_va: of A's address. Of B it covers the superpage only. FENCE_PTRS is 1: it covers all
 * pointers. */
static void note_fence(struct small *s, bool has_va, bool has_asid, unsigned asid)
{
    for (unsigned page = 0; page < 2; page++) {
        unsigned spared = has_va && page == 1 ? FRAME_24 : 0;

        if (!has_asid)
            s->global_legal[page] &= spared;
        for (unsigned a = 0; a < 2; a++)
            if (!has_asid || a == asid)
                s->legal[page][a] = (s->legal[page][a] & spared) | s->global_legal[page];
    }
    for (unsigned a = 0; a < 2; a++)
        if (has_va || !has_asid || a == asid)
            s->pointer[a] = false;
    note_change(s);
}

static unsigned answered(unsigned page, const struct atlas_rsp *rsp)
{
    if (rsp->fault)
        return FAULT;
    switch (rsp->pa >> ATLAS_PAGE_SHIFT) {
    case 16: return FRAME_16;
    case 17: return FRAME_17;
    case 24: return FRAME_24;
    default: return rsp->pa >> ATLAS_PAGE_SHIFT == 512 + page ? SUPER : 0;
    }
}

/* ---- Operations ---------------------------------------------------------------------------- */

static void stop(const struct small *s, const char *why)
{
    print_error("sequence");
    for (unsigned i = 0; i < LENGTH; i++)
        print_error(" %d", s->sequence[i]);
    fail_msg("%s", why);
}

static void same_or_stop(const struct small *s, bool same)
{
    if (!same)
        stop(s, bench_difference(s->b));
}

static void write_memory(struct small *s)
{
    uint64_t g = s->global ? ATLAS_MASK(PTE_G) : 0;

    bench_set_pte(s->b, MIDDLE, 0,
                  s->super ? ATLAS_SET(PTE64_PPN, 512) | flags | g
                           : ATLAS_SET(PTE64_PPN, TABLE) | ATLAS_MASK(PTE_V));
    bench_set_pte(s->b, TABLE, 0, s->frame == 0 ? 0 : ATLAS_SET(PTE64_PPN, s->frame) | flags | g);
    note_change(s);
}

static void check(struct small *s, unsigned page, unsigned legal)
{
    struct atlas_rsp rsp;

    same_or_stop(s, bench_answer(s->b, 0, &rsp));
    if (!rsp.killed && (answered(page, &rsp) & legal) == 0)
        stop(s, "an answer that was not right since the last fence");
}

static void send(struct small *s, unsigned page, unsigned acc)
{
    struct atlas_req req = {
        .va = page * ATLAS_PAGE_SIZE + 0x10, .acc = (uint8_t)acc, .priv = ATLAS_PRIV_S};

    bench_send(s->b, 0, &req);
}

static void cycles(struct small *s, unsigned n)
{
    while (n-- > 0)
        same_or_stop(s, bench_cycle(s->b));
}

static void fence(struct small *s, bool has_va, bool has_asid, unsigned asid)
{
    struct atlas_fence f = {.has_va = has_va, .has_asid = has_asid, .asid = (uint16_t)asid};

    same_or_stop(s, bench_fence(s->b, &f));
    note_fence(s, has_va, has_asid, asid);
}

static void access(struct small *s, unsigned page, unsigned acc)
{
    send(s, page, acc);
    check(s, page, s->legal[page][s->asid] | now(s, page, s->asid));
}

static void load_and_fence(struct small *s)
{
    unsigned legal = s->legal[0][s->asid] | now(s, 0, s->asid);

    send(s, 0, ATLAS_ACC_LOAD);
    cycles(s, 4);
    fence(s, true, false, 0);
    check(s, 0, legal);
}

static void load_and_kill(struct small *s)
{
    send(s, 0, ATLAS_ACC_LOAD);
    cycles(s, 5);
    s->b->in->port[0].kill_valid = true;
    s->b->in->port[0].kill_id = 0;
    check(s, 0, s->legal[0][s->asid] | now(s, 0, s->asid));
}

static void load_with_error(struct small *s)
{
    uint64_t addr = TABLE * ATLAS_PAGE_SIZE;

    sparse_fail(s->b->memory.memory, addr, false, 0, 1);
    send(s, 0, ATLAS_ACC_LOAD);
    check(s, 0, s->legal[0][s->asid] | now(s, 0, s->asid) | FAULT);
    sparse_fail(s->b->memory.memory, addr, false, 0, 0);
}

static void switch_asid(struct small *s, unsigned asid)
{
    s->asid = asid;
    s->b->in->cfg.satp = ATLAS_SET(SATP64_MODE, ATLAS_MODE_SV39) | ATLAS_SET(SATP64_ASID, asid) |
                         ATLAS_SET(SATP64_PPN, ROOT);
}

static void run(struct small *s, enum operation operation)
{
    switch (operation) {
    case LOAD_A: access(s, 0, ATLAS_ACC_LOAD); break;
    case LOAD_B: access(s, 1, ATLAS_ACC_LOAD); break;
    case STORE_A: access(s, 0, ATLAS_ACC_STORE); break;
    case REMAP_A:
        s->frame = s->frame == 16 ? 17 : s->frame == 17 ? 0 : 16;
        write_memory(s);
        break;
    case RESIZE:
        s->super = !s->super;
        write_memory(s);
        break;
    case GLOBAL_A:
        s->global = !s->global;
        write_memory(s);
        break;
    case SWITCH_ASID: switch_asid(s, 1 - s->asid); break;
    case FENCE_ALL: fence(s, false, false, 0); break;
    case FENCE_A: fence(s, true, false, 0); break;
    case FENCE_ASID_1: fence(s, false, true, 1); break;
    case FENCE_A_ASID_0: fence(s, true, true, 0); break;
    case LOAD_A_FENCE: load_and_fence(s); break;
    case LOAD_A_KILL: load_and_kill(s); break;
    case LOAD_A_ERROR: load_with_error(s); break;
    case OPERATIONS: break;
    }
}

static void run_sequence(struct small *s, unsigned number, bool global)
{
    memset(s->legal, 0, sizeof s->legal);
    memset(s->global_legal, 0, sizeof s->global_legal);
    s->frame = 16;
    s->super = false;
    s->global = global;
    memset(s->pointer, 0, sizeof s->pointer);
    switch_asid(s, 0);
    write_memory(s);
    fence(s, false, false, 0);
    access(s, 0, ATLAS_ACC_LOAD); /* warm: something is there that can be stale */
    for (unsigned i = 0; i < LENGTH; i++, number /= OPERATIONS)
        s->sequence[i] = (enum operation)(number % OPERATIONS);
    for (unsigned i = 0; i < LENGTH; i++)
        run(s, s->sequence[i]);
    access(s, 0, ATLAS_ACC_LOAD);
    access(s, 1, ATLAS_ACC_LOAD);
}

static void run_every_sequence(const char *build)
{
    struct small s = {.b = bench_open(bench_build(build), 1, LIMIT)};
    unsigned sequences = 1;

    s.b->in->cfg.adue = true;
    bench_set_pte(s.b, ROOT, 0, ATLAS_SET(PTE64_PPN, MIDDLE) | ATLAS_MASK(PTE_V));
    bench_set_pte(s.b, TABLE, 1, ATLAS_SET(PTE64_PPN, 24) | flags);
    for (unsigned i = 0; i < LENGTH; i++)
        sequences *= OPERATIONS;
    for (unsigned number = 0; number < sequences; number++) {
        run_sequence(&s, number, false);
        run_sequence(&s, number, true);
        if (number % 512 == 0)
            same_or_stop(&s, bench_checkpoint(s.b));
    }
    print_message("  %u sequences\n", 2 * sequences);
    bench_close(s.b);
}

/* P18 P21 P22 */
static void every_sequence_of_operations_in_a_small_world(void **state)
{
    (void)state;
    run_every_sequence(BUILD("1"));
}

/* P18 P21 P22 */
static void every_sequence_with_hits_of_two_cycles(void **state)
{
    (void)state;
    run_every_sequence(BUILD("1") ",HIT_LATENCY=2");
}

/* P18 P21 P22 */
static void every_sequence_with_a_superpage_in_a_side_entry(void **state)
{
    (void)state;
    run_every_sequence(BUILD("0"));
}

/* P18 P21 P22 */
static void every_sequence_with_a_superpage_in_the_l2(void **state)
{
    (void)state;
    run_every_sequence(BUILD("0") ",L2_BIG=1");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence_of_operations_in_a_small_world),
        cmocka_unit_test(every_sequence_with_hits_of_two_cycles),
        cmocka_unit_test(every_sequence_with_a_superpage_in_a_side_entry),
        cmocka_unit_test(every_sequence_with_a_superpage_in_the_l2),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_oracle.c: the cold-walk oracle, rule by rule (B7 B8 B9 B10 B11 B12 B17 B21 B22 B23 B24). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mem/sparse.h"
#include "oracle/cold_walk.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, G = 32, A = 64, D = 128, LEAF = V | R | W | X | A | D };
#define N (UINT64_C(1) << 63)
#define PBMT(v) ((uint64_t)(v) << 61)
#define PPN(ppn) ((uint64_t)(ppn) << 10)

/* The modes, each with tables at PPNs 0x100 (root), 0x101 ... and an address whose VPN slices are
 * 1, 2, 3 ... from the top. */
static const struct shape {
    unsigned mode, xlen, levels, slice_bits, pte_bytes, pa_bits;
} shapes[] = {
    {ATLAS_MODE_SV32, 32, 2, 10, 4, 34},
    {ATLAS_MODE_SV39, 64, 3, 9, 8, 56},
    {ATLAS_MODE_SV48, 64, 4, 9, 8, 56},
    {ATLAS_MODE_SV57, 64, 5, 9, 8, 56},
};

enum { SHAPES = sizeof shapes / sizeof shapes[0], ROOT = 0x100, OFFSET = 0xabc };

/* Where a fault of an acc is a page fault, and where an access fault. */
static const uint8_t page_cause[] = {12, 13, 15, 15}, access_cause[] = {1, 5, 7, 7};

struct rig {
    const struct shape *shape;
    struct sparse *memory;
    struct cold_query q;
    struct cold_result r;
    unsigned writes;     /* calls of write */
    unsigned changed;    /* so many of them find another value: ... */
    uint64_t changed_to; /* ... this */
    bool write_fails;
};

static enum cold_answer rig_read(void *ctx, uint64_t addr, uint64_t *pte)
{
    struct rig *rig = ctx;

    return sparse_read(rig->memory, pte, addr, rig->shape->pte_bytes) ? COLD_OK : COLD_ERROR;
}

static enum cold_answer rig_write(void *ctx, uint64_t addr, uint64_t old, uint64_t pte)
{
    struct rig *rig = ctx;
    uint64_t now;

    rig->writes++;
    assert_true(sparse_read(rig->memory, &now, addr, rig->shape->pte_bytes));
    assert_int_equal(now, old);
    if (rig->write_fails)
        return COLD_ERROR;
    if (rig->changed > 0) {
        rig->changed--;
        sparse_write(rig->memory, addr, rig->changed_to, rig->shape->pte_bytes);
        return COLD_CHANGED;
    }
    sparse_write(rig->memory, addr, pte, rig->shape->pte_bytes);
    return COLD_OK;
}

/* VPN slice of a level in the rig's address: 1 at the top. */
static unsigned slice(const struct rig *rig, unsigned level)
{
    return rig->shape->levels - level;
}

/* Address of the PTE of this level; tables lie one after another. */
static uint64_t pte_addr(const struct rig *rig, unsigned level)
{
    unsigned table = ROOT + rig->shape->levels - 1 - level;

    return ((uint64_t)table << 12) + (uint64_t)slice(rig, level) * rig->shape->pte_bytes;
}

static void put(struct rig *rig, unsigned level, uint64_t pte)
{
    assert_true(sparse_write(rig->memory, pte_addr(rig, level), pte, rig->shape->pte_bytes));
}

/* Pointers down to a leaf PTE of this level. */
static void map(struct rig *rig, unsigned level, uint64_t leaf)
{
    for (unsigned l = rig->shape->levels - 1; l > level; l--)
        put(rig, l, PPN(ROOT + rig->shape->levels - l) | V);
    put(rig, level, leaf);
}

static uint64_t address(const struct shape *s)
{
    uint64_t va = OFFSET;

    for (unsigned level = 0; level < s->levels; level++)
        va |= (uint64_t)(s->levels - level) << (12 + level * s->slice_bits);
    return va;
}

/* A rig for shapes[shape]: load in S mode, everything implemented, A and D by fault. */
static void open_rig(struct rig *rig, unsigned shape)
{
    const struct shape *s = &shapes[shape];

    *rig = (struct rig){.shape = s,
                        .memory = sparse_open(),
                        .q = {.xlen = (uint8_t)s->xlen,
                              .levels = (uint8_t)(s->xlen == 32 ? 2 : 5),
                              .pa_bits = (uint8_t)s->pa_bits,
                              .mode = (uint8_t)s->mode,
                              .root_ppn = ROOT,
                              .va = address(s),
                              .acc = ATLAS_ACC_LOAD,
                              .priv = ATLAS_PRIV_S,
                              .pbmte = true,
                              .napote = true}};
    assert_non_null(rig->memory);
}

static void close_rig(struct rig *rig)
{
    sparse_close(rig->memory);
}

static void walk(struct rig *rig)
{
    const struct cold_memory memory = {rig, rig_read, rig_write};

    memset(&rig->r, 0xa5, sizeof rig->r); /* every member must be set */
    cold_walk(&rig->q, &memory, &rig->r);
}

static void expect_fault(struct rig *rig, bool page, unsigned reason)
{
    for (unsigned acc = 0; acc < 4; acc++) {
        struct cold_query q = rig->q;

        rig->q.acc = (uint8_t)acc;
        walk(rig);
        rig->q = q;
        assert_true(rig->r.fault);
        assert_int_equal(rig->r.reason, reason);
        assert_int_equal(rig->r.cause, page ? page_cause[acc] : access_cause[acc]);
        assert_int_equal(rig->r.pa | rig->r.level | rig->r.napot | rig->r.pbmt | rig->r.g, 0);
    }
}

static void expect_pa(struct rig *rig, uint64_t pa)
{
    walk(rig);
    assert_false(rig->r.fault);
    assert_int_equal(rig->r.cause, 0);
    assert_int_equal(rig->r.reason, ATLAS_REASON_NONE);
    assert_int_equal(rig->r.pa, pa);
}

/* Expect one access's reason (NONE: it succeeds). */
static void expect_reason(struct rig *rig, unsigned acc, unsigned reason)
{
    rig->q.acc = (uint8_t)acc;
    walk(rig);
    assert_int_equal(rig->r.reason, reason);
    assert_int_equal(rig->r.fault, reason != ATLAS_REASON_NONE);
}

/* ---- Translations -------------------------------------------------------------------------- */

static void a_leaf_of_each_level_takes_the_rest_from_va(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned s = 0; s < SHAPES; s++) {
        for (unsigned level = 0; level < shapes[s].levels; level++) {
            unsigned inside = level * shapes[s].slice_bits;

            open_rig(&rig, s);
            map(&rig, level, PPN(UINT64_C(1) << inside) | LEAF);
            expect_pa(&rig, (UINT64_C(1) << (12 + inside)) | (rig.q.va & ATLAS_ONES(12 + inside)));
            assert_int_equal(rig.r.level, level);
            assert_int_equal(rig.r.nread, shapes[s].levels - level);
            for (unsigned i = 0; i < rig.r.nread; i++)
                assert_int_equal(rig.r.read[i].addr, pte_addr(&rig, shapes[s].levels - 1 - i));
            assert_int_equal(rig.r.read[rig.r.nread - 1].pte, PPN(UINT64_C(1) << inside) | LEAF);
            assert_false(rig.r.write.tried);
            close_rig(&rig);
        }
    }
}

static void untranslated_addresses_go_through_if_they_fit(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned machine = 0; machine < 2; machine++) {
        open_rig(&rig, 1);
        rig.q.mode = machine ? ATLAS_MODE_SV39 : ATLAS_MODE_BARE;
        rig.q.priv = machine ? ATLAS_PRIV_M : ATLAS_PRIV_U;
        for (unsigned bit = 0; bit < 56; bit++) {
            rig.q.va = UINT64_C(1) << bit;
            expect_pa(&rig, rig.q.va);
            assert_int_equal(rig.r.nread, 0);
        }
        for (unsigned bit = 56; bit < 64; bit++) {
            rig.q.va = UINT64_C(1) << bit;
            expect_fault(&rig, false, ATLAS_REASON_VA_WIDTH);
        }
        close_rig(&rig);
    }
}

/* Every pattern of the bits around the sign bit, and each single bit above. */
static void upper_bits_must_be_the_sign(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned s = 1; s < SHAPES; s++) {
        unsigned bits = 12 + shapes[s].levels * 9;

        open_rig(&rig, s);
        for (unsigned sign = 0; sign < 2; sign++) {
            uint64_t good = sign ? ~ATLAS_ONES(bits - 1) : 0;

            rig.q.va = good;
            expect_fault(&rig, false, ATLAS_REASON_PTE_BUS); /* canonical: it walks */
            for (unsigned bit = bits - 1; bit < 64; bit++) {
                rig.q.va = good ^ UINT64_C(1) << bit;
                if (bit == bits - 1 && bits == 64)
                    continue;
                expect_fault(&rig, true, ATLAS_REASON_NONCANONICAL);
                assert_int_equal(rig.r.nread, 0);
            }
        }
        close_rig(&rig);
    }
}

static void a_mode_that_is_not_there_is_a_page_fault(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned xlen = 32; xlen <= 64; xlen += 32) {
        for (unsigned levels = xlen == 32 ? 2 : 3; levels <= (xlen == 32 ? 2 : 5); levels++) {
            for (unsigned mode = 1; mode < 16; mode++) {
                bool there = xlen == 32 ? mode == 1 : mode >= 8 && mode < 6 + levels;

                open_rig(&rig, 1);
                rig.q.xlen = (uint8_t)xlen;
                rig.q.levels = (uint8_t)levels;
                rig.q.mode = (uint8_t)mode;
                rig.q.va = 0;
                expect_fault(&rig, !there, there ? ATLAS_REASON_PTE_BUS : ATLAS_REASON_MODE);
                close_rig(&rig);
            }
        }
    }
}

static void g_of_any_level_counts(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned s = 0; s < SHAPES; s++) {
        for (unsigned global = 0; global <= shapes[s].levels; global++) {
            open_rig(&rig, s);
            map(&rig, 0, PPN(7) | LEAF | (global == 0 ? G : 0));
            if (global > 0 && global < shapes[s].levels)
                put(&rig, global, PPN(ROOT + shapes[s].levels - global) | V | G);
            expect_pa(&rig, 7 << 12 | OFFSET);
            assert_int_equal(rig.r.g, global < shapes[s].levels);
            close_rig(&rig);
        }
    }
}

static void a_napot_leaf_spans_sixteen_pages(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 1);
    for (unsigned low = 0; low < 16; low++) {
        map(&rig, 0, N | PPN(0x70 | low) | LEAF);
        if (low != 8) {
            expect_fault(&rig, true, ATLAS_REASON_NAPOT);
            continue;
        }
        expect_pa(&rig, 0x70000 | (rig.q.va & 0xffff));
        assert_true(rig.r.napot);
    }
    map(&rig, 1, N | PPN(0x200) | LEAF);
    expect_fault(&rig, true, ATLAS_REASON_NAPOT);
    map(&rig, 0, N | PPN(0x78) | LEAF);
    rig.q.napote = false;
    expect_fault(&rig, true, ATLAS_REASON_RESERVED);
    close_rig(&rig);
}

static void pbmt_needs_pbmte_and_is_not_3(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 2);
    for (unsigned pbmt = 0; pbmt < 4; pbmt++) {
        map(&rig, 0, PBMT(pbmt) | PPN(5) | LEAF);
        rig.q.pbmte = true;
        if (pbmt == 3) {
            expect_fault(&rig, true, ATLAS_REASON_RESERVED);
        } else {
            expect_pa(&rig, 5 << 12 | OFFSET);
            assert_int_equal(rig.r.pbmt, pbmt);
        }
        rig.q.pbmte = false;
        if (pbmt != 0)
            expect_fault(&rig, true, ATLAS_REASON_RESERVED);
    }
    close_rig(&rig);
}

/* ---- Faults -------------------------------------------------------------------------------- */

static void a_bus_error_of_any_level_is_an_access_fault(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned s = 0; s < SHAPES; s++) {
        for (unsigned level = 0; level < shapes[s].levels; level++) {
            open_rig(&rig, s);
            if (level + 1 < shapes[s].levels)
                map(&rig, level + 1, PPN(ROOT + shapes[s].levels - 1 - level) | V);
            expect_fault(&rig, false, ATLAS_REASON_PTE_BUS);
            assert_int_equal(rig.r.nread, shapes[s].levels - level);
            close_rig(&rig);
        }
    }
}

static void low_bits_that_no_pte_may_have(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned s = 0; s < SHAPES; s++) {
        for (unsigned level = 0; level < shapes[s].levels; level++) {
            open_rig(&rig, s);
            for (unsigned low = 0; low < 1024; low++) {
                if (low & V && !(low & W && !(low & R)))
                    continue;
                map(&rig, level, PPN(0) | low);
                expect_fault(&rig, true, low & V ? ATLAS_REASON_W_NO_R : ATLAS_REASON_INVALID);
            }
            close_rig(&rig);
        }
    }
}

static void reserved_bits_of_any_level_are_a_page_fault(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned s = 1; s < SHAPES; s++) {
        for (unsigned level = 0; level < shapes[s].levels; level++) {
            open_rig(&rig, s);
            for (unsigned bit = 54; bit < 61; bit++) {
                map(&rig, level, UINT64_C(1) << bit | V);
                expect_fault(&rig, true, ATLAS_REASON_RESERVED);
                map(&rig, level, UINT64_C(1) << bit | LEAF);
                expect_fault(&rig, true, ATLAS_REASON_RESERVED);
            }
            close_rig(&rig);
        }
    }
}

static void a_pointer_has_no_leaf_attributes(void **state)
{
    const uint64_t bad[] = {A, D, U, N, PBMT(1), PBMT(2)};
    struct rig rig;

    (void)state;
    for (unsigned s = 0; s < SHAPES; s++) {
        for (unsigned level = 0; level < shapes[s].levels; level++) {
            open_rig(&rig, s);
            for (unsigned b = 0; b < (s == 0 ? 3U : 6U); b++) {
                map(&rig, level, bad[b] | PPN(ROOT) | V);
                expect_fault(&rig, true, ATLAS_REASON_PTR_ATTR);
            }
            close_rig(&rig);
        }
    }
}

static void a_pointer_at_the_last_level_is_a_page_fault(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned s = 0; s < SHAPES; s++) {
        open_rig(&rig, s);
        map(&rig, 0, PPN(ROOT) | V | G);
        expect_fault(&rig, true, ATLAS_REASON_NO_LEAF);
        assert_int_equal(rig.r.nread, shapes[s].levels);
        close_rig(&rig);
    }
}

static void each_low_ppn_bit_misaligns_a_superpage(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned s = 0; s < SHAPES; s++) {
        for (unsigned level = 1; level < shapes[s].levels; level++) {
            open_rig(&rig, s);
            for (unsigned bit = 0; bit < level * shapes[s].slice_bits; bit++) {
                map(&rig, level, PPN(UINT64_C(1) << bit) | LEAF);
                expect_fault(&rig, true, ATLAS_REASON_MISALIGNED);
            }
            close_rig(&rig);
        }
    }
}

/* The table of the specification, written as what is allowed. */
static bool allowed(unsigned pte, unsigned acc, unsigned priv, bool sum, bool mxr)
{
    bool mode =
        priv == ATLAS_PRIV_U ? (pte & U) != 0 : !(pte & U) || (sum && acc != ATLAS_ACC_FETCH);
    bool right = acc == ATLAS_ACC_FETCH  ? (pte & X) != 0
                 : acc == ATLAS_ACC_LOAD ? (pte & R) || (mxr && (pte & X))
                                         : (pte & W) != 0;

    return mode && right;
}

static void every_permission_case(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 1);
    for (unsigned low = 0; low < 32; low++) {
        if (!(low & V) || !(low & (R | X)) || (low & W && !(low & R)))
            continue;
        map(&rig, 0, PPN(9) | low | A | D);
        for (unsigned k = 0; k < 32; k++) {
            rig.q.acc = (uint8_t)(k & 3);
            rig.q.priv = k >> 2 & 1;
            rig.q.sum = (k >> 3 & 1) != 0;
            rig.q.mxr = (k >> 4 & 1) != 0;
            walk(&rig);
            assert_int_equal(rig.r.fault,
                             !allowed(low, rig.q.acc, rig.q.priv, rig.q.sum, rig.q.mxr));
            assert_int_equal(rig.r.cause, rig.r.fault ? page_cause[k & 3] : 0);
        }
    }
    close_rig(&rig);
}

static void permission_reasons_name_the_first_rule(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 1);
    map(&rig, 0, PPN(9) | V | X); /* supervisor page, and no R, no W, no A */
    rig.q.priv = ATLAS_PRIV_U;
    expect_reason(&rig, ATLAS_ACC_LOAD, ATLAS_REASON_S_PAGE);
    rig.q.priv = ATLAS_PRIV_S;
    expect_reason(&rig, ATLAS_ACC_LOAD, ATLAS_REASON_NO_R);
    expect_reason(&rig, ATLAS_ACC_STORE, ATLAS_REASON_NO_W);
    expect_reason(&rig, ATLAS_ACC_AMO, ATLAS_REASON_NO_W);
    expect_reason(&rig, ATLAS_ACC_FETCH, ATLAS_REASON_A_CLEAR);
    map(&rig, 0, PPN(9) | V | R | U | A);
    expect_reason(&rig, ATLAS_ACC_FETCH, ATLAS_REASON_U_PAGE);
    expect_reason(&rig, ATLAS_ACC_LOAD, ATLAS_REASON_U_PAGE);
    rig.q.sum = true;
    expect_reason(&rig, ATLAS_ACC_FETCH, ATLAS_REASON_U_PAGE);
    expect_reason(&rig, ATLAS_ACC_LOAD, ATLAS_REASON_NONE);
    expect_reason(&rig, ATLAS_ACC_STORE, ATLAS_REASON_NO_W);
    rig.q.priv = ATLAS_PRIV_U;
    expect_reason(&rig, ATLAS_ACC_FETCH, ATLAS_REASON_NO_X);
    close_rig(&rig);
}

/* ---- Physical width ------------------------------------------------------------------------ */

static void a_table_beyond_the_physical_width_is_an_access_fault(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned bit = 20; bit < 44; bit++) {
        open_rig(&rig, 1);
        rig.q.pa_bits = 32;
        map(&rig, 1, PPN(UINT64_C(1) << bit) | V);
        expect_fault(&rig, false, ATLAS_REASON_PTE_WIDTH);
        assert_int_equal(rig.r.nread, 2); /* none at a wrapped address */
        rig.q.root_ppn = UINT64_C(1) << bit;
        expect_fault(&rig, false, ATLAS_REASON_PTE_WIDTH);
        assert_int_equal(rig.r.nread, 0);
        close_rig(&rig);
    }
}

static void a_leaf_beyond_the_width_faults_last_but_before_an_update(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 1);
    rig.q.pa_bits = 32;
    map(&rig, 0, PPN(1 << 20) | V | R | W | X | U);
    expect_fault(&rig, true, ATLAS_REASON_U_PAGE);
    map(&rig, 0, PPN(1 << 20) | V | R | W | X);
    expect_fault(&rig, true, ATLAS_REASON_A_CLEAR);
    rig.q.adue = true;
    expect_fault(&rig, false, ATLAS_REASON_LEAF_WIDTH);
    assert_int_equal(rig.writes, 0);
    close_rig(&rig);
}

static void a_superpage_may_reach_beyond_the_width(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 3);
    rig.q.pa_bits = 32;
    map(&rig, 2, LEAF); /* 1 GiB at 0: all of it fits */
    expect_pa(&rig, rig.q.va & ATLAS_ONES(30));
    map(&rig, 3, LEAF); /* 512 GiB at 0: all that fits */
    expect_pa(&rig, rig.q.va & ATLAS_ONES(39));
    rig.q.va |= UINT64_C(1) << 32; /* this address of it does not */
    expect_fault(&rig, false, ATLAS_REASON_LEAF_WIDTH);
    close_rig(&rig);
}

/* ---- A and D ------------------------------------------------------------------------------- */

static void a_and_d_fault_or_are_set(void **state)
{
    struct rig rig;

    (void)state;
    for (unsigned s = 0; s < SHAPES; s++) {
        for (unsigned k = 0; k < 32; k++) {
            unsigned acc = k & 3;
            bool a = k >> 2 & 1, d = k >> 3 & 1, adue = k >> 4 & 1, store = acc >= 2;
            uint64_t pte = PPN(9) | V | R | W | X | (a ? A : 0) | (d ? D : 0);
            bool lacks = !a || (store && !d);

            open_rig(&rig, s);
            map(&rig, 0, pte);
            rig.q.acc = (uint8_t)acc;
            rig.q.adue = adue;
            walk(&rig);
            assert_int_equal(rig.r.reason, !lacks || adue ? ATLAS_REASON_NONE
                                           : !a           ? ATLAS_REASON_A_CLEAR
                                                          : ATLAS_REASON_D_CLEAR);
            assert_int_equal(rig.r.write.tried, lacks && adue);
            assert_int_equal(rig.writes, lacks && adue);
            if (rig.r.write.tried) {
                assert_int_equal(rig.r.write.addr, pte_addr(&rig, 0));
                assert_int_equal(rig.r.write.old, pte);
                assert_int_equal(rig.r.write.pte, pte | A | (store ? D : 0));
                assert_int_equal(rig.r.write.answer, COLD_OK);
            }
            close_rig(&rig);
        }
    }
}

static void a_failed_update_is_an_access_fault(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 1);
    map(&rig, 0, PPN(9) | V | R | W | X);
    rig.q.adue = true;
    rig.write_fails = true;
    expect_fault(&rig, false, ATLAS_REASON_AD_BUS);
    assert_int_equal(rig.r.write.answer, COLD_ERROR);
    close_rig(&rig);
}

static void a_changed_pte_is_read_again(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 1);
    map(&rig, 0, PPN(9) | V | R | W | X | G);
    rig.q.adue = true;
    rig.changed = 1;
    rig.changed_to = PPN(10) | V | R; /* another page, not global, A still to be set */
    expect_pa(&rig, 10 << 12 | OFFSET);
    assert_int_equal(rig.r.nread, 4);
    assert_int_equal(rig.r.read[3].addr, rig.r.read[2].addr);
    assert_int_equal(rig.writes, 2);
    assert_false(rig.r.g);
    close_rig(&rig);

    open_rig(&rig, 1);
    map(&rig, 0, PPN(9) | V | R | W | X);
    rig.q.adue = true;
    rig.changed = 1;
    rig.changed_to = 0;
    expect_reason(&rig, ATLAS_ACC_LOAD, ATLAS_REASON_INVALID);
    close_rig(&rig);
}

static void more_reads_than_the_list_are_counted(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 1);
    map(&rig, 0, PPN(9) | V | R | W | X);
    rig.q.adue = true;
    rig.changed = 20;
    rig.changed_to = PPN(10) | V | R;
    expect_pa(&rig, 10 << 12 | OFFSET);
    assert_int_equal(rig.r.nread, 23);
    close_rig(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_of_each_level_takes_the_rest_from_va),
        cmocka_unit_test(untranslated_addresses_go_through_if_they_fit),
        cmocka_unit_test(upper_bits_must_be_the_sign),
        cmocka_unit_test(a_mode_that_is_not_there_is_a_page_fault),
        cmocka_unit_test(g_of_any_level_counts),
        cmocka_unit_test(a_napot_leaf_spans_sixteen_pages),
        cmocka_unit_test(pbmt_needs_pbmte_and_is_not_3),
        cmocka_unit_test(a_bus_error_of_any_level_is_an_access_fault),
        cmocka_unit_test(low_bits_that_no_pte_may_have),
        cmocka_unit_test(reserved_bits_of_any_level_are_a_page_fault),
        cmocka_unit_test(a_pointer_has_no_leaf_attributes),
        cmocka_unit_test(a_pointer_at_the_last_level_is_a_page_fault),
        cmocka_unit_test(each_low_ppn_bit_misaligns_a_superpage),
        cmocka_unit_test(every_permission_case),
        cmocka_unit_test(permission_reasons_name_the_first_rule),
        cmocka_unit_test(a_table_beyond_the_physical_width_is_an_access_fault),
        cmocka_unit_test(a_leaf_beyond_the_width_faults_last_but_before_an_update),
        cmocka_unit_test(a_superpage_may_reach_beyond_the_width),
        cmocka_unit_test(a_and_d_fault_or_are_set),
        cmocka_unit_test(a_failed_update_is_an_access_fault),
        cmocka_unit_test(a_changed_pte_is_read_again),
        cmocka_unit_test(more_reads_than_the_list_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

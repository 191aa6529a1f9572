/* mmu_rig.c: see mmu_rig.h. */
#include "mmu_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

const struct rig_mode rig_modes[RIG_MODES] = {
    {"Sv32", "rv32", ATLAS_MODE_SV32, 2, 32, 10, 4},
    {"Sv39", "full", ATLAS_MODE_SV39, 3, 39, 9, 8},
    {"Sv48", "full", ATLAS_MODE_SV48, 4, 48, 9, 8},
    {"Sv57", "full", ATLAS_MODE_SV57, 5, 57, 9, 8},
};

static void log_transaction(struct rig *r, const struct rig_transaction *t)
{
    if (r->count < RIG_LOG)
        r->log[r->count] = *t;
    r->count++;
}

static enum atlas_mem_status on_read(void *ctx, uint64_t addr, uint64_t *value)
{
    struct rig *r = ctx;
    struct rig_transaction t = {.addr = addr};

    t.status = (enum atlas_mem_status)sparse_bus_read(r->mem, &t.value, addr, r->mode->bytes);
    log_transaction(r, &t);
    *value = t.value;
    return t.status;
}

static enum atlas_mem_status on_cas(void *ctx, uint64_t addr, uint64_t old, uint64_t value)
{
    struct rig *r = ctx;
    struct rig_transaction t = {.cas = true, .addr = addr, .old = old, .value = value};

    if (r->changes > 0) {
        r->changes--;
        rig_put(r, addr, r->changed_to);
    }
    t.status = (enum atlas_mem_status)sparse_bus_cas(r->mem, addr, old, value, r->mode->bytes);
    log_transaction(r, &t);
    return t.status;
}

struct atlas_params rig_params(unsigned mode)
{
    struct atlas_params p;

    assert_true(atlas_preset(rig_modes[mode].preset, &p));
    return p;
}

void rig_open_with(struct rig *r, unsigned mode, const struct atlas_params *params)
{
    const struct atlas_mem_ops ops = {.read = on_read, .cas = on_cas};

    memset(r, 0, sizeof *r);
    r->mode = &rig_modes[mode];
    r->mem = sparse_open();
    assert_non_null(r->mem);
    r->mmu = atlas_open(params, &ops, r);
    assert_non_null(r->mmu);
    r->next_table = RIG_ROOT + 0x100;
    r->req = (struct atlas_req){.priv = ATLAS_PRIV_S, .id = 5};
    r->cfg = (struct atlas_cfg){.pbmte = true, .napote = true};
    rig_space(r, 1);
}

void rig_open(struct rig *r, unsigned mode)
{
    const struct atlas_params p = rig_params(mode);

    rig_open_with(r, mode, &p);
}

void rig_close(struct rig *r)
{
    atlas_close(r->mmu);
    sparse_close(r->mem);
}

static uint64_t root_of(const struct rig *r)
{
    return r->mode->bytes == 8 ? ATLAS_GET(r->cfg.satp, SATP64_PPN)
                               : ATLAS_GET(r->cfg.satp, SATP32_PPN);
}

void rig_space(struct rig *r, unsigned asid)
{
    const uint64_t root = RIG_ROOT + asid % 0x100;

    r->cfg.satp = r->mode->bytes == 8 ? ATLAS_SET(SATP64_PPN, root) | ATLAS_SET(SATP64_ASID, asid) |
                                            ATLAS_SET(SATP64_MODE, r->mode->code)
                                      : ATLAS_SET(SATP32_PPN, root) | ATLAS_SET(SATP32_ASID, asid) |
                                            ATLAS_SET(SATP32_MODE, 1);
    rig_configure(r);
}

void rig_configure(struct rig *r)
{
    assert_true(atlas_configure(r->mmu, &r->cfg));
}

void rig_put(struct rig *r, uint64_t addr, uint64_t value)
{
    assert_true(sparse_write(r->mem, addr, value, r->mode->bytes));
}

uint64_t rig_get(struct rig *r, uint64_t addr)
{
    uint64_t value;

    assert_true(sparse_read(r->mem, &value, addr, r->mode->bytes));
    return value;
}

static uint64_t slot(const struct rig *r, uint64_t table, uint64_t va, unsigned level)
{
    const uint64_t slice =
        va >> (12 + r->mode->slice_bits * level) & ((1U << r->mode->slice_bits) - 1);

    return table * 4096 + slice * r->mode->bytes;
}

uint64_t rig_pte_addr(struct rig *r, uint64_t va, unsigned level)
{
    uint64_t table = root_of(r), pte;

    for (unsigned l = r->mode->levels - 1; l > level; l--) {
        const uint64_t addr = slot(r, table, va, l);

        if (!sparse_read(r->mem, &pte, addr, r->mode->bytes) || (pte & PV) == 0) {
            pte = r->next_table++ << PPN_LSB | PV;
            rig_put(r, addr, pte);
        }
        table = pte >> PPN_LSB & ATLAS_ONES(44);
    }
    return slot(r, table, va, level);
}

void rig_map(struct rig *r, uint64_t va, unsigned level, uint64_t pte)
{
    rig_put(r, rig_pte_addr(r, va, level), pte);
}

uint64_t rig_va(const struct rig *r, unsigned s0, unsigned s1, unsigned s2, unsigned s3,
                unsigned s4)
{
    const unsigned bits = r->mode->slice_bits, top = r->mode->va_bits - 1;
    const uint64_t slices[] = {s0, s1, s2, s3, s4};
    uint64_t va = 0;

    for (unsigned l = 0; l < r->mode->levels; l++)
        va |= slices[l] << (12 + bits * l);
    if (r->mode->bytes == 8 && (va >> top & 1) != 0)
        va |= ~ATLAS_ONES(top);
    return va;
}

struct atlas_rsp rig_access(struct rig *r, unsigned port, unsigned acc, uint64_t va)
{
    struct atlas_rsp rsp;

    memset(&rsp, 0x55, sizeof rsp);
    r->req.va = va;
    r->req.acc = (uint8_t)acc;
    atlas_access(r->mmu, port, &r->req, &rsp);
    assert_int_equal(rsp.id, r->req.id);
    assert_int_equal(rsp.killed, 0);
    return rsp;
}

struct atlas_rsp rig_load(struct rig *r, uint64_t va)
{
    return rig_access(r, 0, ATLAS_ACC_LOAD, va);
}

struct atlas_sampled rig_sample(struct rig *r, unsigned acc, uint64_t va)
{
    struct atlas_sampled s;

    r->req.va = va;
    r->req.acc = (uint8_t)acc;
    atlas_step_sample(r->mmu, &r->req, &s);
    return s;
}

struct atlas_walk rig_begin(struct rig *r, const struct atlas_sampled *s)
{
    struct atlas_walk w;

    memset(&w, 0x55, sizeof w);
    atlas_step_begin(r->mmu, 0, s, &w);
    return w;
}

void rig_fence(struct rig *r, int64_t va, int asid)
{
    const struct atlas_fence f = {
        .has_va = va != -1, .has_asid = asid != -1, .va = (uint64_t)va, .asid = (uint16_t)asid};

    atlas_fence(r->mmu, &f);
}

void rig_forget(struct rig *r)
{
    r->count = 0;
}

uint64_t rig_port_ctr(const struct rig *r, unsigned port, unsigned c)
{
    return atlas_counter(r->mmu, port * ATLAS_CTR_PORT_COUNT + c);
}

uint64_t rig_ctr(const struct rig *r, unsigned c)
{
    return atlas_counter(r->mmu, atlas_get_params(r->mmu)->ports * ATLAS_CTR_PORT_COUNT + c);
}

struct atlas_entry rig_entry(const struct rig *r, unsigned array, unsigned port, unsigned index)
{
    struct atlas_entry e;

    assert_true(atlas_read_back(r->mmu, array, port, index, &e));
    return e;
}

unsigned rig_valid(const struct rig *r, unsigned array, unsigned port)
{
    struct atlas_entry e;
    unsigned n = 0;

    for (unsigned i = 0; atlas_read_back(r->mmu, array, port, i, &e); i++)
        n += e.valid;
    return n;
}

void rig_assert_fault(const struct atlas_rsp *rsp, unsigned reason, unsigned cause)
{
    assert_string_equal(atlas_reason_name(rsp->reason), atlas_reason_name(reason));
    assert_int_equal(rsp->fault, reason != ATLAS_REASON_NONE);
    assert_int_equal(rsp->cause, cause);
    assert_int_equal(rsp->pa, 0);
    assert_int_equal(rsp->level, 0);
    assert_int_equal(rsp->napot, 0);
    assert_int_equal(rsp->pbmt, 0);
}

void rig_assert_pa(const struct atlas_rsp *rsp, uint64_t pa)
{
    assert_string_equal(atlas_reason_name(rsp->reason), "NONE");
    assert_int_equal(rsp->fault, 0);
    assert_int_equal(rsp->cause, ATLAS_CAUSE_NONE);
    assert_int_equal(rsp->pa, pa);
}

static void assert_same_array(const struct atlas *a, const struct atlas *b, unsigned array,
                              unsigned port)
{
    struct atlas_entry x, y;

    memset(&x, 0, sizeof x);
    memset(&y, 0, sizeof y);
    for (unsigned i = 0; atlas_read_back(a, array, port, i, &x); i++) {
        assert_true(atlas_read_back(b, array, port, i, &y));
        assert_int_equal(x.valid, y.valid);
        assert_int_equal(x.g, y.g);
        assert_int_equal(x.asid, y.asid);
        assert_int_equal(x.vpn, y.vpn);
        assert_int_equal(x.ppn, y.ppn);
        assert_int_equal(x.level, y.level);
        assert_int_equal(x.napot, y.napot);
        assert_int_equal(x.pbmt, y.pbmt);
        assert_int_equal(x.r << 4 | x.w << 3 | x.x << 2 | x.u << 1 | x.d,
                         y.r << 4 | y.w << 3 | y.x << 2 | y.u << 1 | y.d);
    }
}

void rig_assert_same_state(const struct atlas *a, const struct atlas *b)
{
    const unsigned ports = atlas_get_params(a)->ports;

    for (unsigned port = 0; port < ports; port++) {
        assert_same_array(a, b, ATLAS_RB_L1, port);
        assert_same_array(a, b, ATLAS_RB_SIDE, port);
        assert_same_array(a, b, ATLAS_RB_PTR, port);
    }
    assert_same_array(a, b, ATLAS_RB_L2, 0);
    for (unsigned port = 0; port <= ports; port++)
        assert_int_equal(atlas_replacement(a, port), atlas_replacement(b, port));
    for (unsigned i = 0; i < ports * ATLAS_CTR_PORT_COUNT + ATLAS_GCTR_GLOBAL_COUNT; i++)
        assert_int_equal(atlas_counter(a, i), atlas_counter(b, i));
}

uint64_t rig_seed(void)
{
    const char *text = getenv("ATLAS_SEED");
    const uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : 1962;

    printf("ATLAS_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

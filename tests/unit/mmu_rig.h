/* mmu_rig.h: one MMU on a sparse memory whose every transaction is logged, with page tables
 * that are built on demand. For the tests of model/mmu. */
#ifndef MMU_RIG_H
#define MMU_RIG_H

#include "atlas.h"
#include "mem/sparse.h"
#include "mmu/step.h"

/* PTE bits, short. */
enum { PV = 1, PR = 2, PW = 4, PX = 8, PU = 16, PG = 32, PA = 64, PD = 128 };
enum { RWXAD = PV | PR | PW | PX | PA | PD, URWXAD = RWXAD | PU, PPN_LSB = 10 };
#define PN (UINT64_C(1) << 63)
#define PPBMT(v) ((uint64_t)(v) << 61)

enum { RIG_LOG = 64, RIG_ROOT = 0x100 };

struct rig_mode {
    const char *name, *preset;
    unsigned code, levels, va_bits, slice_bits, bytes;
};

enum { RIG_SV32, RIG_SV39, RIG_SV48, RIG_SV57, RIG_MODES };
extern const struct rig_mode rig_modes[RIG_MODES];

struct rig_transaction {
    bool cas;
    uint64_t addr, old, value; /* value: read, or to be written */
    enum atlas_mem_status status;
};

struct rig {
    struct atlas *mmu;
    struct sparse *mem;
    const struct rig_mode *mode;
    struct atlas_cfg cfg; /* rig_configure makes it so                           */
    struct atlas_req req; /* what rig_access asks with; va, acc are arguments     */
    uint64_t next_table;  /* PPN of the next page table                          */
    unsigned changes;     /* so many compare-and-swaps more find the word ...    */
    uint64_t changed_to;  /* ... changed to this                                 */
    unsigned count;       /* transactions since rig_forget                       */
    struct rig_transaction log[RIG_LOG];
};

/* The parameters of the preset that suits a mode: rv32 or full. */
struct atlas_params rig_params(unsigned mode);

/* An MMU with these parameters in mode rig_modes[mode], ASID 1, empty memory, requests by S. */
void rig_open_with(struct rig *r, unsigned mode, const struct atlas_params *params);
void rig_open(struct rig *r, unsigned mode);
void rig_close(struct rig *r);

/* satp with a root table of its own for each asid; and cfg to the MMU. */
void rig_space(struct rig *r, unsigned asid);
void rig_configure(struct rig *r);

/* Address of the PTE of level `level` that va's walk reads; the tables above are made. */
uint64_t rig_pte_addr(struct rig *r, uint64_t va, unsigned level);
void rig_map(struct rig *r, uint64_t va, unsigned level, uint64_t pte);
void rig_put(struct rig *r, uint64_t addr, uint64_t value);
uint64_t rig_get(struct rig *r, uint64_t addr);

/* A canonical address with this slice at each level, the lowest first; others 0. */
uint64_t rig_va(const struct rig *r, unsigned s0, unsigned s1, unsigned s2, unsigned s3,
                unsigned s4);

struct atlas_rsp rig_access(struct rig *r, unsigned port, unsigned acc, uint64_t va);
struct atlas_rsp rig_load(struct rig *r, uint64_t va); /* port 0 */

/* The same step by step (mmu/step.h), on port 0: the request as it is sampled; its walk begun. */
struct atlas_sampled rig_sample(struct rig *r, unsigned acc, uint64_t va);
struct atlas_walk rig_begin(struct rig *r, const struct atlas_sampled *s);

/* Fence by these operands; -1 is x0. */
void rig_fence(struct rig *r, int64_t va, int asid);

/* Transactions since the last rig_forget are dropped. */
void rig_forget(struct rig *r);

uint64_t rig_port_ctr(const struct rig *r, unsigned port, unsigned c);
uint64_t rig_ctr(const struct rig *r, unsigned c);

/* The entry at a place, which must exist. */
struct atlas_entry rig_entry(const struct rig *r, unsigned array, unsigned port, unsigned index);

/* Valid entries of an array. */
unsigned rig_valid(const struct rig *r, unsigned array, unsigned port);

void rig_assert_fault(const struct atlas_rsp *rsp, unsigned reason, unsigned cause);
void rig_assert_pa(const struct atlas_rsp *rsp, uint64_t pa);

/* Everything that can be seen of two MMUs is equal: entries, replacement, counters. */
void rig_assert_same_state(const struct atlas *a, const struct atlas *b);

/* Seed of random tests: ATLAS_SEED, or the default; printed. */
uint64_t rig_seed(void);

#endif

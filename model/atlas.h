/* atlas.h: libatlas, the bit-exact C model of the Atlas MMU.
 *
 * The model gives, for any sequence of requests, fences, configuration changes and memory
 * answers, the results, the memory transactions, the TLB contents, the replacement state and
 * the counters of the RTL with the same parameters (model/README.md, "What bit-exact means").
 * It holds no globals, prints nothing, never exits, and allocates only in atlas_open.
 * Instances are independent; one instance is not safe for two threads at once.
 *
 * Source: RISC-V privileged specification 20240411, 12.2.1 and 12.3.2; Svnapot, Svpbmt, Svadu.
 */
#ifndef ATLAS_H
#define ATLAS_H

#include <stddef.h>

#include "mmu_port.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ATLAS_VERSION "0.1.0"

struct atlas; /* one MMU; opaque */

/* The memory that the walker sees. Both calls may fail; `ctx` is handed through. Addresses are
 * physical, aligned to a PTE (xlen / 8 bytes) and below 2^pa_bits. They must not call back into
 * the same instance. */
struct atlas_mem_ops {
    /* Read one PTE into *value. Returns ATLAS_MEM_OK or ATLAS_MEM_ERROR. */
    enum atlas_mem_status (*read)(void *ctx, uint64_t addr, uint64_t *value);

    /* If the PTE is still `old`, make it `new_value`, as one atomic step. Returns ATLAS_MEM_OK,
     * ATLAS_MEM_OTHER or ATLAS_MEM_ERROR. Never called, and may be NULL, while adue is 0. */
    enum atlas_mem_status (*cas)(void *ctx, uint64_t addr, uint64_t old, uint64_t new_value);
};

/* A parameter that cannot be, for a message: NULL if all are legal, else a sentence that names
 * the parameter and its range, such as "L1_SETS: 3 is no power of two from 1 to 1024". The text
 * is written to buf [array, len] and buf is returned. */
const char *atlas_params_check(const struct atlas_params *params, char *buf, size_t len);

/* A preset by name ("tiny", "rv32", "rv64", "full"). Returns false if there is none. */
bool atlas_preset(const char *name, struct atlas_params *out);

/* Make an MMU in the state after reset: all entries invalid, bare mode.
 *
 *   params  in   copied
 *   mem     in   copied; the functions must outlive the instance
 *   ctx     in   handed to mem's functions
 *
 * Returns NULL if a parameter is illegal or memory ran out. */
struct atlas *atlas_open(const struct atlas_params *params, const struct atlas_mem_ops *mem,
                         void *ctx);
void atlas_close(struct atlas *atlas); /* NULL is fine */

/* As the members of struct mmu_port with the same names. */
const struct atlas_params *atlas_get_params(const struct atlas *atlas);
bool atlas_configure(struct atlas *atlas, const struct atlas_cfg *cfg);
bool atlas_satp_ok(const struct atlas *atlas, uint64_t satp);
void atlas_access(struct atlas *atlas, unsigned port, const struct atlas_req *req,
                  struct atlas_rsp *rsp);
void atlas_fence(struct atlas *atlas, const struct atlas_fence *fence);
uint64_t atlas_counter(const struct atlas *atlas, unsigned index);

/* A leaf that software found for a request that was answered with ATLAS_REASON_TLB_MISS. */
struct atlas_refill {
    unsigned port; /* whose L1 is filled, below ports                                 */
    uint64_t va;   /* xlen bits: of the request                                       */
    uint16_t asid; /* bits beyond asid_bits are ignored                               */
    uint8_t level; /* of the leaf, 0 .. levels - 1 of the mode that satp names        */
    uint64_t pte;  /* the leaf; with G if a pointer that led to it has G              */
};

/* Fill the TLBs from software (sw_refill = 1, else it asserts; model/README.md, 5).
 *
 * Returns ATLAS_REASON_NONE, or why the leaf is refused: then nothing is filled. */
unsigned atlas_refill(struct atlas *atlas, const struct atlas_refill *refill);

/* The door, bound to this instance. */
struct mmu_port atlas_port(struct atlas *atlas);

/* One remembered entry, as TLB read-back shows it. Fields that the array does not keep are 0.
 * Bits of vpn and ppn that lie inside a superpage or NAPOT page are 0. An invalid entry reads as
 * all zero. */
struct atlas_entry {
    bool valid, g;
    uint16_t asid;
    uint64_t vpn, ppn;
    uint8_t level;
    bool napot;
    uint8_t pbmt;
    bool r, w, x, u, d;
};

/* Read back one entry: array ATLAS_RB_*, port (ignored for L2), index as RB in atlas_arch.def.
 * Returns false if there is no such entry. A pointer (ATLAS_RB_PTR, index = level of the table it
 * points to) has valid, g, asid, vpn (bits below 9 * (index + 1), for Sv32 10, are 0), ppn, and
 * in `level` the root level of its mode (levels of the mode - 1). */
bool atlas_read_back(const struct atlas *atlas, unsigned array, unsigned port, unsigned index,
                     struct atlas_entry *out);

/* Replacement state: of a port's side entries (port < ports), or of the L2 (port = ports). */
unsigned atlas_replacement(const struct atlas *atlas, unsigned port);

#ifdef __cplusplus
}
#endif

#endif

/* backend.h: what can stand behind the MMU door, each with a physical memory of its own.
 *
 * A backend is a mmu_port plus memory. `model` is libatlas, `rtl` the Verilated MMU, `lockstep`
 * both, compared after every transaction. Adding one is one file and one row in backend.c.
 */
#ifndef ATLAS_BACKEND_H
#define ATLAS_BACKEND_H

#include "mmu_port.h"
#include "atlas.h"

#include <stddef.h>
#include <stdio.h>

struct backend;

struct backend_options {
    const char *preset; /* "rv32", or "rv32:PARAM=VALUE,..."                             */
    struct atlas_params params;
    uint64_t seed;    /* unreset registers, memory latency, stalls                     */
    unsigned latency; /* cycles from a memory request to its data, >= 1 (RTL only)     */
    bool stalls;      /* random stalls and back-pressure on every channel (RTL only)   */
};

/* One PTE transaction, as the memory saw it. */
struct mem_transaction {
    bool cas;
    uint64_t addr, value; /* value read; for cas: the value written, or that was to be     */
    uint64_t old;         /* cas: the value expected                                       */
    enum atlas_mem_status status;
};

struct backend_ops {
    const char *name;
    /* Returns NULL after a message to stderr if it cannot be had. */
    struct backend *(*open)(const struct backend_options *options);
    void (*close)(struct backend *b);
    struct mmu_port (*port)(struct backend *b);

    /* Physical memory, sparse over the whole width. Words that nobody wrote are absent:
     * a PTE read of one is a bus error. Addresses are multiples of `bytes`, bytes is 4 or 8. */
    void (*mem_write)(struct backend *b, uint64_t addr, uint64_t value, unsigned bytes);
    bool (*mem_read)(struct backend *b, uint64_t addr, uint64_t *value, unsigned bytes);
    void (*mem_clear)(struct backend *b); /* all words absent, no injected errors */
    /* Of the PTE reads (cas: compare-and-swaps) of this word, the next `after` are answered as
     * ever, then `count` get a bus error; count -1: all that follow. */
    void (*mem_fail)(struct backend *b, uint64_t addr, bool cas, unsigned after, int count);

    /* The transactions since the last call of this [array, returned count]; valid until the
     * next access. */
    size_t (*transactions)(struct backend *b, const struct mem_transaction **list);

    /* The entry the last access filled; false if none. Array as ATLAS_RB_L1 / _SIDE. */
    bool (*last_fill)(struct backend *b, unsigned *array, unsigned *index, struct atlas_entry *e);

    /* One remembered entry, as atlas_read_back. The index past the last of a port's side entries
     * and of the L2 gives the replacement state, in ppn. Returns false if there is no such entry.
     */
    bool (*read_back)(struct backend *b, unsigned array, unsigned port, unsigned index,
                      struct atlas_entry *e);
    uint64_t (*cycles)(struct backend *b); /* clock cycles so far; 0 for the model */

    /* Compare everything that is remembered (lockstep; others return true). */
    bool (*checkpoint)(struct backend *b);

    /* What differed first since the last call of this, as text for people; NULL if nothing has.
     * Comparing goes on after it. Valid until the next call of any of these. */
    const char *(*mismatch)(struct backend *b);

    /* Write a waveform to this file from here on. Returns false after a message to stderr if it
     * cannot be made, or if this backend has no RTL. */
    bool (*wave)(struct backend *b, const char *path);
};

extern const struct backend_ops backend_model, backend_rtl, backend_lockstep;

/* By name: "model", "rtl", "lockstep"; NULL if there is none. */
const struct backend_ops *backend_find(const char *name);

/* The names of all there are, as "model, rtl, lockstep"; for a message. */
const char *backend_names(void);

#endif

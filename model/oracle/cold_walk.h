/* cold_walk.h: the oracle. One address translation by the book: from the root, with no TLB, no
 * walk cache and no memory of earlier ones.
 *
 * Layer: beside mmu, above nothing: it knows the table of constants and shares no code with
 * model/mmu, so that a mistake made there is not made again here. It is deliberately dumb: one
 * function, in the order of the specification's own steps.
 *
 * What the specification leaves open is decided as for the MMU (model/README.md): a table or
 * physical address beyond the physical width is an access fault, at a leaf after all page-fault
 * checks; A and D are set by one compare-and-swap; an untranslated address must fit the physical
 * width.
 *
 * Source: RISC-V privileged specification 20240411, 12.3.2 (Sv32), 12.4 to 12.6 (Sv39/48/57),
 * Svnapot, Svpbmt, Svade and Svadu.
 */
#ifndef ATLAS_COLD_WALK_H
#define ATLAS_COLD_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/atlas_arch.h"

#define COLD_READS 8 /* reads that a result lists: 5 levels and some second looks at a leaf */

/* The memory's answer. */
enum cold_answer {
    COLD_OK,     /* read, or written                                    */
    COLD_ERROR,  /* bus error; nothing written                          */
    COLD_CHANGED /* write only: the PTE is no longer `old`, not written */
};

/* The memory that a walk reads. `ctx` is handed through. */
struct cold_memory {
    void *ctx;
    /* Read the PTE at `addr` (a multiple of its size) into *pte; one of 4 bytes, with 0 above. */
    enum cold_answer (*read)(void *ctx, uint64_t addr, uint64_t *pte);
    /* If the PTE at `addr` is `old`, make it `pte`, in one step. Never called while adue is 0. A
     * caller that only asks what would happen answers COLD_OK and keeps its memory as it is. */
    enum cold_answer (*write)(void *ctx, uint64_t addr, uint64_t old, uint64_t pte);
};

/* All that a translation depends on, but for memory. */
struct cold_query {
    uint8_t xlen;      /* 32 or 64                                              */
    uint8_t levels;    /* of the deepest mode there is: 2 (xlen 32), 3 to 5     */
    uint8_t pa_bits;   /* physical width: 12 to 34 (xlen 32), 12 to 56          */
    uint8_t mode;      /* satp.MODE; one that does not exist is a page fault    */
    uint64_t root_ppn; /* satp.PPN                                              */
    uint64_t va;       /* below 2^xlen                                          */
    uint8_t acc;       /* ATLAS_ACC_*                                           */
    uint8_t priv;      /* ATLAS_PRIV_*: effective privilege                     */
    bool sum, mxr;     /* sstatus.SUM, sstatus.MXR                              */
    bool adue;         /* A and D are set by hardware                           */
    bool pbmte;        /* Svpbmt is enabled                                     */
    bool napote;       /* Svnapot is implemented                                */
};

/* What became of it. On a fault pa, level, napot, pbmt and g are 0. */
struct cold_result {
    bool fault;
    uint8_t cause;  /* ATLAS_CAUSE_*; NONE if translated               */
    uint8_t reason; /* ATLAS_REASON_*: the rule that refused           */
    uint64_t pa;    /* below 2^pa_bits                                 */
    uint8_t level;  /* of the leaf                                     */
    bool napot;     /* the leaf is a 64 KiB page                       */
    uint8_t pbmt;   /* ATLAS_PBMT_*                                    */
    bool g;         /* OR of G over the path                           */
    unsigned nread; /* PTE reads made; the first COLD_READS are listed */
    struct cold_read {
        uint64_t addr, pte; /* pte: 0 after a bus error */
    } read[COLD_READS];
    /* The last A/D update tried, and what memory answered; only with `tried` is the rest set. */
    struct cold_write {
        bool tried;
        enum cold_answer answer;
        uint64_t addr, old, pte;
    } write;
};

/* Translate one access (cold_walk_inline.h has the body). Fills *r (of r->read only the entries
 * that are listed). Ends as soon as memory stops answering COLD_CHANGED. */
void cold_walk(const struct cold_query *q, const struct cold_memory *m, struct cold_result *r);

#endif

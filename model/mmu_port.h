/* mmu_port.h: the door between software and the MMU. An operating system that runs on
 * this header runs on the C model, on the Verilated RTL, on both in lockstep, or on a board.
 *
 * Layer: mmu (below os). It knows the constants and nothing else. Names of the members are
 * those of the RTL's ports (s_req_*, s_rsp_*, s_fence_*, cfg_*).
 */
#ifndef ATLAS_MMU_PORT_H
#define ATLAS_MMU_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/atlas_arch.h"

/* The MMU's parameters: model/arch/atlas_presets.def says what each means and its range. */
struct atlas_params {
#define PARAM(NAME, name, min, max, def, text) unsigned name;
#include "arch/atlas_presets.def"
};

/* Live configuration: what the core's CSRs drive. Every request samples it when accepted. */
struct atlas_cfg {
    uint64_t satp; /* as the CSR reads; ASID bits beyond asid_bits are ignored            */
    bool adue;     /* 1: A and D are set by hardware (Svadu); 0: by page fault (Svade)    */
    bool pbmte;    /* 1: Svpbmt is enabled; 0: PTE bits 62:61 are reserved                */
    bool napote;   /* 1: Svnapot is implemented; 0: PTE bit 63 is reserved                */
    bool tlb_off;  /* 1: every access walks from the root and nothing is remembered       */
};

/* One request. */
struct atlas_req {
    uint64_t va;   /* xlen bits                                  */
    uint8_t acc;   /* ATLAS_ACC_*                                */
    uint8_t priv;  /* ATLAS_PRIV_*: effective privilege          */
    bool sum, mxr; /* sstatus.SUM, sstatus.MXR                   */
    uint32_t id;   /* id_bits bits, comes back with the answer   */
};

/* Its answer. On a fault pa, level, napot and pbmt are 0; of a killed request only id counts. */
struct atlas_rsp {
    uint64_t pa;    /* physical address [pa_bits]                             */
    uint8_t level;  /* level of the leaf, 0 .. levels - 1; 0 if untranslated  */
    bool napot;     /* leaf is a 64 KiB NAPOT page                            */
    uint8_t pbmt;   /* ATLAS_PBMT_* of the leaf                               */
    bool fault;     /* 1: cause and reason say why                            */
    uint8_t cause;  /* ATLAS_CAUSE_*                                          */
    uint8_t reason; /* ATLAS_REASON_*                                         */
    bool killed;    /* the request was killed: no translation, no fault       */
    uint32_t id;
};

/* sfence.vma: has_va / has_asid are "rs1 is not x0" and "rs2 is not x0". */
struct atlas_fence {
    bool has_va, has_asid;
    uint64_t va;   /* xlen bits; a non-canonical one is harmless */
    uint16_t asid; /* bits beyond asid_bits are ignored          */
};

/* The answer of memory to a PTE read or compare-and-swap. */
enum atlas_mem_status {
    ATLAS_MEM_OK = 0,    /* read done; or the word was `old` and now is `new`   */
    ATLAS_MEM_ERROR = 1, /* bus error; nothing was written                      */
    ATLAS_MEM_OTHER = 2  /* compare-and-swap only: another value, not written   */
};

/* The door itself: `self` is passed to every call. All calls are synchronous. */
struct mmu_port {
    void *self;
    const struct atlas_params *(*params)(void *self);

    /* Drive the configuration from the next request on. Returns false, and changes nothing,
     * if satp.MODE is not implemented (a CSR write of it must be ignored). Implies no fence. */
    bool (*configure)(void *self, const struct atlas_cfg *cfg);

    /* Translate one access through port `port`, and wait for its answer. */
    void (*access)(void *self, unsigned port, const struct atlas_req *req, struct atlas_rsp *rsp);

    /* Do an sfence.vma and wait until it is done. */
    void (*fence)(void *self, const struct atlas_fence *fence);

    /* Counter by index (see CTR and GCTR in atlas_arch.def), modulo 2^ctr_bits. */
    uint64_t (*counter)(void *self, unsigned index);
};

#endif

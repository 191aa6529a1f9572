/* mode.h: the shapes of the page tables. Layer: os/paging; knows base and the constants.
 *
 * Source: RISC-V privileged specification 20240411, 12.3 to 12.6.
 */
#ifndef ATLAS_MODE_H
#define ATLAS_MODE_H

#include <stdbool.h>

#include "arch/atlas_arch.h"
#include "base/types.h"

struct paging_mode {
    const char *name;   /* "Sv39"                                           */
    uint8_t code;       /* ATLAS_MODE_*, as satp holds it                   */
    uint8_t levels;     /* tables from the root to a 4 KiB leaf             */
    uint8_t index_bits; /* of one table: 2^index_bits entries               */
    uint8_t pte_bytes;  /* 4 or 8                                           */
    uint8_t va_bits;    /* of a virtual address; the rest is sign extension */
    uint8_t ppn_bits;   /* of the PPN of a page-table entry                 */
};

/* The mode with this code; NULL for bare and unknown ones. */
const struct paging_mode *paging_mode(unsigned code);

/* Is va a legal address of the mode: all upper bits equal to the highest one used? */
bool paging_canonical(const struct paging_mode *mode, vaddr_t va);

/* 4 KiB pages that a leaf at `level` covers: 1, 512, ... */
uint64_t paging_leaf_pages(const struct paging_mode *mode, unsigned level);

/* Index into the table at `level` for va: 0 .. 2^index_bits - 1. */
unsigned paging_index(const struct paging_mode *mode, vaddr_t va, unsigned level);

/* Where the kernel's part of every address space begins: an entry of the root, and its address. The
 * upper half; in Sv32 the upper quarter. */
unsigned paging_kernel_index(const struct paging_mode *mode);
vaddr_t paging_kernel_base(const struct paging_mode *mode);

/* satp for a root table; ASID bits beyond the mode's field are dropped. */
uint64_t paging_satp(const struct paging_mode *mode, pfn_t root, uint32_t asid);

#endif

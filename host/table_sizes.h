/* table_sizes.h: what page tables of every kind cost for the same three processes: memory, and
 * reads of a lookup. Layer: host. Nothing is timed, and all results are exact.
 *
 * Each table is built in the frames of a machine of its own, with 256 MiB, and every page of the
 * process is mapped and looked up once. The hardware walks none of them.
 */
#ifndef ATLAS_TABLE_SIZES_H
#define ATLAS_TABLE_SIZES_H

#include "os/paging/page_table.h"

enum table_process {
    TABLE_DENSE,   /* 16384 pages in a row (64 MiB)                                       */
    TABLE_SPARSE,  /* 1024 pages spread evenly over the lower half of the space           */
    TABLE_TYPICAL, /* the regions of a program with a heap, a stack and shared libraries  */
    TABLE_PROCESSES
};

enum table_kind {
    TABLE_FLAT, /* of the 32-bit space, entries of 4 bytes                  */
    TABLE_SV32,
    TABLE_SV39,
    TABLE_SV48,
    TABLE_SV57,
    TABLE_MERGED, /* Sv39, with pages merged into 64 KiB and 2 MiB where they fit */
    TABLE_HASHED,
    TABLE_INVERTED, /* bytes: of all processes of the machine               */
    TABLE_KINDS
};

struct table_size {
    uint64_t pages; /* that the process has                                       */
    uint64_t bytes; /* of its page table                                          */
    uint64_t reads; /* memory reads of looking up each page once (page_table.h)   */
};

/* "3 levels (Sv39)" and so on. */
const char *table_kind_name(enum table_kind kind);

/* Build and look up. Returns VM_OK, or why the table cannot be built. */
enum vm_status table_size(struct table_size *size, enum table_kind kind,
                          enum table_process process);

#endif

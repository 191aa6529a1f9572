/* page_table.h: what every kind of page table does, for one page of 4 KiB at a time, so that they
 * can be compared. Layer: os/paging.
 *
 *   radix     radix_ops     a tree; the only one that the hardware walks        (radix.h)
 *   flat      flat_ops      one entry for each page of a range                  (flat.h)
 *   hashed    hashed_ops    a hash table of the pages that are mapped           (hashed.h)
 *   inverted  inverted_ops  one entry for each frame of the machine             (inverted.h)
 *
 * The kernel itself uses radix tables directly. All live in frames of kind TABLE. Page numbers are
 * those of sign-extended addresses; flags are those of radix_map, without PTE_NAPOT.
 *
 * Source: OSTEP ch. 18 (linear), ch. 20 (multi-level, inverted); Silberschatz 9.4 (hashed).
 */
#ifndef ATLAS_PAGE_TABLE_H
#define ATLAS_PAGE_TABLE_H

#include "base/status.h"
#include "os/paging/pte.h"

/* A mapping that was found. */
struct page_entry {
    vpn_t vpn;      /* its first page                                                */
    uint64_t ppn;   /* its first physical page                               [pages] */
    uint64_t pages; /* 1, but for large leaves of a radix table                      */
    uint64_t flags; /* subset of PTE_FLAGS                                           */
    unsigned reads; /* memory reads that found it: of an entry, however wide, or of a
                       number that leads there; 0 if it was come upon by `next`      */
};

/* `table` is the kind's own structure. */
struct page_table_ops {
    const char *name;

    /* Returns VM_OK; VM_EXISTS if the page is mapped (inverted: or the frame is); VM_RANGE if the
     * table has no such page, or ppn is too large; VM_NOMEM or VM_LIMIT if memory is needed and
     * cannot be had. Unless VM_OK the table is unchanged. */
    enum vm_status (*map)(void *table, vpn_t vpn, uint64_t ppn, uint64_t flags);

    /* Returns VM_OK or VM_ABSENT, as do those below. *old: the mapping as it was; may be NULL. */
    enum vm_status (*unmap)(void *table, struct page_entry *old, vpn_t vpn);

    /* Clear bits and then set bits, as radix_change. */
    enum vm_status (*protect)(void *table, vpn_t vpn, uint64_t clear, uint64_t set);

    enum vm_status (*lookup)(const void *table, struct page_entry *found, vpn_t vpn);

    /* Each mapping once, in the order of the table: begin with *cursor = 0, which is moved on.
     * The table must not change between the steps. */
    enum vm_status (*next)(const void *table, struct page_entry *found, uint64_t *cursor);

    /* Memory that it holds, whole frames; an inverted table: of all processes. */
    uint64_t (*bytes)(const void *table);

    /* Give all of it back (inverted: this process's mappings). Frames of pages are the caller's. */
    void (*destroy)(void *table);
};

/* A place from 0 to 2^bits - 1 for a key, bits from 1 to 64: Fibonacci hashing (Knuth vol. 3, 6.4),
 * which keeps neighbours apart. */
static inline uint64_t page_hash(uint64_t key, unsigned bits)
{
    return key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits);
}

#endif

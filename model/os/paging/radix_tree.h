/* radix_tree.h: the inside of a radix table, for the files radix*.c alone: slots, tables, and
 * the way down. Layer: os/paging. */
#ifndef ATLAS_RADIX_TREE_H
#define ATLAS_RADIX_TREE_H

#include "os/paging/radix.h"

enum { RADIX_LEVELS = 5 };

/* The physical address of an entry, and the table in which an entry lies. */
paddr_t radix_slot(const struct radix *t, pfn_t table, unsigned index);
pfn_t radix_table_of(paddr_t slot);

/* Read an entry; write one, and keep count of the entries in use of its table. */
uint64_t radix_read(const struct radix *t, paddr_t slot);
void radix_write(struct radix *t, paddr_t slot, uint64_t pte);

/* A table without entries. Returns VM_OK, VM_NOMEM or VM_LIMIT. */
enum vm_status radix_table_new(struct radix *t, pfn_t *table);
void radix_table_drop(struct radix *t, pfn_t table);

/* Where a walk for va ends: slots[level] is the entry that is looked at in each level, from the
 * root down to the returned level, where no pointer was found or `stop` was reached. */
unsigned radix_descend(const struct radix *t, paddr_t slots[static RADIX_LEVELS], vaddr_t va,
                       unsigned stop);

/* Make the tables that lack between slots[at], an empty entry, and `level`. Returns VM_OK;
 * VM_NOMEM or VM_LIMIT with the tree as it was. */
enum vm_status radix_extend(struct radix *t, paddr_t slots[static RADIX_LEVELS], vaddr_t va,
                            unsigned at, unsigned level);

/* Take away the empty tables on the way, from the one at `level` upwards. */
void radix_prune(struct radix *t, const paddr_t slots[static RADIX_LEVELS], unsigned level);

/* The leaf that covers va, and the way to it; false if there is none. */
bool radix_find(const struct radix *t, struct radix_leaf *leaf, paddr_t slots[static RADIX_LEVELS],
                vaddr_t va);

/* The leaf that the entry at `slot` and `level` is or belongs to, if it is one; va lies in it. */
bool radix_leaf_at(const struct radix *t, struct radix_leaf *leaf, vaddr_t va, paddr_t slot,
                   unsigned level);

/* An entry that a scan has come to. */
struct radix_place {
    vaddr_t va;     /* first address of the entry */
    paddr_t slot;   /* where it lies              */
    unsigned level; /* of its table               */
};

/* The next entry that is wanted, from the one that covers page `from` on, in the order of
 * radix_next; false if there is none. */
bool radix_scan(const struct radix *t, struct radix_place *place, bool (*wanted)(uint64_t pte),
                vpn_t from);

/* Entries of the root that are the table's own: all, or those below the shared ones. */
unsigned radix_own(const struct radix *t);

/* Does va lie in the part that is another table's? */
bool radix_is_shared(const struct radix *t, vaddr_t va);

/* Entries of the leaf: 16 if it is NAPOT, else 1. */
unsigned radix_entries(const struct radix_leaf *leaf);

#endif

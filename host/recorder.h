/* recorder.h: the physical memory of a backend, which lists every PTE transaction done on it.
 *
 * Layer: host. recorder_ops are functions for libatlas or for the memory agent, with the
 * recorder as their context; the rest are the members of struct backend_ops with those names.
 */
#ifndef ATLAS_RECORDER_H
#define ATLAS_RECORDER_H

#include "backend.h"
#include "mem/sparse.h"

/* A list that nobody takes begins anew here. One access has far fewer. */
#define TRANSACTIONS_MAX 4096

struct transaction_list {
    struct mem_transaction *list; /* since the last call of _take [array, count] */
    size_t count;
    bool taken; /* the list was handed out: it is emptied before the next transaction */
};

/* An empty list. Returns false if the host has no memory left; _close is due all the same. */
bool transaction_list_open(struct transaction_list *l);
void transaction_list_close(struct transaction_list *l);

void transaction_list_append(struct transaction_list *l, const struct mem_transaction *t);

/* As backend_ops.transactions. */
size_t transaction_list_take(struct transaction_list *l, const struct mem_transaction **list);

struct recorder {
    struct sparse *memory;
    unsigned pte_bytes;
    struct transaction_list done;
};

/* PTE reads and compare-and-swaps with a struct recorder as their ctx. */
extern const struct atlas_mem_ops recorder_ops;

/* An empty memory whose PTEs have pte_bytes bytes, 4 or 8. Returns false if the host has no
 * memory left; recorder_close is due all the same. */
bool recorder_open(struct recorder *r, unsigned pte_bytes);
void recorder_close(struct recorder *r);

#endif

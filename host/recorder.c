#include "recorder.h"

#include <stdlib.h>

bool transaction_list_open(struct transaction_list *l)
{
    *l = (struct transaction_list){.list = malloc(TRANSACTIONS_MAX * sizeof l->list[0])};
    return l->list != NULL;
}

void transaction_list_close(struct transaction_list *l)
{
    free(l->list);
}

void transaction_list_append(struct transaction_list *l, const struct mem_transaction *t)
{
    if (l->taken || l->count == TRANSACTIONS_MAX)
        l->count = 0;
    l->taken = false;
    l->list[l->count++] = *t;
}

size_t transaction_list_take(struct transaction_list *l, const struct mem_transaction **list)
{
    size_t count = l->taken ? 0 : l->count;

    *list = l->list;
    l->taken = true;
    return count;
}

bool recorder_open(struct recorder *r, unsigned pte_bytes)
{
    *r = (struct recorder){.memory = sparse_open(), .pte_bytes = pte_bytes};
    return transaction_list_open(&r->done) && r->memory != NULL;
}

void recorder_close(struct recorder *r)
{
    sparse_close(r->memory);
    transaction_list_close(&r->done);
}

static enum atlas_mem_status record_read(void *ctx, uint64_t addr, uint64_t *value)
{
    struct recorder *r = ctx;
    enum sparse_status status = sparse_bus_read(r->memory, value, addr, r->pte_bytes);

    transaction_list_append(
        &r->done, &(struct mem_transaction){
                      .addr = addr, .value = *value, .status = (enum atlas_mem_status)status});
    return (enum atlas_mem_status)status;
}

static enum atlas_mem_status record_cas(void *ctx, uint64_t addr, uint64_t old, uint64_t new_value)
{
    struct recorder *r = ctx;
    enum sparse_status status = sparse_bus_cas(r->memory, addr, old, new_value, r->pte_bytes);

    transaction_list_append(&r->done,
                            &(struct mem_transaction){.cas = true,
                                                      .addr = addr,
                                                      .value = new_value,
                                                      .old = old,
                                                      .status = (enum atlas_mem_status)status});
    return (enum atlas_mem_status)status;
}

const struct atlas_mem_ops recorder_ops = {record_read, record_cas};

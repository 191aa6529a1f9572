/* state.c: an MMU's life, and what can be seen of it: configuration, counters, read-back. */
#include "mmu/mmu.h"

#include <assert.h>
#include <stdlib.h>

static size_t entries_of(const struct atlas_params *p)
{
    return (size_t)p->ports * (p->l1_sets + p->l1_big) + (size_t)p->l2_sets * p->l2_ways +
           p->l2_big;
}

/* The state after reset; all else is 0. */
static void reset(struct atlas *a)
{
    const struct shape *shape = &a->shape;
    struct entry *ram = a->store;

    for (unsigned port = 0; port < shape->p.ports;
         port++, ram += shape->p.l1_sets + shape->p.l1_big) {
        l1_tlb_reset(&a->lane[port].l1, shape, ram);
        walk_cache_reset(&a->lane[port].wc, shape);
    }
    l2_tlb_reset(&a->l2, shape, ram);
    a->regime = regime_of(shape, &a->cfg);
}

struct atlas *atlas_open(const struct atlas_params *params, const struct atlas_mem_ops *mem,
                         void *ctx)
{
    char why[128];
    struct atlas *a;

    if (atlas_params_check(params, why, sizeof why) != NULL)
        return NULL;
    a = calloc(1, sizeof *a + entries_of(params) * sizeof a->store[0]);
    if (a == NULL)
        return NULL;
    a->shape = shape_of(params);
    a->mem = *mem;
    a->mem_ctx = ctx;
    for (unsigned kind = 0; kind < ACCESS_KINDS; kind++)
        a->allow[kind] = access_table(kind);
    reset(a);
    return a;
}

void atlas_close(struct atlas *atlas)
{
    free(atlas);
}

const struct atlas_params *atlas_get_params(const struct atlas *atlas)
{
    return &atlas->shape.p;
}

bool atlas_satp_ok(const struct atlas *atlas, uint64_t satp)
{
    return va_mode(&atlas->shape.p, shape_satp_mode(&atlas->shape, satp)).implemented;
}

bool atlas_configure(struct atlas *atlas, const struct atlas_cfg *cfg)
{
    if (!atlas_satp_ok(atlas, cfg->satp))
        return false;
    atlas->cfg = *cfg;
    atlas->regime = regime_of(&atlas->shape, cfg);
    return true;
}

uint64_t atlas_counter(const struct atlas *atlas, unsigned index)
{
    const unsigned of_ports = atlas->shape.p.ports * ATLAS_CTR_PORT_COUNT;
    uint64_t value = 0;

    if (index < of_ports)
        value = atlas->lane[index / ATLAS_CTR_PORT_COUNT].ctr[index % ATLAS_CTR_PORT_COUNT];
    else if (index - of_ports < ATLAS_GCTR_GLOBAL_COUNT)
        value = atlas->ctr[index - of_ports];
    return value & atlas->shape.ctr_mask;
}

bool atlas_read_back(const struct atlas *atlas, unsigned array, unsigned port, unsigned index,
                     struct atlas_entry *out)
{
    const struct atlas_params *p = &atlas->shape.p;

    if (array != ATLAS_RB_L2 && port >= p->ports)
        return false;
    if (array == ATLAS_RB_L1 && index < p->l1_sets + p->l1_big)
        *out = entry_show(&atlas->shape, &atlas->lane[port].l1.ram[index]);
    else if (array == ATLAS_RB_SIDE && index < p->l1_side)
        *out = entry_show(&atlas->shape, &atlas->lane[port].l1.side[index]);
    else if (array == ATLAS_RB_L2 && index < p->l2_sets * p->l2_ways + p->l2_big)
        *out = entry_show(&atlas->shape, &atlas->l2.ram[index]);
    else if (array == ATLAS_RB_PTR && p->walk_cache != 0 && index < p->levels - 1)
        *out = walk_cache_show(&atlas->lane[port].wc, index);
    else
        return false;
    return true;
}

unsigned atlas_replacement(const struct atlas *atlas, unsigned port)
{
    assert(port <= atlas->shape.p.ports);
    return port < atlas->shape.p.ports ? atlas->lane[port].l1.next : atlas->l2.next;
}

/* reach.c: see reach.h. */
#include "reach.h"
#include "report.h"

#include <stdlib.h>

static uint64_t page_bytes(const struct atlas *atlas, const struct atlas_entry *e)
{
    const unsigned slice = atlas_get_params(atlas)->xlen == 32 ? 10 : 9;

    return UINT64_C(1) << (ATLAS_PAGE_SHIFT + (e->napot ? 4 : slice * e->level));
}

/* Append the valid entries of an array to list, which has room. Returns how many there are. */
static size_t collect(const struct atlas *atlas, unsigned array, unsigned port,
                      struct atlas_entry *list)
{
    size_t count = 0;

    for (unsigned i = 0; atlas_read_back(atlas, array, port, i, &list[count]); i++)
        count += list[count].valid;
    return count;
}

static size_t collect_l1(const struct atlas *atlas, unsigned port, struct atlas_entry *list)
{
    const size_t count = collect(atlas, ATLAS_RB_L1, port, list);

    return count + collect(atlas, ATLAS_RB_SIDE, port, list + count);
}

/* Room for the entries of all TLBs, and for one more that collect tries. */
static struct atlas_entry *new_list(const struct atlas *atlas)
{
    const struct atlas_params *p = atlas_get_params(atlas);
    const size_t l1 = (size_t)p->l1_sets + p->l1_big + p->l1_side;
    const size_t l2 = (size_t)p->l2_sets * p->l2_ways + p->l2_big;

    return report_need(calloc(p->ports * l1 + l2 + 1, sizeof(struct atlas_entry)));
}

uint64_t reach_l1(const struct atlas *atlas, unsigned port)
{
    struct atlas_entry *list = new_list(atlas);
    const size_t count = collect_l1(atlas, port, list);
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += page_bytes(atlas, &list[i]);
    free(list);
    return sum;
}

/* Order by page: VPN, size, address space. */
static int compare(const void *left, const void *right)
{
    const struct atlas_entry *a = left, *b = right;
    const unsigned space_a = a->g ? 0 : a->asid + 1U, space_b = b->g ? 0 : b->asid + 1U;
    const unsigned size_a = a->level * 2U + a->napot, size_b = b->level * 2U + b->napot;

    if (a->vpn != b->vpn)
        return a->vpn < b->vpn ? -1 : 1;
    if (size_a != size_b)
        return size_a < size_b ? -1 : 1;
    return (space_a > space_b) - (space_a < space_b);
}

uint64_t reach_all(const struct atlas *atlas)
{
    struct atlas_entry *list = new_list(atlas);
    const struct atlas_params *p = atlas_get_params(atlas);
    size_t count = 0;
    uint64_t sum = 0;

    for (unsigned port = 0; port < p->ports; port++)
        count += collect_l1(atlas, port, list + count);
    if (p->l2_sets > 0)
        count += collect(atlas, ATLAS_RB_L2, 0, list + count);
    qsort(list, count, sizeof list[0], compare);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || compare(&list[i - 1], &list[i]) != 0)
            sum += page_bytes(atlas, &list[i]);
    free(list);
    return sum;
}

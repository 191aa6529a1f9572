#include "os/paging/radix_share.h"

#include "os/paging/radix_tree.h"

/* Entry i of the root of a table. */
static paddr_t root_slot(const struct radix *t, unsigned i)
{
    return radix_slot(t, t->root, i);
}

void radix_share(struct radix *t, const struct radix *from)
{
    t->shared = paging_kernel_index(t->mode);
    for (unsigned i = t->shared; i < 1u << t->mode->index_bits; i++)
        phys_word_write(t->phys, root_slot(t, i), radix_read(from, root_slot(from, i)),
                        t->mode->pte_bytes);
}

bool radix_shares(const struct radix *t, const struct radix *from)
{
    bool same = t->shared == paging_kernel_index(t->mode);

    for (unsigned i = t->shared; same && i < 1u << t->mode->index_bits; i++)
        same = radix_read(t, root_slot(t, i)) == radix_read(from, root_slot(from, i));
    return same;
}

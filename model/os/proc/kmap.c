#include "os/proc/kmap.h"

#include "os/paging/radix_share.h"
#include "os/proc/proc.h"

enum { TABLES = 1 << 16 }; /* of the kernel's table, at most */

#define KERNEL_BITS (PTE_BIT(V) | PTE_BIT(G) | PTE_BIT(A) | PTE_BIT(D))

/* RAM begins here in the kernel's part, or less than a superpage of level 1 above. */
static paddr_t floor_of(const struct kernel *k)
{
    uint64_t bytes = paging_leaf_pages(k->env.mode, 1) << ATLAS_PAGE_SHIFT;

    return k->phys.base & ~(bytes - 1);
}

vaddr_t kmap_address(const struct kernel *k, paddr_t pa)
{
    return paging_kernel_base(k->env.mode) + (pa - floor_of(k));
}

/* The level of the largest page that can begin at pa, and ends by `end`. */
static unsigned level_for(const struct kernel *k, paddr_t pa, paddr_t end)
{
    unsigned level = k->env.mode->levels - 1u;

    for (; level > 0; level--) {
        uint64_t bytes = paging_leaf_pages(k->env.mode, level) << ATLAS_PAGE_SHIFT;

        if (((pa | kmap_address(k, pa)) & (bytes - 1)) == 0 && end - pa >= bytes)
            return level;
    }
    return 0;
}

enum vm_status kmap_open(struct kernel *k)
{
    paddr_t pa = k->phys.base, end = pa + k->phys.size;
    enum vm_status status =
        radix_create(&k->table, &k->phys, &k->frames, k->env.mode, FRAME_NO_OWNER, TABLES);

    if (status != VM_OK)
        return status;
    while (status == VM_OK && pa < end) {
        unsigned level = level_for(k, pa, end);

        status = radix_map(&k->table, kmap_address(k, pa), level, pa >> ATLAS_PAGE_SHIFT,
                           KERNEL_BITS | PTE_BIT(R) | PTE_BIT(W));
        pa += paging_leaf_pages(k->env.mode, level) << ATLAS_PAGE_SHIFT;
    }
    if (status == VM_OK)
        k->env.kernel = &k->table;
    else
        radix_destroy(&k->table);
    return status;
}

enum vm_status kmap_add(struct kernel *k, vaddr_t va, uint64_t ppn, uint64_t flags)
{
    const struct atlas_fence all = {.has_va = false};
    enum vm_status status = VM_RANGE;

    if (paging_index(k->env.mode, va, k->env.mode->levels - 1u) >= paging_kernel_index(k->env.mode))
        status = radix_map(&k->table, va, 0, ppn, flags | KERNEL_BITS);
    if (status != VM_OK)
        return status;
    for (struct proc *p = k->procs_first; p; p = p->next) {
        if (!p->ended)
            radix_share(&p->space.table, &k->table);
    }
    hart_fence(k, NULL, &all);
    return VM_OK;
}

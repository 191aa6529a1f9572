#include "os/paging/mode.h"

#include "base/bug.h"
#include "base/bytes.h"

static const struct paging_mode modes[] = {
    {"Sv32", ATLAS_MODE_SV32, 2, 10, 4, 32, ATLAS_PTE32_PPN_BITS},
    {"Sv39", ATLAS_MODE_SV39, 3, 9, 8, 39, ATLAS_PTE64_PPN_BITS},
    {"Sv48", ATLAS_MODE_SV48, 4, 9, 8, 48, ATLAS_PTE64_PPN_BITS},
    {"Sv57", ATLAS_MODE_SV57, 5, 9, 8, 57, ATLAS_PTE64_PPN_BITS},
};

const struct paging_mode *paging_mode(unsigned code)
{
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (modes[i].code == code)
            return &modes[i];
    }
    return NULL;
}

bool paging_canonical(const struct paging_mode *mode, vaddr_t va)
{
    uint64_t upper = va >> (mode->va_bits - 1);

    if (mode->pte_bytes == 4) /* a 32-bit address is used whole */
        return upper <= 1;
    return upper == 0 || upper == UINT64_MAX >> (mode->va_bits - 1);
}

uint64_t paging_leaf_pages(const struct paging_mode *mode, unsigned level)
{
    VM_BUG(level >= mode->levels);
    return UINT64_C(1) << level * mode->index_bits;
}

unsigned paging_index(const struct paging_mode *mode, vaddr_t va, unsigned level)
{
    unsigned shift = ATLAS_PAGE_SHIFT + level * mode->index_bits;

    return (unsigned)(va >> shift & ATLAS_ONES(mode->index_bits));
}

unsigned paging_kernel_index(const struct paging_mode *mode)
{
    unsigned entries = 1u << mode->index_bits;

    return mode->pte_bytes == 4 ? entries / 4 * 3 : entries / 2;
}

vaddr_t paging_kernel_base(const struct paging_mode *mode)
{
    unsigned shift = ATLAS_PAGE_SHIFT + (mode->levels - 1u) * mode->index_bits;
    vaddr_t va = (vaddr_t)paging_kernel_index(mode) << shift;

    return mode->pte_bytes == 4 ? va : va | ~ATLAS_ONES(mode->va_bits);
}

uint64_t paging_satp(const struct paging_mode *mode, pfn_t root, uint32_t asid)
{
    if (mode->pte_bytes == 4)
        return ATLAS_SET(SATP32_MODE, mode->code) | ATLAS_SET(SATP32_ASID, asid) |
               ATLAS_SET(SATP32_PPN, root);
    return ATLAS_SET(SATP64_MODE, mode->code) | ATLAS_SET(SATP64_ASID, asid) |
           ATLAS_SET(SATP64_PPN, root);
}

/* ad_update.c: twin of rtl/atlas_ad_update.v. */
#include "mmu/ad_update.h"

uint64_t ad_update_value(uint64_t pte, unsigned acc)
{
    return pte | ATLAS_MASK(PTE_A) | (access_writes(acc) ? ATLAS_MASK(PTE_D) : 0);
}

unsigned ad_update_check(uint64_t pte, unsigned acc, bool adue)
{
    if (adue)
        return ATLAS_REASON_NONE;
    if ((pte & ATLAS_MASK(PTE_A)) == 0)
        return ATLAS_REASON_A_CLEAR;
    if (access_writes(acc) && (pte & ATLAS_MASK(PTE_D)) == 0)
        return ATLAS_REASON_D_CLEAR;
    return ATLAS_REASON_NONE;
}

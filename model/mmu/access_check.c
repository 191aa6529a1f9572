/* access_check.c: twin of rtl/atlas_access_check.v. */
#include "mmu/access_check.h"

unsigned access_check(uint64_t pte, unsigned acc, unsigned priv, bool sum, bool mxr)
{
    const bool user = priv == ATLAS_PRIV_U;
    const bool fetch = acc == ATLAS_ACC_FETCH;
    const bool load = acc == ATLAS_ACC_LOAD;
    const bool r = (pte & ATLAS_MASK(PTE_R)) != 0;
    const bool w = (pte & ATLAS_MASK(PTE_W)) != 0;
    const bool x = (pte & ATLAS_MASK(PTE_X)) != 0;
    const bool u = (pte & ATLAS_MASK(PTE_U)) != 0;

    if (user && !u)
        return ATLAS_REASON_S_PAGE;
    if (!user && u && (fetch || !sum))
        return ATLAS_REASON_U_PAGE;
    if (fetch && !x)
        return ATLAS_REASON_NO_X;
    if (load && !(r || (mxr && x)))
        return ATLAS_REASON_NO_R;
    if (access_writes(acc) && !w)
        return ATLAS_REASON_NO_W;
    return ATLAS_REASON_NONE;
}

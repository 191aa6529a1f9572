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

uint32_t access_table(unsigned kind)
{
    const unsigned acc = kind & 3, priv = kind >> 2 & 3;
    const bool sum = (kind >> 4 & 1) != 0, mxr = kind >> 5 != 0;
    uint32_t table = 0;

    for (unsigned rwxud = 0; rwxud < 32; rwxud++) {
        const uint64_t pte = (uint64_t)(rwxud & 15) << ATLAS_PTE_R_LSB;
        const bool d = rwxud >> 4 != 0;

        if (access_check(pte, acc, priv, sum, mxr) == ATLAS_REASON_NONE &&
            (d || !access_writes(acc)))
            table |= UINT32_C(1) << rwxud;
    }
    return table;
}

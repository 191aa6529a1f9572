/* cold_walk_inline.h: the body of the oracle, for callers that ask it tens of millions of times a
 * second: with memory functions that the compiler sees, a walk costs a third. All else as
 * cold_walk.h says. Quotations are from the privileged specification.
 */
#ifndef ATLAS_COLD_WALK_INLINE_H
#define ATLAS_COLD_WALK_INLINE_H

#include "oracle/cold_walk.h"

/* "... raise a page-fault [access-fault] exception corresponding to the original access type." */
static inline void cold_refuse(const struct cold_query *q, struct cold_result *r, bool page,
                               unsigned reason)
{
    r->fault = true;
    r->reason = (uint8_t)reason;
    if (q->acc == ATLAS_ACC_FETCH)
        r->cause = page ? ATLAS_CAUSE_FETCH_PAGE : ATLAS_CAUSE_FETCH_ACCESS;
    else if (q->acc == ATLAS_ACC_LOAD)
        r->cause = page ? ATLAS_CAUSE_LOAD_PAGE : ATLAS_CAUSE_LOAD_ACCESS;
    else
        r->cause = page ? ATLAS_CAUSE_STORE_PAGE : ATLAS_CAUSE_STORE_ACCESS;
    r->pa = 0;
    r->level = r->pbmt = 0;
    r->napot = r->g = false;
}

#define COLD_PAGE_FAULT(name) cold_refuse(q, r, true, ATLAS_REASON_##name)
#define COLD_ACCESS_FAULT(name) cold_refuse(q, r, false, ATLAS_REASON_##name)

__attribute__((always_inline)) static inline void
cold_walk_inline(const struct cold_query *q, const struct cold_memory *m, struct cold_result *r)
{
    const bool sv32 = q->mode == ATLAS_MODE_SV32;
    const bool store = q->acc == ATLAS_ACC_STORE || q->acc == ATLAS_ACC_AMO;
    const unsigned ppn_limit_bits = q->pa_bits - ATLAS_PAGE_SHIFT;
    unsigned levels, vpn_bits, pte_size;

    r->fault = false;
    r->cause = ATLAS_CAUSE_NONE;
    r->reason = ATLAS_REASON_NONE;
    r->pa = 0;
    r->level = r->pbmt = 0;
    r->napot = r->g = false;
    r->nread = 0;
    r->write.tried = false;

    /* 12.1.11: "When MODE=Bare, supervisor virtual addresses are equal to supervisor physical
     * addresses"; step 1: "the effective privilege mode must be S-mode or U-mode". */
    if (q->mode == ATLAS_MODE_BARE || q->priv == ATLAS_PRIV_M) {
        if (q->va >> q->pa_bits != 0) {
            COLD_ACCESS_FAULT(VA_WIDTH);
            return;
        }
        r->pa = q->va;
        return;
    }

    switch (q->mode) {
    case ATLAS_MODE_SV32: levels = 2; break;
    case ATLAS_MODE_SV39: levels = 3; break;
    case ATLAS_MODE_SV48: levels = 4; break;
    case ATLAS_MODE_SV57: levels = 5; break;
    default: levels = UINT8_MAX; break;
    }
    if (levels > q->levels || sv32 != (q->xlen == 32)) {
        COLD_PAGE_FAULT(MODE);
        return;
    }
    vpn_bits = sv32 ? 10 : 9;
    pte_size = sv32 ? 4 : 8;

    /* 12.4.1: "... must have bits 63-39 all equal to bit 38, or else a page-fault exception will
     * occur"; 12.5.1 and 12.6.1 likewise for 48 and 57 bits. Sv32 uses all 32 bits. */
    if (!sv32) {
        uint64_t upper = q->va >> (ATLAS_PAGE_SHIFT + levels * vpn_bits - 1);

        if (upper != 0 && upper != UINT64_MAX >> (ATLAS_PAGE_SHIFT + levels * vpn_bits - 1)) {
            COLD_PAGE_FAULT(NONCANONICAL);
            return;
        }
    }

    /* Step 1. "Let a be satp.ppn x PAGESIZE, and let i = LEVELS - 1." */
    uint64_t a = q->root_ppn;
    unsigned i = levels - 1;
    bool g_above = false; /* OR of G over the pointers on the way */

    /* 12.4.1: bits 60-54 "are reserved ... must be zeroed by software"; "If Svnapot is not
     * implemented, bit 63 remains reserved"; "If Svpbmt is not implemented, bits 62-61 remain
     * reserved". 12.3.1: "For non-leaf PTEs, the D, A, and U bits are reserved for future standard
     * use"; so are PBMT (Svpbmt) and N (Svnapot). An Sv32 PTE is the low half of this layout. */
    const uint64_t reserved = ATLAS_MASK(PTE64_RESERVED) | (q->napote ? 0 : ATLAS_MASK(PTE64_N)) |
                              (q->pbmte ? 0 : ATLAS_MASK(PTE64_PBMT));
    const uint64_t leaf_only = ATLAS_MASK(PTE_A) | ATLAS_MASK(PTE_D) | ATLAS_MASK(PTE_U) |
                               ATLAS_MASK(PTE64_N) | ATLAS_MASK(PTE64_PBMT);

    if (a >> ppn_limit_bits != 0) {
        COLD_ACCESS_FAULT(PTE_WIDTH);
        return;
    }

    for (;;) {
        /* Step 2. "Let pte be the value of the PTE at address a + va.vpn[i] x PTESIZE. If
         * accessing pte violates a PMA or PMP check, raise an access-fault exception." */
        const unsigned page_bits = i * vpn_bits; /* VPN bits inside a page of level i */
        const uint64_t vpn = q->va >> ATLAS_PAGE_SHIFT;
        const uint64_t index = vpn >> page_bits & ATLAS_ONES(vpn_bits);
        const uint64_t addr = (a << ATLAS_PAGE_SHIFT) + index * pte_size;
        uint64_t pte = 0;
        enum cold_answer answer = m->read(m->ctx, addr, &pte);

        if (r->nread < COLD_READS)
            r->read[r->nread] = (struct cold_read){addr, answer == COLD_OK ? pte : 0};
        r->nread++;
        if (answer != COLD_OK) {
            COLD_ACCESS_FAULT(PTE_BUS);
            return;
        }

        /* Step 3. "If pte.v = 0, or if pte.r = 0 and pte.w = 1, or if any bits or encodings that
         * are reserved for future standard use are set within pte, stop and raise a page-fault
         * exception." */
        const bool readable = ATLAS_GET(pte, PTE_R) != 0;
        const bool writable = ATLAS_GET(pte, PTE_W) != 0;
        const bool executable = ATLAS_GET(pte, PTE_X) != 0;
        const bool user = ATLAS_GET(pte, PTE_U) != 0;
        const bool accessed = ATLAS_GET(pte, PTE_A) != 0;
        const bool dirty = ATLAS_GET(pte, PTE_D) != 0;
        const uint64_t ppn = ATLAS_GET(pte, PTE64_PPN);
        const bool n = ATLAS_GET(pte, PTE64_N) != 0;
        const unsigned pbmt = (unsigned)ATLAS_GET(pte, PTE64_PBMT);

        if (ATLAS_GET(pte, PTE_V) == 0) {
            COLD_PAGE_FAULT(INVALID);
            return;
        }
        if (writable && !readable) {
            COLD_PAGE_FAULT(W_NO_R);
            return;
        }
        /* Svpbmt: PBMT = 3 is "Reserved for future standard use". */
        if ((pte & reserved) != 0 || pbmt == 3) {
            COLD_PAGE_FAULT(RESERVED);
            return;
        }
        const bool g = g_above || ATLAS_GET(pte, PTE_G) != 0;

        /* Step 4. "If pte.r = 1 or pte.x = 1, go to step 5. Otherwise, this PTE is a pointer to
         * the next level of the page table. Let i = i - 1. If i < 0, stop and raise a page-fault
         * exception. Otherwise, let a = pte.ppn x PAGESIZE and go to step 2." */
        if (!readable && !executable) {
            if ((pte & leaf_only) != 0) {
                COLD_PAGE_FAULT(PTR_ATTR);
                return;
            }
            if (i == 0) {
                COLD_PAGE_FAULT(NO_LEAF);
                return;
            }
            if (ppn >> ppn_limit_bits != 0) {
                COLD_ACCESS_FAULT(PTE_WIDTH);
                return;
            }
            i--;
            a = ppn;
            g_above = g;
            continue;
        }

        /* "If i > 0 and pte.ppn[i-1:0] != 0, this is a misaligned superpage; stop and raise a
         * page-fault exception." This and step 5 are page faults alike: which comes first shows
         * in the reason only. */
        if ((ppn & ATLAS_ONES(page_bits)) != 0) {
            COLD_PAGE_FAULT(MISALIGNED);
            return;
        }
        /* Svnapot: 64 KiB is the one size there is: level 0, pte.ppn[3:0] = 1000. "If pte.n = 1
         * and the encoding is reserved, a page-fault exception must be raised." */
        if (n && (i > 0 || (ppn & 15) != 8)) {
            COLD_PAGE_FAULT(NAPOT);
            return;
        }

        /* Step 5. "Determine if the requested memory access is allowed by the pte.r, pte.w,
         * pte.x, and pte.u bits, given the current privilege mode and the value of the SUM and
         * MXR fields of the mstatus register. If not, stop and raise a page-fault exception."
         * 12.3.1: "S-mode may not execute code on user pages, regardless of SUM". */
        if (q->priv == ATLAS_PRIV_U && !user) {
            COLD_PAGE_FAULT(S_PAGE);
            return;
        }
        if (q->priv == ATLAS_PRIV_S && user && (q->acc == ATLAS_ACC_FETCH || !q->sum)) {
            COLD_PAGE_FAULT(U_PAGE);
            return;
        }
        if (q->acc == ATLAS_ACC_FETCH && !executable) {
            COLD_PAGE_FAULT(NO_X);
            return;
        }
        if (q->acc == ATLAS_ACC_LOAD && !readable && !(q->mxr && executable)) {
            COLD_PAGE_FAULT(NO_R);
            return;
        }
        if (store && !writable) {
            COLD_PAGE_FAULT(NO_W);
            return;
        }

        /* Step 7. "If pte.a = 0, or if the original memory access is a store and pte.d = 0: If the
         * Svade extension is implemented, stop and raise a page-fault exception." */
        if (!accessed && !q->adue) {
            COLD_PAGE_FAULT(A_CLEAR);
            return;
        }
        if (store && !dirty && !q->adue) {
            COLD_PAGE_FAULT(D_CLEAR);
            return;
        }
        /* The address that step 8 will give: is there such memory? */
        const uint64_t inside = ATLAS_ONES(n ? 4 : page_bits);
        const uint64_t pa_ppn = (ppn & ~inside) | (vpn & inside);

        if (pa_ppn >> ppn_limit_bits != 0) {
            COLD_ACCESS_FAULT(LEAF_WIDTH);
            return;
        }
        /* "If a store to pte would violate a PMA or PMP check, raise an access-fault exception.
         * ... Compare pte to the value of the PTE at address a + va.vpn[i] x PTESIZE. If the
         * values match, set pte.a to 1 and, if the original memory access is a store, also set
         * pte.d to 1. If the comparison fails, return to step 2." */
        if (!accessed || (store && !dirty)) {
            uint64_t updated = pte | ATLAS_MASK(PTE_A) | (store ? ATLAS_MASK(PTE_D) : 0);

            answer = m->write(m->ctx, addr, pte, updated);
            r->write = (struct cold_write){true, answer, addr, pte, updated};
            if (answer == COLD_CHANGED)
                continue;
            if (answer == COLD_ERROR) {
                COLD_ACCESS_FAULT(AD_BUS);
                return;
            }
        }

        /* Step 8. "The translation is successful. pa.pgoff = va.pgoff. If i > 0, then this is a
         * superpage translation and pa.ppn[i-1:0] = va.vpn[i-1:0]. pa.ppn[LEVELS-1:i] =
         * pte.ppn[LEVELS-1:i]." Svnapot: pa.ppn[3:0] = va.vpn[3:0] where N is set. */
        r->pa = pa_ppn << ATLAS_PAGE_SHIFT | (q->va & ATLAS_ONES(ATLAS_PAGE_SHIFT));
        r->level = (uint8_t)i;
        r->napot = n;
        r->pbmt = (uint8_t)pbmt;
        r->g = g;
        return;
    }
}

#undef COLD_PAGE_FAULT
#undef COLD_ACCESS_FAULT

#endif

/* access_check.h: may this access use this leaf? Twin of atlas_access_check.
 * Layer: mmu. Pure: knows the constants only.
 *
 * Source: priv. spec 12.3.2 step 5 and 12.1.1.2 (SUM, MXR); order in model/README.md, 2.7.
 */
#ifndef ATLAS_MMU_ACCESS_CHECK_H
#define ATLAS_MMU_ACCESS_CHECK_H

#include "mmu_port.h"

/* Check an access against the R, W, X and U bits of a leaf.
 *
 *   pte   in  the leaf; only ATLAS_MASK(PTE_R), W, X, U are looked at
 *   acc   in  ATLAS_ACC_*
 *   priv  in  ATLAS_PRIV_*: U is a user, everything else a supervisor
 *   sum   in  supervisors may load and store (never fetch) user pages
 *   mxr   in  loads may use X for R
 *
 * Returns ATLAS_REASON_NONE, or the first rule that refuses: _S_PAGE, _U_PAGE, _NO_X, _NO_R,
 * _NO_W. */
unsigned access_check(uint64_t pte, unsigned acc, unsigned priv, bool sum, bool mxr);

/* True for the accesses that write: store and AMO. */
static inline bool access_writes(unsigned acc)
{
    return acc >= ATLAS_ACC_STORE;
}

/* Everything that a check of accesses depends on but the leaf, as a number. */
enum { ACCESS_KINDS = 64 };

static inline unsigned access_kind(const struct atlas_req *req)
{
    return (req->acc & 3U) | (req->priv & 3U) << 2 | (unsigned)req->sum << 4 |
           (unsigned)req->mxr << 5;
}

/* The check as a table for one kind of access. Bit f is 1 if a leaf whose bits R W X U D are f
 * (R lowest) lets the access pass without an update of D. */
uint32_t access_table(unsigned kind);

#endif

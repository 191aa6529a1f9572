/* ad_update.h: which of A and D an access still has to set, and the PTE that it writes. Twin of
 * atlas_ad_update. Private to model/mmu.
 *
 * Source: priv. spec 12.3.2 steps 7 and 9, Svade, Svadu; model/README.md, 2.8 and 2.10.
 */
#ifndef ATLAS_MMU_AD_UPDATE_H
#define ATLAS_MMU_AD_UPDATE_H

#include "mmu/access_check.h"

/* The leaf with A, and for a store or AMO D, set: `pte` itself if no update is needed. */
uint64_t ad_update_value(uint64_t pte, unsigned acc);

/* Svade: ATLAS_REASON_A_CLEAR or _D_CLEAR if an update is needed and hardware must not make it
 * (adue = 0), else ATLAS_REASON_NONE. */
unsigned ad_update_check(uint64_t pte, unsigned acc, bool adue);

#endif

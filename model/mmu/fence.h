/* fence.h: sfence.vma on everything that is remembered. Twin of atlas_fence. Private to
 * model/mmu. model/README.md, 3. */
#ifndef ATLAS_MMU_FENCE_H
#define ATLAS_MMU_FENCE_H

#include "mmu/mmu.h"

/* Remove what the fence names from the TLBs and walk caches of all ports. Replacement state
 * stays. O(entries) without an address, else O(ways + side entries). */
void fence_all(struct atlas *a, const struct atlas_fence *fence);

#endif

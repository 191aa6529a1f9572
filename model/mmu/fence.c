/* fence.c: twin of rtl/atlas_fence.v. */
#include "mmu/fence.h"

/* Pointers hold no address that a fence could be compared with cheaply: by address it is all or,
 * as the specification allows (it asks for leaves only), none. */
static bool drops_pointers(const struct atlas *a, const struct walk_cache *wc,
                           const struct atlas_fence *fence, uint16_t asid)
{
    if (fence->has_va)
        return a->shape.p.fence_ptrs != 0;
    return !fence->has_asid || wc->asid == asid;
}

void fence_all(struct atlas *a, const struct atlas_fence *fence)
{
    const uint16_t asid = fence->asid & a->shape.asid_mask;
    const uint64_t key = entry_key(shape_vpn(&a->shape, fence->va), asid);
    const uint64_t needed = (fence->has_va ? KEY_VPN : 0) | (fence->has_asid ? KEY_ASID : 0);

    for (unsigned port = 0; port < a->shape.p.ports; port++) {
        l1_tlb_fence(&a->l1[port], &a->shape, key, needed);
        if (drops_pointers(a, &a->wc[port], fence, asid))
            walk_cache_drop(&a->wc[port]);
    }
    l2_tlb_fence(&a->l2, &a->shape, key, needed);
    count(a, ATLAS_GCTR_FENCE);
}

/* fence.c: twin of rtl/atlas_fence.v. */
#include "mmu/fence.h"

/* By address all pointers go or, as the specification allows (it asks for leaves only), none. */
static bool drops_pointers(const struct atlas *a, const struct walk_cache *wc,
                           const struct atlas_fence *fence, uint64_t key)
{
    if (fence->has_va)
        return a->shape.p.fence_ptrs != 0;
    return !fence->has_asid || ((wc->space ^ key) & KEY_ASID) == 0;
}

void fence_all(struct atlas *a, const struct atlas_fence *fence)
{
    const uint64_t asid = fence->asid & a->shape.asid_mask;
    const uint64_t key = asid << KEY_ASID_LSB | shape_vpn(&a->shape, fence->va);
    const uint64_t named = (fence->has_va ? KEY_VPN : 0) | (fence->has_asid ? KEY_ASID : 0);

    for (unsigned port = 0; port < a->shape.p.ports; port++) {
        struct mmu_lane *lane = &a->lane[port];

        l1_tlb_fence(&lane->l1, &a->shape, key, named);
        if (drops_pointers(a, &lane->wc, fence, key))
            walk_cache_drop(&lane->wc);
    }
    l2_tlb_fence(&a->l2, &a->shape, key, named);
    a->ctr[ATLAS_GCTR_FENCE]++;
}

/* door.c: the model behind mmu_port.h. */
#include "atlas.h"

static const struct atlas_params *door_params(void *self)
{
    return atlas_get_params(self);
}

static bool door_configure(void *self, const struct atlas_cfg *cfg)
{
    return atlas_configure(self, cfg);
}

static void door_access(void *self, unsigned port, const struct atlas_req *req,
                        struct atlas_rsp *rsp)
{
    atlas_access(self, port, req, rsp);
}

static void door_fence(void *self, const struct atlas_fence *fence)
{
    atlas_fence(self, fence);
}

static uint64_t door_counter(void *self, unsigned index)
{
    return atlas_counter(self, index);
}

struct mmu_port atlas_port(struct atlas *atlas)
{
    return (struct mmu_port){.self = atlas,
                             .params = door_params,
                             .configure = door_configure,
                             .access = door_access,
                             .fence = door_fence,
                             .counter = door_counter};
}

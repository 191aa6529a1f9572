#include "frames_fixture.h"

#include <stdlib.h>

struct frames *pool_open(struct pool_of_frames *pool, const struct frame_policy *policy,
                         pfn_t first, uint32_t count)
{
    if (frames_bytes(policy, count) > sizeof pool->table)
        abort();
    frames_init(&pool->frames,
                &(struct frames_config){.first = first,
                                        .count = count,
                                        .map = pool->map.count > 0 ? &pool->map : NULL,
                                        .policy = policy},
                pool->table);
    return &pool->frames;
}

struct frames *pool_open_ram(struct pool_of_frames *pool, const struct frame_policy *policy,
                             uint32_t count, bool poison)
{
    size_t bytes = (size_t)count * ATLAS_PAGE_SIZE;
    pfn_t first = 1024;

    pool->phys = (struct phys){.base = (paddr_t)first * ATLAS_PAGE_SIZE,
                               .size = bytes,
                               .ram = aligned_alloc(ATLAS_PAGE_SIZE, bytes)};
    if (!pool->phys.ram)
        abort();
    frames_init(&pool->frames,
                &(struct frames_config){.first = first,
                                        .count = count,
                                        .policy = policy,
                                        .phys = &pool->phys,
                                        .poison = poison},
                pool->table);
    return &pool->frames;
}

void pool_close(struct pool_of_frames *pool)
{
    free(pool->phys.ram);
}

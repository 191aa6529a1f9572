/* frames_fixture.h: frames for the tests of the allocator, each run once for every policy. */
#ifndef FRAMES_FIXTURE_H
#define FRAMES_FIXTURE_H

#include "mem/frames.h"

enum { POOL_MOST = 4096 }; /* frames that a pool may have */

struct pool_of_frames {
    struct frames frames;
    struct frame table[POOL_MOST + POOL_MOST / 64]; /* room for a bitmap too */
    struct memmap map;
    struct phys phys; /* RAM, if pool_open_ram made it */
};

/* Frames [first, first + count) under the policy of a test's state, all of them free; or as
 * pool->map says, if that has any range. */
struct frames *pool_open(struct pool_of_frames *pool, const struct frame_policy *policy,
                         pfn_t first, uint32_t count);

/* The same over real bytes; pool_close frees them. */
struct frames *pool_open_ram(struct pool_of_frames *pool, const struct frame_policy *policy,
                             uint32_t count, bool poison);
void pool_close(struct pool_of_frames *pool);

/* Rows of a table of cmocka tests: `test` under each policy, which is its initial state. */
#define FOR_EACH_POLICY(test)                                                                      \
    {#test " (buddy)", test, NULL, NULL, (void *)(uintptr_t)&frames_buddy},                        \
        {#test " (bitmap)", test, NULL, NULL, (void *)(uintptr_t)&frames_bitmap},                  \
    {                                                                                              \
#test " (list)", test, NULL, NULL, (void *)(uintptr_t)&frames_list                         \
    }

#endif

/* shm.h: shared anonymous memory: memory objects that the kernel makes for mappings which are
 * anonymous and shared. Layer: os/space.
 *
 * All pages of one are promised once (commit.h), from its beginning until nobody maps it. It
 * begins as zeros, and children that are forked see the same pages.
 */
#ifndef ATLAS_SHM_H
#define ATLAS_SHM_H

#include "os/space/commit.h"
#include "os/space/object.h"

struct shm {
    struct object object;
    struct shms *all;
    struct shm *next, *prev;
};

struct shms {
    const struct object_env *env;
    struct commit *commit;
    struct slab_cache *cache; /* of struct shm */
    struct shm *first;        /* newest first  */
};

void shms_init(struct shms *all, const struct object_env *env, struct commit *commit,
               struct slab_cache *cache);

/* A new object of `pages` zeros, held once, by the caller. Returns VM_OK or VM_NOMEM. */
enum vm_status shm_create(struct shms *all, struct object **o, uint64_t pages);

#endif

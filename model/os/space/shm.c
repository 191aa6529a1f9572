#include "os/space/shm.h"

#include "base/bytes.h"

void shms_init(struct shms *all, const struct object_env *env, struct commit *commit,
               struct slab_cache *cache)
{
    *all = (struct shms){.env = env, .commit = commit, .cache = cache};
}

static void release(struct object *o)
{
    struct shm *shm = (struct shm *)((char *)o - offsetof(struct shm, object));

    if (shm->prev)
        shm->prev->next = shm->next;
    else
        shm->all->first = shm->next;
    if (shm->next)
        shm->next->prev = shm->prev;
    commit_release(shm->all->commit, o->size);
    slab_free(shm->all->cache, shm);
}

enum vm_status shm_create(struct shms *all, struct object **o, uint64_t pages)
{
    static const struct object_ops zeros = {.fill = NULL, .release = release};
    struct shm *shm;
    enum vm_status status = commit_charge(all->commit, pages);

    if (status != VM_OK)
        return status;
    shm = slab_alloc(all->cache);
    if (!shm) {
        commit_release(all->commit, pages);
        return VM_NOMEM;
    }
    object_init(&shm->object, all->env, &zeros, true, pages);
    shm->all = all;
    shm->prev = NULL;
    shm->next = all->first;
    if (shm->next)
        shm->next->prev = shm;
    all->first = shm;
    *o = &shm->object;
    return VM_OK;
}

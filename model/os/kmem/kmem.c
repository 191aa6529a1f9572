#include "os/kmem/kmem.h"

#include "base/bug.h"
#include "os/kmem/slab.h"

void kmem_init(struct kmem *kmem, const struct phys *phys, struct frames *frames)
{
    *kmem = (struct kmem){.phys = phys, .frames = frames};
}

uint32_t kmem_frames(const struct kmem *kmem)
{
    uint32_t sum = kmem->block_frames;

    for (const struct slab_cache *c = kmem->first; c; c = c->next)
        sum += c->slabs << c->order;
    return sum;
}

uint32_t kmem_shrink(struct kmem *kmem)
{
    uint32_t sum = 0;

    for (struct slab_cache *c = kmem->first; c; c = c->next)
        sum += slab_shrink(c);
    return sum;
}

void kmem_check(const struct kmem *kmem)
{
    for (const struct slab_cache *c = kmem->first; c; c = c->next)
        slab_check(c);
    VM_BUG(kmem_frames(kmem) != kmem->frames->by_kind[FRAME_KERNEL]);
}

/* kmem.h: the kernel's own memory as a whole: all caches of objects (slab.h) and the blocks of
 * kmalloc that are larger (kmalloc.h). Layer: os/kmem; knows mem only.
 *
 * Whatever the kernel keeps of itself comes from here, in frames of kind KERNEL, so that their
 * number is the kernel's memory. Page tables are counted beside it (kind TABLE).
 */
#ifndef ATLAS_KMEM_H
#define ATLAS_KMEM_H

#include <stddef.h>

#include "mem/frames.h"
#include "mem/phys.h"

struct slab_cache;

struct kmem {
    const struct phys *phys;
    struct frames *frames;
    struct slab_cache *first, *last; /* all caches, oldest first (slab_cache.next)     */
    uint32_t blocks;                 /* of kmalloc that have frames of their own       */
    uint32_t block_frames;           /* these frames                                   */
};

/* No caches yet. phys and frames must outlive it. */
void kmem_init(struct kmem *kmem, const struct phys *phys, struct frames *frames);

/* Frames held: by caches, in use or kept, and by blocks. O(caches). */
uint32_t kmem_frames(const struct kmem *kmem);

/* Give back all frames without an object. Returns how many. O(caches + frames given). */
uint32_t kmem_shrink(struct kmem *kmem);

/* slab_check of all caches; stops with VM_BUG, too, if there is a frame of kind KERNEL that is
 * none of theirs. O(objects). */
void kmem_check(const struct kmem *kmem);

#endif

/* kmalloc.h: kernel memory of any size. Layer: os/kmem; knows mem only.
 *
 * Up to 4096 bytes a block is an object of the cache of its size class: powers of two from 16
 * on, and 96 and 192. A larger one is a run of frames, up to 4 MiB. Blocks are aligned to 16, or
 * to their size if that is a power of two and no red zones are kept; all bytes are 0. Each class
 * keeps one empty slab.
 */
#ifndef ATLAS_KMALLOC_H
#define ATLAS_KMALLOC_H

#include "os/kmem/slab.h"

enum { KMALLOC_CLASSES = 11, KMALLOC_CLASS_MAX = 4096 };

struct kmalloc {
    struct kmem *kmem;
    struct slab_cache class[KMALLOC_CLASSES]; /* smallest first */
};

/* An allocator without blocks; kmem must outlive it. flags: SLAB_POISON, SLAB_RED_ZONES. */
void kmalloc_init(struct kmalloc *km, struct kmem *kmem, unsigned flags);

/* A block of at least `size` bytes, 0 too. NULL if no frames can be had, or it is too large. */
void *kmalloc(struct kmalloc *km, size_t size);

/* Give a block back; NULL is no block. One that kmalloc did not give is a bug. */
void kfree(struct kmalloc *km, void *block);

/* Bytes that a block really has. */
size_t ksize(const struct kmalloc *km, const void *block);

#endif

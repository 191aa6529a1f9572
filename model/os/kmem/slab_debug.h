/* slab_debug.h: what a cache's slots look like around objects and after their end: poison and
 * red zones. Layer: os/kmem, for slab.c only. Each does what the flags of the cache ask for, and
 * is given the slot's address. */
#ifndef ATLAS_SLAB_DEBUG_H
#define ATLAS_SLAB_DEBUG_H

#include "os/kmem/slab.h"

/* Bytes of red zone that a slot has at least, before and after the object. */
void slab_zones(const struct slab_spec *spec, uint32_t *before, uint32_t *after);

/* Write what a slot shows when its object is free, or handed out. */
void slab_mark_free(const struct slab_cache *cache, uint8_t *slot);
void slab_mark_used(const struct slab_cache *cache, uint8_t *slot);

/* Stop with VM_BUG if it shows anything else. */
void slab_expect_free(const struct slab_cache *cache, const uint8_t *slot);
void slab_expect_used(const struct slab_cache *cache, const uint8_t *slot);

#endif

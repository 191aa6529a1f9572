/* slab.h: caches of kernel objects of one kind, carved from frames. Layer: os/kmem; knows mem
 * only.
 *
 * A slab is a run of frames, 2^order, cut into slots; a cache has some that are full, some
 * partly used, and up to `keep` empty ones. What is known of a slab is in the record of its first
 * frame: `object` is the cache, `used` counts objects, `index` has one bit a slot, 1 = free. With
 * more than 64 slots these bits are in the slab itself, in place of its first slots. So objects
 * hold nothing of the allocator's, and those whose size divides a page waste nothing.
 *
 * Objects come from a slab partly used, else an empty one, else a new one, and of a slab the
 * lowest free first. Without a constructor each is handed out with all bytes 0. A constructor
 * runs once for each object of a new slab; who frees an object leaves it as constructed.
 *
 * Freeing an object twice, into another cache, or by a pointer to its middle is always noticed.
 * A cache may look for more: SLAB_POISON overwrites freed objects and looks for later writes (not
 * with a constructor); SLAB_RED_ZONES has bytes around each object that nobody may change.
 *
 * Source: Bonwick, "The Slab Allocator" (USENIX 1994).
 */
#ifndef ATLAS_SLAB_H
#define ATLAS_SLAB_H

#include "os/kmem/kmem.h"

enum { SLAB_POISON = 1, SLAB_RED_ZONES = 2, SLAB_DEBUG = SLAB_POISON | SLAB_RED_ZONES };

enum {
    SLAB_ALIGN = 16,    /* least alignment of objects                        [bytes] */
    SLAB_ORDER_MAX = 3, /* largest slab: 2^3 frames                                  */
    SLAB_SIZE_MAX = 16384
};

/* Which of its lists a slab is in. */
enum slab_state { SLAB_EMPTY, SLAB_PARTIAL, SLAB_FULL, SLAB_STATES };

struct slab_spec {
    const char *name;             /* outlives the cache                                        */
    size_t size;                  /* of an object, 1 .. SLAB_SIZE_MAX                  [bytes] */
    size_t align;                 /* a power of two, at most a page; 0: SLAB_ALIGN     [bytes] */
    void (*construct)(void *obj); /* NULL: all bytes 0                                         */
    unsigned flags;               /* SLAB_POISON, SLAB_RED_ZONES                               */
    uint32_t keep;                /* empty slabs that are kept; 0: without objects, no frames  */
    uint32_t limit;               /* most objects; 0: no limit                                 */
};

struct slab_stats {
    uint64_t allocs, frees;
    uint64_t failed; /* slab_alloc gave NULL: no frames, or the limit */
    uint32_t most;   /* objects at any one time                       */
};

struct slab_cache {
    struct kmem *kmem;
    struct slab_cache *next, *prev; /* in the list of all                       */
    struct slab_spec spec;          /* with the alignment that it has           */
    uint32_t slot;                  /* from one object to the next      [bytes] */
    uint32_t lead;                  /* red zone before an object        [bytes] */
    uint32_t skip;                  /* slots that hold the bits instead         */
    uint32_t per_slab;              /* objects                                  */
    unsigned order;                 /* of a slab                                */
    pfn_t slab[SLAB_STATES];        /* first of each list, or PFN_NONE          */
    uint32_t slabs, empty;          /* all slabs; those without objects         */
    uint32_t objects;               /* handed out                               */
    struct slab_stats stats;
};

/* A new cache without objects or frames. The record is the caller's and must outlive them. */
void slab_init(struct slab_cache *cache, struct kmem *kmem, const struct slab_spec *spec);

/* End of a cache: gives back its empty slabs. Objects that are still there are a bug. */
void slab_close(struct slab_cache *cache);

/* An object; NULL if frames are needed and cannot be had, or at the limit. O(1), O(slots) when a
 * slab is new. */
void *slab_alloc(struct slab_cache *cache);

/* Give an object back. One that is not handed out by this cache is a bug. O(1). */
void slab_free(struct slab_cache *cache, void *object);

/* Give back all empty slabs. Returns their frames. */
uint32_t slab_shrink(struct slab_cache *cache);

/* Stop with VM_BUG unless lists, counts and bits of the cache agree and, as far as its flags go,
 * no byte around its objects or of free ones has changed. O(objects). */
void slab_check(const struct slab_cache *cache);

#endif

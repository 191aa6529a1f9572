/* index_tree.h: a sparse array of numbers, for what a memory object has in which page. Layer:
 * os/kmem; knows mem only.
 *
 * A tree of nodes of 64 slots, as high as its largest index needs. A node without an entry is
 * given back at once, so an empty tree holds no memory.
 *
 * Source: the radix tree of Linux's page cache.
 */
#ifndef ATLAS_INDEX_TREE_H
#define ATLAS_INDEX_TREE_H

#include "base/status.h"
#include "os/kmem/slab.h"

struct index_tree {
    struct slab_cache *cache; /* of index_tree_node_bytes()                    */
    uint64_t root;            /* the highest node, or with height 0 nothing    */
    unsigned height;          /* levels of nodes: indices below 64^height fit  */
};

/* Bytes of a node, for the cache. */
size_t index_tree_node_bytes(void);

/* An empty tree. The cache must outlive it. */
void index_tree_init(struct index_tree *t, struct slab_cache *cache);

/* The number at index; 0 if there is none. O(height). */
uint64_t index_tree_get(const struct index_tree *t, uint64_t index);

/* Put a number there, or with 0 take it away. Returns VM_OK, or VM_NOMEM and nothing changed; to
 * take away never fails. O(height). */
enum vm_status index_tree_set(struct index_tree *t, uint64_t index, uint64_t value);

/* The number at the lowest index from *index on, which is put there; 0 if there is none. */
uint64_t index_tree_next(const struct index_tree *t, uint64_t *index);

#endif

/* object.h: a memory object: something with contents by page that address spaces map, a file or
 * shared anonymous memory. Layer: os/space; knows mem and kmem.
 *
 * A cached object keeps each page that was asked for in one frame, which everybody who maps it
 * shares; a private mapping copies it on the first write. It holds one reference to that frame.
 * An object that is not cached makes a page anew for each who asks, and can only be mapped
 * privately.
 *
 * Source: Rashid et al., "Machine-independent virtual memory management", 1987.
 */
#ifndef ATLAS_OBJECT_H
#define ATLAS_OBJECT_H

#include <stdbool.h>

#include "os/kmem/index_tree.h"

struct object;

struct object_ops {
    /* Write the contents of page `index` to frame [bytes, 4096]. Returns VM_OK, or why it cannot
     * be had. NULL: zeros. */
    enum vm_status (*fill)(struct object *o, uint8_t *frame, uint64_t index);
    /* The last reference is gone and with it all pages. NULL: nothing is to be done. */
    void (*release)(struct object *o);
};

struct object {
    const struct object_ops *ops;
    const struct phys *phys;
    struct frames *frames;
    bool cached;
    uint32_t refs;           /* regions that map it, and whoever else holds it     */
    uint64_t size;           /* what lies beyond is a bus error            [pages] */
    uint64_t pages;          /* that are in a frame                        [pages] */
    struct index_tree cache; /* index -> frame                                     */
};

/* What all objects of a machine share. */
struct object_env {
    const struct phys *phys;
    struct frames *frames;
    struct slab_cache *nodes; /* of index_tree_node_bytes() */
};

/* An object without pages, held once, by the caller.
 *
 *   o       out  the object
 *   ops     in   outlives it
 *   cached  in   see above
 *   size    in   [pages] */
void object_init(struct object *o, const struct object_env *env, const struct object_ops *ops,
                 bool cached, uint64_t size);

/* One more holder; one less. With the last one go the pages: nobody maps them any more. */
void object_hold(struct object *o);
void object_drop(struct object *o);

/* Page `index` of a cached object: in a frame already, or filled now.
 *
 *   pfn     out  its frame; the reference is the object's
 *   filled  out  it was not there before
 *
 * Returns VM_OK; VM_NOMEM; VM_RANGE beyond the end; or what `fill` says. */
enum vm_status object_page(struct object *o, pfn_t *pfn, bool *filled, uint64_t index);

/* Write the contents of page `index` of any object to a frame: for a private copy. Returns as
 * object_page. */
enum vm_status object_copy(struct object *o, uint8_t *frame, uint64_t index);

/* Give back the pages from `index` on that nobody maps. Returns how many were given back. */
uint64_t object_shrink(struct object *o, uint64_t index);

#endif

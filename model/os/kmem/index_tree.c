#include "os/kmem/index_tree.h"

#include "base/bug.h"

enum { FAN_BITS = 6, FAN = 1 << FAN_BITS, INDEX_BITS = 64 };

struct node {
    uint64_t slots[FAN]; /* a node below, or at the lowest level a number; 0: none */
    uint32_t used;
};

size_t index_tree_node_bytes(void)
{
    return sizeof(struct node);
}

void index_tree_init(struct index_tree *t, struct slab_cache *cache)
{
    *t = (struct index_tree){.cache = cache};
}

static struct node *node_of(uint64_t slot)
{
    return (struct node *)(uintptr_t)slot;
}

static bool fits(unsigned height, uint64_t index)
{
    return height * FAN_BITS >= INDEX_BITS || index >> height * FAN_BITS == 0;
}

static unsigned digit(uint64_t index, unsigned level)
{
    return (unsigned)(index >> level * FAN_BITS) % FAN;
}

uint64_t index_tree_get(const struct index_tree *t, uint64_t index)
{
    uint64_t slot = t->root;

    if (!fits(t->height, index))
        return 0;
    for (unsigned level = t->height; level > 0 && slot != 0; level--)
        slot = node_of(slot)->slots[digit(index, level - 1)];
    return slot;
}

/* Set what lies below *slot, a node of `level` or at level 0 the number itself. A node that is
 * empty afterwards goes, whether it was made here or not. */
static enum vm_status set_below(struct index_tree *t, uint64_t *slot, unsigned level,
                                uint64_t index, uint64_t value)
{
    struct node *node = node_of(*slot);
    enum vm_status status;
    uint64_t *child;

    if (level == 0) {
        *slot = value;
        return VM_OK;
    }
    if (!node && value == 0)
        return VM_OK;
    if (!node)
        node = slab_alloc(t->cache);
    if (!node)
        return VM_NOMEM;
    child = &node->slots[digit(index, level - 1)];
    node->used -= *child != 0;
    status = set_below(t, child, level - 1, index, value);
    node->used += *child != 0;
    *slot = node->used > 0 ? (uintptr_t)node : 0;
    if (*slot == 0)
        slab_free(t->cache, node);
    return status;
}

/* One more level above. */
static enum vm_status grow(struct index_tree *t)
{
    struct node *node;

    if (t->root != 0) {
        node = slab_alloc(t->cache);
        if (!node)
            return VM_NOMEM;
        node->slots[0] = t->root;
        node->used = 1;
        t->root = (uintptr_t)node;
    }
    t->height++;
    return VM_OK;
}

enum vm_status index_tree_set(struct index_tree *t, uint64_t index, uint64_t value)
{
    enum vm_status status = VM_OK;

    if (value == 0 && !fits(t->height, index))
        return VM_OK;
    while (status == VM_OK && (t->height == 0 || !fits(t->height, index)))
        status = grow(t);
    if (status == VM_OK)
        status = set_below(t, &t->root, t->height, index, value);
    if (t->root == 0)
        t->height = 0;
    return status;
}

/* The same for the nodes below: from `first` on, counted from the node's lowest index. */
static uint64_t next_below(uint64_t slot, unsigned level, uint64_t first, uint64_t *found)
{
    unsigned from = level > 0 ? digit(first, level - 1) : 0;

    if (level == 0)
        return slot;
    for (unsigned i = from; slot != 0 && i < FAN; i++) {
        uint64_t below = 0, span = (UINT64_C(1) << (level - 1) * FAN_BITS);
        uint64_t value = next_below(node_of(slot)->slots[i], level - 1,
                                    i == from ? first & (span - 1) : 0, &below);

        if (value != 0) {
            *found = i * span + below;
            return value;
        }
    }
    return 0;
}

uint64_t index_tree_next(const struct index_tree *t, uint64_t *index)
{
    uint64_t found = 0, value;

    if (t->height == 0 || !fits(t->height, *index))
        return 0;
    value = next_below(t->root, t->height, *index, &found);
    if (value != 0)
        *index = found;
    return value;
}

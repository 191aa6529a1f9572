/* kmalloc.c: see kmalloc.h. The record of a large block's first frame has the kmalloc as its
 * `object`. */
#include "os/kmem/kmalloc.h"

#include "base/bug.h"
#include "base/bytes.h"

static const struct {
    uint16_t size;
    const char *name;
} classes[KMALLOC_CLASSES] = {{16, "kmalloc-16"},     {32, "kmalloc-32"},    {64, "kmalloc-64"},
                              {96, "kmalloc-96"},     {128, "kmalloc-128"},  {192, "kmalloc-192"},
                              {256, "kmalloc-256"},   {512, "kmalloc-512"},  {1024, "kmalloc-1024"},
                              {2048, "kmalloc-2048"}, {4096, "kmalloc-4096"}};

void kmalloc_init(struct kmalloc *km, struct kmem *kmem, unsigned flags)
{
    *km = (struct kmalloc){.kmem = kmem};
    for (unsigned i = 0; i < KMALLOC_CLASSES; i++)
        slab_init(
            &km->class [i], kmem, &(struct slab_spec) {
                .name = classes[i].name, .size = classes[i].size, .flags = flags, .keep = 1
            });
}

static unsigned order_for(size_t size)
{
    unsigned order = 0;

    while (size > (size_t)ATLAS_PAGE_SIZE << order)
        order++;
    return order;
}

static void *block_new(struct kmalloc *km, size_t size)
{
    unsigned order = order_for(size);
    struct kmem *kmem = km->kmem;
    pfn_t pfn = frames_alloc_run(kmem->frames, order, FRAME_KERNEL, FRAME_NO_OWNER);

    if (pfn == PFN_NONE)
        return NULL;
    frames_get(kmem->frames, pfn)->object = km;
    kmem->blocks++;
    kmem->block_frames += UINT32_C(1) << order;
    return memset(phys_frame(kmem->phys, pfn), 0, (size_t)ATLAS_PAGE_SIZE << order);
}

void *kmalloc(struct kmalloc *km, size_t size)
{
    for (unsigned i = 0; i < KMALLOC_CLASSES; i++)
        if (size <= classes[i].size)
            return slab_alloc(&km->class[i]);
    return size <= (size_t)ATLAS_PAGE_SIZE << FRAMES_ORDER_MAX ? block_new(km, size) : NULL;
}

/* The class of a block, or NULL if it has frames of its own. */
static const struct slab_cache *class_of(const struct kmalloc *km, pfn_t head)
{
    const void *object = frames_get(km->kmem->frames, head)->object;

    for (unsigned i = 0; i < KMALLOC_CLASSES; i++)
        if (object == &km->class[i])
            return object;
    VM_BUG(object != km);
    return NULL;
}

/* The first frame of a block's slab or run. */
static pfn_t head_of(const struct kmalloc *km, const void *block)
{
    return frames_head(km->kmem->frames, phys_pfn_of(km->kmem->phys, block));
}

static void block_end(struct kmalloc *km, pfn_t pfn)
{
    struct frame *frame = frames_get(km->kmem->frames, pfn);

    km->kmem->blocks--;
    km->kmem->block_frames -= UINT32_C(1) << frame->order;
    frame->object = NULL;
    frames_drop(km->kmem->frames, pfn);
}

void kfree(struct kmalloc *km, void *block)
{
    const struct slab_cache *class;
    pfn_t head;

    if (!block)
        return;
    head = head_of(km, block);
    class = class_of(km, head);
    if (class) {
        slab_free(&km->class[class - km->class], block);
        return;
    }
    VM_BUG(block != phys_frame(km->kmem->phys, head));
    block_end(km, head);
}

size_t ksize(const struct kmalloc *km, const void *block)
{
    pfn_t head = head_of(km, block);
    const struct slab_cache *class = class_of(km, head);

    return class ? class->spec.size
                 : (size_t)ATLAS_PAGE_SIZE << frames_get(km->kmem->frames, head)->order;
}

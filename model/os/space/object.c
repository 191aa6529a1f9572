#include "os/space/object.h"

#include "base/bug.h"
#include "base/bytes.h"

void object_init(struct object *o, const struct object_env *env, const struct object_ops *ops,
                 bool cached, uint64_t size)
{
    *o = (struct object){.ops = ops,
                         .phys = env->phys,
                         .frames = env->frames,
                         .cached = cached,
                         .refs = 1,
                         .size = size};
    index_tree_init(&o->cache, env->nodes);
}

void object_hold(struct object *o)
{
    o->refs++;
}

static enum vm_status fill(struct object *o, uint8_t *frame, uint64_t index)
{
    if (index >= o->size)
        return VM_RANGE;
    if (o->ops->fill)
        return o->ops->fill(o, frame, index);
    memset(frame, 0, ATLAS_PAGE_SIZE);
    return VM_OK;
}

static void forget(struct object *o, pfn_t pfn, uint64_t index)
{
    struct frame *frame = frames_get(o->frames, pfn);

    index_tree_set(&o->cache, index, 0);
    frame->object = NULL;
    frame->index = 0;
    o->pages--;
    frames_drop(o->frames, pfn);
}

/* A frame for page `index`, with its contents, kept. */
static enum vm_status page_in(struct object *o, pfn_t *out, uint64_t index)
{
    pfn_t pfn = frames_alloc(o->frames, FRAME_USER, FRAME_NO_OWNER);
    struct frame *frame;
    enum vm_status status;

    if (pfn == PFN_NONE)
        return VM_NOMEM;
    status = fill(o, phys_frame(o->phys, pfn), index);
    if (status == VM_OK)
        status = index_tree_set(&o->cache, index, pfn);
    if (status != VM_OK) {
        frames_drop(o->frames, pfn);
        return status;
    }
    frame = frames_get(o->frames, pfn);
    frame->object = o;
    frame->index = index;
    o->pages++;
    *out = pfn;
    return VM_OK;
}

enum vm_status object_page(struct object *o, pfn_t *pfn, bool *filled, uint64_t index)
{
    uint64_t there = index_tree_get(&o->cache, index);

    VM_BUG(!o->cached);
    *filled = there == 0;
    if (*filled)
        return page_in(o, pfn, index);
    *pfn = (pfn_t)there;
    return VM_OK;
}

enum vm_status object_copy(struct object *o, uint8_t *frame, uint64_t index)
{
    enum vm_status status;
    bool filled;
    pfn_t pfn;

    if (!o->cached)
        return fill(o, frame, index);
    status = object_page(o, &pfn, &filled, index);
    if (status == VM_OK)
        memcpy(frame, phys_frame(o->phys, pfn), ATLAS_PAGE_SIZE);
    return status;
}

uint64_t object_shrink(struct object *o, uint64_t index)
{
    uint64_t gone = 0, value;

    for (; (value = index_tree_next(&o->cache, &index)) != 0; index++) {
        if (frames_get(o->frames, (pfn_t)value)->maps)
            continue;
        forget(o, (pfn_t)value, index);
        gone++;
    }
    return gone;
}

void object_drop(struct object *o)
{
    VM_BUG(o->refs == 0);
    if (--o->refs > 0)
        return;
    object_shrink(o, 0);
    VM_BUG(o->pages > 0);
    if (o->ops->release)
        o->ops->release(o);
}

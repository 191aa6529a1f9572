#include "os/space/file.h"

#include "base/bytes.h"

static enum vm_status fill(struct object *o, uint8_t *frame, uint64_t index)
{
    struct file *f = (struct file *)o;
    enum vm_status status = block_read(f->device, f->first + index, frame);
    uint64_t rest = f->bytes - index * ATLAS_PAGE_SIZE;

    if (status == VM_OK && rest < ATLAS_PAGE_SIZE)
        memset(frame + rest, 0, ATLAS_PAGE_SIZE - rest);
    return status;
}

void file_init(struct file *f, const struct object_env *env, struct block *device, uint64_t first,
               uint64_t bytes)
{
    static const struct object_ops ops = {.fill = fill};

    object_init(&f->object, env, &ops, true, (bytes + ATLAS_PAGE_SIZE - 1) / ATLAS_PAGE_SIZE);
    f->device = device;
    f->first = first;
    f->bytes = bytes;
}

enum vm_status file_read(struct file *f, uint64_t offset, void *to, uint32_t bytes)
{
    uint8_t *out = to;

    if (offset > f->bytes || bytes > f->bytes - offset)
        return VM_RANGE;
    while (bytes > 0) {
        uint32_t at = (uint32_t)(offset % ATLAS_PAGE_SIZE), part = ATLAS_PAGE_SIZE - at;
        enum vm_status status;
        bool filled;
        pfn_t pfn;

        part = part < bytes ? part : bytes;
        status = object_page(&f->object, &pfn, &filled, offset / ATLAS_PAGE_SIZE);
        if (status != VM_OK)
            return status;
        memcpy(out, (uint8_t *)phys_frame(f->object.phys, pfn) + at, part);
        out += part;
        offset += part;
        bytes -= part;
    }
    return VM_OK;
}

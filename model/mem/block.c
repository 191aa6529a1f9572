#include "mem/block.h"

static enum vm_status counted(struct block *b, enum vm_status status)
{
    b->errors += status != VM_OK;
    return status;
}

enum vm_status block_read(struct block *b, uint64_t number, uint8_t *to)
{
    if (number >= b->blocks)
        return VM_RANGE;
    b->reads++;
    return counted(b, b->ops->read(b->ctx, number, to));
}

enum vm_status block_write(struct block *b, uint64_t number, const uint8_t *from)
{
    if (number >= b->blocks)
        return VM_RANGE;
    if (!b->ops->write)
        return VM_DENIED;
    b->writes++;
    return counted(b, b->ops->write(b->ctx, number, from));
}

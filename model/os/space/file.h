/* file.h: a file: a memory object whose pages are blocks of a device. Layer: os/space.
 *
 * Each page is read once, when somebody needs it first, and then kept for all (object.h). What the
 * last page has beyond the end of the file is zero.
 */
#ifndef ATLAS_FILE_H
#define ATLAS_FILE_H

#include "mem/block.h"
#include "os/space/object.h"

struct file {
    struct object object; /* first */
    struct block *device;
    uint64_t first; /* block of its first page */
    uint64_t bytes; /* its size                */
};

/* Open a file of `bytes` bytes from block `first` of the device on. The caller holds its object
 * once (object_drop); device and record outlive it. */
void file_init(struct file *f, const struct object_env *env, struct block *device, uint64_t first,
               uint64_t bytes);

/* Read bytes of the file, through its pages.
 *
 *   offset, bytes  in  where
 *   to             out [bytes]
 *
 * Returns VM_OK; VM_RANGE if they are not all in the file; VM_NOMEM; VM_IO. */
enum vm_status file_read(struct file *f, uint64_t offset, void *to, uint32_t bytes);

#endif

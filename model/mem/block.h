/* block.h: a block device: numbered blocks of a page's size, read and written whole. Layer: mem.
 *
 * Whoever has the device fills in the functions: the host with a plain file. What is read and
 * written is counted here, exactly: a page that nobody touched costs nothing.
 */
#ifndef ATLAS_BLOCK_H
#define ATLAS_BLOCK_H

#include "arch/atlas_arch.h"
#include "base/status.h"
#include "base/types.h"

enum { BLOCK_SIZE = ATLAS_PAGE_SIZE };

struct block_ops {
    /* Read block `number` to `to`, or write it from `from` [bytes, BLOCK_SIZE]. Returns VM_OK, or
     * VM_IO and what was there is anything. `write` may be NULL: the device cannot be written. */
    enum vm_status (*read)(void *ctx, uint64_t number, uint8_t *to);
    enum vm_status (*write)(void *ctx, uint64_t number, const uint8_t *from);
};

struct block {
    const struct block_ops *ops;
    void *ctx;
    uint64_t blocks;        /* that it has                                */
    uint64_t reads, writes; /* blocks that were asked for, errors as well */
    uint64_t errors;        /* of these                                   */
};

/* Read or write one block. Returns VM_OK; VM_RANGE if there is no such block; VM_IO if the device
 * failed; to write, VM_DENIED if it cannot be written. */
enum vm_status block_read(struct block *b, uint64_t number, uint8_t *to);
enum vm_status block_write(struct block *b, uint64_t number, const uint8_t *from);

#endif

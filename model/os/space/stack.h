/* stack.h: regions that grow down when they are touched below. Layer: os/space.
 *
 * Source: OSTEP ch. 13; Linux mm/mmap.c, expand_downwards.
 */
#ifndef ATLAS_STACK_H
#define ATLAS_STACK_H

#include "os/space/space.h"

/* Map the stack of a new process: `pages` below the place that its layout has for it.
 *
 *   top  out  first address above it
 *
 * Returns VM_OK; VM_RANGE if there are no pages; VM_LIMIT; VM_EXISTS; VM_NOMEM. */
enum vm_status mm_stack(struct space *s, vaddr_t *top, uint64_t pages);

/* Extend the region that grows down and lies next above page vpn, so that it holds vpn.
 *
 * Returns VM_OK; VM_ABSENT if there is none; VM_LIMIT if it would exceed a limit or come closer to
 * the region below, or to what is never mapped, than the guard; VM_NOMEM if so much cannot be
 * promised. */
enum vm_status space_grow(struct space *s, vpn_t vpn);

#endif

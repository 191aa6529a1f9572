/* brk.h: the heap: one range of pages whose end a process moves. Layer: os/space.
 *
 * It begins where the layout says, empty, and ends at the break, which is an address of a byte; the
 * page that holds it is mapped whole. Growing gives addresses, which become frames of zeros when
 * they are touched (at once if the layout says so). Shrinking gives frames back, so what is grown
 * over again is zeros. In a layout whose heap grows down the break is its lowest address, and all
 * is the other way round.
 *
 * Source: brk(2), sbrk(2).
 */
#ifndef ATLAS_BRK_H
#define ATLAS_BRK_H

#include "os/space/space.h"

/* The image of the program ends before address `end`: the heap begins above. Call before the heap
 * is used. */
void mm_heap_begin(struct space *s, vaddr_t end);

/* Move the break to an address. s->brk holds it afterwards; unless VM_OK nothing changed.
 *
 * Returns VM_OK; VM_RANGE if that is before the heap's beginning, or beyond what is the
 * process's; VM_EXISTS if a mapping, or a stack's guard, is in the way; VM_LIMIT; VM_NOMEM. */
enum vm_status mm_brk(struct space *s, vaddr_t brk);

/* Make the heap `bytes` larger, or smaller if that is negative; 0 asks where the break is.
 *
 *   old  out  the break before the call; unless VM_OK unchanged
 *
 * Returns as mm_brk. */
enum vm_status mm_sbrk(struct space *s, vaddr_t *old, int64_t bytes);

#endif

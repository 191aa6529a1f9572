/* advise.h: what a process will do with its pages. Layer: os/space.
 *
 * Source: madvise(2).
 */
#ifndef ATLAS_ADVISE_H
#define ATLAS_ADVISE_H

#include "os/space/space.h"

enum mm_advice {
    MM_DONTNEED, /* give the frames back. Private pages begin anew, as zeros or from their object:
                    what was stored is lost; shared ones are found again in their object */
    MM_WILLNEED  /* give all pages their frames now, as loads would, without a fault     */
};

/* Follow an advice for [address, address + length), length rounded up.
 *
 * Returns VM_OK; VM_RANGE as in mmap.h; VM_ABSENT if a page is in no region: nothing changed;
 * VM_NOMEM: for WILLNEED, when memory or a limit is short: what was done stays. */
enum vm_status mm_advise(struct space *s, vaddr_t address, uint64_t length, enum mm_advice advice);

#endif

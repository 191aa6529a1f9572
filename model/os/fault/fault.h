/* fault.h: what the kernel does when the MMU refuses a user access. Layer: os/fault; knows
 * space below. Swap will hang in here; nothing here knows it.
 *
 * The class is found from the cause and the kernel's own records alone, as on any RISC-V hart,
 * in this order: the bus refused it; no region (a stack may grow); the region's permissions;
 * no page yet; a store to a page that is to be copied first; A or D to be set by software
 * (Svade); else the MMU had an outdated entry.
 *
 * Source: priv. spec 12.3.2; Svade; OSTEP ch. 21 (page faults), ch. 23 (copy on write).
 */
#ifndef ATLAS_FAULT_H
#define ATLAS_FAULT_H

#include "os/space/space.h"

enum fault_class {
    FAULT_ZERO,       /* first touch of a page: a frame of zeros                        */
    FAULT_PAGER,      /* first touch of a page: its object filled a frame               */
    FAULT_CACHE,      /* first touch of a page: its object had it in a frame            */
    FAULT_DEVICE,     /* first touch of a page of a device                              */
    FAULT_GROWTH,     /* below a region that grows: extended, and the first touch too   */
    FAULT_COPY,       /* store to a private page that others see: copied                */
    FAULT_REUSE,      /* ... that nobody else sees any more: writable again             */
    FAULT_AD,         /* A, or D on a store, was clear and the hardware leaves it to us */
    FAULT_STALE,      /* the table allows it: the MMU's entry was outdated; fenced      */
    FAULT_PROTECTION, /* the region does not allow this access                          */
    FAULT_INVALID,    /* no region is there                                             */
    FAULT_BUS,        /* access fault, or no contents: nothing is behind the address    */
    FAULT_NOMEM,      /* a frame, a table or a record was needed and none is free       */
    FAULT_LIMIT,      /* the process has as many frames as it may                       */
    FAULT_CLASSES
};

/* What becomes of the access. */
enum fault_outcome {
    FAULT_RETRY, /* fixed: the access is to be made again */
    FAULT_SEGV,  /* protection or invalid                 */
    FAULT_SIGBUS,
    FAULT_OOM
};

struct fault_stats {
    uint64_t count[FAULT_CLASSES]; /* by class; GROWTH is counted beside the first touch,
                                      COPY beside PAGER or CACHE if it is one */
    enum fault_class refused;      /* why the last access that was refused was */
};

/* Handle the page fault or access fault of a user access.
 *
 *   s      in/out  the address space of the process that was running
 *   stats  in/out  its counters
 *   va     in      the address (stval)
 *   acc    in      ATLAS_ACC_*
 *   cause  in      ATLAS_CAUSE_* (scause), a fault
 *
 * Returns what becomes of the access. */
enum fault_outcome fault_handle(struct space *s, struct fault_stats *stats, vaddr_t va, uint8_t acc,
                                uint8_t cause);

/* Give the pages of [start, end) that have none their frames, as a load of each would, but
 * uncounted. What may not be accessed, is in no region, or has nothing behind it is passed over.
 * Returns VM_OK; VM_NOMEM: out of frames, or the limit is reached; the pages up to there have
 * theirs. O(pages). */
enum vm_status fault_populate(struct space *s, vpn_t start, vpn_t end);

/* "demand zero" and so on, for reports; NULL for no such class. */
const char *fault_class_name(enum fault_class class);

#endif

/* asid.h: which process has which ASID. Layer: os/proc; knows nothing of processes.
 *
 * ASIDs are handed out in order, 1, 2, ... (0 if the MMU keeps no ASID bits). When all are
 * used a new generation begins: everything is fenced once, and every process gets a new one
 * when it runs next. So two processes never share an ASID between two fences.
 */
#ifndef ATLAS_ASID_H
#define ATLAS_ASID_H

#include <stdbool.h>
#include <stdint.h>

struct asids {
    uint32_t last;       /* highest ASID the MMU keeps             */
    uint32_t next;       /* handed out next; last + 1: used up     */
    uint32_t generation; /* 1, 2, ...                              */
};

/* What a process holds. All zero: none yet. */
struct asid {
    uint32_t value;
    uint32_t generation;
};

/* For an MMU that keeps `bits` bits of an ASID, 0 .. 16. */
void asids_init(struct asids *asids, unsigned bits);

/* Make sure that *asid is of this generation. Returns true if everything must be fenced before
 * it is used: a new generation has begun. */
bool asids_assign(struct asids *asids, struct asid *asid);

#endif

/* machine.h: a whole machine: RAM, an MMU behind a backend, and the kernel that runs on both.
 *
 * Layer: host. RAM holds the pages' bytes and the kernel's own objects; page-table words live in
 * the backend's memory, where its walker reads them (mem/phys.h). Whoever has accesses to make (a
 * program's trace, a test) makes them with machine_access.
 */
#ifndef ATLAS_MACHINE_H
#define ATLAS_MACHINE_H

#include "options.h"
#include "os/proc/proc.h"

struct machine_config {
    unsigned mode;   /* ATLAS_MODE_*                                                      */
    uint64_t frames; /* of RAM; 0: MACHINE_FRAMES, or what fits if that is less [frames] */
    bool svade;      /* A and D by page fault                                             */
};

enum { MACHINE_FRAMES = 262144 }; /* 1 GiB; the host backs it as it is touched */

struct machine {
    struct target *target; /* the caller's */
    struct phys phys;
    struct kernel *kernel; /* lives in RAM */
};

/* Build a machine around a target that is open and outlives it. RAM begins at 2 GiB, or half-way
 * up a smaller physical space. Returns false after reporting why not. */
bool machine_open(struct machine *m, struct target *target, const struct machine_config *config);
void machine_close(struct machine *m); /* one that failed to open is fine */

/* A user access of the running process; see proc_access. Fetches use port 0, all else port 1 if
 * there are two. */
enum proc_outcome machine_access(struct machine *m, struct atlas_rsp *rsp, vaddr_t va, uint8_t acc);

/* The bytes of RAM at pa, good for `bytes` of them; NULL if they are not all in RAM. */
uint8_t *machine_bytes(const struct machine *m, paddr_t pa, uint64_t bytes);

#endif

/* machine.h: a whole machine: RAM, harts with an MMU each behind a backend, and the kernel that
 * runs on all of it.
 *
 * Layer: host. RAM holds the pages' bytes and the kernel's own objects; page-table words live in
 * the backends' memories, where their walkers read them (mem/phys.h). A word is written to all;
 * reading it gives the bits of all, since hardware only ever sets bits (A and D), each in its own.
 * Whoever has accesses to make (a program's trace, a test) makes them with machine_access.
 */
#ifndef ATLAS_MACHINE_H
#define ATLAS_MACHINE_H

#include "options.h"
#include "os/proc/proc.h"

struct machine_config {
    unsigned mode;    /* ATLAS_MODE_*                                                      */
    uint64_t frames;  /* of RAM; 0: MACHINE_FRAMES, or what fits if that is less [frames] */
    bool map_kernel;  /* the kernel in every address space                                 */
    bool svade;       /* A and D by page fault                                             */
    uint32_t quantum; /* of a process, in ticks; see sched.h. 0: 1                          */
};

enum { MACHINE_FRAMES = 262144 }; /* 1 GiB; the host backs it as it is touched */

struct machine {
    struct target *targets; /* a hart each [array, harts]; the caller's */
    unsigned harts;
    struct phys phys;
    struct kernel *kernel; /* lives in RAM */
};

/* Build a machine around targets that are open and outlive it.
 *
 *   targets  in  with the same parameters                          [array, harts]
 *   harts    in  1 .. HARTS_MAX
 *   config   in  copied
 *
 * RAM begins at 2 GiB, or half-way up a smaller physical space. Returns false after reporting why
 * not. */
bool machine_open(struct machine *m, struct target *targets, unsigned harts,
                  const struct machine_config *config);
void machine_close(struct machine *m); /* one that failed to open is fine */

/* A user access of the running process; see proc_access. Fetches use port 0, all else port 1 if
 * there are two. */
enum proc_outcome machine_access(struct machine *m, struct atlas_rsp *rsp, vaddr_t va, uint8_t acc);

/* The target of the hart that runs now. */
struct target *machine_target(const struct machine *m);

/* Compare all that the backends remember. Returns what differed first since the last call of this,
 * or NULL; with `deep` false only what each access compares is looked at. Valid until the next
 * access. */
const char *machine_mismatch(struct machine *m, bool deep);

/* The bytes of RAM at pa, good for `bytes` of them; NULL if they are not all in RAM. */
uint8_t *machine_bytes(const struct machine *m, paddr_t pa, uint64_t bytes);

#endif

/* run.h: programs' references, one after another, on a machine.
 *
 * Layer: host. Each program is a process. Each reference goes through process, MMU, fault handler
 * and retry like a real access. Every store writes bytes derived from process, address and
 * reference number; the bytes that a load or fetch finds are compared with the flat oracle. What
 * the program has mapped is learned when an access lies outside of what is known: from its map file
 * while it lives, else from the use (fetched: R+X, else R+W).
 */
#ifndef ATLAS_RUN_H
#define ATLAS_RUN_H

#include "lackey.h"
#include "locality.h"
#include "machine.h"
#include "oracle_bytes.h"
#include "os/space/maps.h"

/* Where regions come from: the layer of commands fills it in. */
struct run_maps {
    /* The mapping that holds va: addresses [*start, *end), REGION_* permissions. Returns false
     * if it is not known: then the use decides. */
    bool (*find)(void *ctx, uint64_t va, uint64_t *start, uint64_t *end, unsigned *perms);
    void *ctx;
};

struct run_counts {
    uint64_t references[LACKEY_KINDS];
    uint64_t total;        /* references                                            */
    uint64_t translations; /* accesses of one page, without their retries           */
    uint64_t crossings;    /* loads, stores and fetches that crossed a page         */
    uint64_t mapped;       /* times regions were learned from the program's maps    */
    uint64_t used;         /* pages that became known by use                        */
    uint64_t widened;      /* pages whose permissions had to be widened by use      */
    uint64_t mismatches;
    uint32_t peak[FRAME_KINDS]; /* most frames of each kind, after a reference */
};

/* A page's first contents: the oracle's filler. */
struct run_filler {
    struct object object; /* first; not cached: every page is made anew */
    uint64_t seed;
    uint32_t pid;
};

enum { RUN_PROCS_MAX = 64 };

/* What is left of a process when it has ended. */
struct run_summary {
    struct fault_stats faults;
    struct maps_usage usage; /* VSZ, RSS and so on [pages] */
    uint32_t tables, regions;
};

struct run_proc {
    struct proc *proc; /* NULL when it has ended    */
    uint32_t pid;
    struct run_filler filler;
    struct run_maps maps;
    uint64_t references;
    struct run_summary end; /* when it has ended    */
};

struct run {
    struct machine machine;
    struct run_proc procs[RUN_PROCS_MAX]; /* [array, count] */
    unsigned count;
    struct oracle_bytes *oracle;
    struct locality *locality; /* NULL: not asked for; the run's own */
    struct run_counts counts;
    uint64_t cycles[HARTS_MAX]; /* of each hart, when the last process had ended; see run_drive */
    uint64_t
        check; /* look at all that must hold of the kernel every so many references; 0: never */
    uint64_t seed;
    uint64_t highest;      /* address that a request can carry              */
    const char *replay[2]; /* command line around a number; see run_open    */
};

/* What a reference came to. */
enum run_status {
    RUN_OK,  /* done; mismatches are counted                                     */
    RUN_STOP /* it cannot be done; the problem has been reported: bad input      */
};

/* Make the machine, without processes.
 *
 *   targets  in  open; a hart each; outlive the run        [array, harts]
 *   config   in  copied
 *   seed     in  of the bytes
 *   replay   in  the command that replays a reference, in two parts: before and after the number
 *                of the reference; must outlive the run
 *
 * Returns false after reporting why not. */
bool run_open(struct run *run, struct target *targets, unsigned harts,
              const struct machine_config *config, uint64_t seed, const char *const replay[2]);
void run_close(struct run *run);

/* One more process, ready to run; its use of memory decides what it has mapped, until the caller
 * sets `maps`. Returns NULL after reporting why not. There must be room: RUN_PROCS_MAX. */
struct run_proc *run_add(struct run *run);

/* Whose turn it is: a tick of the next hart that has somebody to run. NULL if all have ended. */
struct run_proc *run_turn(struct run *run);

/* Make one reference of the process that runs on the machine's hart: a fetch, a load, a store, or
 * a load and then a store, in one piece a page.
 *
 *   p           in  who has its turn
 *   file, line  in  where it stands, for messages
 *
 * The first mismatch of the run is reported on standard error. */
enum run_status run_reference(struct run *run, struct run_proc *p, const struct lackey_ref *ref,
                              const char *file, uint64_t line);

/* The process ends, and gives everything back. */
void run_exit(struct run *run, struct run_proc *p);

/* What is left of a process, or what there is of it now. */
struct run_summary run_summary(const struct run_proc *p);

/* Compare all that the backends remember, and their counters; and if all processes have ended, that
 * no frame is left behind. To be called once, at the end. */
void run_finish(struct run *run);

#endif

/* prefetch.h: a C model that follows a translation trace and prefetches PTEs, which the RTL does
 * not.
 *
 * Layer: host; it reaches into the model. After a walk that has filled a 4 KiB page, the PTE beside
 * it in the same table is read too (of the next page, or of the other page of the aligned pair),
 * unless that page is held where it would go. If it is a leaf of 4 KiB that could be used as it is,
 * it is remembered: in the port's L1, in a buffer of one entry beside it, from which a hit moves it
 * to the L1, or in the L2.
 *
 * Cycles are those of rtl/README.md, "Timing", one record at a time as in bench_traces.c, counted
 * twice. free: a prefetch takes no time. paid: its read keeps the walk's channel for L + 1 cycles
 * after the answer; a miss that finds no other channel waits, and so does an access to the page
 * that is on its way; its write to the L1 delays a lookup of that port in that cycle.
 */
#ifndef ATLAS_PREFETCH_H
#define ATLAS_PREFETCH_H

#include "trace_mmu.h"

enum prefetch_place { PREFETCH_NOWHERE, PREFETCH_L1, PREFETCH_BUFFER, PREFETCH_L2 };

struct prefetch; /* opaque */

/* What happened so far. */
struct prefetch_figures {
    uint64_t accesses;   /* records, and the n left out before each      */
    uint64_t misses;     /* that neither an L1 nor a buffer answered     */
    uint64_t walks;      /* that no TLB answered                         */
    uint64_t prefetches; /* neighbours' PTEs that were read              */
    uint64_t free, paid; /* cycles                                       */
};

/* An MMU after reset. place PREFETCH_L2 wants an L2; sw_refill is 0. `pair`: the other page of the
 * aligned pair, else the next page. `latency`: L. NULL if the parameters have another XLEN than the
 * trace. */
struct prefetch *prefetch_open(const struct atlas_params *params,
                               const struct mmutrace_header *header, enum prefetch_place place,
                               bool pair, unsigned latency);
void prefetch_close(struct prefetch *p); /* NULL is fine */

/* Returns false, with nothing done, if satp gets a mode that the MMU has not. */
bool prefetch_event(struct prefetch *p, const struct mmutrace_event *e);

struct prefetch_figures prefetch_figures(const struct prefetch *p);

#endif

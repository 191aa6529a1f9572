/* trace_mmu.h: a C model that follows a translation trace, and what its TLBs miss.
 *
 * Layer: host. Fetches go to port 0, loads and stores to port 1 (to port 0 if there is one only).
 * U lines are taken as M, as trace_pages.h does. Answers are not compared: that is `atlas replay`.
 */
#ifndef ATLAS_TRACE_MMU_H
#define ATLAS_TRACE_MMU_H

#include "trace_pages.h"

struct trace_mmu; /* opaque */

/* An MMU after reset. NULL if the parameters have another XLEN than the trace. Running out of the
 * host's memory ends the program, here and below. */
struct trace_mmu *trace_mmu_open(const struct atlas_params *params,
                                 const struct mmutrace_header *header);
void trace_mmu_close(struct trace_mmu *m); /* NULL is fine */

/* Returns false, with nothing done, if satp gets a mode that the MMU has not. */
bool trace_mmu_event(struct trace_mmu *m, const struct mmutrace_event *e);

/* The request of a record. Returns the port that it goes to. */
unsigned trace_mmu_request(const struct trace_mmu *m, const struct mmutrace_event *e,
                           struct atlas_req *req);

/* The model itself; m's. */
struct atlas *trace_mmu_atlas(struct trace_mmu *m);

/* The TLB of a side: the L1 of its port. Of TRACE_ALL: all TLBs together, with the L2. */

/* Entries that it has. */
size_t trace_mmu_entries(const struct trace_mmu *m, enum trace_side side);

/* Translations that it has missed. */
uint64_t trace_mmu_misses(const struct trace_mmu *m, enum trace_side side);

/* The pages that it holds now, together [byte]; one that is held twice counts once. O(entries log
 * entries). */
uint64_t trace_mmu_reach(const struct trace_mmu *m, enum trace_side side);

#endif

/* run_sums.h: what a run's processes and harts come to together, for reports.
 *
 * Layer: host, part of run.
 */
#ifndef ATLAS_RUN_SUMS_H
#define ATLAS_RUN_SUMS_H

#include "run.h"

/* Of all processes, those that have ended as they were at their end. */
struct run_summary run_sum(const struct run *run);

/* Faults of all classes. GROWTH and COPY may come beside another one. */
uint64_t run_faults(const struct fault_stats *stats);

/* How people sort faults. */
struct fault_sums {
    uint64_t minor; /* fixed with what was in memory: zeros, a page that an object had ...        */
    uint64_t major; /* a page's contents had to be fetched from its object                        */
    uint64_t copied; /* copy on write; perhaps minor or major, too */
    uint64_t
        refused; /* no region, no permission, no memory; of a program: how mappings are learned */
};

struct fault_sums run_fault_sums(const struct fault_stats *stats);

/* What the MMUs of all harts have counted, of a port's lookups and of all else (ATLAS_CTR_*,
 * ATLAS_GCTR_*). Counters of few bits wrap around: run_counter_mask. */
uint64_t run_port_counter(const struct run *run, unsigned port, unsigned counter);
uint64_t run_shared_counter(const struct run *run, unsigned counter);

/* Differences of counters are good under this mask; 0 if the MMUs do not count. */
uint64_t run_counter_mask(const struct run *run);

/* Clock cycles of all harts; 0 if the target has none. */
uint64_t run_cycles(const struct run *run);

/* Context switches of all harts. */
uint64_t run_switches(const struct run *run);

#endif

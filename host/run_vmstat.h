/* run_vmstat.h: a line every so many references: memory now, and what happened since the last line.
 *
 * Layer: host, part of run. In the manner of vmstat(8), on standard error:
 *
 *       refs     free  table kernel     user  minor  major    cow refused     cs  tlb0  tlb1
 *      10000   259061      5      9      119      0    119      0       0      1     -  98.6
 *
 * refs is all so far; free to user are frames now; minor to refused are faults (run_sums.h), cs
 * context switches, tlb0 the share of port 0's lookups that its L1 TLB answered [percent].
 * Reading counters of RTL takes some of its cycles, each line.
 */
#ifndef ATLAS_RUN_VMSTAT_H
#define ATLAS_RUN_VMSTAT_H

#include "run_sums.h"

enum { VMSTAT_PORTS = 4 };

/* What is counted from the start. */
struct vmstat_counts {
    struct fault_sums faults;
    uint64_t switches, lookups[VMSTAT_PORTS], hits[VMSTAT_PORTS];
};

struct vmstat {
    uint64_t every; /* references between two lines; 0: none */
    uint64_t lines;
    struct vmstat_counts before; /* at the last line */
};

/* A reference was made: write a line if it is time for one. */
void vmstat_tick(struct vmstat *v, const struct run *run);

#endif

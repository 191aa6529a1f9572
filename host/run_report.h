/* run_report.h: what `atlas run` says about a run, on standard error.
 *
 * Layer: host.
 */
#ifndef ATLAS_RUN_REPORT_H
#define ATLAS_RUN_REPORT_H

#include "run.h"

/* The progress line, if it is time for one. `began`: report_seconds() when the run began. */
void run_report_progress(const struct run *run, double began);

/* The table at the end: references, pages, faults, TLB, walks, cycles, rates. */
void run_report_end(const struct run *run, double began);

#endif

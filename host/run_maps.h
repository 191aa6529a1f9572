/* run_maps.h: what a process has mapped, and how much of it is in memory, for people.
 *
 * Layer: host, part of run.
 */
#ifndef ATLAS_RUN_MAPS_H
#define ATLAS_RUN_MAPS_H

#include "run.h"

/* Pages of a region that have a frame. O(tables and leaves passed). */
uint64_t run_resident(const struct space *s, const struct region *r);

/* On standard error: a line for the process, and one for each region, as /proc/PID/maps has them
 * with the resident part before. `name`: of its source. */
void run_maps_print(const struct run_proc *p, const char *name);

#endif

/* run_regions.h: how a run learns what its program has mapped.
 *
 * Layer: host, part of run.
 */
#ifndef ATLAS_RUN_REGIONS_H
#define ATLAS_RUN_REGIONS_H

#include "run.h"

/* The access acc at va was refused for want of a region or of a permission: provide it. A whole
 * mapping if p->maps knows one that allows the access, else the page as it is used. Permissions
 * are only ever widened: the program runs ahead of its trace, so its map may be newer than the
 * access.
 *
 * Returns VM_OK or VM_NOMEM. */
enum vm_status run_learn(struct run *run, struct run_proc *p, vaddr_t va, uint8_t acc);

/* Map pages from va on, which nothing has mapped yet; their contents are as those of all pages.
 *
 * Returns as space_map. */
enum vm_status run_map(struct run_proc *p, vaddr_t va, uint64_t pages, unsigned perms);

#endif

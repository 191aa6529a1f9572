/* check.h: what must hold of the whole kernel between two of its steps. Layer: os/proc. */
#ifndef ATLAS_KERNEL_CHECK_H
#define ATLAS_KERNEL_CHECK_H

#include "os/proc/kernel.h"

/* The first promise that is broken, in words; NULL if all hold: those of each address space
 * (space_check), and
 *
 *   frames of all kinds add up to the total, page tables to those of all processes
 *   references of a user frame are its mappings, and one more if an object keeps it
 *   the object knows of the page that it keeps; every mapping is of a process that lives
 *   what is promised is what all regions and all shared anonymous memory are committed to
 *
 * O(frames + processes * space_check). */
const char *kernel_check(struct kernel *k);

#endif

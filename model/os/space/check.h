/* check.h: what must hold of an address space between two steps of the kernel. Layer: os/space.
 *
 * For tests after each step, and for runs that ask for it: it looks at everything there is.
 */
#ifndef ATLAS_SPACE_CHECK_H
#define ATLAS_SPACE_CHECK_H

#include "os/space/space.h"

/* The first promise that is broken, in words; NULL if all hold:
 *
 *   regions are sorted, disjoint, not empty, and their sizes add up
 *   a leaf lies in a region and allows no more than it
 *   ... points to a user frame, which knows of this mapping; in a device's region to the device
 *   ... is writable only if no other mapping sees the stores, unless the region is shared
 *   a private region that is writable is committed
 *   leaves, and those of files and of shared anonymous memory, are as many as are counted
 *
 * O(regions + leaves * mappings of a frame). */
const char *space_check(struct space *s);

#endif

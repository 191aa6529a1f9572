/* radix_share.h: a part of the address space that all tables have in common: the kernel's. Layer:
 * os/paging.
 *
 * The root entries from paging_kernel_index on are copies of another table's, so that the tables
 * below are one for all. Here they are as if they were not: nothing is mapped, found, counted or
 * given back in that part.
 */
#ifndef ATLAS_RADIX_SHARE_H
#define ATLAS_RADIX_SHARE_H

#include "os/paging/radix.h"

/* Let the upper part of t be that of `from`, as it is now; again when a root entry of `from` has
 * been added. t has nothing of its own there. O(root entries). */
void radix_share(struct radix *t, const struct radix *from);

/* Is it so? */
bool radix_shares(const struct radix *t, const struct radix *from);

#endif

/* reach.h: how much memory a model's TLBs map at the moment.
 *
 * Layer: host. It reads the entries back, all of them: to be asked now and then.
 */
#ifndef ATLAS_REACH_H
#define ATLAS_REACH_H

#include "atlas.h"

/* The pages in a port's L1 TLB, together [byte]. */
uint64_t reach_l1(const struct atlas *atlas, unsigned port);

/* The pages in any TLB, together [byte]; one that is in several counts once. */
uint64_t reach_all(const struct atlas *atlas);

#endif

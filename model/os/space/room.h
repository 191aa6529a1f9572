/* room.h: ranges of addresses: what a process may name, and where there is room. Layer: os/space.
 */
#ifndef ATLAS_ROOM_H
#define ATLAS_ROOM_H

#include "os/space/space.h"

/* The pages of [address, address + length), length rounded up. Returns false if there are none,
 * if address is no multiple of the page size, or if it is not all the process's part. */
bool room_range(const struct space *s, vpn_t *start, vpn_t *end, vaddr_t address, uint64_t length);

/* Are pages [start, end) in no region, nor needed as a gap or as a stack's guard? */
bool room_free(struct space *s, vpn_t start, vpn_t end);

/* Could a region that ends at page `end` reach up to `to`? */
bool room_above(struct space *s, vpn_t end, vpn_t to);

/* Find `pages` free pages in the area for mappings, or with a layout from the bottom up, below it.
 * Returns false if there are none. O(regions). */
bool room_find(struct space *s, vpn_t *start, uint64_t pages);

#endif

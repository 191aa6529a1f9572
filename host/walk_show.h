/* walk_show.h: one translation, printed level by level for people.
 *
 * Layer: host. It shows what the cold-walk oracle did: for each level the VPN slice, the PTE's
 * address, the PTE decoded with its flag letters, and what the walk made of it; then the answer.
 */
#ifndef ATLAS_WALK_SHOW_H
#define ATLAS_WALK_SHOW_H

#include <stdio.h>

#include "oracle/cold_walk.h"

/* Print the request and its walk. r is what cold_walk said to q. */
void walk_show(FILE *out, const struct cold_query *q, const struct cold_result *r);

/* "Sv39"; "mode N" for one that does not exist. Returns buf [array, len]; 16 bytes hold any. */
const char *walk_mode_name(unsigned mode, char *buf, size_t len);

#endif

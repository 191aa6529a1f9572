/* maps.h: an address space for people: its regions as /proc/PID/maps has them, and how much there
 * is of what. Layer: os/space.
 *
 *   for (r = s->regions.first; r; r = r->next)
 *       maps_line(line, r);
 */
#ifndef ATLAS_MAPS_H
#define ATLAS_MAPS_H

#include "os/space/space.h"

enum { MAPS_LINE_BYTES = 160 }; /* of a line, the final 0 too; a longer name is cut off */

/* Write "00010000-00012000 r-xp 00000000 00:00 0" and, from column 73 on, the region's name, or
 * that of its kind: "[heap]". No newline. */
void maps_line(char line[MAPS_LINE_BYTES], const struct region *r);

/* "[heap]" and so on; "" for what is anonymous or a file; NULL for no such kind. */
const char *region_kind_name(enum region_kind kind);

/* All in pages. */
struct maps_usage {
    uint64_t size;              /* VSZ: all regions ...                                         */
    uint64_t anon;              /* ... = private without a file                                 */
    uint64_t file;              /* + of a file, also private                                    */
    uint64_t shared;            /* + of shared anonymous memory                                 */
    uint64_t device;            /* + of a device                                                */
    uint64_t resident;          /* RSS: with a frame ...                                        */
    uint64_t resident_anon;     /* ... = the process's own, or copied from a file        */
    uint64_t resident_file;     /* + a file's                                            */
    uint64_t resident_shared;   /* + shared anonymous memory's                           */
    uint64_t text, data, stack; /* of size: may be executed; as limits count it; grows down */
};

/* O(regions). */
void maps_usage(struct maps_usage *u, const struct space *s);

#endif

/* procmaps.h: what a live process has mapped where, from /proc/PID/maps.
 *
 * Layer: host.
 */
#ifndef ATLAS_PROCMAPS_H
#define ATLAS_PROCMAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A mapping: addresses [start, end), and REGION_R, _W, _X of os/space/region.h. */
struct procmap {
    uint64_t start, end;
    unsigned perms;
};

/* Read one line of a map file. Returns false if it is none. `path` points into the line: the
 * file that is mapped, or "". */
bool procmaps_parse(struct procmap *map, const char **path, const char *line);

/* The mapping of process pid that holds va. Mappings of valgrind's own program are passed over;
 * the program under valgrind cannot reach them. Returns false if there is none, or if the process
 * has ended. */
bool procmaps_find(struct procmap *map, pid_t pid, uint64_t va);

#endif

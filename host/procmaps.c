/* procmaps.c: see procmaps.h. */
#include "procmaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "os/space/region.h"

bool procmaps_parse(struct procmap *map, const char **path, const char *line)
{
    char perms[5];
    int at = 0;

    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4[-rwxsp] %*x %*x:%*x %*u%n", &map->start, &map->end,
               perms, &at) < 3 ||
        at == 0 || strlen(perms) != 4 || map->start >= map->end)
        return false;
    map->perms = (perms[0] == 'r' ? REGION_R : 0u) | (perms[1] == 'w' ? REGION_W : 0u) |
                 (perms[2] == 'x' ? REGION_X : 0u);
    *path = line + at + strspn(line + at, " ");
    return true;
}

/* valgrind's tool, such as /usr/libexec/valgrind/lackey-amd64-linux */
static bool is_tool(const char *path)
{
    const char *base = strrchr(path, '/');

    return base != NULL && strncmp(base, "/lackey-", 8) == 0;
}

enum { LINE = 4200 }; /* a path has at most 4096 bytes */

bool procmaps_find(struct procmap *map, pid_t pid, uint64_t va)
{
    char name[40], line[LINE];
    bool found = false;
    const char *path;
    FILE *file;

    snprintf(name, sizeof name, "/proc/%ld/maps", (long)pid);
    file = fopen(name, "re");
    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof line, file) != NULL)
        found =
            procmaps_parse(map, &path, line) && va >= map->start && va < map->end && !is_tool(path);
    fclose(file);
    return found;
}

/* run_maps.c: see run_maps.h. */
#include "run_maps.h"

#include <inttypes.h>

#include "os/space/maps.h"
#include "report.h"

enum { PAGE_KIB = ATLAS_PAGE_SIZE / 1024 };

uint64_t run_resident(const struct space *s, const struct region *r)
{
    struct radix_leaf leaf;
    uint64_t pages = 0;

    for (vpn_t vpn = r->start; vpn < r->end; vpn++) {
        if (radix_next(&s->table, &leaf, vpn) != VM_OK || leaf.va >> ATLAS_PAGE_SHIFT >= r->end)
            break;
        if (leaf.va >> ATLAS_PAGE_SHIFT > vpn)
            vpn = leaf.va >> ATLAS_PAGE_SHIFT;
        pages++;
    }
    return pages;
}

void run_maps_print(const struct run_proc *p, const char *name)
{
    const struct space *s = &p->proc->space;
    const struct run_summary now = run_summary(p);
    char line[MAPS_LINE_BYTES];

    report_text("maps of process %" PRIu32 ", %s: VSZ %" PRIu64 " KiB, RSS %" PRIu64
                " KiB, page tables %" PRIu32 " KiB\n",
                p->pid, name, now.usage.size * PAGE_KIB, now.usage.resident * PAGE_KIB,
                now.tables * PAGE_KIB);
    for (const struct region *r = s->regions.first; r != NULL; r = r->next) {
        maps_line(line, r);
        report_text("%8" PRIu64 " KiB  %s\n", run_resident(s, r) * PAGE_KIB, line);
    }
}

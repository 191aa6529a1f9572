/* bench_tables.c: the memory and the reads that page tables of every kind cost, side by side. */
#include <inttypes.h>
#include <stdio.h>

#include "bench.h"
#include "report.h"
#include "table_sizes.h"

static void print_head(void)
{
    printf("page tables of three processes\n"
           "  dense    16384 pages (64 MiB) in a row\n"
           "  sparse   1024 pages, spread evenly over the lower half of the space\n"
           "  typical  a program with heap, stack and shared libraries: 2467 pages\n"
           "  %%        of the bytes that are mapped\n"
           "  reads    of memory for a lookup without TLB, mean over all pages\n"
           "%-24s %29s %29s %29s\n%-24s",
           "", "dense", "sparse", "typical", "table");
    for (unsigned process = 0; process < TABLE_PROCESSES; process++)
        printf(" %10s %10s %7s", "KiB", "%", "reads");
    printf("\n");
}

static void print_size(const struct table_size *s)
{
    double pages = (double)s->pages;

    printf(" %10" PRIu64 " %10.3f %7.2f", s->bytes / 1024,
           100 * (double)s->bytes / (pages * ATLAS_PAGE_SIZE), (double)s->reads / pages);
}

bool bench_tables(void)
{
    print_head();
    for (unsigned kind = 0; kind < TABLE_KINDS; kind++) {
        printf("%-24s", table_kind_name(kind));
        for (unsigned process = 0; process < TABLE_PROCESSES; process++) {
            struct table_size size;
            enum vm_status status = table_size(&size, kind, process);

            if (status != VM_OK) {
                printf("\n");
                report_problem(NULL, 0, "bench tables: %s", vm_status_text(status));
                return false;
            }
            print_size(&size);
        }
        printf("\n");
    }
    printf(
        "The inverted table is that of all processes. Flat, the whole space of Sv39 takes 1 GiB,\n"
        "of Sv48 512 GiB, of Sv57 256 TiB.\n");
    return true;
}

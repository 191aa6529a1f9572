/* run_vmstat.c: see run_vmstat.h. */
#include "run_vmstat.h"

#include <inttypes.h>

#include "report.h"

enum { HEADER = 20 }; /* lines between two headers */

static unsigned ports(const struct run *run)
{
    return run->machine.targets->params.ports;
}

static struct vmstat_counts counts_now(const struct run *run)
{
    const struct run_summary sum = run_sum(run);
    struct vmstat_counts now = {.faults = run_fault_sums(&sum.faults),
                                .switches = run_switches(run)};

    for (unsigned i = 0; i < ports(run); i++) {
        now.lookups[i] = run_port_counter(run, i, ATLAS_CTR_LOOKUP);
        now.hits[i] = run_port_counter(run, i, ATLAS_CTR_L1_HIT) +
                      run_port_counter(run, i, ATLAS_CTR_SIDE_HIT);
    }
    return now;
}

static void print_header(const struct run *run)
{
    report_text("%10s %8s %6s %6s %8s %6s %6s %6s %7s %6s", "refs", "free", "table", "kernel",
                "user", "minor", "major", "cow", "refused", "cs");
    for (unsigned i = 0; i < ports(run); i++)
        report_text("  tlb%u", i);
    report_text("\n");
}

static void print_rate(uint64_t hits, uint64_t lookups)
{
    if (lookups == 0)
        report_text("     -");
    else
        report_text(" %5.1f", 100.0 * (double)hits / (double)lookups);
}

static void print_line(const struct run *run, const struct vmstat_counts *now,
                       const struct vmstat_counts *before)
{
    const uint32_t *frames = run->machine.kernel->frames.by_kind;
    const uint64_t mask = run_counter_mask(run);

    report_text("%10" PRIu64 " %8" PRIu32 " %6" PRIu32 " %6" PRIu32 " %8" PRIu32, run->counts.total,
                frames[FRAME_FREE], frames[FRAME_TABLE], frames[FRAME_KERNEL], frames[FRAME_USER]);
    report_text(" %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %7" PRIu64 " %6" PRIu64,
                now->faults.minor - before->faults.minor, now->faults.major - before->faults.major,
                now->faults.copied - before->faults.copied,
                now->faults.refused - before->faults.refused, now->switches - before->switches);
    for (unsigned i = 0; i < ports(run); i++)
        print_rate((now->hits[i] - before->hits[i]) & mask,
                   (now->lookups[i] - before->lookups[i]) & mask);
    report_text("\n");
}

void vmstat_tick(struct vmstat *v, const struct run *run)
{
    struct vmstat_counts now;

    if (v->every == 0 || run->counts.total % v->every != 0)
        return;
    now = counts_now(run);
    if (v->lines++ % HEADER == 0)
        print_header(run);
    print_line(run, &now, &v->before);
    v->before = now;
}

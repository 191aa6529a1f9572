/* run_report.c: see run_report.h. */
#include "run_report.h"

#include <inttypes.h>

#include "report.h"
#include "run_sums.h"

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0.0;
}

static uint64_t faults(const struct run *run)
{
    const struct run_summary sum = run_sum(run);

    return run_faults(&sum.faults);
}

static double rate(uint64_t count, double began)
{
    double seconds = report_seconds() - began;

    return seconds > 0 ? (double)count / seconds : 0.0;
}

void run_report_progress(const struct run *run, double began)
{
    if (report_progress_due())
        report_progress("run: %" PRIu64 " references, %.2f M/s, %" PRIu64 " faults, %" PRIu64
                        " mismatches",
                        run->counts.total, rate(run->counts.total, began) * 1e-6, faults(run),
                        run->counts.mismatches);
}

static void print_references(const struct run *run)
{
    const struct run_counts *c = &run->counts;

    report_text("references    %12" PRIu64 "  fetch %" PRIu64 ", load %" PRIu64 ", store %" PRIu64
                ", modify %" PRIu64 "\n",
                c->total, c->references[LACKEY_FETCH], c->references[LACKEY_LOAD],
                c->references[LACKEY_STORE], c->references[LACKEY_MODIFY]);
    report_text("translations  %12" PRIu64 "  %" PRIu64 " accesses crossed a page\n",
                c->translations, c->crossings);
}

static void print_memory(const struct run *run)
{
    const struct run_summary sum = run_sum(run);
    const struct kernel *k = run->machine.kernel;

    report_text("pages         %12" PRIu64 "  distinct; %" PRIu32 " page tables (%s); %" PRIu32
                " of %" PRIu32 " frames free\n",
                oracle_pages(run->oracle), sum.tables, k->env.mode->name,
                k->frames.by_kind[FRAME_FREE], k->frames.count);
    report_text("regions       %12" PRIu32 "  learned from the program's maps %" PRIu64
                " times, from use %" PRIu64 " pages, widened by use %" PRIu64 " pages\n",
                sum.regions, run->counts.mapped, run->counts.used, run->counts.widened);
}

static void print_faults(const struct run *run)
{
    const struct run_summary sum = run_sum(run);
    const char *before = " ";

    report_text("faults        %12" PRIu64, run_faults(&sum.faults));
    for (unsigned i = 0; i < FAULT_CLASSES; i++) {
        if (sum.faults.count[i] > 0) {
            report_text("%s %s %" PRIu64, before, fault_class_name(i), sum.faults.count[i]);
            before = ",";
        }
    }
    report_text("\n");
}

/* Who took turns, if there was more than one; and what the harts did. */
static void print_processes(const struct run *run)
{
    const struct kernel *k = run->machine.kernel;

    for (unsigned i = 0; run->count > 1 && i < run->count; i++) {
        const struct run_proc *p = &run->procs[i];
        const struct run_summary s = run_summary(p);

        report_text("process %-6" PRIu32 "%12" PRIu64 "  references, %" PRIu64 " faults, %" PRIu64
                    " pages, %" PRIu32 " page tables\n",
                    p->pid, p->references, run_faults(&s.faults), s.usage.resident, s.tables);
    }
    for (unsigned i = 0; run->count > 1 && i < k->hart_count; i++)
        report_text("hart %-9u%12" PRIu64 "  switches, %" PRIu64 " fences, %" PRIu64
                    " interrupts\n",
                    i, k->harts[i].switches, k->harts[i].fences, k->harts[i].interrupts);
}

/* Counters that hits and misses are a share of: lookups of the port. */
static void print_port(const struct target *t, unsigned port)
{
    unsigned first = port * ATLAS_CTR_PORT_COUNT;
    uint64_t lookups = t->port.counter(t->port.self, first + ATLAS_CTR_LOOKUP);

    report_text("port %u       ", port);
    for (unsigned c = 0; c < ATLAS_CTR_PORT_COUNT; c++) {
        uint64_t value = t->port.counter(t->port.self, first + c);
        bool part = c == ATLAS_CTR_L1_HIT || c == ATLAS_CTR_SIDE_HIT || c == ATLAS_CTR_L1_MISS;

        report_text("  %s %" PRIu64, atlas_port_counter_name(c), value);
        if (part)
            report_text(" (%.3f %%)", share(value, lookups));
    }
    report_text("\n");
}

static void print_mmu(const struct target *t)
{
    unsigned first = t->params.ports * ATLAS_CTR_PORT_COUNT;

    if (t->params.ctr_bits == 0)
        return; /* this MMU does not count */
    for (unsigned port = 0; port < t->params.ports; port++)
        print_port(t, port);
    report_text("shared       ");
    for (unsigned c = 0; c < ATLAS_GCTR_GLOBAL_COUNT; c++)
        report_text("  %s %" PRIu64, atlas_global_counter_name(c),
                    t->port.counter(t->port.self, first + c));
    report_text("\n");
}

/* Working sets of full windows. */
static void print_working_sets(const struct locality *l)
{
    size_t count;
    const uint32_t *pages = locality_windows(l, &count);
    uint64_t sum = 0, least = UINT64_MAX, most = 0;

    for (size_t i = 0; i < count; i++) {
        sum += pages[i];
        least = pages[i] < least ? pages[i] : least;
        most = pages[i] > most ? pages[i] : most;
    }
    report_text("working sets  %12zu  windows of %" PRIu64 " page uses", count, locality_window(l));
    if (count > 0)
        report_text(": %.1f pages in the mean, at least %" PRIu64 ", at most %" PRIu64,
                    (double)sum / (double)count, least, most);
    report_text("\n");
}

/* Each line tells of the distances that those before it do not. */
static void print_locality(const struct locality *l)
{
    const struct locality_sums *s = locality_sums(l);

    report_text("page uses     %12" PRIu64 "  %" PRIu64 " first ones\n", s->uses, s->first);
    for (unsigned bin = 0; bin < locality_bins(l); bin++)
        report_text("reuse         %12" PRIu64 "  (%.3f %%) at distances below %" PRIu64
                    "; LRU with as many pages misses %.3f %%\n",
                    s->reuse[bin], share(s->reuse[bin], s->uses), UINT64_C(1) << bin,
                    share(locality_lru_misses(l, bin), s->uses));
    print_working_sets(l);
}

static void print_speed(const struct run *run, double began)
{
    uint64_t cycles = run_cycles(run);

    if (cycles > 0)
        report_text("cycles        %12" PRIu64 "  %.3f per translation\n", cycles,
                    run->counts.translations > 0 ? (double)cycles / (double)run->counts.translations
                                                 : 0.0);
    report_text("time          %12.2f  s; %.2f M references/s, %.2f M translations/s, %.0f "
                "faults/s\n",
                report_seconds() - began, rate(run->counts.total, began) * 1e-6,
                rate(run->counts.translations, began) * 1e-6, rate(faults(run), began));
}

void run_report_end(const struct run *run, double began)
{
    const struct target *t = run->machine.targets;

    report_text("target        %12s  preset %s\n", t->ops->name, t->preset);
    print_references(run);
    print_memory(run);
    print_faults(run);
    print_processes(run);
    for (unsigned i = 0; i < run->machine.harts; i++)
        print_mmu(&t[i]);
    if (run->locality != NULL)
        print_locality(run->locality);
    print_speed(run, began);
    report_text("mismatches    %12" PRIu64 "\n", run->counts.mismatches);
}

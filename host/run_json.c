/* run_json.c: see run_json.h. */
#include "run_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "run_sums.h"
#include "whole_file.h"

/* ---- Values -------------------------------------------------------------------------------- */

static json_t *object(void)
{
    return report_need(json_object());
}

/* Add a value, which is the object's (or the array's) from now on. */
static void set(json_t *o, const char *key, json_t *value)
{
    if (json_object_set_new(o, key, report_need(value)) != 0)
        report_out_of_memory();
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, report_need(value)) != 0)
        report_out_of_memory();
}

static void set_count(json_t *o, const char *key, uint64_t count)
{
    set(o, key, json_integer((json_int_t)count));
}

/* Words from the command line may be no UTF-8: what is not is left out. */
static json_t *text(const char *bytes)
{
    json_t *string = json_string(bytes);
    char *ascii, *to;

    if (string != NULL)
        return string;
    ascii = to = report_need(strdup(bytes));
    for (const char *p = bytes; *p != '\0'; p++)
        if ((unsigned char)*p < 0x80)
            *to++ = *p;
    *to = '\0';
    string = report_need(json_string(ascii));
    free(ascii);
    return string;
}

static json_t *ratio(uint64_t part, uint64_t whole)
{
    return whole > 0 ? json_real((double)part / (double)whole) : json_null();
}

/* ---- The run ------------------------------------------------------------------------------- */

static json_t *seed_of(const struct run *run)
{
    char digits[24];

    if (run->seed <= INT64_MAX)
        return json_integer((json_int_t)run->seed);
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)run->seed);
    return json_string(digits);
}

static void add_setting(json_t *o, const struct run *run, const struct run_about *about)
{
    const struct target *t = run->machine.targets;
    const struct kernel *k = run->machine.kernel;
    json_t *command = report_need(json_array());

    for (char *const *word = about->command; *word != NULL; word++)
        append(command, text(*word));
    set(o, "command", command);
    set(o, "target", text(t->ops->name));
    set(o, "preset", text(t->preset));
    set(o, "mode", text(k->env.mode->name));
    set(o, "svade", json_boolean(k->config.svade));
    set(o, "quantum", json_integer(k->config.quantum));
    set(o, "seed", seed_of(run));
}

static json_t *references_of(const struct run *run)
{
    static const char *const kinds[LACKEY_KINDS] = {"fetch", "load", "store", "modify"};
    json_t *o = object();

    for (unsigned i = 0; i < LACKEY_KINDS; i++)
        set_count(o, kinds[i], run->counts.references[i]);
    set_count(o, "total", run->counts.total);
    set_count(o, "translations", run->counts.translations);
    set_count(o, "crossings", run->counts.crossings);
    return o;
}

/* ---- Memory and processes ------------------------------------------------------------------ */

static json_t *kinds_of(const uint32_t *by_kind)
{
    json_t *o = object();

    for (unsigned kind = 0; kind < FRAME_KINDS; kind++)
        if (kind != FRAME_FREE)
            set_count(o, frame_kind_name((enum frame_kind)kind), by_kind[kind]);
    return o;
}

static json_t *memory_of(const struct run *run)
{
    const struct frames *frames = &run->machine.kernel->frames;
    json_t *o = object();

    set_count(o, "frames", frames->count);
    set_count(o, "free", frames->by_kind[FRAME_FREE]);
    set_count(o, "least_free", frames->stats.least_free);
    set(o, "end", kinds_of(frames->by_kind));
    set(o, "peak", kinds_of(run->counts.peak));
    set_count(o, "distinct_pages", oracle_pages(run->oracle));
    set_count(o, "mapped_by_maps", run->counts.mapped);
    set_count(o, "mapped_by_use", run->counts.used);
    set_count(o, "widened_by_use", run->counts.widened);
    return o;
}

static json_t *faults_of(const struct fault_stats *stats)
{
    const struct fault_sums sums = run_fault_sums(stats);
    json_t *o = object(), *classes = object();

    set_count(o, "total", run_faults(stats));
    set_count(o, "minor", sums.minor);
    set_count(o, "major", sums.major);
    set_count(o, "copied", sums.copied);
    set_count(o, "refused", sums.refused);
    for (unsigned i = 0; i < FAULT_CLASSES; i++)
        set_count(classes, fault_class_name((enum fault_class)i), stats->count[i]);
    set(o, "classes", classes);
    return o;
}

/* As at its end. */
static json_t *usage_of(const struct run_summary *s)
{
    json_t *o = object();

    set_count(o, "regions", s->regions);
    set_count(o, "vsz_pages", s->usage.size);
    set_count(o, "rss_pages", s->usage.resident);
    set_count(o, "rss_file_pages", s->usage.resident_file);
    set_count(o, "rss_shared_pages", s->usage.resident_shared);
    set_count(o, "table_frames", s->tables);
    set(o, "table_per_resident", ratio(s->tables, s->usage.resident));
    return o;
}

static json_t *process_of(const struct run_proc *p, const struct run_source *source)
{
    const struct run_summary s = run_summary(p);
    json_t *o = object();

    set_count(o, "pid", p->pid);
    set(o, "source", text(source_name(source)));
    set_count(o, "references", p->references);
    set(o, "faults", faults_of(&s.faults));
    set(o, "memory", usage_of(&s));
    return o;
}

static json_t *processes_of(const struct run *run, const struct run_plan *plan)
{
    json_t *array = report_need(json_array());

    for (unsigned i = 0; i < run->count; i++)
        append(array, process_of(&run->procs[i], &plan->sources[i]));
    return array;
}

/* ---- Harts --------------------------------------------------------------------------------- */

static json_t *counters_of(const struct target *t, unsigned first, unsigned count,
                           const char *(*name)(unsigned))
{
    json_t *o = object();

    for (unsigned i = 0; i < count; i++)
        set_count(o, name(i), t->port.counter(t->port.self, first + i));
    return o;
}

static json_t *ports_of(const struct target *t)
{
    json_t *array = report_need(json_array());

    for (unsigned i = 0; i < t->params.ports; i++)
        append(array, counters_of(t, i * ATLAS_CTR_PORT_COUNT, ATLAS_CTR_PORT_COUNT,
                                  atlas_port_counter_name));
    return array;
}

static json_t *hart_of(const struct target *t, const struct hart *h, uint64_t cycles)
{
    json_t *o = object();

    set_count(o, "switches", h->switches);
    set_count(o, "fences", h->fences);
    set_count(o, "interrupts", h->interrupts);
    set(o, "cycles", cycles > 0 ? json_integer((json_int_t)cycles) : json_null());
    set(o, "ports", t->params.ctr_bits > 0 ? ports_of(t) : json_null());
    set(o, "shared",
        t->params.ctr_bits > 0 ? counters_of(t, t->params.ports * ATLAS_CTR_PORT_COUNT,
                                             ATLAS_GCTR_GLOBAL_COUNT, atlas_global_counter_name)
                               : json_null());
    return o;
}

static json_t *harts_of(const struct run *run)
{
    json_t *array = report_need(json_array());

    for (unsigned i = 0; i < run->machine.harts; i++)
        append(array,
               hart_of(&run->machine.targets[i], &run->machine.kernel->harts[i], run->cycles[i]));
    return array;
}

/* What to look at first. */
static json_t *rates_of(const struct run *run, double began)
{
    uint64_t lookups = 0, hits = 0, translations = run->counts.translations;
    bool counted = run_counter_mask(run) != 0;
    double seconds = report_seconds() - began;
    json_t *o = object();

    for (unsigned i = 0; i < run->machine.targets->params.ports; i++) {
        lookups += run_port_counter(run, i, ATLAS_CTR_LOOKUP);
        hits += run_port_counter(run, i, ATLAS_CTR_L1_HIT) +
                run_port_counter(run, i, ATLAS_CTR_SIDE_HIT);
    }
    set(o, "l1_hits_per_lookup", ratio(hits, lookups));
    set(o, "pte_reads_per_translation",
        ratio(run_shared_counter(run, ATLAS_GCTR_PTE_READ), counted ? translations : 0));
    set(o, "cycles_per_translation",
        run_cycles(run) > 0 ? ratio(run_cycles(run), translations) : json_null());
    set(o, "seconds", json_real(seconds));
    set(o, "references_per_second",
        seconds > 0 ? json_real((double)run->counts.total / seconds) : json_null());
    return o;
}

/* ---- Locality ------------------------------------------------------------------------------ */

static json_t *reuse_of(const struct locality *l)
{
    json_t *array = report_need(json_array());

    for (unsigned bin = 0; bin < locality_bins(l); bin++) {
        json_t *o = object();

        set_count(o, "from", bin == 0 ? 0 : UINT64_C(1) << (bin - 1));
        set_count(o, "to", (UINT64_C(1) << bin) - 1);
        set_count(o, "uses", locality_sums(l)->reuse[bin]);
        set_count(o, "lru_frames", UINT64_C(1) << bin);
        set_count(o, "lru_misses", locality_lru_misses(l, bin));
        append(array, o);
    }
    return array;
}

static json_t *locality_of(const struct locality *l)
{
    json_t *o, *sets;
    const uint32_t *windows;
    size_t count;

    if (l == NULL)
        return json_null();
    o = object();
    sets = report_need(json_array());
    windows = locality_windows(l, &count);
    for (size_t i = 0; i < count; i++)
        append(sets, json_integer(windows[i]));
    set_count(o, "uses", locality_sums(l)->uses);
    set_count(o, "first_uses", locality_sums(l)->first);
    set(o, "reuse", reuse_of(l));
    set_count(o, "window", locality_window(l));
    set(o, "working_sets", sets);
    return o;
}

/* ---- The file ------------------------------------------------------------------------------ */

static json_t *report_of(const struct run *run, const struct run_about *about)
{
    const struct run_summary sum = run_sum(run);
    json_t *o = object();

    add_setting(o, run, about);
    set(o, "references", references_of(run));
    set(o, "faults", faults_of(&sum.faults));
    set(o, "memory", memory_of(run));
    set(o, "processes", processes_of(run, about->plan));
    set(o, "harts", harts_of(run));
    set(o, "rates", rates_of(run, about->began));
    set(o, "locality", locality_of(run->locality));
    set_count(o, "mismatches", run->counts.mismatches);
    return o;
}

bool run_json_write(const char *path, const struct run *run, const struct run_about *about)
{
    json_t *report = report_of(run, about);
    char *written = report_need(json_dumps(report, JSON_INDENT(2) | JSON_REAL_PRECISION(9)));
    bool saved = whole_file_save(path, written);

    free(written);
    json_decref(report);
    return saved;
}

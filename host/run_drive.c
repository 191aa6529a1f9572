/* run_drive.c: see run_drive.h. */
#include "run_drive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "report.h"
#include "run_frames.h"
#include "run_maps.h"
#include "run_report.h"
#include "run_vmstat.h"
#include "whole_file.h"

enum { PROGRESS = 4096 }; /* references between two looks at the clock */

struct drive {
    struct run *run;
    const struct run_plan *plan;
    double began;
    struct feed *feeds; /* [array, plan->count]; feeds[i] is of run->procs[i] */
    struct vmstat vmstat;
    bool frames_seen; /* plan->frame_map has been written */
    enum run_ending ending;
};

/* ---- One reference -------------------------------------------------------------------------- */

static bool begin_wave(const struct drive *d)
{
    const struct target *t = machine_target(&d->run->machine);

    return t->ops->wave(t->backend, d->plan->wave);
}

/* A reference was made. */
static void take_note(struct drive *d, const struct feed *f, const struct lackey_ref *ref)
{
    struct run *run = d->run;
    const uint32_t *by_kind = run->machine.kernel->frames.by_kind;
    uint64_t vpn = ref->va >> ATLAS_PAGE_SHIFT,
             last = (ref->va + ref->size - 1) >> ATLAS_PAGE_SHIFT;

    for (unsigned i = 0; i < FRAME_KINDS; i++)
        if (by_kind[i] > run->counts.peak[i])
            run->counts.peak[i] = by_kind[i];
    for (; run->locality != NULL && vpn <= last; vpn++)
        locality_use(run->locality, f->proc->pid, vpn);
    vmstat_tick(&d->vmstat, run);
}

static enum run_status run_one(struct drive *d, struct feed *f, const struct lackey_ref *ref)
{
    const struct run_plan *plan = d->plan;
    uint64_t number = d->run->counts.total + 1;

    if (plan->wave != NULL && number == (plan->limit != 0 ? plan->limit : 1) && !begin_wave(d))
        return RUN_STOP;
    if (number % PROGRESS == 0 && !plan->quiet)
        run_report_progress(d->run, d->began);
    if (run_reference(d->run, f->proc, ref, feed_file(f), feed_line(f)) != RUN_OK)
        return RUN_STOP;
    take_note(d, f, ref);
    return RUN_OK;
}

/* ---- How a source ended ---------------------------------------------------------------------- */

static bool at_limit(const struct drive *d)
{
    return d->plan->limit != 0 && d->run->counts.total == d->plan->limit;
}

/* Say how the program ended. */
static enum run_ending report_ending(const struct drive *d, const struct feed *f, int status)
{
    const struct run_plan *plan = d->plan;
    const char *name = f->source->program[0];

    if (child_stopped_by() != 0) {
        report_problem(name, 0, "stopped: Atlas got signal %d (%s)", child_stopped_by(),
                       strsignal(child_stopped_by()));
        return RUN_ENDED_SHORT;
    }
    if (at_limit(d)) {
        if (!plan->quiet)
            report_text("%s: stopped after %" PRIu64 " references\n", name, f->proc->references);
        return RUN_ENDED;
    }
    if (WIFSIGNALED(status)) {
        report_problem(name, 0, "the program was killed by signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
        return RUN_ENDED_SHORT;
    }
    if (f->proc->references == 0) {
        report_problem(name, 0, "valgrind could not run it (exit status %d)", WEXITSTATUS(status));
        return RUN_BAD_INPUT;
    }
    if (!plan->quiet)
        report_text("%s: the program's exit status is %d\n", name, WEXITSTATUS(status));
    return RUN_ENDED;
}

static enum run_ending report_trace(const struct drive *d, const struct feed *f)
{
    if (f->proc->references > 0 || at_limit(d))
        return RUN_ENDED;
    report_problem(f->source->trace, 0, "no reference in it, expected a lackey trace");
    return RUN_BAD_INPUT;
}

static enum run_ending ending_of(const struct drive *d, const struct feed *f, int status)
{
    if (f->source->program != NULL)
        return report_ending(d, f, status);
    return f->source->trace != NULL ? report_trace(d, f) : RUN_ENDED;
}

/* ---- One process --------------------------------------------------------------------------- */

static void worse(struct drive *d, enum run_ending ending)
{
    if (ending > d->ending)
        d->ending = ending;
}

/* Write the map of physical memory. Returns false after reporting why not. */
static bool save_frames(const struct drive *d)
{
    char *text = NULL;
    size_t len;
    FILE *out = report_need(open_memstream(&text, &len));
    bool saved;

    run_frames_print(out, d->run->machine.kernel);
    fclose(out);
    saved = whole_file_save(d->plan->frame_map, report_need(text));
    free(text);
    return saved;
}

/* What is to be seen of a process before it ends. */
static void show(struct drive *d, const struct feed *f)
{
    if (d->plan->maps)
        run_maps_print(f->proc, source_name(f->source));
    if (d->plan->frame_map == NULL || d->frames_seen)
        return;
    d->frames_seen = true;
    if (!save_frames(d))
        worse(d, RUN_ENDED_SHORT);
}

/* Its references have ended, or are wanted no more: so does the process. */
static void close_feed(struct drive *d, struct feed *f)
{
    int status;

    if (!f->open)
        return;
    status = feed_close(f);
    report_progress_end();
    if (d->ending != RUN_BAD_INPUT)
        worse(d, ending_of(d, f, status));
    if (d->ending != RUN_BAD_INPUT)
        show(d, f);
    run_exit(d->run, f->proc);
}

/* ---- All of them --------------------------------------------------------------------------- */

static void run_all(struct drive *d)
{
    struct run_proc *p;

    while (d->ending != RUN_BAD_INPUT && !at_limit(d) && child_stopped_by() == 0 &&
           (p = run_turn(d->run)) != NULL) {
        struct feed *f = &d->feeds[p - d->run->procs];
        struct lackey_ref ref;
        enum input_status status = feed_next(f, &ref);

        if (status == INPUT_END)
            close_feed(d, f);
        else if (status == INPUT_BAD || run_one(d, f, &ref) != RUN_OK)
            d->ending = RUN_BAD_INPUT;
    }
}

/* To be done before counters are read, which takes cycles, too. */
static void note_cycles(struct run *run)
{
    for (unsigned i = 0; i < run->machine.harts; i++) {
        const struct target *t = &run->machine.targets[i];

        run->cycles[i] = t->ops->cycles(t->backend);
    }
}

enum run_ending run_drive(struct run *run, const struct run_plan *plan, double began)
{
    struct drive d = {.run = run,
                      .plan = plan,
                      .began = began,
                      .vmstat = {.every = plan->vmstat},
                      .ending = RUN_ENDED};

    d.feeds = calloc(plan->count, sizeof d.feeds[0]);
    if (d.feeds == NULL)
        report_out_of_memory();
    for (unsigned i = 0; i < plan->count && d.ending == RUN_ENDED; i++)
        if (!feed_open(&d.feeds[i], run, &plan->sources[i]))
            d.ending = RUN_BAD_INPUT;
    run_all(&d);
    for (unsigned i = 0; i < plan->count; i++)
        close_feed(&d, &d.feeds[i]);
    note_cycles(run);
    free(d.feeds);
    return d.ending;
}

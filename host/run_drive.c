/* run_drive.c: see run_drive.h. */
#include "run_drive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "child.h"
#include "input.h"
#include "pipe_lines.h"
#include "procmaps.h"
#include "report.h"
#include "run_report.h"

enum { PROGRESS = 4096 }; /* references between two looks at the clock */

/* A process, and where its lines come from. */
struct feed {
    const struct run_source *source;
    struct run_proc *proc;
    bool open;
    struct child child;      /* of a program */
    struct pipe_lines lines; /* of a program */
    struct input *input;     /* of a trace   */
    char name[32];           /* of a program's lines, for messages */
};

struct drive {
    struct run *run;
    const struct run_plan *plan;
    double began;
    struct feed *feeds; /* [array, plan->count]; feeds[i] is of run->procs[i] */
    enum run_ending ending;
};

/* ---- References, line by line -------------------------------------------------------------- */

static bool is_live(const struct feed *f)
{
    return f->source->program != NULL;
}

/* The line that was read last, for messages. */
static const char *line_file(const struct feed *f)
{
    return is_live(f) ? f->name : input_name(f->input);
}

static uint64_t line_number(const struct feed *f)
{
    return is_live(f) ? f->lines.line : input_line_number(f->input);
}

/* The next line. */
static enum input_status next_line(struct feed *f, const char **line, size_t *len)
{
    if (!is_live(f))
        return input_line(f->input, line, len);
    return pipe_lines_next(&f->lines, line, len) ? INPUT_LINE : INPUT_END;
}

/* The next reference; notes between are passed over. */
static enum input_status next_reference(struct feed *f, struct lackey_ref *ref)
{
    char error[SCAN_ERROR];
    enum input_status status;
    const char *line;
    size_t len;

    while ((status = next_line(f, &line, &len)) == INPUT_LINE) {
        switch (lackey_parse(ref, line, len, error)) {
        case LACKEY_NOTE: continue;
        case LACKEY_BAD:
            report_problem(line_file(f), line_number(f), "%s", error);
            return INPUT_BAD;
        case LACKEY_REF: return INPUT_LINE;
        }
    }
    return status;
}

static bool begin_wave(const struct drive *d)
{
    const struct target *t = machine_target(&d->run->machine);

    return t->ops->wave(t->backend, d->plan->wave);
}

static enum run_status run_one(struct drive *d, struct feed *f, const struct lackey_ref *ref)
{
    const struct run_plan *plan = d->plan;
    uint64_t number = d->run->counts.total + 1;

    if (plan->wave != NULL && number == (plan->limit != 0 ? plan->limit : 1) && !begin_wave(d))
        return RUN_STOP;
    if (number % PROGRESS == 0 && !plan->quiet)
        run_report_progress(d->run, d->began);
    return run_reference(d->run, f->proc, ref, line_file(f), line_number(f));
}

/* ---- Live, or from a file ------------------------------------------------------------------ */

static bool find_in_maps(void *ctx, uint64_t va, uint64_t *start, uint64_t *end, unsigned *perms)
{
    const struct child *child = ctx;
    struct procmap map;

    if (!procmaps_find(&map, child->pid, va))
        return false;
    *start = map.start;
    *end = map.end;
    *perms = map.perms;
    return true;
}

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

/* ---- One process --------------------------------------------------------------------------- */

static bool open_feed(struct feed *f, struct run *run, const struct run_source *source)
{
    f->source = source;
    f->proc = run_add(run);
    if (f->proc == NULL)
        return false;
    snprintf(f->name, sizeof f->name, "lackey, process %u", f->proc->pid);
    if (!is_live(f)) {
        f->input = input_open(source->trace);
        f->open = f->input != NULL;
        return f->open;
    }
    f->open = child_start(&f->child, source->program);
    if (!f->open)
        return false;
    f->proc->maps = (struct run_maps){find_in_maps, &f->child};
    pipe_lines_begin(&f->lines, f->child.log);
    return true;
}

static void worse(struct drive *d, enum run_ending ending)
{
    if (ending > d->ending)
        d->ending = ending;
}

/* Its lines have ended, or are wanted no more: so does the program, and the process. */
static void close_feed(struct drive *d, struct feed *f)
{
    int status = 0;

    if (!f->open)
        return;
    f->open = false;
    if (is_live(f))
        status = child_end(&f->child);
    else
        input_close(f->input);
    report_progress_end();
    if (d->ending != RUN_BAD_INPUT)
        worse(d, is_live(f) ? report_ending(d, f, status) : report_trace(d, f));
    run_exit(d->run, f->proc);
}

/* ---- All of them --------------------------------------------------------------------------- */

static void run_all(struct drive *d)
{
    struct run_proc *p;

    while (d->ending != RUN_BAD_INPUT && !at_limit(d) && (p = run_turn(d->run)) != NULL) {
        struct feed *f = &d->feeds[p - d->run->procs];
        struct lackey_ref ref;
        enum input_status status = next_reference(f, &ref);

        if (status == INPUT_END)
            close_feed(d, f);
        else if (status == INPUT_BAD || run_one(d, f, &ref) != RUN_OK)
            d->ending = RUN_BAD_INPUT;
    }
}

enum run_ending run_drive(struct run *run, const struct run_plan *plan, double began)
{
    struct drive d = {.run = run, .plan = plan, .began = began, .ending = RUN_ENDED};

    d.feeds = calloc(plan->count, sizeof d.feeds[0]);
    if (d.feeds == NULL)
        report_out_of_memory();
    for (unsigned i = 0; i < plan->count && d.ending == RUN_ENDED; i++)
        if (!open_feed(&d.feeds[i], run, &plan->sources[i]))
            d.ending = RUN_BAD_INPUT;
    run_all(&d);
    for (unsigned i = 0; i < plan->count; i++)
        close_feed(&d, &d.feeds[i]);
    free(d.feeds);
    return d.ending;
}

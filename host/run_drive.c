/* run_drive.c: see run_drive.h. */
#include "run_drive.h"

#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "child.h"
#include "input.h"
#include "pipe_lines.h"
#include "procmaps.h"
#include "report.h"
#include "run_report.h"

enum { PROGRESS = 4096 }; /* references between two looks at the clock */

struct drive {
    struct run *run;
    const struct run_plan *plan;
    double began;
    struct child child;      /* of a program */
    struct pipe_lines lines; /* of a program */
    struct input *input;     /* of a trace   */
};

/* ---- References, line by line -------------------------------------------------------------- */

static bool is_live(const struct drive *d)
{
    return d->plan->program != NULL;
}

/* The line that was read last, for messages. */
static const char *line_file(const struct drive *d)
{
    return is_live(d) ? "lackey" : input_name(d->input);
}

static uint64_t line_number(const struct drive *d)
{
    return is_live(d) ? d->lines.line : input_line_number(d->input);
}

/* The next line. */
static enum input_status next_line(struct drive *d, const char **line, size_t *len)
{
    if (!is_live(d))
        return input_line(d->input, line, len);
    return pipe_lines_next(&d->lines, line, len) ? INPUT_LINE : INPUT_END;
}

static bool begin_wave(const struct drive *d)
{
    const struct target *t = d->run->machine.target;

    return t->ops->wave(t->backend, d->plan->wave);
}

static enum run_status run_line(struct drive *d, const char *line, size_t len)
{
    const struct run_plan *plan = d->plan;
    uint64_t number = d->run->counts.total + 1;
    char error[SCAN_ERROR];
    struct lackey_ref ref;

    switch (lackey_parse(&ref, line, len, error)) {
    case LACKEY_NOTE: return RUN_OK;
    case LACKEY_BAD: report_problem(line_file(d), line_number(d), "%s", error); return RUN_STOP;
    case LACKEY_REF: break;
    }
    if (plan->wave != NULL && number == (plan->limit != 0 ? plan->limit : 1) && !begin_wave(d))
        return RUN_STOP;
    if (number % PROGRESS == 0 && !plan->quiet)
        run_report_progress(d->run, d->began);
    return run_reference(d->run, &ref, line_file(d), line_number(d));
}

static bool run_lines(struct drive *d)
{
    uint64_t limit = d->plan->limit != 0 ? d->plan->limit : UINT64_MAX;
    enum input_status status = INPUT_END;
    const char *line;
    size_t len;

    while (d->run->counts.total < limit && (status = next_line(d, &line, &len)) == INPUT_LINE)
        if (run_line(d, line, len) != RUN_OK)
            return false;
    return status != INPUT_BAD;
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

/* Say how the program ended. */
static enum run_ending report_ending(const struct drive *d, int status)
{
    const struct run_plan *plan = d->plan;
    const char *name = plan->program[0];

    if (child_stopped_by() != 0) {
        report_problem(name, 0, "stopped: Atlas got signal %d (%s)", child_stopped_by(),
                       strsignal(child_stopped_by()));
        return RUN_ENDED_SHORT;
    }
    if (plan->limit != 0 && d->run->counts.total == plan->limit) {
        if (!plan->quiet)
            report_text("%s: stopped after %" PRIu64 " references\n", name, plan->limit);
        return RUN_ENDED;
    }
    if (WIFSIGNALED(status)) {
        report_problem(name, 0, "the program was killed by signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
        return RUN_ENDED_SHORT;
    }
    if (d->run->counts.total == 0) {
        report_problem(name, 0, "valgrind could not run it (exit status %d)", WEXITSTATUS(status));
        return RUN_BAD_INPUT;
    }
    if (!plan->quiet)
        report_text("%s: the program's exit status is %d\n", name, WEXITSTATUS(status));
    return RUN_ENDED;
}

static enum run_ending run_program(struct drive *d)
{
    bool good;
    int status;

    if (!child_start(&d->child, d->plan->program))
        return RUN_BAD_INPUT;
    d->run->maps = (struct run_maps){find_in_maps, &d->child};
    pipe_lines_begin(&d->lines, d->child.log);
    good = run_lines(d);
    status = child_end(&d->child);
    report_progress_end();
    return good ? report_ending(d, status) : RUN_BAD_INPUT;
}

static enum run_ending run_trace(struct drive *d)
{
    bool good;

    d->input = input_open(d->plan->trace);
    good = d->input != NULL && run_lines(d);
    if (good && d->run->counts.total == 0) {
        report_problem(d->plan->trace, 0, "no reference in it, expected a lackey trace");
        good = false;
    }
    input_close(d->input);
    report_progress_end();
    return good ? RUN_ENDED : RUN_BAD_INPUT;
}

enum run_ending run_drive(struct run *run, const struct run_plan *plan, double began)
{
    struct drive d = {.run = run, .plan = plan, .began = began};

    return is_live(&d) ? run_program(&d) : run_trace(&d);
}

/* cmd_run.c: atlas run: real programs' accesses, live or from recorded traces, and made ones. */
#include "commands.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "child.h"
#include "preset.h"
#include "program.h"
#include "report.h"
#include "run_args.h"
#include "run_json.h"
#include "run_report.h"
#include "whole_file.h"

/* The deepest mode up to Sv48 that the MMU has. */
static unsigned default_mode(const struct atlas_params *params)
{
    static const unsigned wanted[] = {ATLAS_MODE_SV48, ATLAS_MODE_SV39, ATLAS_MODE_SV32};
    unsigned i = 0;

    while (!preset_has_mode(params, wanted[i]))
        i++;
    return wanted[i];
}

/* Is there a program that the MMU can hold? Before anything is started. */
static bool check_program(const struct target *t, const char *program)
{
    char error[PROGRAM_ERROR];
    unsigned bits;

    if (!program_check(&bits, program, error))
        report_problem(NULL, 0, "%s", error);
    else if (bits > t->params.xlen)
        report_problem(program, 0, "a 64-bit program, expected a 32-bit one for preset %s",
                       t->preset);
    else
        return true;
    return false;
}

static bool check_programs(const struct target *t, const struct run_plan *plan)
{
    for (unsigned i = 0; i < plan->count; i++) {
        char **program = plan->sources[i].program;

        if (program != NULL && !check_program(t, program[0]))
            return false;
    }
    return true;
}

/* Returns whether the report, if one is wanted, could be written. */
static bool print_end(const struct run_args *a, const struct run *run, double began)
{
    const struct run_about about = {.command = a->command, .plan = &a->plan, .began = began};
    bool written = a->report == NULL || run_json_write(a->report, run, &about);

    if (!a->options.quiet)
        run_report_end(run, began);
    printf("run: %" PRIu64 " references, %" PRIu64 " mismatches\n", run->counts.total,
           run->counts.mismatches);
    return written;
}

static bool can_be_written(const char *path)
{
    return path == NULL || whole_file_check(path);
}

static bool open_run(struct run *run, const struct run_args *a, struct target *targets,
                     const char *const replay[2])
{
    struct machine_config config = a->machine;

    if (config.mode == 0)
        config.mode = default_mode(&targets->params);
    if (!check_programs(targets, &a->plan) || !can_be_written(a->report) ||
        !can_be_written(a->plan.frame_map) ||
        !run_open(run, targets, a->harts, &config, a->options.seed, replay))
        return false;
    run->check = a->check;
    if (a->window != 0)
        run->locality = locality_open(a->window);
    return true;
}

static int run_all(const struct run_args *a, struct target *targets, const char *const replay[2])
{
    double began = report_seconds();
    static struct run run;
    enum run_ending ending;
    bool same, written = false;

    if (!open_run(&run, a, targets, replay))
        return EXIT_BAD_INPUT;
    ending = run_drive(&run, &a->plan, began);
    if (ending != RUN_BAD_INPUT) {
        run_finish(&run);
        written = print_end(a, &run, began);
    }
    same = run.counts.mismatches == 0;
    run_close(&run);
    if (ending != RUN_BAD_INPUT && !same)
        return EXIT_MISMATCH;
    return ending == RUN_ENDED && written ? EXIT_PASS : EXIT_BAD_INPUT;
}

static bool open_targets(struct target *targets, const struct run_args *a)
{
    const char *preset = a->machine.mode == ATLAS_MODE_SV32 ? "rv32" : "full";

    for (unsigned i = 0; i < a->harts; i++)
        if (!target_open(&targets[i], &a->options, preset))
            return false;
    return true;
}

int cmd_run(int argc, char **argv)
{
    struct run_args args;
    struct target targets[HARTS_MAX] = {0};
    char *replay[2];
    int status = EXIT_BAD_INPUT;

    run_args_parse(&args, argc, argv);
    replay[0] = run_args_before(&args);
    replay[1] = run_args_after(&args);
    if (open_targets(targets, &args))
        status = run_all(&args, targets, (const char *const[]){replay[0], replay[1]});
    for (unsigned i = 0; i < args.harts; i++)
        target_close(&targets[i]);
    free(replay[0]);
    free(replay[1]);
    run_args_free(&args);
    if (child_stopped_by() != 0) { /* end as whoever sent the signal expects */
        fflush(stdout);
        raise(child_stopped_by());
    }
    return status;
}

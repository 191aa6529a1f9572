/* run_args.h: the command line of atlas run.
 *
 * Layer: host, part of run.
 */
#ifndef ATLAS_RUN_ARGS_H
#define ATLAS_RUN_ARGS_H

#include "run_drive.h"

struct run_args {
    struct options options;
    struct machine_config machine; /* mode 0: by the preset */
    uint64_t check;                /* --check; 0: never */
    struct run_plan plan;
    unsigned given; /* sources; plan.count has them again and again, for procs */
    unsigned procs; /* 0: as many as there are sources */
    unsigned harts;
    uint64_t window;    /* of --locality; 0: none     */
    const char *report; /* NULL: none                 */
    char **command;     /* [array, NULL at the end]   */
};

/* Read it, or report what is wrong and end the program with status 2. What it points to is argv's,
 * but `command`. */
void run_args_parse(struct run_args *a, int argc, char **argv);
void run_args_free(struct run_args *a);

/* The command that replays a reference, in two parts: what comes before the number of the
 * reference, and what comes after. The caller frees them. */
char *run_args_before(const struct run_args *a);
char *run_args_after(const struct run_args *a);

#endif

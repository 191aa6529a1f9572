/* run_atlas.h: build/atlas (or $ATLAS) as a user runs it, for the tests of its commands. */
#ifndef RUN_ATLAS_H
#define RUN_ATLAS_H

#include <stddef.h>
#include <sys/types.h>

enum { RUN_ATLAS_TEXT = 65536, RUN_ATLAS_SECONDS = 120 };

/* What it said and how it ended. */
struct run_atlas {
    int status;               /* exit status, or -signal */
    char out[RUN_ATLAS_TEXT]; /* standard output         */
    char err[RUN_ATLAS_TEXT]; /* standard error          */
};

/* Run a shell command line in which "atlas" stands for the program; standard input is empty.
 * After RUN_ATLAS_SECONDS it is killed, and the test fails. */
void run_atlas(struct run_atlas *r, const char *command_line);

/* The same, and it must end so; and it must have said this on standard error. */
void run_atlas_ends(struct run_atlas *r, const char *command_line, int status);
void run_atlas_says(const struct run_atlas *r, const char *text);

/* Setup and teardown of a test that needs an empty file: $T. */
int run_atlas_make_file(void **state);
int run_atlas_drop_file(void **state);

/* Start it; its standard output can be read from *out. Standard error goes nowhere. */
pid_t run_atlas_start(int *out, char *const argv[]);

/* Wait for it. Returns its exit status, or -signal. */
int run_atlas_wait(pid_t pid);

/* Has a process gone (or is it a zombie that nobody waits for)? Asked for up to 5 seconds. */
_Bool run_atlas_gone(pid_t pid);

/* The last line of a text, without its newline. The text is cut. */
const char *run_atlas_last_line(char *text);

#endif

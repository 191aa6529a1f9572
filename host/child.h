/* child.h: a program under valgrind's lackey, as a process of its own, and its end.
 *
 * Layer: host. The program keeps standard input, output and error; lackey writes through a pipe
 * at a high descriptor, out of the program's way. It runs in a process group of its own, which gets
 * the terminal if Atlas had it. Nothing of the group outlives Atlas: it is killed when the program
 * ends, when Atlas is told to stop (SIGINT, SIGTERM, SIGHUP, SIGPIPE), and, by a small process
 * that waits for nothing else, when Atlas dies in any other way. There can be one program at a
 * time, because signals are a matter of the whole process.
 */
#ifndef ATLAS_CHILD_H
#define ATLAS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
    pid_t pid, guard;
    int lifeline; /* closed when Atlas dies; then the guard kills the group */
    int log;      /* where lackey's lines can be read; ends with the program */
};

/* Start argv[0] with its arguments [array, NULL at the end] under lackey. Returns false after
 * reporting why not. */
bool child_start(struct child *c, char *const argv[]);

/* Kill what is left of the group, and wait for the program. Returns its status as waitpid gives
 * it. The terminal is Atlas's again. */
int child_end(struct child *c);

/* The signal that told Atlas to stop, or 0. */
int child_stopped_by(void);

#endif

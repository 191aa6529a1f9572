/* child.h: programs under valgrind's lackey, as processes of their own, and their end.
 *
 * Layer: host. A program keeps standard input, output and error; lackey writes through a pipe at a
 * high descriptor, out of the program's way. It runs in a process group of its own, which gets the
 * terminal if Atlas had it and there was no other program yet. Nothing of its group outlives Atlas:
 * it is killed when the program ends, when Atlas is told to stop (SIGINT, SIGTERM, SIGHUP,
 * SIGPIPE), and, by a small process that waits for nothing else, when Atlas dies in any other way.
 */
#ifndef ATLAS_CHILD_H
#define ATLAS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

enum { CHILDREN_MAX = 64 }; /* that can run at once */

struct child {
    unsigned slot; /* of those that run, 0 .. CHILDREN_MAX - 1                  */
    pid_t pid;
    int log; /* where lackey's lines can be read; ends with the program   */
};

/* Start argv[0] with its arguments [array, NULL at the end] under lackey. Returns false after
 * reporting why not. There must be room for it. */
bool child_start(struct child *c, char *const argv[]);

/* Kill what is left of the group, and wait for the program. Returns its status as waitpid gives
 * it. The terminal is Atlas's again, if it was this one's. */
int child_end(struct child *c);

/* The signal that told Atlas to stop, or 0. */
int child_stopped_by(void);

#endif

/* child.h: a program under valgrind's lackey, as a process of its own, and its end.
 *
 * Layer: host. The program keeps standard input, output and error; lackey writes through a pipe
 * that the program itself cannot reach. It runs in a process group of its own, which gets the
 * terminal if Atlas had it. Nothing of the group outlives Atlas: it is killed when the program
 * ends, when Atlas is told to stop (SIGINT, SIGTERM, SIGHUP, SIGPIPE), and by the kernel if Atlas
 * dies otherwise. There can be one at a time, because signals are a matter of the process.
 */
#ifndef ATLAS_CHILD_H
#define ATLAS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
    pid_t pid;
    char log[32]; /* where lackey's lines can be read, once: a path */
};

enum { CHILD_ERROR = 4200 }; /* a path has at most 4096 bytes */

/* Can `program` be run: found (in PATH, unless its name has a slash), readable, executable, an ELF
 * file of this machine or a script?
 *
 *   bits   out  64 or 32: width of its addresses; 0 for a script
 *   error  out  a sentence if not [array, CHILD_ERROR]
 */
bool child_check(unsigned *bits, const char *program, char error[CHILD_ERROR]);

/* Start argv[0] with its arguments [array, NULL at the end] under lackey. Returns false after
 * reporting why not. */
bool child_start(struct child *c, char *const argv[]);

/* lackey has opened its end of the pipe: call this after the first line. Without it the log never
 * ends while the program runs. */
void child_opened(struct child *c);

/* Kill what is left of the group, and wait for the program. Returns its status as waitpid gives
 * it. The terminal is Atlas's again. */
int child_end(struct child *c);

/* The signal that told Atlas to stop, or 0. */
int child_stopped_by(void);

#endif

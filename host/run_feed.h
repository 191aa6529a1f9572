/* run_feed.h: where the references of a process come from: a program that lives, a recorded trace,
 * or a generator.
 *
 * Layer: host, part of run.
 */
#ifndef ATLAS_RUN_FEED_H
#define ATLAS_RUN_FEED_H

#include "child.h"
#include "generate.h"
#include "input.h"
#include "pipe_lines.h"
#include "run.h"

/* One of these. */
struct run_source {
    const char *trace; /* a recorded lackey trace, or NULL                            */
    char **program;    /* its name and arguments [array, NULL at the end], or NULL    */
    struct generate generate;
    const char *generated; /* ... as it was typed, or NULL                           */
};

struct feed {
    const struct run_source *source;
    struct run_proc *proc;
    bool open;
    struct child child;          /* of a program              */
    struct pipe_lines lines;     /* of a program              */
    struct input *input;         /* of a trace                */
    struct generator *generator; /* ...                       */
    char name[40];               /* of its lines, for messages, if it is no trace */
};

/* Add a process with this source to the run. Returns false after reporting why not: then `open`
 * says whether there is anything to be closed. */
bool feed_open(struct feed *f, struct run *run, const struct run_source *source);

/* No more references are wanted. Returns the program's status as waitpid gives it, or 0. */
int feed_close(struct feed *f);

/* The next reference. Problems are reported. */
enum input_status feed_next(struct feed *f, struct lackey_ref *ref);

/* Where the one that was read last stands, for messages. */
const char *feed_file(const struct feed *f);
uint64_t feed_line(const struct feed *f);

/* A few words that tell people which source it is: its program, its file, what is generated. */
const char *source_name(const struct run_source *source);

#endif

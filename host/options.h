/* options.h: the options that all commands share which drive an MMU.
 *
 * Layer: host. A command's argp has options_argp among its children, with a struct options as
 * that child's input.
 */
#ifndef ATLAS_OPTIONS_H
#define ATLAS_OPTIONS_H

#include <argp.h>

#include "backend.h"

struct options {
    const char *target;            /* --target                                            */
    const struct backend_ops *ops; /* ... which is this                                   */
    const char *preset;            /* --preset; NULL: by the work                         */
    struct atlas_params params;    /* ... which are these; meaningless if preset is NULL  */
    uint64_t seed;                 /* --seed                                              */
    unsigned latency;              /* --latency [cycles]                                  */
    bool stalls;                   /* --stalls                                            */
    bool quiet;                    /* --quiet                                             */
};

enum { OPTIONS_SEED = 1, OPTIONS_LATENCY = 1 };

#define OPTIONS_DEFAULT                                                                            \
    {                                                                                              \
        .target = "lockstep", .seed = OPTIONS_SEED, .latency = OPTIONS_LATENCY                     \
    }

/* Reports a bad value and ends the program with status 2. After parsing, ops is set. */
extern const struct argp options_argp;

/* A decimal number from min to max for the option called name, or an argp error (status 2). */
uint64_t options_number(const struct argp_state *state, const char *name, const char *text,
                        uint64_t min, uint64_t max);

/* The options that were given, as they would be typed again, for a command that replays:
 * " --target rtl --seed 7". Returns buf [array, len]; 400 bytes hold any. */
const char *options_typed(const struct options *o, char *buf, size_t len);

/* Has the target RTL, so that a waveform can be written? */
bool options_has_rtl(const struct options *o);

/* A backend that is open: the four things that a command needs of it. */
struct target {
    const struct backend_ops *ops;
    struct backend *backend;
    struct mmu_port port;
    struct atlas_params params;
    char preset[256]; /* as it was asked for, or chosen; holds every parameter there is */
};

/* Open the target that the options ask for, with their preset or, if they name none, with
 * `preset`. Returns false after reporting why not. */
bool target_open(struct target *t, const struct options *o, const char *preset);
void target_close(struct target *t); /* one that was never opened is fine: all zero */

/* The port that an access uses: fetches 0, all else 1, if there are two. */
unsigned target_port(const struct target *t, unsigned acc);

#endif

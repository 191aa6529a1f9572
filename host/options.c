/* options.c: see options.h. */
#include "options.h"
#include "preset.h"
#include "report.h"
#include "scan.h"

#include <inttypes.h>
#include <string.h>

enum { KEY_LATENCY = 0x100, KEY_STALLS, LATENCY_MAX = 1000000 };

static const struct argp_option option_table[] = {
    {"target", 't', "TARGET", 0, "model, rtl or lockstep (both, compared; the default)", 1},
    {"preset", 'p', "NAME[:PARAM=VALUE,...]", 0,
     "Which MMU: " PRESET_NAMES ". Default: rv32 for Sv32, full for all else", 1},
    {"seed", 's', "N", 0, "Seed of stalls and of unreset registers (default 1)", 1},
    {"latency", KEY_LATENCY, "N", 0, "Cycles from a memory request to its data (default 1; RTL)",
     1},
    {"stalls", KEY_STALLS, NULL, 0, "Random stalls and back-pressure (RTL)", 1},
    {"quiet", 'q', NULL, 0, "Print only errors and the last line", 1},
    {0}};

uint64_t options_number(const struct argp_state *state, const char *name, const char *text,
                        uint64_t min, uint64_t max)
{
    char error[SCAN_ERROR];
    struct scan s;
    uint64_t value = 0;

    scan_begin(&s, text, strlen(text), error);
    if (!scan_dec(&s, &value, name, max) || !scan_end(&s) || value < min)
        argp_error(state, "--%s: '%s', expected a number from %" PRIu64 " to %" PRIu64, name, text,
                   min, max);
    return value;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    char error[SCAN_ERROR];

    switch (key) {
    case 't': o->target = arg; return 0;
    case 'p':
        o->preset = arg;
        if (strlen(arg) >= sizeof((struct target *)0)->preset)
            argp_error(state, "--preset: %zu bytes, expected at most %zu", strlen(arg),
                       sizeof((struct target *)0)->preset - 1);
        else if (!preset_parse(&o->params, arg, error))
            argp_error(state, "--preset: %s", error);
        return 0;
    case 's': o->seed = options_number(state, "seed", arg, 0, UINT64_MAX); return 0;
    case KEY_LATENCY:
        o->latency = (unsigned)options_number(state, "latency", arg, 1, LATENCY_MAX);
        return 0;
    case KEY_STALLS: o->stalls = true; return 0;
    case 'q': o->quiet = true; return 0;
    case ARGP_KEY_END:
        o->ops = backend_find(o->target);
        if (o->ops == NULL)
            argp_error(state, "--target: no target '%s', expected one of %s", o->target,
                       backend_names());
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp options_argp = {.options = option_table, .parser = parse_option};

const char *options_typed(const struct options *o, char *buf, size_t len)
{
    int n = snprintf(buf, len, " --target %s", o->target);

    if (o->preset != NULL)
        n += snprintf(buf + n, len - (size_t)n, " --preset %s", o->preset);
    if (o->seed != OPTIONS_SEED)
        n += snprintf(buf + n, len - (size_t)n, " --seed %" PRIu64, o->seed);
    if (o->latency != OPTIONS_LATENCY)
        n += snprintf(buf + n, len - (size_t)n, " --latency %u", o->latency);
    if (o->stalls)
        snprintf(buf + n, len - (size_t)n, " --stalls");
    return buf;
}

bool options_has_rtl(const struct options *o)
{
    return o->ops != &backend_model;
}

bool target_open(struct target *t, const struct options *o, const char *preset)
{
    struct backend_options b = {.preset = t->preset,
                                .params = o->params,
                                .seed = o->seed,
                                .latency = o->latency,
                                .stalls = o->stalls};
    char error[SCAN_ERROR];

    *t = (struct target){.ops = o->ops};
    snprintf(t->preset, sizeof t->preset, "%s", o->preset != NULL ? o->preset : preset);
    if (o->preset == NULL && !preset_parse(&b.params, preset, error)) {
        report_problem(NULL, 0, "%s", error);
        return false;
    }
    t->params = b.params;
    t->backend = t->ops->open(&b);
    if (t->backend == NULL)
        return false;
    t->port = t->ops->port(t->backend);
    return true;
}

void target_close(struct target *t)
{
    if (t->backend != NULL)
        t->ops->close(t->backend);
    t->backend = NULL;
}

unsigned target_port(const struct target *t, unsigned acc)
{
    return acc != ATLAS_ACC_FETCH && t->params.ports >= 2 ? 1 : 0;
}

/* run_feed.c: see run_feed.h. */
#include "run_feed.h"

#include <inttypes.h>
#include <stdio.h>

#include "procmaps.h"
#include "report.h"
#include "run_regions.h"

/* ---- References ---------------------------------------------------------------------------- */

const char *source_name(const struct run_source *source)
{
    if (source->program != NULL)
        return source->program[0];
    return source->trace != NULL ? source->trace : source->generated;
}

const char *feed_file(const struct feed *f)
{
    return f->input != NULL ? input_name(f->input) : f->name;
}

uint64_t feed_line(const struct feed *f)
{
    if (f->generator != NULL)
        return generator_number(f->generator);
    return f->input != NULL ? input_line_number(f->input) : f->lines.line;
}

/* The next line of a program or a trace. */
static enum input_status next_line(struct feed *f, const char **line, size_t *len)
{
    if (f->input != NULL)
        return input_line(f->input, line, len);
    return pipe_lines_next(&f->lines, line, len) ? INPUT_LINE : INPUT_END;
}

/* ... with a reference; notes between are passed over. */
static enum input_status next_in_lines(struct feed *f, struct lackey_ref *ref)
{
    char error[SCAN_ERROR];
    enum input_status status;
    const char *line;
    size_t len;

    while ((status = next_line(f, &line, &len)) == INPUT_LINE) {
        switch (lackey_parse(ref, line, len, error)) {
        case LACKEY_NOTE: continue;
        case LACKEY_BAD: report_problem(feed_file(f), feed_line(f), "%s", error); return INPUT_BAD;
        case LACKEY_REF: return INPUT_LINE;
        }
    }
    return status;
}

enum input_status feed_next(struct feed *f, struct lackey_ref *ref)
{
    if (f->generator == NULL)
        return next_in_lines(f, ref);
    return generator_next(f->generator, ref) ? INPUT_LINE : INPUT_END;
}

/* ---- Open and close ------------------------------------------------------------------------ */

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

static bool open_program(struct feed *f)
{
    snprintf(f->name, sizeof f->name, "lackey, process %" PRIu32, f->proc->pid);
    if (!child_start(&f->child, f->source->program))
        return false;
    f->proc->maps = (struct run_maps){find_in_maps, &f->child};
    pipe_lines_begin(&f->lines, f->child.log);
    return true;
}

/* The whole area is mapped from the start. */
static bool open_generator(struct feed *f)
{
    const struct generate *g = &f->source->generate;
    enum vm_status status = run_map(f->proc, g->base, g->pages, REGION_R | REGION_W);

    snprintf(f->name, sizeof f->name, "generated, process %" PRIu32, f->proc->pid);
    if (status != VM_OK) {
        report_problem(NULL, 0, "--generate %s: %" PRIu64 " pages at 0x%" PRIx64 " in %s: %s",
                       f->source->generated, g->pages, g->base,
                       f->proc->proc->space.table.mode->name, vm_status_text(status));
        return false;
    }
    f->generator = generator_open(g);
    return true;
}

bool feed_open(struct feed *f, struct run *run, const struct run_source *source)
{
    *f = (struct feed){.source = source, .proc = run_add(run)};
    if (f->proc == NULL)
        return false;
    if (source->program != NULL) {
        f->open = open_program(f);
    } else if (source->trace != NULL) {
        f->input = input_open(source->trace);
        f->open = f->input != NULL;
    } else {
        f->open = open_generator(f);
    }
    return f->open;
}

int feed_close(struct feed *f)
{
    f->open = false;
    if (f->source->program != NULL)
        return child_end(&f->child);
    input_close(f->input);
    generator_close(f->generator);
    return 0;
}

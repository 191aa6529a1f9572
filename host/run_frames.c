/* run_frames.c: see run_frames.h. */
#include "run_frames.h"

#include <inttypes.h>
#include <string.h>

enum { ROW = 64, SYMBOLS = 35 };

static paddr_t address(const struct frames *f, uint32_t i)
{
    return (paddr_t)(f->first + i) << ATLAS_PAGE_SHIFT;
}

/* ---- The picture --------------------------------------------------------------------------- */

/* A run of frames has the owner of its first one. */
static uint32_t owner_of(const struct frames *f, uint32_t i)
{
    return f->table[frames_head(f, f->first + i) - f->first].owner;
}

static char symbol_of(const struct frames *f, uint32_t i)
{
    static const char kinds[FRAME_KINDS] = {[FRAME_FREE] = '.',
                                            [FRAME_HOLE] = '#',
                                            [FRAME_RESERVED] = 'R',
                                            [FRAME_KERNEL] = 'K',
                                            [FRAME_TABLE] = 'T'};
    static const char pids[SYMBOLS + 1] = "123456789abcdefghijklmnopqrstuvwxyz";

    if (f->table[i].kind == FRAME_USER)
        return pids[(owner_of(f, i) - 1) % SYMBOLS];
    return kinds[f->table[i].kind];
}

static void print_picture(FILE *out, const struct frames *f)
{
    char row[ROW + 1], before[ROW + 1] = "";
    bool same = false;

    for (uint32_t i = 0; i < f->count; i += ROW) {
        uint32_t n = 0;

        for (; n < ROW && i + n < f->count; n++)
            row[n] = symbol_of(f, i + n);
        row[n] = '\0';
        if (strcmp(row, before) != 0)
            fprintf(out, "%08" PRIx64 " %s\n", address(f, i), row);
        else if (!same)
            fputs("*\n", out);
        same = strcmp(row, before) == 0;
        strcpy(before, row);
    }
}

/* ---- The list ------------------------------------------------------------------------------ */

static void print_mapping(FILE *out, const struct rmap *map)
{
    static const char letters[] = "rwxugad"; /* from bit 1 of a PTE on */
    const struct radix *t = &map->space->table;
    struct radix_leaf leaf = {0};
    vaddr_t va = map->vpn << ATLAS_PAGE_SHIFT;

    radix_lookup(t, &leaf, va);
    fprintf(out, " %" PRIu32 ":%" PRIx64 ":", t->owner, va);
    for (unsigned i = 0; letters[i] != '\0'; i++)
        fputc(leaf.pte >> (i + 1) & 1 ? letters[i] : '-', out);
}

static void print_frame(FILE *out, const struct frames *f, uint32_t i)
{
    const struct frame *frame = &f->table[i];

    fprintf(out, "%08" PRIx64 " %s %" PRIu32 " %u", address(f, i),
            frame_kind_name((enum frame_kind)frame->kind), frame->owner, frame->refs);
    for (const struct rmap *map = frame->maps; map != NULL; map = map->next)
        print_mapping(out, map);
    fputc('\n', out);
}

void run_frames_print(FILE *out, const struct kernel *k)
{
    const struct frames *f = &k->frames;

    print_picture(out, f);
    for (uint32_t i = 0; i < f->count; i++) {
        uint8_t kind = f->table[i].kind;

        if (kind == FRAME_KERNEL || kind == FRAME_TABLE || kind == FRAME_USER)
            print_frame(out, f, i);
    }
}

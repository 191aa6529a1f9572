#include "os/space/maps.h"

#include "base/bytes.h"

enum { NAME_COLUMN = 73, HEX_DIGITS = 8 };

/* ---- Lines --------------------------------------------------------------------------------- */

struct writer {
    char *line;
    unsigned at;
};

static void put(struct writer *w, char c)
{
    if (w->at + 1 < MAPS_LINE_BYTES)
        w->line[w->at++] = c;
}

static void put_text(struct writer *w, const char *text)
{
    while (*text)
        put(w, *text++);
}

/* At least HEX_DIGITS of them. */
static void put_hex(struct writer *w, uint64_t value)
{
    unsigned digits = HEX_DIGITS;

    while (digits < 16 && value >> (4 * digits) != 0)
        digits++;
    while (digits-- > 0)
        put(w, "0123456789abcdef"[value >> (4 * digits) & 15]);
}

static void put_flags(struct writer *w, unsigned flags)
{
    put(w, flags & REGION_R ? 'r' : '-');
    put(w, flags & REGION_W ? 'w' : '-');
    put(w, flags & REGION_X ? 'x' : '-');
    put(w, flags & REGION_SHARED ? 's' : 'p');
}

const char *region_kind_name(enum region_kind kind)
{
    static const char *const names[REGION_KINDS] = {
        [REGION_ANON] = "",           [REGION_FILE] = "",         [REGION_TEXT] = "[text]",
        [REGION_RODATA] = "[rodata]", [REGION_DATA] = "[data]",   [REGION_BSS] = "[bss]",
        [REGION_HEAP] = "[heap]",     [REGION_STACK] = "[stack]", [REGION_MMIO] = "[mmio]"};

    return (unsigned)kind < REGION_KINDS ? names[kind] : NULL;
}

void maps_line(char line[MAPS_LINE_BYTES], const struct region *r)
{
    struct writer w = {line, 0};
    const char *name = r->name ? r->name : region_kind_name(r->kind);
    bool placed = r->object || r->kind == REGION_MMIO;

    put_hex(&w, r->start << ATLAS_PAGE_SHIFT);
    put(&w, '-');
    put_hex(&w, r->end << ATLAS_PAGE_SHIFT);
    put(&w, ' ');
    put_flags(&w, r->flags);
    put(&w, ' ');
    put_hex(&w, placed ? r->offset << ATLAS_PAGE_SHIFT : 0);
    put_text(&w, " 00:00 0");
    while (*name && w.at < NAME_COLUMN)
        put(&w, ' ');
    put_text(&w, name);
    line[w.at] = '\0';
}

/* ---- Sums ---------------------------------------------------------------------------------- */

static uint64_t *part_of(struct maps_usage *u, const struct region *r)
{
    if (r->kind == REGION_MMIO)
        return &u->device;
    if (!r->object)
        return &u->anon;
    return r->object->ops->fill ? &u->file : &u->shared;
}

void maps_usage(struct maps_usage *u, const struct space *s)
{
    *u = (struct maps_usage){.size = s->regions.pages,
                             .resident = s->resident,
                             .resident_file = s->resident_file,
                             .resident_shared = s->resident_shared,
                             .data = regions_sum(&s->regions, 0, UINT64_MAX).data};
    u->resident_anon = s->resident - s->resident_file - s->resident_shared;
    for (const struct region *r = s->regions.first; r; r = r->next) {
        uint64_t pages = r->end - r->start;

        *part_of(u, r) += pages;
        u->text += r->flags & REGION_X ? pages : 0;
        u->stack += r->flags & REGION_GROWS_DOWN ? pages : 0;
    }
}

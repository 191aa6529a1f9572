/* walk_show.c: see walk_show.h. */
#include "walk_show.h"
#include "diff.h"

#include <inttypes.h>
#include <string.h>

/* The shape of a mode. */
struct mode_shape {
    unsigned mode, levels, vpn_bits, pte_bytes;
    const char *name;
};

static const struct mode_shape shapes[] = {
    {ATLAS_MODE_BARE, 0, 0, 0, "bare"}, {ATLAS_MODE_SV32, 2, 10, 4, "Sv32"},
    {ATLAS_MODE_SV39, 3, 9, 8, "Sv39"}, {ATLAS_MODE_SV48, 4, 9, 8, "Sv48"},
    {ATLAS_MODE_SV57, 5, 9, 8, "Sv57"},
};

static const struct mode_shape *find_shape(unsigned mode)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].mode == mode)
            return &shapes[i];
    return NULL;
}

const char *walk_mode_name(unsigned mode, char *buf, size_t len)
{
    const struct mode_shape *s = find_shape(mode);

    if (s != NULL)
        snprintf(buf, len, "%s", s->name);
    else
        snprintf(buf, len, "mode %u", mode);
    return buf;
}

static const char *acc_name(unsigned acc)
{
    static const char *const names[] = {"fetch", "load", "store", "AMO"};

    return names[acc & 3];
}

static const char *priv_name(unsigned priv)
{
    static const char *const names[] = {"user", "supervisor", "?", "machine"};

    return names[priv & 3];
}

/* A page of this level, in words. */
static const char *page_size(const struct mode_shape *s, unsigned level)
{
    static const char *const wide[] = {"4 KiB", "2 MiB", "1 GiB", "512 GiB", "256 TiB"};

    return s->mode == ATLAS_MODE_SV32 && level == 1 ? "4 MiB" : wide[level];
}

static void show_request(FILE *out, const struct cold_query *q)
{
    char mode[16];

    fprintf(out, "%s %s at va %" PRIx64 ", %s mode, SUM %d, MXR %d\n",
            walk_mode_name(q->mode, mode, sizeof mode), acc_name(q->acc), q->va, priv_name(q->priv),
            q->sum, q->mxr);
    fprintf(out, "A and D are set by %s; Svpbmt %s; Svnapot %s; physical addresses have %u bits\n",
            q->adue ? "the walk (Svadu)" : "a page fault's handler (Svade)",
            q->pbmte ? "enabled" : "off", q->napote ? "implemented" : "absent", q->pa_bits);
}

/* The eight flags as letters, a dash where one is 0, and the fields above them that are not 0. */
static void show_flags(FILE *out, const struct mode_shape *s, uint64_t pte)
{
    static const char letters[] = "VRWXUGAD";
    char flags[9] = "--------";

    for (unsigned i = 0; i < 8; i++)
        if (pte >> i & 1)
            flags[7 - i] = letters[i];
    fprintf(out, "flags %s", flags);
    if (ATLAS_GET(pte, PTE_RSW) != 0)
        fprintf(out, ", RSW %" PRIu64, ATLAS_GET(pte, PTE_RSW));
    if (s->mode == ATLAS_MODE_SV32)
        return;
    if (ATLAS_GET(pte, PTE64_RESERVED) != 0)
        fprintf(out, ", reserved bits %" PRIx64, ATLAS_GET(pte, PTE64_RESERVED));
    if (ATLAS_GET(pte, PTE64_PBMT) != 0)
        fprintf(out, ", PBMT %" PRIu64, ATLAS_GET(pte, PTE64_PBMT));
    if (ATLAS_GET(pte, PTE64_N) != 0)
        fprintf(out, ", N");
}

/* One PTE read: where, what, and what follows from it. `end`: the walk went no further. */
static void show_read(FILE *out, const struct cold_query *q, const struct mode_shape *s,
                      const struct cold_result *r, unsigned i, unsigned level, bool end)
{
    const struct cold_read *read = &r->read[i];
    unsigned lsb = ATLAS_PAGE_SHIFT + level * s->vpn_bits;
    uint64_t slice = q->va >> lsb & ATLAS_ONES(s->vpn_bits);
    uint64_t ppn = s->mode == ATLAS_MODE_SV32 ? ATLAS_GET(read->pte, PTE32_PPN)
                                              : ATLAS_GET(read->pte, PTE64_PPN);

    fprintf(out, "\nlevel %u  table at %" PRIx64 ", index va[%u:%u] = %" PRIu64 " (%" PRIx64 ")\n",
            level, read->addr - slice * s->pte_bytes, lsb + s->vpn_bits - 1, lsb, slice, slice);
    if (end && r->reason == ATLAS_REASON_PTE_BUS) {
        fprintf(out, "         PTE at %" PRIx64 ": bus error\n", read->addr);
    } else {
        fprintf(out, "         PTE at %" PRIx64 " = %0*" PRIx64 ": PPN %" PRIx64 ", ", read->addr,
                (int)s->pte_bytes * 2, read->pte, ppn);
        show_flags(out, s, read->pte);
        fputc('\n', out);
    }
    if (!end)
        fprintf(out, "         R W X are 0: a pointer to the table at %" PRIx64 "\n",
                ppn << ATLAS_PAGE_SHIFT);
    else if (r->fault)
        fprintf(out, "         stops here: %s\n", atlas_reason_text(r->reason));
    else
        fprintf(out, "         a leaf, and it allows the access: %s page\n",
                r->napot ? "64 KiB (NAPOT)" : page_size(s, level));
}

static void show_walk(FILE *out, const struct cold_query *q, const struct mode_shape *s,
                      const struct cold_result *r)
{
    unsigned level = s->levels - 1;

    for (unsigned i = 0; i < r->nread && i < COLD_READS; i++) {
        bool end = i + 1 == r->nread;

        show_read(out, q, s, r, i, level, end);
        level -= !end;
    }
    if (r->write.tried)
        fprintf(out, "         A/D update: PTE at %" PRIx64 " becomes %0*" PRIx64 "%s\n",
                r->write.addr, (int)s->pte_bytes * 2, r->write.pte,
                r->write.answer == COLD_ERROR ? ": bus error" : "");
}

static void show_answer(FILE *out, const struct cold_query *q, const struct mode_shape *s,
                        const struct cold_result *r)
{
    static const char *const pbmt[] = {"", ", PBMT non-cacheable", ", PBMT I/O", ""};

    if (r->fault) {
        fprintf(out, "\n%s (cause %u), rule %s: %s\n", diff_cause_text(r->cause), r->cause,
                atlas_reason_name(r->reason), atlas_reason_text(r->reason));
        return;
    }
    fprintf(out, "\npa %" PRIx64, r->pa);
    if (s->levels == 0 || q->priv == ATLAS_PRIV_M)
        fprintf(out, ": not translated");
    else
        fprintf(out, ": level %u, %s%s%s, %u PTE reads", r->level,
                r->napot ? "64 KiB" : page_size(s, r->level), r->g ? ", global" : "",
                pbmt[r->pbmt & 3], r->nread);
    fputc('\n', out);
}

void walk_show(FILE *out, const struct cold_query *q, const struct cold_result *r)
{
    static const struct mode_shape none = {UINT8_MAX, 0, 0, 0, "none"};
    const struct mode_shape *s = find_shape(q->mode);

    show_request(out, q);
    if (s != NULL)
        show_walk(out, q, s, r);
    show_answer(out, q, s != NULL ? s : &none, r);
}

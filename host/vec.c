/* vec.c: see vec.h. */
#include "vec.h"

#include <string.h>

#include "arch/atlas_arch.h"

bool vec_is_32(const struct vec *v)
{
    return v->mode == ATLAS_MODE_SV32;
}

uint64_t vec_satp(const struct vec *v)
{
    if (vec_is_32(v))
        return ATLAS_SET(SATP32_MODE, 1) | ATLAS_SET(SATP32_ASID, v->asid) |
               ATLAS_SET(SATP32_PPN, v->root_ppn);
    return ATLAS_SET(SATP64_MODE, v->mode) | ATLAS_SET(SATP64_ASID, v->asid) |
           ATLAS_SET(SATP64_PPN, v->root_ppn);
}

static bool scan_flag(struct scan *s, bool *flag, const char *name)
{
    uint64_t value;

    if (!scan_hex(s, &value, name, 1))
        return false;
    *flag = value != 0;
    return true;
}

static bool scan_byte(struct scan *s, uint8_t *byte, const char *name, uint64_t max)
{
    uint64_t value;

    if (!scan_hex(s, &value, name, max))
        return false;
    *byte = (uint8_t)value;
    return true;
}

static bool scan_mode(struct scan *s, struct vec *v)
{
    if (!scan_byte(s, &v->mode, "mode", 15))
        return false;
    switch (v->mode) {
    case ATLAS_MODE_BARE:
    case ATLAS_MODE_SV32:
    case ATLAS_MODE_SV39:
    case ATLAS_MODE_SV48:
    case ATLAS_MODE_SV57: return true;
    default: return scan_error(s, "field mode is %x, expected 0, 1, 8, 9 or a", v->mode);
    }
}

static bool scan_priv(struct scan *s, struct vec *v)
{
    if (!scan_byte(s, &v->priv, "priv", ATLAS_PRIV_M))
        return false;
    return v->priv != 2 || scan_error(s, "field priv is 2, expected 0, 1 or 3");
}

/* A cause that a translation can have; one of another access is a wrong case. */
static bool scan_cause(struct scan *s, struct vec *v)
{
    if (!scan_byte(s, &v->cause, "cause", 15))
        return false;
    switch (v->cause) {
    case ATLAS_CAUSE_NONE:
    case ATLAS_CAUSE_FETCH_ACCESS:
    case ATLAS_CAUSE_LOAD_ACCESS:
    case ATLAS_CAUSE_STORE_ACCESS:
    case ATLAS_CAUSE_FETCH_PAGE:
    case ATLAS_CAUSE_LOAD_PAGE:
    case ATLAS_CAUSE_STORE_PAGE: return true;
    default: return scan_error(s, "field cause is %x, expected 0, 1, 5, 7, c, d or f", v->cause);
    }
}

/* mode to va. */
static bool scan_request(struct scan *s, struct vec *v)
{
    uint64_t asid;

    if (!scan_mode(s, v))
        return false;

    bool narrow = vec_is_32(v);

    if (!scan_hex(s, &v->root_ppn, "rootppn",
                  ATLAS_ONES(narrow ? ATLAS_SATP32_PPN_BITS : ATLAS_SATP64_PPN_BITS)) ||
        !scan_hex(s, &asid, "asid",
                  ATLAS_ONES(narrow ? ATLAS_SATP32_ASID_BITS : ATLAS_SATP64_ASID_BITS)))
        return false;
    v->asid = (uint16_t)asid;
    return scan_priv(s, v) && scan_flag(s, &v->sum, "sum") && scan_flag(s, &v->mxr, "mxr") &&
           scan_flag(s, &v->adue, "adue") && scan_flag(s, &v->pbmte, "pbmte") &&
           scan_flag(s, &v->svnapot, "svnapot") && scan_byte(s, &v->acc, "acc", 2) &&
           scan_hex(s, &v->va, "va", narrow ? UINT32_MAX : UINT64_MAX);
}

/* nread and the reads. */
static bool scan_reads(struct scan *s, struct vec *v, uint64_t pa_max, uint64_t pte_max)
{
    uint64_t nread;

    if (!scan_hex(s, &nread, "nread", VEC_READS))
        return false;
    v->nread = (unsigned)nread;
    for (unsigned i = 0; i < v->nread; i++)
        if (!scan_hex(s, &v->read[i].addr, "addr", pa_max) ||
            !scan_hex(s, &v->read[i].val, "val", pte_max) || !scan_flag(s, &v->read[i].err, "err"))
            return false;
    return true;
}

/* cause to wval. */
static bool scan_answer(struct scan *s, struct vec *v, uint64_t pa_max, uint64_t pte_max)
{
    uint8_t wflag;

    if (!scan_cause(s, v) || !scan_hex(s, &v->pa, "pa", pa_max) ||
        !scan_byte(s, &v->level, "level", 4) || !scan_flag(s, &v->napot, "napot") ||
        !scan_byte(s, &v->pbmt, "pbmt", 3) || !scan_flag(s, &v->g, "g") ||
        !scan_byte(s, &wflag, "wflag", VEC_WRITE_ERROR) ||
        !scan_hex(s, &v->waddr, "waddr", pa_max) || !scan_hex(s, &v->wval, "wval", pte_max))
        return false;
    v->wflag = (enum vec_write)wflag;
    return true;
}

static bool scan_scenario(struct scan *s, struct vec *v)
{
    const char *word;
    size_t len;

    if (!scan_word(s, &word, &len, "scenario"))
        return false;
    if (len > VEC_SCENARIO)
        return scan_error(s, "field scenario has %zu bytes, expected at most %d", len,
                          VEC_SCENARIO);
    memcpy(v->scenario, word, len);
    v->scenario[len] = '\0';
    return scan_end(s);
}

bool vec_parse(struct vec *v, const char *line, size_t len, char error[SCAN_ERROR])
{
    struct scan s;

    scan_begin(&s, line, len, error);
    if (!scan_request(&s, v))
        return false;

    uint64_t pa_max = ATLAS_ONES(vec_is_32(v) ? 34 : 56);
    uint64_t pte_max = vec_is_32(v) ? UINT32_MAX : UINT64_MAX;

    return scan_reads(&s, v, pa_max, pte_max) && scan_answer(&s, v, pa_max, pte_max) &&
           scan_scenario(&s, v);
}

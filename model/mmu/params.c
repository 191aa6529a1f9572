/* params.c: which parameters are legal, and the presets. The same rules stop the
 * elaboration of the RTL. */
#include "atlas.h"

#include <stdio.h>
#include <string.h>

enum { XLEN_32 = 32, XLEN_64 = 64 };

/* Sv32 has two levels, a 34-bit physical address and a 9-bit ASID at most. */
enum { SV32_LEVELS = 2, SV32_PA_BITS = 34, SV32_ASID_BITS = 9 };

static const char *xlen_error(const struct atlas_params *p, char *buf, size_t len)
{
    if (p->xlen == XLEN_32 || p->xlen == XLEN_64)
        return NULL;
    snprintf(buf, len, "XLEN: %u is neither 32 nor 64", p->xlen);
    return buf;
}

/* Every parameter against its range in the table, in the order of the table. */
static const char *range_error(const struct atlas_params *p, char *buf, size_t len)
{
    const struct {
        const char *name;
        unsigned value, min, max;
    } rows[] = {
#define PARAM(NAME, name, min, max, def, text) {#NAME, p->name, min, max},
#include "arch/atlas_presets.def"
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].value < rows[i].min || rows[i].value > rows[i].max) {
            snprintf(buf, len, "%s: %u is not from %u to %u", rows[i].name, rows[i].value,
                     rows[i].min, rows[i].max);
            return buf;
        }
    }
    return NULL;
}

/* Sizes that are indexed by address bits; the range check has been passed. */
static const char *power_error(const struct atlas_params *p, char *buf, size_t len)
{
    const struct {
        const char *name, *what;
        unsigned value;
    } rows[] = {
        {"L1_SETS", "no power of two from 1 to 1024", p->l1_sets},
        {"L1_BIG", "neither 0 nor a power of two from 1 to 256", p->l1_big},
        {"L1_SIDE", "no power of two from 1 to 16", p->l1_side},
        {"L2_SETS", "neither 0 nor a power of two from 1 to 1024", p->l2_sets},
        {"L2_WAYS", "no power of two from 1 to 4", p->l2_ways},
        {"L2_BIG", "neither 0 nor a power of two from 1 to 256", p->l2_big},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((rows[i].value & (rows[i].value - 1)) != 0) { /* 0 passes: ranges have spoken */
            snprintf(buf, len, "%s: %u is %s", rows[i].name, rows[i].value, rows[i].what);
            return buf;
        }
    }
    return NULL;
}

/* Superpages of level 1, of 21 address bits, with Sv32 22, have to fit in physical memory; those of
 * the L2 are a part of it. */
static const char *big_error(const struct atlas_params *p, char *buf, size_t len)
{
    const bool fits = p->pa_bits > (p->xlen == XLEN_32 ? 22U : 21U);

    if (p->l1_big > 0 && !fits)
        snprintf(buf, len, "L1_BIG: %u is not 0, and no superpage fits PA_BITS %u", p->l1_big,
                 p->pa_bits);
    else if (p->l2_big > 0 && !fits)
        snprintf(buf, len, "L2_BIG: %u is not 0, and no superpage fits PA_BITS %u", p->l2_big,
                 p->pa_bits);
    else if (p->l2_big > 0 && p->l2_sets == 0)
        snprintf(buf, len, "L2_BIG: %u is not 0, and there is no L2 (L2_SETS 0)", p->l2_big);
    else
        return NULL;
    return buf;
}

/* Limits that depend on XLEN. */
static const char *xlen_limit_error(const struct atlas_params *p, char *buf, size_t len)
{
    if ((p->xlen == XLEN_32) != (p->levels == SV32_LEVELS))
        snprintf(buf, len, "LEVELS: %u is not %s with XLEN %u", p->levels,
                 p->xlen == XLEN_32 ? "2" : "from 3 to 5", p->xlen);
    else if (p->xlen == XLEN_32 && p->pa_bits > SV32_PA_BITS)
        snprintf(buf, len, "PA_BITS: %u is not from 14 to 34 with XLEN 32", p->pa_bits);
    else if (p->xlen == XLEN_32 && p->asid_bits > SV32_ASID_BITS)
        snprintf(buf, len, "ASID_BITS: %u is not from 0 to 9 with XLEN 32", p->asid_bits);
    else
        return NULL;
    return buf;
}

/* A port has one miss at a time: more walks would never have anything to do. Where software walks
 * there is nothing for a second one, either; and its leaf may be for a request that is looked up
 * already, which it comes too late for with a lookup of two cycles. */
static const char *walks_error(const struct atlas_params *p, char *buf, size_t len)
{
    if (p->walks > p->ports)
        snprintf(buf, len, "WALKS: %u is more than the %u PORTS", p->walks, p->ports);
    else if (p->sw_refill != 0 && p->walks > 1)
        snprintf(buf, len, "WALKS: %u is not 1 with SW_REFILL", p->walks);
    else if (p->sw_refill != 0 && p->hit_latency > 1)
        snprintf(buf, len, "HIT_LATENCY: %u is not 1 with SW_REFILL", p->hit_latency);
    else
        return NULL;
    return buf;
}

const char *atlas_params_check(const struct atlas_params *params, char *buf, size_t len)
{
    const char *error = xlen_error(params, buf, len);

    if (error == NULL)
        error = range_error(params, buf, len);
    if (error == NULL)
        error = power_error(params, buf, len);
    if (error == NULL)
        error = xlen_limit_error(params, buf, len);
    if (error == NULL)
        error = big_error(params, buf, len);
    if (error == NULL)
        error = walks_error(params, buf, len);
    return error;
}

bool atlas_preset(const char *name, struct atlas_params *out)
{
    static const struct {
        const char *name;
        struct atlas_params params;
    } presets[] = {
#define PRESET(name, NAME, text, ...) {#name, {__VA_ARGS__}},
#include "arch/atlas_presets.def"
    };

    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++) {
        if (strcmp(presets[i].name, name) == 0) {
            *out = presets[i].params;
            return true;
        }
    }
    return false;
}

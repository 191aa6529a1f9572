/* va_check.c: twin of rtl/atlas_va_check.v. */
#include "mmu/va_check.h"

static const struct {
    uint8_t code, xlen, levels, va_bits;
} modes[] = {
    {ATLAS_MODE_SV32, 32, 2, 32},
    {ATLAS_MODE_SV39, 64, 3, 39},
    {ATLAS_MODE_SV48, 64, 4, 48},
    {ATLAS_MODE_SV57, 64, 5, 57},
};

struct va_mode va_mode(const struct atlas_params *params, unsigned mode)
{
    struct va_mode m = {.bare = mode == ATLAS_MODE_BARE,
                        .implemented = mode == ATLAS_MODE_BARE,
                        .va_bits = 63,
                        .pa_beyond = ~ATLAS_ONES(params->pa_bits)};

    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (modes[i].code == mode && modes[i].xlen == params->xlen &&
            modes[i].levels <= params->levels) {
            m.implemented = true;
            m.levels = modes[i].levels;
            m.va_bits = modes[i].va_bits;
            m.half = params->xlen == m.va_bits ? 0 : UINT64_C(1) << (m.va_bits - 1);
        }
    }
    return m;
}

unsigned va_check(const struct va_mode *mode, uint64_t va, unsigned priv)
{
    if (!va_translated(mode, priv))
        return (va & mode->pa_beyond) != 0 ? ATLAS_REASON_VA_WIDTH : ATLAS_REASON_NONE;
    if (!mode->implemented)
        return ATLAS_REASON_MODE;
    return va_canonical(mode, va) ? ATLAS_REASON_NONE : ATLAS_REASON_NONCANONICAL;
}

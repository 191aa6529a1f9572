/* rtl.c: the list of builds, and the calls of rtl_shim.h handed to the build they are for.
 *
 * The four presets are always there. More builds: compile this file with
 * -DRTL_EXTRA_BUILDS='RTL_BUILD(symbol) RTL_BUILD(symbol) ...', where symbol is what the shim of
 * that build was compiled with as -DRTL_SYMBOL (see rtl_shim.cpp).
 */
#include "rtl_calls.h"

#ifndef RTL_EXTRA_BUILDS
#define RTL_EXTRA_BUILDS
#endif

#define PRESET(name, ...) RTL_BUILD(rtl_build_##name)

#define RTL_BUILD(symbol) extern const struct rtl_build symbol;
#include "arch/atlas_presets.def"
RTL_EXTRA_BUILDS
#undef RTL_BUILD

#define PRESET(name, ...) RTL_BUILD(rtl_build_##name)

static const struct rtl_build *const builds[] = {
#define RTL_BUILD(symbol) &symbol,
#include "arch/atlas_presets.def"
    RTL_EXTRA_BUILDS
#undef RTL_BUILD
};

const struct rtl_build *const *rtl_builds(size_t *count)
{
    *count = sizeof builds / sizeof builds[0];
    return builds;
}

struct rtl_in *rtl_in(struct rtl *rtl)
{
    return &rtl->in;
}

const struct rtl_out *rtl_out(const struct rtl *rtl)
{
    return &rtl->out;
}

void rtl_eval(struct rtl *rtl)
{
    rtl->calls->eval(rtl);
}

void rtl_clock(struct rtl *rtl)
{
    rtl->calls->clock(rtl);
    rtl->cycles++;
}

uint64_t rtl_cycles(const struct rtl *rtl)
{
    return rtl->cycles;
}

bool rtl_wave(struct rtl *rtl, const char *path)
{
    return rtl->calls->wave(rtl, path);
}

void rtl_close(struct rtl *rtl)
{
    if (rtl != NULL)
        rtl->calls->close(rtl);
}

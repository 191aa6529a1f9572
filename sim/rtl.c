/* rtl.c: the calls of rtl_shim.h, handed to the build that the instance is of. */
#include "rtl_calls.h"

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

void rtl_step(struct rtl *rtl)
{
    rtl->calls->step(rtl);
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

/* rtl_calls.h: what one build of the shim offers to rtl.c. Private to sim/.
 *
 * Every build of the RTL has its own class in C++; behind the table below all look alike.
 */
#ifndef ATLAS_RTL_CALLS_H
#define ATLAS_RTL_CALLS_H

#include "rtl_shim.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rtl_calls {
    void (*eval)(struct rtl *rtl);
    void (*clock)(struct rtl *rtl);
    void (*step)(struct rtl *rtl);
    bool (*wave)(struct rtl *rtl, const char *path);
    void (*close)(struct rtl *rtl);
};

/* The part of an instance that is the same in every build; the build's own part follows it. */
struct rtl {
    const struct rtl_calls *calls;
    struct rtl_in in;
    struct rtl_out out;
    uint64_t cycles; /* clock edges so far */
};

#ifdef __cplusplus
}
#endif

#endif

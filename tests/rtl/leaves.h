/* leaves.h: the pure modules of the RTL, Verilated side by side (tests/rtl/leaves.v), as C.
 *
 * Names of the members are those of the ports; each is cut to its width. For the twin tests.
 */
#ifndef ATLAS_LEAVES_H
#define ATLAS_LEAVES_H

#include "mmu_port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct leaves; /* one instance of a build; opaque */

struct leaves_in {
    uint64_t va, pte, satp;
    uint8_t top, level, acc;
    bool napote, pbmte, store, adue, r, w, x, u, user, sum, mxr;
};

struct leaves_out {
    uint64_t ppn, ad_updated, root;
    uint16_t asid;
    uint8_t reason, pbmt, ad_reason, access_reason, satp_top;
    bool canonical, fits, fault, leaf, napot, ad_fault, ad_update, allowed, bare, ok, root_fits;
};

/* leaves.v with parameters of a build of the MMU. */
struct leaves_build {
    const char *name;
    struct atlas_params params;
    struct leaves *(*open)(void);
    void (*eval)(struct leaves *l, const struct leaves_in *in, struct leaves_out *out);
    void (*close)(struct leaves *l);
};

/* The builds; the Makefile has the same list. */
extern const struct leaves_build leaves_tiny, leaves_rv64, leaves_full,
    leaves_rv64__LEVELS_3__PA_BITS_14;

#ifdef __cplusplus
}
#endif

#endif

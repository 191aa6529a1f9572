/* rtl_shim.h: the Verilated atlas_mmu as plain C, one clock cycle at a time.
 *
 * The only C++ is behind this header (rtl_shim.cpp, compiled once for every build of the RTL).
 * Everything else in sim/ and host/ is C. Names of the members are those of the RTL's ports
 * (rtl/README.md); inputs keep their value until changed.
 */
#ifndef ATLAS_RTL_SHIM_H
#define ATLAS_RTL_SHIM_H

#include <stddef.h>

#include "atlas.h"

#define RTL_MAX_PORTS 4
#define RTL_MAX_WALKS 4

#ifdef __cplusplus
extern "C" {
#endif

struct rtl; /* one instance of a build; opaque */

/* What the world drives, all zero to begin with. */
struct rtl_in {
    bool rst;
    struct {
        bool req_valid, rsp_ready, kill_valid;
        uint32_t kill_id;
        struct atlas_req req;
    } port[RTL_MAX_PORTS];
    bool fence_valid;
    struct atlas_fence fence;
    bool refill_valid;
    struct atlas_refill refill;
    struct atlas_cfg cfg;
    struct { /* m_mem_*, one channel a walk */
        bool req_ready, rsp_valid, rsp_err, rsp_cas_ok;
        uint64_t rsp_data;
    } mem[RTL_MAX_WALKS];
    unsigned ctr_sel;
    bool rb_req_valid;
    unsigned rb_array, rb_port, rb_index;
    bool flip_valid; /* bit flip_bit of what is written to the RAM (ATLAS_FLIP_*) is inverted */
    unsigned flip_ram, flip_port, flip_bit;
    bool all; /* drive the payload of channels that are not valid, too: slower, for tests */
};

/* What the MMU drives in the same cycle, before the clock edge. */
struct rtl_out {
    struct {
        bool req_ready, rsp_valid;
        bool look, hit, share;         /* ev_look, ev_hit, ev_share               */
        bool fill, fill_side;          /* ev_fill; meaningful with it: ev_fill_*  */
        unsigned fill_index;           /* ...                                     */
        struct atlas_entry fill_entry; /* ...                                     */
        struct atlas_rsp rsp;          /* meaningful with rsp_valid               */
    } port[RTL_MAX_PORTS];
    bool fence_ready, fence_done, satp_ok;
    bool refill_ready;
    unsigned refill_reason; /* with refill_ready */
    struct {                /* m_mem_*; meaningful with req_valid */
        bool req_valid, req_cas;
        uint64_t req_addr, req_old, req_new;
    } mem[RTL_MAX_WALKS];
    struct { /* ev_* */
        bool begin, step, cas, end, l2_fill, abort;
        unsigned port;
    } walk[RTL_MAX_WALKS];
    uint64_t ctr_value;
    bool rb_req_ready, rb_rsp_valid;
    struct atlas_entry rb_entry; /* meaningful with rb_rsp_valid */
};

/* One build of the RTL: a preset, or a preset with other parameters. */
struct rtl_build {
    const char *name; /* "tiny", ... or "tiny:ASID_BITS=2" */
    struct atlas_params params;
    struct rtl *(*open)(const struct rtl_build *build, uint64_t seed); /* seed: unreset registers */
};

/* All builds that are linked in [array, *count]. */
const struct rtl_build *const *rtl_builds(size_t *count);

/* The instance's inputs and outputs; valid until rtl_close. */
struct rtl_in *rtl_in(struct rtl *rtl);
const struct rtl_out *rtl_out(const struct rtl *rtl);

/* Let the inputs settle and fill rtl_out(): the values that this cycle's clock edge will see. */
void rtl_eval(struct rtl *rtl);

/* The clock edge that ends the cycle, with the inputs as rtl_eval saw them (if it was called). */
void rtl_clock(struct rtl *rtl);

/* The clock edge with the inputs as they are now, without settling them before it, and then
 * rtl_out() as it is in the next cycle while the inputs do not change: right for every output
 * that no input reaches within a cycle (all but satp_ok, ctr_value, rb_req_ready). One evaluation
 * a cycle instead of two, for a request that hits right after another. */
void rtl_step(struct rtl *rtl);

uint64_t rtl_cycles(const struct rtl *rtl); /* clock edges so far */

/* Write a waveform (FST) from here on. Returns false if the file cannot be made. */
bool rtl_wave(struct rtl *rtl, const char *path);

void rtl_close(struct rtl *rtl);

#ifdef __cplusplus
}
#endif

#endif

/* mem_agent.h: the memory behind the RTL's m_mem channels, one clock cycle at a time.
 *
 * It takes one request at a time from each channel and does it, through the same functions that the
 * model calls (struct atlas_mem_ops), in the cycle in which it answers: `latency` cycles after the
 * cycle of the request, or with stalls some random cycles later, each channel for itself. With
 * stalls it is also not ready in random cycles.
 *
 * In each cycle: mem_agent_drive, rtl_eval, mem_agent_observe, rtl_clock.
 */
#ifndef ATLAS_MEM_AGENT_H
#define ATLAS_MEM_AGENT_H

#include "base/rng.h"
#include "rtl_shim.h"

/* A PTE transaction, as the RTL asked for it. */
struct mem_request {
    bool cas;
    uint64_t addr, old, new_value; /* old, new_value: of a compare-and-swap */
};

struct mem_channel {
    bool held;     /* not ready, and no answer comes, while this is set */
    bool busy;     /* a request is taken and not answered               */
    unsigned wait; /* cycles until its answer                           */
    struct mem_request request;
    uint64_t requests; /* taken so far */
};

struct mem_agent {
    struct atlas_mem_ops mem;
    void *ctx;
    unsigned walks;   /* channels                                                         */
    unsigned latency; /* cycles from a request to its answer, >= 1; may change at any time */
    bool stalls;      /* random delays in both directions; may change at any time          */
    struct rng rng;
    struct mem_channel channel[RTL_MAX_WALKS];
    struct mem_request request; /* the last one taken, of any channel */
    uint64_t requests;          /* taken so far, of all channels      */
};

/* Begin idle.
 *
 *   mem, ctx  in  what does the transactions; copied, must outlive the agent
 *   walks     in  channels, 1 to RTL_MAX_WALKS
 *   latency   in  cycles, >= 1
 *   seed      in  of the stalls */
void mem_agent_init(struct mem_agent *a, const struct atlas_mem_ops *mem, void *ctx, unsigned walks,
                    unsigned latency, bool stalls, uint64_t seed);

/* True while a request of any channel is taken and not answered. */
bool mem_agent_busy(const struct mem_agent *a);

/* Set this cycle's inputs of the RTL: ready, and the answers that are due. */
void mem_agent_drive(struct mem_agent *a, struct rtl_in *in);

/* Take the requests that the RTL makes in this cycle, if any. */
void mem_agent_observe(struct mem_agent *a, const struct rtl_in *in, const struct rtl_out *out);

#endif

#include "mem_agent.h"

#include <assert.h>

#define STALL_CYCLES 6 /* the longest random delay is one less */

void mem_agent_init(struct mem_agent *a, const struct atlas_mem_ops *mem, void *ctx,
                    unsigned latency, bool stalls, uint64_t seed)
{
    assert(latency >= 1);
    *a = (struct mem_agent){.mem = *mem, .ctx = ctx, .latency = latency, .stalls = stalls};
    rng_seed(&a->rng, seed);
}

static void answer(struct mem_agent *a, struct rtl_in *in)
{
    const struct mem_request *r = &a->request;
    uint64_t value = 0;
    enum atlas_mem_status status = r->cas ? a->mem.cas(a->ctx, r->addr, r->old, r->new_value)
                                          : a->mem.read(a->ctx, r->addr, &value);

    in->mem_rsp_valid = true;
    in->mem_rsp_data = value;
    in->mem_rsp_err = status == ATLAS_MEM_ERROR;
    in->mem_rsp_cas_ok = r->cas && status == ATLAS_MEM_OK;
    a->busy = false;
}

void mem_agent_drive(struct mem_agent *a, struct rtl_in *in)
{
    in->mem_rsp_valid = false;
    if (a->busy && a->wait == 0)
        answer(a, in);
    in->mem_req_ready = !a->busy && !(a->stalls && rng_one_in(&a->rng, 2));
}

void mem_agent_observe(struct mem_agent *a, const struct rtl_in *in, const struct rtl_out *out)
{
    if (a->busy)
        a->wait--;
    if (!out->mem_req_valid || !in->mem_req_ready)
        return;
    a->busy = true;
    a->wait = a->latency - 1 + (a->stalls ? (unsigned)rng_below(&a->rng, STALL_CYCLES) : 0);
    a->request = (struct mem_request){.cas = out->mem_req_cas,
                                      .addr = out->mem_req_addr,
                                      .old = out->mem_req_old,
                                      .new_value = out->mem_req_new};
    a->requests++;
}

#include "mem_agent.h"

#include <assert.h>

#define STALL_CYCLES 6 /* the longest random delay is one less */

void mem_agent_init(struct mem_agent *a, const struct atlas_mem_ops *mem, void *ctx, unsigned walks,
                    unsigned latency, bool stalls, uint64_t seed)
{
    assert(latency >= 1 && walks >= 1 && walks <= RTL_MAX_WALKS);
    *a = (struct mem_agent){
        .mem = *mem, .ctx = ctx, .walks = walks, .latency = latency, .stalls = stalls};
    rng_seed(&a->rng, seed);
}

bool mem_agent_busy(const struct mem_agent *a)
{
    bool busy = false;

    for (unsigned w = 0; w < a->walks; w++)
        busy = busy || a->channel[w].busy;
    return busy;
}

static void answer(struct mem_agent *a, unsigned w, struct rtl_in *in)
{
    const struct mem_request *r = &a->channel[w].request;
    uint64_t value = 0;
    enum atlas_mem_status status = r->cas ? a->mem.cas(a->ctx, r->addr, r->old, r->new_value)
                                          : a->mem.read(a->ctx, r->addr, &value);

    in->mem[w].rsp_valid = true;
    in->mem[w].rsp_data = value;
    in->mem[w].rsp_err = status == ATLAS_MEM_ERROR;
    in->mem[w].rsp_cas_ok = r->cas && status == ATLAS_MEM_OK;
    a->channel[w].busy = false;
}

void mem_agent_drive(struct mem_agent *a, struct rtl_in *in)
{
    for (unsigned w = 0; w < a->walks; w++) {
        const struct mem_channel *c = &a->channel[w];

        in->mem[w].rsp_valid = false;
        if (c->busy && c->wait == 0 && !c->held)
            answer(a, w, in);
        in->mem[w].req_ready = !c->busy && !c->held && !(a->stalls && rng_one_in(&a->rng, 2));
    }
}

static void take(struct mem_agent *a, unsigned w, const struct rtl_out *out)
{
    struct mem_channel *c = &a->channel[w];

    c->busy = true;
    c->wait = a->latency - 1 + (a->stalls ? (unsigned)rng_below(&a->rng, STALL_CYCLES) : 0);
    c->request = (struct mem_request){.cas = out->mem[w].req_cas,
                                      .addr = out->mem[w].req_addr,
                                      .old = out->mem[w].req_old,
                                      .new_value = out->mem[w].req_new};
    c->requests++;
    a->request = c->request;
    a->requests++;
}

void mem_agent_observe(struct mem_agent *a, const struct rtl_in *in, const struct rtl_out *out)
{
    for (unsigned w = 0; w < a->walks; w++) {
        struct mem_channel *c = &a->channel[w];

        if (c->busy && c->wait > 0)
            c->wait--;
        if (out->mem[w].req_valid && in->mem[w].req_ready)
            take(a, w, out);
    }
}

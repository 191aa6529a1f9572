// leaves_shim.cpp: one Verilated build of leaves.v behind leaves.h. Compiled once for every
// build, with -DLEAVES_CLASS=Vleaves_tiny, -DLEAVES_HEADER='"Vleaves_tiny.h"',
// -DLEAVES_SYMBOL=leaves_tiny, -DLEAVES_NAME='"tiny"' and -DLEAVES_PARAMS='{.xlen = 32, ...}'.
// Every port here is at most 64 bits wide.

#include <cstdint>

#include <verilated.h>

#include LEAVES_HEADER
#include "leaves.h"

namespace {

constexpr struct atlas_params P = LEAVES_PARAMS;

template <typename Signal>
void put(Signal &signal, unsigned width, uint64_t value)
{
    signal = static_cast<Signal>(width >= 64 ? value : value & ((UINT64_C(1) << width) - 1));
}

struct instance {
    VerilatedContext context;
    LEAVES_CLASS top{&context};
};

instance &self(struct leaves *l)
{
    return *reinterpret_cast<instance *>(l);
}

void eval(struct leaves *l, const struct leaves_in *in, struct leaves_out *out)
{
    LEAVES_CLASS &top = self(l).top;

    put(top.va, P.xlen, in->va);
    put(top.pte, P.xlen, in->pte);
    put(top.satp, P.xlen, in->satp);
    put(top.top, 3, in->top);
    put(top.level, 3, in->level);
    put(top.acc, 2, in->acc);
    top.napote = in->napote;
    top.pbmte = in->pbmte;
    top.store = in->store;
    top.adue = in->adue;
    top.r = in->r;
    top.w = in->w;
    top.x = in->x;
    top.u = in->u;
    top.user = in->user;
    top.sum = in->sum;
    top.mxr = in->mxr;
    top.eval();
    *out = {};
    out->ppn = top.ppn;
    out->ad_updated = top.ad_updated;
    out->root = top.root;
    out->asid = top.asid;
    out->reason = top.reason;
    out->pbmt = top.pbmt;
    out->ad_reason = top.ad_reason;
    out->access_reason = top.access_reason;
    out->satp_top = top.satp_top;
    out->canonical = top.canonical;
    out->fits = top.fits;
    out->fault = top.fault;
    out->leaf = top.leaf;
    out->napot = top.napot;
    out->ad_fault = top.ad_fault;
    out->ad_update = top.ad_update;
    out->allowed = top.allowed;
    out->bare = top.bare;
    out->ok = top.ok;
    out->root_fits = top.root_fits;
}

struct leaves *open()
{
    return reinterpret_cast<struct leaves *>(new instance);
}

void close(struct leaves *l)
{
    delete &self(l);
}

} // namespace

const struct leaves_build LEAVES_SYMBOL = {LEAVES_NAME, P, open, eval, close};

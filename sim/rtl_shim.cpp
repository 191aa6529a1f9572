// rtl_shim.cpp: one Verilated build of atlas_mmu behind the C interface of rtl_shim.h.
//
// Compiled once for every build, with
//   -DRTL_CLASS=Vatlas_tiny           the class that `verilator --prefix` made
//   -DRTL_HEADER='"Vatlas_tiny.h"'    its header
//   -DRTL_OPEN=rtl_open_tiny          the name of the function that makes an instance: the member
//                                     `open` of the build's row in the table of rtl_builds()
//   -DRTL_PARAMS='{.xlen = 32, ...}'  the parameters verilated with, as an initialiser of struct
//                                     atlas_params (build/gen params BUILD)
// and, where waveforms are wanted, with the flags of `verilator --trace-fst` (VM_TRACE_FST=1).
// Builds that share one program differ in the first three.
//
// Signals are CData .. QData or VlWide, as the parameters have it: get() and put() take a bit
// range of any of them, and put() cuts every value to the width of its place.

#include <cstddef>
#include <cstdint>
#include <memory>

#include <verilated.h>
#if VM_TRACE_FST
#include <verilated_fst_c.h>
#endif

// In C a function and a struct may have one name, and in these headers some have.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#include "rtl_calls.h"
#pragma GCC diagnostic pop

#include RTL_HEADER
#define RTL_ROOT_(name) name##___024root
#define RTL_ROOT(name) RTL_ROOT_(name)
#define RTL_QUOTE_(text) #text
#define RTL_QUOTE(text) RTL_QUOTE_(text)
#include RTL_QUOTE(RTL_ROOT(RTL_CLASS).h)

namespace {

constexpr struct atlas_params P = RTL_PARAMS;

static_assert(P.ports >= 1 && P.ports <= RTL_MAX_PORTS, "rtl_shim.h has room for RTL_MAX_PORTS");
static_assert(P.walks >= 1 && P.walks <= RTL_MAX_WALKS, "rtl_shim.h has room for RTL_MAX_WALKS");

// The low `width` bits, 1 .. 64.
constexpr uint64_t ones(unsigned width)
{
    return width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

// Bits lsb .. lsb + width - 1 of a signal; width is 1 .. 64.
template <typename Signal>
inline uint64_t get(const Signal &signal, unsigned lsb, unsigned width)
{
    return (uint64_t{signal} >> lsb) & ones(width);
}

template <std::size_t Words>
inline uint64_t get(const VlWide<Words> &signal, unsigned lsb, unsigned width)
{
    uint64_t value = 0;

    for (unsigned done = 0; done < width;) {
        const unsigned at = (lsb + done) % 32;

        value |= uint64_t{signal[(lsb + done) / 32]} >> at << done;
        done += 32 - at;
    }
    return value & ones(width);
}

template <typename Signal>
inline void put(Signal &signal, unsigned lsb, unsigned width, uint64_t value)
{
    const uint64_t kept = uint64_t{signal} & ~(ones(width) << lsb);

    signal = static_cast<Signal>(kept | (value & ones(width)) << lsb);
}

template <std::size_t Words>
inline void put(VlWide<Words> &signal, unsigned lsb, unsigned width, uint64_t value)
{
    value &= ones(width);
    for (unsigned done = 0; done < width;) {
        const unsigned at = (lsb + done) % 32;
        const unsigned count = width - done < 32 - at ? width - done : 32 - at;
        const EData mask = static_cast<EData>(ones(count)) << at;
        EData &word = signal[(lsb + done) / 32];

        word = (word & ~mask) | (static_cast<EData>(value >> done) << at & mask);
        done += count;
    }
}

// As rb_entry in rtl/atlas_mmu.v, from bit lsb on.
template <typename Signal>
inline void unpack(struct atlas_entry &entry, const Signal &bits, unsigned lsb)
{
    entry.ppn = get(bits, lsb, 44);
    entry.vpn = get(bits, lsb + 44, 45);
    entry.asid = static_cast<uint16_t>(get(bits, lsb + 89, 16));
    entry.level = static_cast<uint8_t>(get(bits, lsb + 105, 3));
    entry.d = get(bits, lsb + 108, 1) != 0;
    entry.u = get(bits, lsb + 109, 1) != 0;
    entry.x = get(bits, lsb + 110, 1) != 0;
    entry.w = get(bits, lsb + 111, 1) != 0;
    entry.r = get(bits, lsb + 112, 1) != 0;
    entry.pbmt = static_cast<uint8_t>(get(bits, lsb + 113, 2));
    entry.napot = get(bits, lsb + 115, 1) != 0;
    entry.g = get(bits, lsb + 116, 1) != 0;
    entry.valid = get(bits, lsb + 117, 1) != 0;
}

// Verilator finds a rising edge by the clock's value at the last evaluation. Where that can be
// set to 0 (its name belongs to the version of Verilator), the evaluation of the falling edge, in
// which nothing happens, is saved. Returns false where it cannot.
template <typename Root>
inline auto forget_high(Root *root, int) -> decltype(root->__Vtrigrprev__TOP__clk, true)
{
    root->__Vtrigrprev__TOP__clk = 0;
    return true;
}

template <typename Root>
inline bool forget_high(Root *, long)
{
    return false;
}

struct instance {
    struct rtl base {};
    VerilatedContext context;
    std::unique_ptr<RTL_CLASS> top;
#if VM_TRACE_FST
    std::unique_ptr<VerilatedFstC> wave;
#endif

    // What is not valid keeps its old payload (but for in.all): that costs no time.
    void drive()
    {
        const struct rtl_in &in = base.in;

        top->rst = in.rst;
        for (unsigned k = 0; k < P.ports; k++)
            drive_port(k);
        top->s_fence_valid = in.fence_valid;
        if (in.fence_valid || in.all)
            drive_fence();
        top->s_refill_valid = in.refill_valid;
        if (in.refill_valid || in.all)
            drive_refill();
        put(top->cfg_satp, 0, P.xlen, in.cfg.satp);
        top->cfg_adue = in.cfg.adue;
        top->cfg_pbmte = in.cfg.pbmte;
        top->cfg_napote = in.cfg.napote;
        top->cfg_tlb_off = in.cfg.tlb_off;
        for (unsigned w = 0; w < P.walks; w++)
            drive_mem(w);
        put(top->ctr_sel, 0, 6, in.ctr_sel);
        top->rb_req_valid = in.rb_req_valid;
        if (in.rb_req_valid || in.all)
            drive_read_back();
        top->flip_valid = in.flip_valid;
        if (in.flip_valid || in.all)
            drive_flip();
    }

    void drive_port(unsigned k)
    {
        const auto &port = base.in.port[k];
        const struct atlas_req &req = port.req;

        put(top->s_req_valid, k, 1, port.req_valid);
        put(top->s_rsp_ready, k, 1, port.rsp_ready);
        put(top->s_kill_valid, k, 1, port.kill_valid);
        if (port.kill_valid || base.in.all)
            put(top->s_kill_id, k * P.id_bits, P.id_bits, port.kill_id);
        if (!port.req_valid && !base.in.all)
            return;
        put(top->s_req_va, k * P.xlen, P.xlen, req.va);
        put(top->s_req_acc, k * 2, 2, req.acc);
        put(top->s_req_priv, k * 2, 2, req.priv);
        put(top->s_req_sum, k, 1, req.sum);
        put(top->s_req_mxr, k, 1, req.mxr);
        put(top->s_req_id, k * P.id_bits, P.id_bits, req.id);
    }

    void drive_fence()
    {
        const struct atlas_fence &fence = base.in.fence;

        top->s_fence_has_va = fence.has_va;
        top->s_fence_has_asid = fence.has_asid;
        put(top->s_fence_va, 0, P.xlen, fence.va);
        top->s_fence_asid = fence.asid;
    }

    void drive_refill()
    {
        const struct atlas_refill &refill = base.in.refill;

        put(top->s_refill_port, 0, 2, refill.port);
        put(top->s_refill_va, 0, P.xlen, refill.va);
        top->s_refill_asid = refill.asid;
        put(top->s_refill_level, 0, 3, refill.level);
        put(top->s_refill_pte, 0, P.xlen, refill.pte);
    }

    void drive_mem(unsigned w)
    {
        const auto &mem = base.in.mem[w];

        put(top->m_mem_req_ready, w, 1, mem.req_ready);
        put(top->m_mem_rsp_valid, w, 1, mem.rsp_valid);
        if (!mem.rsp_valid && !base.in.all)
            return;
        put(top->m_mem_rsp_data, w * P.xlen, P.xlen, mem.rsp_data);
        put(top->m_mem_rsp_err, w, 1, mem.rsp_err);
        put(top->m_mem_rsp_cas_ok, w, 1, mem.rsp_cas_ok);
    }

    void drive_read_back()
    {
        put(top->rb_req_array, 0, 2, base.in.rb_array);
        put(top->rb_req_port, 0, 2, base.in.rb_port);
        put(top->rb_req_index, 0, 13, base.in.rb_index);
    }

    void drive_flip()
    {
        put(top->flip_ram, 0, 2, base.in.flip_ram);
        put(top->flip_port, 0, 2, base.in.flip_port);
        put(top->flip_bit, 0, 7, base.in.flip_bit);
    }

    // Payload is read only where its valid bit is set.
    void sample()
    {
        struct rtl_out &out = base.out;

        for (unsigned k = 0; k < P.ports; k++)
            sample_port(k);
        out.fence_ready = top->s_fence_ready;
        out.fence_done = top->s_fence_done;
        out.satp_ok = top->cfg_satp_ok;
        for (unsigned w = 0; w < P.walks; w++)
            sample_walk(w);
        out.refill_ready = top->s_refill_ready;
        out.refill_reason = static_cast<unsigned>(top->s_refill_reason);
        out.ctr_value = top->ctr_value;
        out.rb_req_ready = top->rb_req_ready;
        out.rb_rsp_valid = top->rb_rsp_valid;
        if (out.rb_rsp_valid)
            unpack(out.rb_entry, top->rb_rsp_entry, 0);
    }

    void sample_port(unsigned k)
    {
        auto &port = base.out.port[k];
        struct atlas_rsp &rsp = port.rsp;

        port.req_ready = get(top->s_req_ready, k, 1) != 0;
        port.rsp_valid = get(top->s_rsp_valid, k, 1) != 0;
        port.look = get(top->ev_look, k, 1) != 0;
        port.hit = get(top->ev_hit, k, 1) != 0;
        port.share = get(top->ev_share, k, 1) != 0;
        port.fill = get(top->ev_fill, k, 1) != 0;
        if (port.fill) {
            port.fill_side = get(top->ev_fill_side, k, 1) != 0;
            port.fill_index = static_cast<unsigned>(get(top->ev_fill_index, k * 11, 11));
            unpack(port.fill_entry, top->ev_fill_entry, k * 128);
        }
        if (!port.rsp_valid)
            return;
        rsp.pa = get(top->s_rsp_pa, k * P.pa_bits, P.pa_bits);
        rsp.level = static_cast<uint8_t>(get(top->s_rsp_level, k * 3, 3));
        rsp.napot = get(top->s_rsp_napot, k, 1) != 0;
        rsp.pbmt = static_cast<uint8_t>(get(top->s_rsp_pbmt, k * 2, 2));
        rsp.fault = get(top->s_rsp_fault, k, 1) != 0;
        /* Without a fault these two wires hold anything. */
        rsp.cause = rsp.fault ? static_cast<uint8_t>(get(top->s_rsp_cause, k * 4, 4)) : 0;
        rsp.reason = rsp.fault ? static_cast<uint8_t>(get(top->s_rsp_reason, k * 5, 5)) : 0;
        rsp.killed = get(top->s_rsp_killed, k, 1) != 0;
        rsp.id = static_cast<uint32_t>(get(top->s_rsp_id, k * P.id_bits, P.id_bits));
    }

    void sample_walk(unsigned w)
    {
        auto &mem = base.out.mem[w];
        auto &walk = base.out.walk[w];

        mem.req_valid = get(top->m_mem_req_valid, w, 1) != 0;
        if (mem.req_valid) {
            mem.req_cas = get(top->m_mem_req_cas, w, 1) != 0;
            mem.req_addr = get(top->m_mem_req_addr, w * P.pa_bits, P.pa_bits);
            mem.req_old = get(top->m_mem_req_old, w * P.xlen, P.xlen);
            mem.req_new = get(top->m_mem_req_new, w * P.xlen, P.xlen);
        }
        walk.begin = get(top->ev_begin, w, 1) != 0;
        walk.step = get(top->ev_step, w, 1) != 0;
        walk.cas = get(top->ev_cas, w, 1) != 0;
        walk.end = get(top->ev_end, w, 1) != 0;
        walk.l2_fill = get(top->ev_l2_fill, w, 1) != 0;
        walk.abort = get(top->ev_abort, w, 1) != 0;
        walk.port = static_cast<unsigned>(get(top->ev_port, w * 2, 2));
    }

    bool waving() const
    {
#if VM_TRACE_FST
        return wave != nullptr;
#else
        return false;
#endif
    }

    // Time goes on by one half of a cycle; the waveform's unit is that half.
    void settle(bool clk)
    {
        top->clk = clk;
        top->eval();
#if VM_TRACE_FST
        if (wave)
            wave->dump(context.time());
#endif
        context.timeInc(1);
    }
};

// base is the first member of a standard-layout prefix: the C side's pointer is the instance's.
inline instance &self(struct rtl *rtl)
{
    return *reinterpret_cast<instance *>(rtl);
}

void shim_eval(struct rtl *rtl)
{
    self(rtl).drive();
    self(rtl).settle(false);
    self(rtl).sample();
}

void shim_clock(struct rtl *rtl)
{
    instance &m = self(rtl);

    if (m.top->clk) { // a cycle that began with shim_step and was not evaluated
        m.drive();
        m.settle(false);
    }
    m.settle(true);
}

// Inputs that change in the call that raises the clock count as set before the edge.
void shim_step(struct rtl *rtl)
{
    instance &m = self(rtl);

    m.drive();
    if (m.top->clk && (m.waving() || !forget_high(m.top->rootp, 0)))
        m.settle(false);
    m.settle(true);
    m.sample();
}

bool shim_wave(struct rtl *rtl, const char *path)
{
#if VM_TRACE_FST
    instance &m = self(rtl);

    m.wave = std::make_unique<VerilatedFstC>();
    m.top->trace(m.wave.get(), 99);
    m.wave->open(path);
    if (!m.wave->isOpen())
        m.wave.reset();
    return m.wave != nullptr;
#else
    static_cast<void>(rtl);
    static_cast<void>(path);
    return false;
#endif
}

void shim_close(struct rtl *rtl)
{
    instance *m = &self(rtl);

    m->top->final();
#if VM_TRACE_FST
    if (m->wave)
        m->wave->close();
#endif
    delete m;
}

const struct rtl_calls calls = {shim_eval, shim_clock, shim_step, shim_wave, shim_close};

} // namespace

extern "C" struct rtl *RTL_OPEN(const struct rtl_build *, uint64_t seed);

extern "C" struct rtl *RTL_OPEN(const struct rtl_build *, uint64_t seed)
{
    auto *m = new instance;

    m->base.calls = &calls;
    m->context.randReset(2); // registers without a reset begin with random values
    m->context.randSeed(static_cast<int>(seed & INT32_MAX));
#if VM_TRACE_FST
    m->context.traceEverOn(true);
#endif
    m->top = std::make_unique<RTL_CLASS>(&m->context);
    m->drive(); // the first evaluation finds no edge
    m->settle(false);
    return &m->base;
}

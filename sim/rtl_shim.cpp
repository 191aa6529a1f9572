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

// As rb_entry in rtl/atlas_mmu.v.
template <typename Signal>
inline void unpack(struct atlas_entry &entry, const Signal &bits)
{
    entry.ppn = get(bits, 0, 44);
    entry.vpn = get(bits, 44, 45);
    entry.asid = static_cast<uint16_t>(get(bits, 89, 16));
    entry.level = static_cast<uint8_t>(get(bits, 105, 3));
    entry.d = get(bits, 108, 1) != 0;
    entry.u = get(bits, 109, 1) != 0;
    entry.x = get(bits, 110, 1) != 0;
    entry.w = get(bits, 111, 1) != 0;
    entry.r = get(bits, 112, 1) != 0;
    entry.pbmt = static_cast<uint8_t>(get(bits, 113, 2));
    entry.napot = get(bits, 115, 1) != 0;
    entry.g = get(bits, 116, 1) != 0;
    entry.valid = get(bits, 117, 1) != 0;
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
        put(top->cfg_satp, 0, P.xlen, in.cfg.satp);
        top->cfg_adue = in.cfg.adue;
        top->cfg_pbmte = in.cfg.pbmte;
        top->cfg_napote = in.cfg.napote;
        top->cfg_tlb_off = in.cfg.tlb_off;
        top->m_mem_req_ready = in.mem_req_ready;
        top->m_mem_rsp_valid = in.mem_rsp_valid;
        if (in.mem_rsp_valid || in.all)
            drive_answer();
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

    void drive_answer()
    {
        put(top->m_mem_rsp_data, 0, P.xlen, base.in.mem_rsp_data);
        top->m_mem_rsp_err = base.in.mem_rsp_err;
        top->m_mem_rsp_cas_ok = base.in.mem_rsp_cas_ok;
    }

    void drive_read_back()
    {
        put(top->rb_req_array, 0, 2, base.in.rb_array);
        put(top->rb_req_port, 0, 2, base.in.rb_port);
        put(top->rb_req_index, 0, 12, base.in.rb_index);
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
        out.mem_req_valid = top->m_mem_req_valid;
        if (out.mem_req_valid)
            sample_mem();
        sample_events();
        out.ctr_value = top->ctr_value;
        out.rb_req_ready = top->rb_req_ready;
        out.rb_rsp_valid = top->rb_rsp_valid;
        if (out.rb_rsp_valid)
            unpack(out.rb_entry, top->rb_rsp_entry);
    }

    void sample_port(unsigned k)
    {
        auto &port = base.out.port[k];
        struct atlas_rsp &rsp = port.rsp;

        port.req_ready = get(top->s_req_ready, k, 1) != 0;
        port.rsp_valid = get(top->s_rsp_valid, k, 1) != 0;
        port.look = get(top->ev_look, k, 1) != 0;
        port.hit = get(top->ev_hit, k, 1) != 0;
        port.fill = get(top->ev_fill, k, 1) != 0;
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

    void sample_mem()
    {
        struct rtl_out &out = base.out;

        out.mem_req_cas = top->m_mem_req_cas;
        out.mem_req_addr = get(top->m_mem_req_addr, 0, P.pa_bits);
        out.mem_req_old = get(top->m_mem_req_old, 0, P.xlen);
        out.mem_req_new = get(top->m_mem_req_new, 0, P.xlen);
    }

    void sample_events()
    {
        struct rtl_out &out = base.out;

        out.ev_begin = top->ev_begin;
        out.ev_step = top->ev_step;
        out.ev_cas = top->ev_cas;
        out.ev_end = top->ev_end;
        out.ev_abort = top->ev_abort;
        out.ev_port = static_cast<unsigned>(top->ev_port);
        if (top->ev_fill == 0)
            return;
        out.ev_fill_side = top->ev_fill_side;
        out.ev_fill_index = static_cast<unsigned>(top->ev_fill_index);
        unpack(out.ev_fill_entry, top->ev_fill_entry);
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

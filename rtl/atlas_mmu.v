// atlas_mmu: a memory-management unit for RISC-V Sv32, Sv39, Sv48 and Sv57.
//
//   s_req 0 ──► port 0 ─► L1 ─┐                ┌─► walk caches (last pointers, one a port)
//   s_req 1 ──► port 1 ─► L1 ─┼─ arbiter ─► walkers ─► L2 (optional)
//   s_fence ──► fence ────────┴─ every store       └─► m_mem: PTE reads, A/D compare-and-swap
//
//            cycle   0   1   2   3        a hit: one a cycle and port, answered HIT_LATENCY = 1
//   s_req_valid    __/-------\____        cycle later; no combinational path from a request to
//   s_rsp_valid    ______/-------\        an answer or to a ready
//
// Parameters, ports, events, and every timing: rtl/README.md. Behaviour, rule by rule:
// model/README.md; model/mmu holds the C twin of each module.
// Reset     synchronous; s_req_ready stays low until the TLBs are swept
`default_nettype none
`include "atlas_arch.vh"

module atlas_mmu #(
    parameter XLEN       = 64,    // 32 or 64: bits of an address, of satp and of a PTE
    parameter LEVELS     = 3,     // of the deepest mode: 2 Sv32; 3 Sv39, 4 and Sv48, 5 and Sv57
    parameter PA_BITS    = 32,    // physical address, 14 to 34 (Sv32) or 56
    parameter ASID_BITS  = 9,     // kept bits of an ASID, 0 to 9 (Sv32) or 16
    parameter PORTS      = 2,     // 1 to 4 request ports, each with an L1 TLB
    parameter ID_BITS    = 4,     // 1 to 16, of a request's id
    parameter L1_SETS    = 256,   // 4 KiB entries per port in block RAM, a power of two to 1024
    parameter L1_BIG     = 0,     // superpages per port in block RAM, 0 or a power of two to 256
    parameter L1_SIDE    = 4,     // true entries beside them, a power of two to 16
    parameter L2_SETS    = 0,     // sets of the shared L2, 0 for none, else a power of two to 1024
    parameter L2_WAYS    = 2,     // 1, 2 or 4
    parameter L2_BIG     = 0,     // large pages in block RAM beside them, 0 or a power of two to 256
    parameter WALK_CACHE = 1,     // 1: remember the last pointer of each level and port
    parameter FENCE_PTRS = 1,     // 1: a fence by address drops these pointers, too
    parameter PARITY     = 0,     // 1: a parity bit in every TLB RAM word; a bad word is a miss
    parameter WALKS      = 1,     // 1 to PORTS misses that are worked on at once
    parameter SW_REFILL  = 0,     // 1: no walker; software fills the TLBs (s_refill_*)
    parameter HIT_LATENCY = 1,    // 1 or 2 cycles to a hit's answer; 2 for a faster clock
    parameter CTR_BITS   = 0,     // width of the event counters, 0 for none, to 64
    parameter OBSERVE    = 0      // 1: event and read-back ports live; else they are 0
) (
    input  wire                      clk,
    input  wire                      rst,            // synchronous; the TLBs are swept after it

    // Requests: one channel a port; port k's fields are slice k of each vector.
    input  wire [PORTS-1:0]          s_req_valid,
    output wire [PORTS-1:0]          s_req_ready,    // of registers alone
    input  wire [PORTS*XLEN-1:0]     s_req_va,
    input  wire [PORTS*2-1:0]        s_req_acc,      // ATLAS_ACC_*
    input  wire [PORTS*2-1:0]        s_req_priv,     // ATLAS_PRIV_*
    input  wire [PORTS-1:0]          s_req_sum,
    input  wire [PORTS-1:0]          s_req_mxr,
    input  wire [PORTS*ID_BITS-1:0]  s_req_id,

    // Answers, in order per port.
    output wire [PORTS-1:0]          s_rsp_valid,
    input  wire [PORTS-1:0]          s_rsp_ready,
    output wire [PORTS*PA_BITS-1:0]  s_rsp_pa,
    output wire [PORTS*3-1:0]        s_rsp_level,
    output wire [PORTS-1:0]          s_rsp_napot,
    output wire [PORTS*2-1:0]        s_rsp_pbmt,
    output wire [PORTS-1:0]          s_rsp_fault,
    output wire [PORTS*4-1:0]        s_rsp_cause,    // ATLAS_CAUSE_*
    output wire [PORTS*5-1:0]        s_rsp_reason,   // ATLAS_REASON_*
    output wire [PORTS-1:0]          s_rsp_killed,
    output wire [PORTS*ID_BITS-1:0]  s_rsp_id,

    // Kill the accepted, unanswered request with this id; an answer already offered stands.
    input  wire [PORTS-1:0]          s_kill_valid,
    input  wire [PORTS*ID_BITS-1:0]  s_kill_id,

    // Fences (sfence.vma): accepted, then done one cycle.
    input  wire                      s_fence_valid,
    output wire                      s_fence_ready,
    input  wire                      s_fence_has_va,   // rs1 is not x0
    input  wire                      s_fence_has_asid, // rs2 is not x0
    input  wire [XLEN-1:0]           s_fence_va,
    input  wire [15:0]               s_fence_asid,
    output wire                      s_fence_done,

    // A leaf that software found for a request that got TLB_MISS (SW_REFILL = 1; else ready is 0).
    input  wire                      s_refill_valid,
    output wire                      s_refill_ready,   // it is filled, or refused: with
    output wire [4:0]                s_refill_reason,  // ... NONE, or why (ATLAS_REASON_*)
    input  wire [1:0]                s_refill_port,    // whose L1
    input  wire [XLEN-1:0]           s_refill_va,
    input  wire [15:0]               s_refill_asid,
    input  wire [2:0]                s_refill_level,   // of the leaf
    input  wire [XLEN-1:0]           s_refill_pte,     // with G if a pointer to it has G

    // Live configuration, sampled by every request when it is accepted.
    input  wire [XLEN-1:0]           cfg_satp,
    input  wire                      cfg_adue,
    input  wire                      cfg_pbmte,
    input  wire                      cfg_napote,
    input  wire                      cfg_tlb_off,
    output wire                      cfg_satp_ok,    // satp.MODE is implemented

    // Memory: one channel a walk. Read or compare-and-swap one PTE; one outstanding in each
    // channel, always ready for the answer.
    output wire [WALKS-1:0]          m_mem_req_valid,
    input  wire [WALKS-1:0]          m_mem_req_ready,
    output wire [WALKS-1:0]          m_mem_req_cas,
    output wire [WALKS*PA_BITS-1:0]  m_mem_req_addr,
    output wire [WALKS*XLEN-1:0]     m_mem_req_old,
    output wire [WALKS*XLEN-1:0]     m_mem_req_new,
    input  wire [WALKS-1:0]          m_mem_rsp_valid, // at the earliest one cycle after the request
    input  wire [WALKS*XLEN-1:0]     m_mem_rsp_data,
    input  wire [WALKS-1:0]          m_mem_rsp_err,
    input  wire [WALKS-1:0]          m_mem_rsp_cas_ok, // the compare-and-swap wrote

    // Event counters: index as CTR and GCTR in atlas_arch.vh.
    input  wire [5:0]                ctr_sel,
    output wire [63:0]               ctr_value,

    // Events (OBSERVE = 1, else 0): what happens in this cycle.
    output wire [PORTS-1:0]          ev_look,        // port looked its request up in its L1
    output wire [PORTS-1:0]          ev_hit,         // ... and the L1 answers it
    output wire [PORTS-1:0]          ev_fill,        // port's L1 is written: ev_fill_*
    output wire [PORTS-1:0]          ev_fill_side,   // the entry goes to the side entries
    output wire [PORTS*11-1:0]       ev_fill_index,  // set; L1_SETS + set of L1_BIG; side entry
    output wire [PORTS*128-1:0]      ev_fill_entry,  // layout as rb_entry
    output wire [PORTS-1:0]          ev_share,       // port gets the result of another port's walk
    output wire [WALKS-1:0]          ev_begin,       // walk takes the request of port ev_port
    output wire [WALKS-1:0]          ev_step,        // a PTE read's answer is used
    output wire [WALKS-1:0]          ev_cas,         // a compare-and-swap's answer is used
    output wire [WALKS-1:0]          ev_end,         // ... and the request's result is known
    output wire [WALKS-1:0]          ev_l2_fill,     // the leaf of a walk that has ended goes to the L2
    output wire [WALKS-1:0]          ev_abort,       // walk gives its request up
    output wire [WALKS*2-1:0]        ev_port,        // port that walk serves

    // TLB read-back (OBSERVE = 1): one entry; waits for walks in flight like a fence.
    input  wire                      rb_req_valid,
    output wire                      rb_req_ready,
    input  wire [1:0]                rb_req_array,   // ATLAS_RB_*
    input  wire [1:0]                rb_req_port,
    input  wire [12:0]               rb_req_index,
    output wire                      rb_rsp_valid,
    output wire [127:0]              rb_rsp_entry,   // {10'b0, valid, g, napot, pbmt, r, w, x, u, d,
                                                     //  level[2:0], asid[15:0], vpn[44:0], ppn[43:0]}

    // Soft errors (OBSERVE = 1 and PARITY = 1): while flip_valid, a bit of every word that is
    // written to this RAM is inverted.
    input  wire                      flip_valid,
    input  wire [1:0]                flip_ram,       // ATLAS_FLIP_*
    input  wire [1:0]                flip_port,      // whose L1
    input  wire [6:0]                flip_bit        // the word's highest bit: parity
);

    localparam SLICE    = XLEN == 32 ? 10 : 9;       // VPN bits of a level
    localparam VPN_BITS = SLICE * LEVELS;
    localparam PPN_BITS = PA_BITS - 12;
    localparam ASID_W   = ASID_BITS > 0 ? ASID_BITS : 1;
    localparam LEAF_W   = PPN_BITS + 7;              // {pbmt, d, u, x, w, r, ppn}
    localparam BIG_W    = LEVELS - 1;
    localparam MOST     = L2_SETS > L1_SETS ? L2_SETS : L1_SETS;
    localparam BIGGEST  = L2_BIG > L1_BIG ? L2_BIG : L1_BIG;
    localparam SWEEP    = BIGGEST > MOST ? BIGGEST : MOST;
    localparam PORT_CTR = `ATLAS_CTR_PORT_COUNT;
    localparam GLOBAL   = PORTS * PORT_CTR;          // the first counter that is not a port's
    localparam EVENTS   = GLOBAL + `ATLAS_GCTR_GLOBAL_COUNT;

`include "atlas_limits.vh"

    // Configuration.
    wire                bare, root_fits;
    wire [2:0]          top;
    wire [ASID_W-1:0]   asid;
    wire [PPN_BITS-1:0] root;
    atlas_satp_decode #(
        .XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS), .ASID_BITS(ASID_BITS)
    ) u_satp_decode (
        .satp(cfg_satp), .bare(bare), .ok(cfg_satp_ok), .top(top), .asid(asid), .root(root),
        .root_fits(root_fits)
    );

    // Fence unit.
    wire                boot, halt, quiet, f_read, f_match, f_has_va, f_has_asid, ev_fence;
    wire [VPN_BITS-1:0] f_vpn;
    wire [ASID_W-1:0]   f_asid;
    wire [9:0]          f_index;
    wire [1:0]          rb_array, rb_port;
    wire [12:0]         rb_index;
    wire                rb_ready, rb_valid, reading;
    wire                walker_idle;
    wire [PORTS-1:0]    port_busy;
    // Ports end nothing after the first cycle of halt, in which the fence reads nothing yet.
    assign quiet = walker_idle;

    atlas_fence #(
        .XLEN(XLEN), .ASID_W(ASID_W), .VPN_BITS(VPN_BITS), .SETS(SWEEP), .L2_WAYS(L2_WAYS)
    ) u_fence (
        .clk(clk), .rst(rst),
        .s_fence_valid(s_fence_valid), .s_fence_ready(s_fence_ready),
        .s_fence_has_va(s_fence_has_va), .s_fence_has_asid(s_fence_has_asid),
        .s_fence_va(s_fence_va), .s_fence_asid(s_fence_asid & {16{ASID_BITS != 0}}),
        .s_fence_done(s_fence_done),
        .rb_req_valid(rb_req_valid && OBSERVE != 0), .rb_req_ready(rb_ready),
        .rb_req_array(rb_req_array), .rb_req_port(rb_req_port), .rb_req_index(rb_req_index),
        .rb_rsp_valid(rb_valid), .reading(reading), .rb_array(rb_array), .rb_port(rb_port), .rb_index(rb_index),
        .boot(boot), .halt(halt), .quiet(quiet), .read(f_read), .match(f_match),
        .has_va(f_has_va), .has_asid(f_has_asid), .vpn(f_vpn), .asid(f_asid), .index(f_index),
        .ev_fence(ev_fence)
    );

    // The sets of the L1 that the fence reads: those of its address, or the one to sweep.
    localparam SETS_W = L1_SETS > 1 ? $clog2(L1_SETS) : 1;
    localparam BIGS   = L1_BIG > 1 ? L1_BIG : 1;
    localparam BIGS_W = BIGS > 1 ? $clog2(BIGS) : 1;
    wire [SETS_W-1:0] f_va_set, f_set;
    wire [BIGS_W-1:0] f_va_big_set, f_big_set;
    wire [9:0]        f_sweep_big = reading ? f_index - L1_SETS[9:0] : f_index;
    reg  [SETS_W-1:0] f_set_q;
    reg  [BIGS_W-1:0] f_big_set_q;
    atlas_set_index #(.SETS(L1_SETS), .HASH(1), .PAGE_W(VPN_BITS)) u_f_set (
        .page(f_vpn), .index(f_va_set)
    );
    atlas_set_index #(.SETS(BIGS), .HASH(0), .PAGE_W(VPN_BITS-SLICE)) u_f_big_set (
        .page(f_vpn[VPN_BITS-1:SLICE]), .index(f_va_big_set)
    );
    assign f_set     = f_has_va ? f_va_set     : f_index[SETS_W-1:0] & {SETS_W{L1_SETS > 1}};
    assign f_big_set = f_has_va ? f_va_big_set : f_sweep_big[BIGS_W-1:0] & {BIGS_W{BIGS > 1}};
    wire unused_sweep = &{1'b0, f_sweep_big};
    always @(posedge clk) begin
        f_set_q     <= f_set;
        f_big_set_q <= f_big_set;
    end

    // What the ports want from the miss unit, its results, and the pointers that it has read: one
    // slice a port.
    localparam MISS_W   = VPN_BITS + 5 + 2 + 3 + ASID_W + PPN_BITS + 5 + 1 + BIG_W + PPN_BITS + 1;
    localparam FOUND_W  = LEAF_W + LEVELS + 1;       // {g, napot, big, leaf}
    localparam RESULT_W = FOUND_W + 5;               // {reason, found}
    localparam STORE_W  = PPN_BITS + BIG_W + 1;      // {table, big, g}
    wire [PORTS-1:0]          miss, miss_killed, done, done_fault, done_fill, store;
    wire [MISS_W*PORTS-1:0]   misses;
    wire [RESULT_W*PORTS-1:0] results;
    wire [STORE_W*PORTS-1:0]  stores;
    wire [FOUND_W*PORTS-1:0]  fills;

    // Fills, events and read-back of each port.
    wire [PORTS-1:0]     fill, fill_side, look, l1_answers, l1_bad, hit_large, bypass;
    wire [128*PORTS-1:0] l1_entries, ptr_entries, fill_entries;
    wire [11*PORTS-1:0]  fill_indices;
    wire [PORT_CTR*PORTS-1:0] port_events;

    wire flips = flip_valid && OBSERVE != 0;

    // Software's leaf, and the L1 that it goes to.
    wire [PORTS-1:0]    p_free, rf_hold, rf_read, rf_look, rf_fill, rf_back, l1_fill;
    wire [VPN_BITS-1:0] rf_vpn;
    wire [ASID_W-1:0]   rf_asid = s_refill_asid[ASID_W-1:0] & {ASID_W{ASID_BITS != 0}};
    wire [LEAF_W-1:0]   rf_leaf;
    wire [BIG_W-1:0]    rf_big;
    wire                rf_napot, rf_g;
    wire unused_asid = &{1'b0, s_refill_asid};

    genvar k;
    generate
        for (k = 0; k < PORTS; k = k + 1) begin : g_port
            wire [VPN_BITS-1:0] arrive_vpn, ask_vpn, in_vpn, vpn;
            wire                arrive, waits, ask, stays, free, in_plain;
            wire [1:0]          hit_pbmt;
            wire [4:0]          ask_needs, needs;
            wire [2:0]          in_top, p_top;
            wire [ASID_W-1:0]   ask_asid, in_asid, p_asid;
            wire [PPN_BITS-1:0] in_ppn, p_root, hit_ppn, ptr_table;
            wire                xlate, va_ok, p_root_fits, adue, pbmte, napote;
            wire                tlb_off, hit, hit_napot, ptr_hit, ptr_g, fill_napot, fill_g;
            wire [BIG_W-1:0]    hit_big, fill_big, ptr_big;
            wire [LEAF_W-1:0]   fill_leaf, done_leaf;
            wire                flip_here = flips && flip_port == k;
            wire                done_g, done_napot, store_g;
            wire [BIG_W-1:0]    done_big, store_big;
            wire [4:0]          done_reason;
            wire [PPN_BITS-1:0] store_table;

            assign {done_reason, done_g, done_napot, done_big, done_leaf} = results[RESULT_W*k +: RESULT_W];
            assign {store_table, store_big, store_g} = stores[STORE_W*k +: STORE_W];

            atlas_port #(
                .XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS), .ID_BITS(ID_BITS),
                .HIT_LATENCY(HIT_LATENCY), .ASID_W(ASID_W), .SLICE(SLICE)
            ) u_port (
                .clk(clk), .rst(rst), .boot(boot),
                .s_req_valid(s_req_valid[k]), .s_req_ready(s_req_ready[k]),
                .s_req_va(s_req_va[XLEN*k +: XLEN]), .s_req_acc(s_req_acc[2*k +: 2]),
                .s_req_priv(s_req_priv[2*k +: 2]), .s_req_sum(s_req_sum[k]),
                .s_req_mxr(s_req_mxr[k]), .s_req_id(s_req_id[ID_BITS*k +: ID_BITS]),
                .s_rsp_valid(s_rsp_valid[k]), .s_rsp_ready(s_rsp_ready[k]),
                .s_rsp_pa(s_rsp_pa[PA_BITS*k +: PA_BITS]), .s_rsp_level(s_rsp_level[3*k +: 3]),
                .s_rsp_napot(s_rsp_napot[k]), .s_rsp_pbmt(s_rsp_pbmt[2*k +: 2]),
                .s_rsp_fault(s_rsp_fault[k]), .s_rsp_cause(s_rsp_cause[4*k +: 4]),
                .s_rsp_reason(s_rsp_reason[5*k +: 5]), .s_rsp_killed(s_rsp_killed[k]),
                .s_rsp_id(s_rsp_id[ID_BITS*k +: ID_BITS]),
                .s_kill_valid(s_kill_valid[k]), .s_kill_id(s_kill_id[ID_BITS*k +: ID_BITS]),
                .cfg_bare(bare), .cfg_top(top), .cfg_asid(asid), .cfg_root(root),
                .cfg_root_fits(root_fits), .cfg_adue(cfg_adue), .cfg_pbmte(cfg_pbmte),
                .cfg_napote(cfg_napote), .cfg_tlb_off(cfg_tlb_off),
                .arrive(arrive), .arrive_vpn(arrive_vpn), .waits(waits),
                .ask(ask), .ask_vpn(ask_vpn), .ask_asid(ask_asid), .ask_needs(ask_needs),
                .in_vpn(in_vpn), .in_asid(in_asid), .in_top(in_top), .stays(stays), .free(free),
                .vpn(vpn), .needs(needs),
                .xlate(xlate), .va_ok(va_ok), .top(p_top), .asid(p_asid), .root(p_root),
                .root_fits(p_root_fits), .adue(adue), .pbmte(pbmte), .napote(napote),
                .tlb_off(tlb_off),
                .look(look[k]), .in_plain(in_plain), .in_ppn(in_ppn), .l1_hit(hit), .l1_answers(l1_answers[k]), .l1_ppn(hit_ppn),
                .l1_pbmt(hit_pbmt), .l1_big(hit_big), .l1_napot(hit_napot),
                .miss(miss[k]), .miss_killed(miss_killed[k]),
                .done(done[k]), .done_fault(done_fault[k]),
                .done_reason(done_reason), .done_leaf(done_leaf), .done_big(done_big),
                .done_napot(done_napot), .done_g(done_g), .done_fill(done_fill[k]),
                .fill(fill[k]), .fill_leaf(fill_leaf), .fill_big(fill_big),
                .fill_napot(fill_napot), .fill_g(fill_g),
                .halt(halt), .hold(rf_hold[k]), .retire(ev_fence), .busy(port_busy[k]), .bypass(bypass[k])
            );

            // What the L1 is told: by its port, or for a leaf of software. Without an L2 only
            // software fills.
            wire use_rf = SW_REFILL != 0 && (L2_SETS == 0 || rf_fill[k]);
            wire [VPN_BITS-1:0] fill_vpn;
            wire [ASID_W-1:0]   fill_asid;
            wire [LEAF_W-1:0]   l1_leaf;
            wire [BIG_W-1:0]    l1_big;
            wire                l1_napot, l1_g;
            assign {fill_vpn, fill_asid, l1_leaf, l1_big, l1_napot, l1_g} =
                use_rf ? {rf_vpn, rf_asid, rf_leaf, rf_big, rf_napot, rf_g}
                       : {vpn, p_asid, fill_leaf, fill_big, fill_napot, fill_g};
            assign p_free[k]  = free;
            assign l1_fill[k] = rf_fill[k] || (fill[k] && (SW_REFILL == 0 || L2_SETS != 0));

            atlas_l1_tlb #(
                .XLEN(XLEN), .LEVELS(LEVELS), .SLICE(SLICE), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS),
                .SETS(L1_SETS), .BIG(L1_BIG), .SIDE(L1_SIDE), .PARITY(PARITY),
                .HIT_LATENCY(HIT_LATENCY)
            ) u_l1_tlb (
                .clk(clk), .rst(rst), .arrive(arrive || rf_read[k] || rf_back[k]),
                .arrive_vpn(rf_read[k] ? rf_vpn : rf_back[k] && !arrive ? ask_vpn : arrive_vpn),
                .waits(waits && !rf_read[k]), .look(ask || rf_look[k]),
                .vpn(rf_look[k] ? rf_vpn : ask_vpn), .asid(rf_look[k] ? rf_asid : ask_asid),
                .needs(ask_needs), .stays(stays), .plain(in_plain), .plain_ppn(in_ppn), .hit(hit),
                .hit_large(hit_large[k]), .hit_ppn(hit_ppn), .hit_pbmt(hit_pbmt),
                .hit_big(hit_big), .hit_napot(hit_napot), .bad(l1_bad[k]),
                .advance(free || rf_look[k]), .cur_vpn(fill_vpn), .cur_asid(fill_asid),
                .fill(l1_fill[k]), .fill_leaf(l1_leaf), .fill_big(l1_big),
                .fill_napot(l1_napot), .fill_g(l1_g), .fill_side(fill_side[k]),
                .fill_index(fill_indices[11*k +: 11]),
                .fence_read(f_read), .fence_match(f_match), .fence_has_va(f_has_va),
                .fence_has_asid(f_has_asid), .fence_vpn(f_vpn), .fence_asid(f_asid),
                .fence_set(f_set), .fence_set_q(f_set_q), .fence_big_set(f_big_set),
                .fence_big_set_q(f_big_set_q), .reading(reading),
                .read_side(rb_array == `ATLAS_RB_SIDE), .read_index(rb_index[11:0]),
                .read_entry(l1_entries[128*k +: 128]),
                .flip_page(flip_here && flip_ram == `ATLAS_FLIP_PAGES),
                .flip_big(flip_here && flip_ram == `ATLAS_FLIP_BIG), .flip_bit(flip_bit)
            );

            atlas_walk_cache #(
                .ENABLE(SW_REFILL != 0 ? 0 : WALK_CACHE), .LEVELS(LEVELS), .SLICE(SLICE), .ASID_W(ASID_W),
                .PPN_BITS(PPN_BITS)
            ) u_walk_cache (
                .clk(clk), .rst(rst), .advance(free), .in_vpn(in_vpn), .in_asid(in_asid),
                .in_top(in_top), .vpn(vpn), .asid(p_asid), .top(p_top),
                .hit(ptr_hit), .hit_big(ptr_big), .hit_table(ptr_table), .hit_g(ptr_g),
                .store(store[k]), .store_big(store_big), .store_table(store_table),
                .store_g(store_g),
                .drop_all(f_match && (f_has_va ? FENCE_PTRS != 0 : !f_has_asid)),
                .drop_asid(f_match && !f_has_va && f_has_asid), .fence_asid(f_asid),
                .reading(reading), .read_index(rb_index[1:0]), .read_entry(ptr_entries[128*k +: 128])
            );

            assign misses[MISS_W*k +: MISS_W] = {
                vpn, needs, xlate, va_ok, p_top, p_asid, p_root, p_root_fits, adue,
                pbmte, napote, tlb_off, ptr_hit, ptr_big, ptr_table, ptr_g};
            assign fills[FOUND_W*k +: FOUND_W] = {fill_g, fill_napot, fill_big, fill_leaf};

            atlas_entry_view #(
                .LEVELS(LEVELS), .SLICE(SLICE), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS), .VPN_BITS(VPN_BITS)
            ) u_fill_view (
                .valid(l1_fill[k] && OBSERVE != 0), .g(l1_g), .asid(fill_asid), .vpn(fill_vpn),
                .leaf(l1_leaf), .big(l1_big), .napot(l1_napot),
                .view(fill_entries[128*k +: 128])
            );

            // Counters, the last first: the order of CTR in atlas_arch.vh.
            wire taken = s_rsp_valid[k] && s_rsp_ready[k];
            assign port_events[PORT_CTR*k +: PORT_CTR] = {
                taken && s_rsp_killed[k], taken && s_rsp_fault[k], bypass[k],
                look[k] && !l1_answers[k], l1_answers[k] && hit_large[k],
                l1_answers[k] && !hit_large[k], look[k]};
        end
    endgenerate

    // Miss unit.
    localparam WALK_CTR = `ATLAS_GCTR_ABORT + 1;     // counters of a walk: those before FENCE
    wire [PORTS-1:0]          e_share;
    wire [WALKS-1:0]          e_begin, e_end, e_l2_fill;
    wire [PORTS*WALKS-1:0]    e_port;
    wire [WALK_CTR*WALKS-1:0] e_counts;
    wire [127:0]              l2_entry;
    wire                      l2_bad;
    atlas_miss_unit #(
        .XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS), .PORTS(PORTS), .ASID_W(ASID_W), .SLICE(SLICE),
        .L2_SETS(L2_SETS), .L2_WAYS(L2_WAYS), .L2_BIG(L2_BIG), .PARITY(PARITY), .WALKS(WALKS), .SW_REFILL(SW_REFILL)
    ) u_miss_unit (
        .clk(clk), .rst(rst), .miss(miss), .killed(miss_killed), .misses(misses), .fill(fill),
        .fills(fills), .done(done), .done_fault(done_fault), .done_fill(done_fill),
        .results(results), .store(store), .stores(stores),
        .s_refill_valid(s_refill_valid), .s_refill_ready(s_refill_ready),
        .s_refill_port(s_refill_port), .s_refill_va(s_refill_va), .s_refill_asid(rf_asid),
        .s_refill_level(s_refill_level), .s_refill_pte(s_refill_pte),
        .s_refill_reason(s_refill_reason), .cfg_top(top), .cfg_pbmte(cfg_pbmte),
        .cfg_napote(cfg_napote), .free(p_free), .busy(port_busy), .rf_hold(rf_hold),
        .rf_read(rf_read), .rf_look(rf_look), .rf_fill(rf_fill), .rf_back(rf_back),
        .rf_vpn(rf_vpn), .rf_leaf(rf_leaf), .rf_big(rf_big), .rf_napot(rf_napot), .rf_g(rf_g),
        .halt(halt), .idle(walker_idle),
        .fence_read(f_read), .fence_match(f_match), .fence_has_va(f_has_va),
        .fence_has_asid(f_has_asid), .fence_vpn(f_vpn), .fence_asid(f_asid), .fence_index(f_index),
        .reading(reading), .read_index(rb_index), .read_entry(l2_entry),
        .bad(l2_bad), .flip(flips && flip_ram == `ATLAS_FLIP_L2),
        .flip_big(flips && flip_ram == `ATLAS_FLIP_L2_BIG), .flip_bit(flip_bit),
        .m_mem_req_valid(m_mem_req_valid), .m_mem_req_ready(m_mem_req_ready),
        .m_mem_req_cas(m_mem_req_cas), .m_mem_req_addr(m_mem_req_addr),
        .m_mem_req_old(m_mem_req_old), .m_mem_req_new(m_mem_req_new),
        .m_mem_rsp_valid(m_mem_rsp_valid), .m_mem_rsp_data(m_mem_rsp_data),
        .m_mem_rsp_err(m_mem_rsp_err), .m_mem_rsp_cas_ok(m_mem_rsp_cas_ok),
        .ev_share(e_share), .ev_begin(e_begin), .ev_end(e_end), .ev_l2_fill(e_l2_fill),
        .ev_port(e_port), .ev_counts(e_counts)
    );

    // Counters. A port fills for itself, whoever walked.
    localparam SOURCES = WALKS > 1 ? PORTS : 1;
    wire [SOURCES-1:0] fills_now;
    reg  [SOURCES*EVENTS-1:0] events;
    generate
        if (WALKS == 1) begin : g_fill_of_one
            assign fills_now = |{done_fill, rf_fill};
        end else begin : g_fill_of_many
            assign fills_now = done_fill;
        end
    endgenerate
    wire e_parity;
    atlas_tally #(.ENABLE(PARITY), .N(PORTS + 1)) u_parity (
        .clk(clk), .rst(rst), .event_now({l2_bad, l1_bad}), .tally(e_parity)
    );
    integer e, n;
    always @(*) begin
        events = {SOURCES*EVENTS{1'b0}};
        for (e = 0; e < GLOBAL; e = e + 1)
            events[SOURCES*e] = port_events[e];
        for (n = 0; n < WALKS; n = n + 1)
            for (e = 0; e < WALK_CTR; e = e + 1)
                events[SOURCES*(GLOBAL+e)+n] = e_counts[WALK_CTR*n+e];
        events[SOURCES*(GLOBAL+`ATLAS_GCTR_FILL) +: SOURCES] = fills_now;
        events[SOURCES*(GLOBAL+`ATLAS_GCTR_FENCE)]  = ev_fence;
        events[SOURCES*(GLOBAL+`ATLAS_GCTR_PARITY)] = e_parity;
    end
    atlas_perf #(.EVENTS(EVENTS), .BITS(CTR_BITS), .SOURCES(SOURCES)) u_perf (
        .clk(clk), .rst(rst), .event_now(events), .sel(ctr_sel), .value(ctr_value)
    );

    // Observation.
    wire [127:0] l1_entry, ptr_entry;
    wire [PORTS-1:0] rb_onehot = {{(PORTS-1){1'b0}}, 1'b1} << rb_port;
    atlas_select #(.N(PORTS), .WIDTH(128)) u_l1_entry  (.sel(rb_onehot), .in(l1_entries), .out(l1_entry));
    atlas_select #(.N(PORTS), .WIDTH(128)) u_ptr_entry (.sel(rb_onehot), .in(ptr_entries), .out(ptr_entry));

    genvar w;
    generate
        if (OBSERVE != 0) begin : g_observe
            assign ev_look       = look;
            assign ev_hit        = l1_answers;
            assign ev_fill       = l1_fill;
            assign ev_fill_side  = fill_side;
            assign ev_fill_index = fill_indices;
            assign ev_fill_entry = fill_entries;
            assign ev_share      = e_share;
            assign ev_begin      = e_begin;
            assign ev_end        = e_end;
            assign ev_l2_fill    = e_l2_fill;
            assign rb_req_ready  = rb_ready;
            assign rb_rsp_valid  = rb_valid;
            assign rb_rsp_entry  = rb_array == `ATLAS_RB_L2  ? l2_entry
                                 : rb_array == `ATLAS_RB_PTR ? ptr_entry : l1_entry;
            for (w = 0; w < WALKS; w = w + 1) begin : g_walk
                assign ev_step[w]  = e_counts[WALK_CTR*w + `ATLAS_GCTR_PTE_READ];
                assign ev_cas[w]   = e_counts[WALK_CTR*w + `ATLAS_GCTR_CAS];
                assign ev_abort[w] = e_counts[WALK_CTR*w + `ATLAS_GCTR_ABORT];
                wire [3:0] onehot = {{(4-PORTS){1'b0}}, e_port[PORTS*w +: PORTS]};
                wire unused_low = &{1'b0, onehot[0]};
                assign ev_port[2*w +: 2] = {onehot[3] || onehot[2], onehot[3] || onehot[1]};
            end
        end else begin : g_hidden
            assign {ev_look, ev_hit, ev_fill, ev_fill_side, ev_share} = {(5*PORTS){1'b0}};
            assign {ev_begin, ev_step, ev_cas, ev_end, ev_l2_fill, ev_abort} = {(6*WALKS){1'b0}};
            assign ev_port       = {(2*WALKS){1'b0}};
            assign ev_fill_index = {(11*PORTS){1'b0}};
            assign ev_fill_entry = {(128*PORTS){1'b0}};
            assign {rb_req_ready, rb_rsp_valid} = 2'b00;
            assign rb_rsp_entry  = 128'd0;
            wire unused = &{1'b0, fill_side, l1_entry, ptr_entry, l2_entry, fill_entries, fill_indices, rb_ready,
                            rb_valid, e_begin, e_end, e_l2_fill, e_port, e_share};
        end
    endgenerate

`ifdef FORMAL
    // What the proof of each module assumes of its neighbours (e_) is asserted of the whole: see
    // sim/tools/formal.sh. One reset, at the beginning.
    reg f_first = 1'b1;
    always @(posedge clk) f_first <= 1'b0;
    always @(*) assume (rst == f_first);
    always @(posedge clk) if (!rst) begin
        c_filled: cover (|fill);
        c_fenced: cover (s_fence_done);
        c_halted: cover (halt && |miss_killed);
    end
`endif
endmodule

`default_nettype wire

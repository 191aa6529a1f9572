// atlas_miss_unit: the requests that the L1s do not answer: who gets the L2, and who works for them
// where that has no answer: WALKS walkers, or with SW_REFILL = 1 software.
//
//   misses, one slice a port ─► atlas_share ─► atlas_rr_arb ─► the lowest idle atlas_walker
//   results, one slice a port ◄─ atlas_share ◄────────────────── walkers ◄─► atlas_l2_tlb, m_mem
//
//   misses, one slice a port ─► atlas_rr_arb ─► atlas_refill ◄─ s_refill       SW_REFILL = 1
//   results, one slice a port ◄──────────────── atlas_l2_tlb
//
// In one cycle one walk at most takes a request; the order is that of the ports, in turn. A walk
// works for one port; atlas_share lets others have its result. Each has a channel to memory, with
// one request outstanding. Rules: model/README.md, sections 2 and 5.
//
// Reset     all walks idle
// Formal    with several walks: a port, and a page, has one; it works for a request that waits; a
//           result goes to such a request alone
//
// Parameters   as atlas_mmu
`default_nettype none
`include "atlas_arch.vh"

module atlas_miss_unit #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter PA_BITS  = 32,
    parameter PORTS    = 2,
    parameter ASID_W   = 9,
    parameter SLICE    = 9,
    parameter L2_SETS  = 256,
    parameter L2_WAYS  = 2,
    parameter L2_BIG   = 0,
    parameter PARITY   = 0,
    parameter WALKS    = 2,
    parameter SW_REFILL = 0,
    parameter PPN_BITS = PA_BITS - 12,                   // derived: do not set
    parameter VPN_BITS = SLICE * LEVELS,
    parameter LEAF_W   = PPN_BITS + 7,
    parameter BIG_W    = LEVELS - 1,
    parameter PTR_W    = 1 + BIG_W + PPN_BITS + 1,       // {hit, big, table, g}
    parameter MISS_W   = VPN_BITS + 5 + 2 + 3 + ASID_W + PPN_BITS + 5 + PTR_W,
    parameter FOUND_W  = LEAF_W + LEVELS + 1,            // {g, napot, big, leaf}
    parameter RESULT_W = FOUND_W + 5,                    // {reason, found}
    parameter STORE_W  = PPN_BITS + BIG_W + 1,           // {table, big, g}
    parameter WALK_CTR = `ATLAS_GCTR_ABORT + 1           // counters of a walk: those before FENCE
) (
    input  wire                      clk,
    input  wire                      rst,

    // The requests of the ports. A slice of misses is {vpn, needs, xlate, va_ok, top, asid, root,
    // root_fits, adue, pbmte, napote, tlb_off, pointer}; of fills, what the port fills now.
    input  wire [PORTS-1:0]          miss,
    input  wire [PORTS-1:0]          killed,
    input  wire [MISS_W*PORTS-1:0]   misses,
    input  wire [PORTS-1:0]          fill,
    input  wire [FOUND_W*PORTS-1:0]  fills,

    // Their results, and the pointers for their walk caches.
    output wire [PORTS-1:0]          done,
    output wire [PORTS-1:0]          done_fault,
    output wire [PORTS-1:0]          done_fill,
    output wire [RESULT_W*PORTS-1:0] results,
    output wire [PORTS-1:0]          store,
    output wire [STORE_W*PORTS-1:0]  stores,

    // Software, and the L1 that it fills: see atlas_refill.
    input  wire                      s_refill_valid,
    output wire                      s_refill_ready,
    input  wire [1:0]                s_refill_port,
    input  wire [XLEN-1:0]           s_refill_va,
    input  wire [ASID_W-1:0]         s_refill_asid,
    input  wire [2:0]                s_refill_level,
    input  wire [XLEN-1:0]           s_refill_pte,
    output wire [4:0]                s_refill_reason,
    input  wire [2:0]                cfg_top,
    input  wire                      cfg_pbmte,
    input  wire                      cfg_napote,
    input  wire [PORTS-1:0]          free,
    input  wire [PORTS-1:0]          busy,
    output wire [PORTS-1:0]          rf_hold,
    output wire [PORTS-1:0]          rf_read,
    output wire [PORTS-1:0]          rf_look,
    output wire [PORTS-1:0]          rf_fill,
    output wire [PORTS-1:0]          rf_back,
    output wire [VPN_BITS-1:0]       rf_vpn,
    output wire [LEAF_W-1:0]         rf_leaf,
    output wire [BIG_W-1:0]          rf_big,
    output wire                      rf_napot,
    output wire                      rf_g,

    // Fence and read-back of the L2.
    input  wire                      halt,               // give up
    output wire                      idle,               // all walks are
    input  wire                      fence_read,
    input  wire                      fence_match,
    input  wire                      fence_has_va,
    input  wire                      fence_has_asid,
    input  wire [VPN_BITS-1:0]       fence_vpn,
    input  wire [ASID_W-1:0]         fence_asid,
    input  wire [9:0]                fence_index,
    input  wire                      reading,
    input  wire [12:0]               read_index,
    output wire [127:0]              read_entry,
    output wire                      bad,                // a look has read a word of bad parity
    input  wire                      flip,               // soft errors: see atlas_parity_ram
    input  wire                      flip_big,
    input  wire [6:0]                flip_bit,

    // Memory: slice w is walk w's channel.
    output wire [WALKS-1:0]          m_mem_req_valid,
    input  wire [WALKS-1:0]          m_mem_req_ready,
    output wire [WALKS-1:0]          m_mem_req_cas,
    output wire [PA_BITS*WALKS-1:0]  m_mem_req_addr,
    output wire [XLEN*WALKS-1:0]     m_mem_req_old,
    output wire [XLEN*WALKS-1:0]     m_mem_req_new,
    input  wire [WALKS-1:0]          m_mem_rsp_valid,
    input  wire [XLEN*WALKS-1:0]     m_mem_rsp_data,
    input  wire [WALKS-1:0]          m_mem_rsp_err,
    input  wire [WALKS-1:0]          m_mem_rsp_cas_ok,

    // Events. ev_counts: a bit for each counter of GCTR before FENCE, but that of fills.
    output wire [PORTS-1:0]          ev_share,
    output wire [WALKS-1:0]          ev_begin,
    output wire [WALKS-1:0]          ev_end,
    output wire [WALKS-1:0]          ev_l2_fill,
    output wire [PORTS*WALKS-1:0]    ev_port,            // one-hot
    output wire [WALK_CTR*WALKS-1:0] ev_counts
);

    // One of the ports that ask is granted.
    wire [PORTS-1:0] ask, grant;
    wire             ready;
    atlas_rr_arb #(.N(PORTS)) u_arb (
        .clk(clk), .rst(rst), .req(ask), .gnt(grant), .ready(ready)
    );

    wire [MISS_W-1:0] granted;
    atlas_select #(.N(PORTS), .WIDTH(MISS_W)) u_granted (
        .sel(grant), .in(misses), .out(granted)
    );
    wire [VPN_BITS-1:0] m_vpn;
    wire [4:0]          m_needs;
    wire [2:0]          m_top;
    wire [ASID_W-1:0]   m_asid;
    wire [PPN_BITS-1:0] unused_root;
    wire                m_xlate, m_va_ok, m_root_fits, m_adue, m_pbmte, m_napote, m_tlb_off;
    wire [PTR_W-1:0]    unused_ptr;
    assign {m_vpn, m_needs, m_xlate, m_va_ok, m_top, m_asid, unused_root, m_root_fits,
            m_adue, m_pbmte, m_napote, m_tlb_off, unused_ptr} = granted;

    wire unused_granted = &{1'b0, unused_root, unused_ptr};

    // L2. It reads the set of the request that is granted, or for who asks with l2_read its own.
    wire                      l2_hit, l2_g, l2_super, l2_napot;
    wire [WALKS-1:0]          l2_read, l2_look, l2_write, l2_fill_g, l2_fill_super, l2_fill_napot;
    wire [VPN_BITS*WALKS-1:0] l2_vpn;
    wire [ASID_W*WALKS-1:0]   l2_asid;
    wire [5*WALKS-1:0]        l2_needs;
    wire [LEAF_W-1:0]         l2_leaf;
    wire [LEAF_W*WALKS-1:0]   l2_fill_leaf;
    wire [VPN_BITS-1:0]       l2_read_vpn;
    atlas_select #(.N(WALKS), .WIDTH(VPN_BITS)) u_l2_read_vpn (
        .sel(l2_read), .in(l2_vpn), .out(l2_read_vpn)
    );
    generate
        if (L2_SETS != 0) begin : g_l2
            atlas_l2_tlb #(
                .XLEN(XLEN), .SETS(L2_SETS), .WAYS(L2_WAYS), .BIG(L2_BIG), .SLICE(SLICE), .VPN_BITS(VPN_BITS),
                .ASID_W(ASID_W), .PPN_BITS(PPN_BITS), .PARITY(PARITY), .WALKS(WALKS)
            ) u_l2_tlb (
                .clk(clk), .rst(rst), .read_vpn(|l2_read ? l2_read_vpn : m_vpn),
                .look(l2_look), .vpn(l2_vpn), .asid(l2_asid), .needs(l2_needs),
                .hit(l2_hit), .hit_leaf(l2_leaf), .hit_g(l2_g), .hit_super(l2_super),
                .hit_napot(l2_napot), .bad(bad), .fill(l2_write), .fill_leaf(l2_fill_leaf),
                .fill_g(l2_fill_g), .fill_super(l2_fill_super), .fill_napot(l2_fill_napot),
                .fence_read(fence_read), .fence_match(fence_match), .fence_has_va(fence_has_va),
                .fence_has_asid(fence_has_asid), .fence_vpn(fence_vpn), .fence_asid(fence_asid),
                .fence_index(fence_index), .reading(reading), .read_index(read_index),
                .read_entry(read_entry), .flip(flip), .flip_big(flip_big), .flip_bit(flip_bit)
            );
        end else begin : g_no_l2
            wire unused = &{1'b0, fence_read, fence_match, fence_has_va, fence_has_asid, fence_vpn, fence_asid,
                            fence_index, reading, read_index, l2_look, l2_read_vpn, l2_asid, l2_needs,
                            l2_write, l2_fill_leaf, l2_fill_g, l2_fill_super, l2_fill_napot, flip, flip_big,
                            flip_bit};
            assign {l2_hit, l2_g, l2_super, l2_napot, bad} = 5'd0;
            assign l2_leaf  = {LEAF_W{1'b0}};
            assign read_entry = 128'd0;
        end
    endgenerate

    genvar k, w, l;
    generate
        if (SW_REFILL == 0) begin : g_walks
            // What a walk's result depends on but for the access: where that is equal it may be shared.
            localparam KEY_W = VPN_BITS + 3 + ASID_W + PPN_BITS + 3;
            wire [PORTS-1:0]       plain;
            wire [KEY_W*PORTS-1:0] keys;
            wire [5*PORTS-1:0]     needs;
            // Where its walk begins: at the last pointer that fits, or at the root.
            wire [PTR_W*PORTS-1:0] starts;
            wire [PTR_W-1:0]       start;
            atlas_select #(.N(PORTS), .WIDTH(PTR_W)) u_start (.sel(grant), .in(starts), .out(start));
            for (k = 0; k < PORTS; k = k + 1) begin : g_port
                wire [VPN_BITS-1:0] vpn;
                wire [2:0]          top;
                wire [ASID_W-1:0]   asid;
                wire [PPN_BITS-1:0] root;
                wire                xlate, va_ok, root_fits, adue, pbmte, napote, tlb_off;
                wire [PTR_W-1:0]    ptr;
                wire [BIG_W-1:0]    top_big;
                assign {vpn, needs[5*k +: 5], xlate, va_ok, top, asid, root, root_fits, adue, pbmte,
                        napote, tlb_off, ptr} = misses[MISS_W*k +: MISS_W];
                for (l = 0; l < BIG_W; l = l + 1) begin : g_top
                    assign top_big[l] = top > l;
                end
                assign starts[PTR_W*k +: PTR_W] = ptr[PTR_W-1] && !tlb_off ? ptr
                                                                         : {1'b0, top_big, root, 1'b0};
                assign keys[KEY_W*k +: KEY_W] = {vpn, top, asid, root, adue, pbmte, napote};
                assign plain[k] = xlate && va_ok && |top && root_fits && !tlb_off;
            end

            // The lowest idle walk takes the request, and reads its set of the L2 in that cycle: not
            // while a walk waits to fill the L2, reads the set again, and writes it.
            wire [WALKS-1:0] w_idle, takes, l2_fill, l2_turn;
            assign idle     = &w_idle;
            assign l2_write = l2_fill & l2_turn;
            if (WALKS == 1) begin : g_turn_of_one
                assign ready   = w_idle;
                assign takes   = 1'b1;
                assign l2_read = 1'b0;
                assign l2_turn = 1'b1;
            end else begin : g_turns
                reg [WALKS-1:0] write_q;             // has read the set that it fills
                assign ready   = |w_idle && ~|l2_fill;
                assign takes   = w_idle & (~w_idle + 1'b1) & {WALKS{~|l2_fill}};
                assign l2_read = l2_fill & (~l2_fill + 1'b1) & {WALKS{~|write_q}};
                assign l2_turn = write_q;
                always @(posedge clk) write_q <= rst ? {WALKS{1'b0}} : l2_read;
            end

            wire [PORTS*WALKS-1:0]    serves, w_done, w_done_fault, w_done_fill, w_store;
            wire [RESULT_W*WALKS-1:0] w_results;
            wire [STORE_W*WALKS-1:0]  w_stores;
            for (w = 0; w < WALKS; w = w + 1) begin : g_walk
                wire [4:0]          reason;
                wire [LEAF_W-1:0]   leaf;
                wire [BIG_W-1:0]    big, store_big;
                wire                napot, g, store_g, unused_ready;
                wire [PPN_BITS-1:0] store_table;
                wire e_l2_hit, e_l2_miss, e_walk, e_ptr_hit, e_step, e_cas, e_cas_fail, e_bus_error, e_abort;

                atlas_walker #(
                    .XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS), .PORTS(PORTS), .L2(L2_SETS != 0),
                    .L2_BIG(L2_BIG), .ASID_W(ASID_W), .SLICE(SLICE)
                ) u_walker (
                    .clk(clk), .rst(rst),
                    .s_miss_grant(grant & {PORTS{takes[w]}}), .s_miss_ready(unused_ready),
                    .s_miss_vpn(m_vpn), .s_miss_needs(m_needs), .s_miss_xlate(m_xlate),
                    .s_miss_va_ok(m_va_ok), .s_miss_mode_ok(|m_top), .s_miss_asid(m_asid),
                    .s_miss_root_fits(m_root_fits), .s_miss_adue(m_adue),
                    .s_miss_pbmte(m_pbmte), .s_miss_napote(m_napote), .s_miss_tlb_off(m_tlb_off),
                    .s_miss_ptr(start[PTR_W-1]), .s_miss_big(start[1+PPN_BITS +: BIG_W]),
                    .s_miss_table(start[1 +: PPN_BITS]), .s_miss_g(start[0]),
                    .halt(halt), .killed(killed), .idle(w_idle[w]), .serves(serves[PORTS*w +: PORTS]),
                    .done(w_done[PORTS*w +: PORTS]), .done_fault(w_done_fault[PORTS*w +: PORTS]),
                    .done_reason(reason), .done_leaf(leaf), .done_big(big), .done_napot(napot), .done_g(g),
                    .done_fill(w_done_fill[PORTS*w +: PORTS]),
                    .store(w_store[PORTS*w +: PORTS]), .store_big(store_big), .store_table(store_table),
                    .store_g(store_g),
                    .l2_look(l2_look[w]), .l2_vpn(l2_vpn[VPN_BITS*w +: VPN_BITS]),
                    .l2_asid(l2_asid[ASID_W*w +: ASID_W]), .l2_needs(l2_needs[5*w +: 5]),
                    .l2_hit(l2_hit), .l2_leaf(l2_leaf), .l2_g(l2_g), .l2_super(l2_super),
                    .l2_napot(l2_napot), .l2_fill(l2_fill[w]),
                    .l2_turn(l2_turn[w]), .l2_fill_leaf(l2_fill_leaf[LEAF_W*w +: LEAF_W]),
                    .l2_fill_g(l2_fill_g[w]), .l2_fill_super(l2_fill_super[w]),
                    .l2_fill_napot(l2_fill_napot[w]),
                    .m_mem_req_valid(m_mem_req_valid[w]), .m_mem_req_ready(m_mem_req_ready[w]),
                    .m_mem_req_cas(m_mem_req_cas[w]), .m_mem_req_addr(m_mem_req_addr[PA_BITS*w +: PA_BITS]),
                    .m_mem_req_old(m_mem_req_old[XLEN*w +: XLEN]),
                    .m_mem_req_new(m_mem_req_new[XLEN*w +: XLEN]),
                    .m_mem_rsp_valid(m_mem_rsp_valid[w]), .m_mem_rsp_data(m_mem_rsp_data[XLEN*w +: XLEN]),
                    .m_mem_rsp_err(m_mem_rsp_err[w]), .m_mem_rsp_cas_ok(m_mem_rsp_cas_ok[w]),
                    .ev_begin(ev_begin[w]), .ev_l2_hit(e_l2_hit), .ev_l2_miss(e_l2_miss), .ev_walk(e_walk),
                    .ev_ptr_hit(e_ptr_hit), .ev_step(e_step), .ev_cas(e_cas),
                    .ev_cas_fail(e_cas_fail), .ev_bus_error(e_bus_error),
                    .ev_end(ev_end[w]), .ev_abort(e_abort), .ev_port(ev_port[PORTS*w +: PORTS])
                );
                assign w_results[RESULT_W*w +: RESULT_W] = {reason, g, napot, big, leaf};
                assign w_stores[STORE_W*w +: STORE_W]    = {store_table, store_big, store_g};

                // Counters, the last first: the order of GCTR in atlas_arch.vh.
                assign ev_counts[WALK_CTR*w +: WALK_CTR] = {
                    e_abort, 1'b0, e_bus_error, e_cas_fail, e_cas, e_step, e_ptr_hit, e_walk,
                    e_l2_miss, e_l2_hit};
            end

            atlas_share #(
                .WALKS(WALKS), .PORTS(PORTS), .LEVELS(LEVELS), .PPN_BITS(PPN_BITS), .KEY_W(KEY_W),
                .STORE_W(STORE_W)
            ) u_share (
                .miss(miss), .killed(killed), .plain(plain), .keys(keys), .needs(needs), .fill(fill),
                .fills(fills), .serves(serves), .w_done(w_done), .w_done_fault(w_done_fault),
                .w_done_fill(w_done_fill), .w_results(w_results), .w_store(w_store), .w_stores(w_stores),
                .ask(ask), .shared(ev_share), .done(done), .done_fault(done_fault), .done_fill(done_fill),
                .results(results), .store(store), .stores(stores)
            );
            assign ev_l2_fill = l2_write;

            wire unused = &{1'b0, s_refill_valid, s_refill_port, s_refill_va, s_refill_asid,
                            s_refill_level, s_refill_pte, cfg_top, cfg_pbmte, cfg_napote, free, busy};
            assign s_refill_ready  = 1'b0;
            assign s_refill_reason = `ATLAS_REASON_NONE;
            assign {rf_hold, rf_read, rf_look, rf_fill, rf_back} = {5*PORTS{1'b0}};
            assign {rf_vpn, rf_leaf, rf_big, rf_napot, rf_g} = {(VPN_BITS+LEAF_W+BIG_W+2){1'b0}};
        end else begin : g_refill
            wire [4:0] reason;
            wire       e_l2_hit, e_l2_miss, e_abort;
            assign ask = miss;
            atlas_refill #(
                .XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS), .PORTS(PORTS), .L2(L2_SETS != 0),
                .L2_BIG(L2_BIG), .ASID_W(ASID_W), .SLICE(SLICE)
            ) u_refill (
                .clk(clk), .rst(rst),
                .s_refill_valid(s_refill_valid), .s_refill_ready(s_refill_ready),
                .s_refill_port(s_refill_port), .s_refill_va(s_refill_va), .s_refill_asid(s_refill_asid),
                .s_refill_level(s_refill_level), .s_refill_pte(s_refill_pte),
                .s_refill_reason(s_refill_reason), .cfg_top(cfg_top), .cfg_pbmte(cfg_pbmte),
                .cfg_napote(cfg_napote),
                .s_miss_grant(grant), .s_miss_ready(ready), .s_miss_vpn(m_vpn), .s_miss_needs(m_needs),
                .s_miss_xlate(m_xlate), .s_miss_va_ok(m_va_ok), .s_miss_top(m_top),
                .s_miss_asid(m_asid), .s_miss_tlb_off(m_tlb_off),
                .halt(halt), .killed(killed), .idle(idle),
                .done(done), .done_fault(done_fault), .done_reason(reason), .done_fill(done_fill),
                .free(free), .busy(busy), .hold(rf_hold), .l1_read(rf_read), .l1_look(rf_look),
                .l1_fill(rf_fill), .l1_back(rf_back), .vpn(rf_vpn), .leaf(rf_leaf), .big(rf_big),
                .napot(rf_napot), .g(rf_g),
                .l2_read(l2_read), .l2_look(l2_look), .l2_vpn(l2_vpn), .l2_asid(l2_asid),
                .l2_needs(l2_needs), .l2_hit(l2_hit), .l2_fill(l2_write),
                .ev_begin(ev_begin), .ev_l2_hit(e_l2_hit), .ev_l2_miss(e_l2_miss), .ev_end(ev_end),
                .ev_abort(e_abort), .ev_port(ev_port)
            );
            localparam [BIG_W-1:0] LEVEL_1 = 1;          // `big` of a superpage of the L2
            wire [BIG_W-1:0] l2_big = LEVEL_1 & {BIG_W{l2_super}};
            assign {l2_fill_leaf, l2_fill_g, l2_fill_super, l2_fill_napot} = {rf_leaf, rf_g, rf_big[0], rf_napot};
            assign results   = {PORTS{{reason, l2_g, l2_napot, l2_big, l2_leaf}}};
            assign ev_counts = {e_abort, {(WALK_CTR-3){1'b0}}, e_l2_miss, e_l2_hit};

            wire unused = &{1'b0, fill, fills, m_root_fits, m_adue, m_pbmte, m_napote, m_mem_req_ready, m_mem_rsp_valid,
                            m_mem_rsp_data, m_mem_rsp_err, m_mem_rsp_cas_ok};
            assign {store, ev_share, ev_l2_fill} = {(2*PORTS+WALKS){1'b0}};
            assign stores = {STORE_W*PORTS{1'b0}};
            assign {m_mem_req_valid, m_mem_req_cas} = {2*WALKS{1'b0}};
            assign m_mem_req_addr = {PA_BITS*WALKS{1'b0}};
            assign {m_mem_req_old, m_mem_req_new} = {2*XLEN*WALKS{1'b0}};
        end
    endgenerate

`ifdef FORMAL
    // Several walks: what atlas_share takes for granted of them.
    generate if (WALKS > 1) begin : g_formal
        reg f_first = 1'b1;      // cycle 0, when registers hold anything
        always @(posedge clk) f_first <= 1'b0;
        always @(*) if (f_first) assume (rst);
        wire f_up = !rst && !f_first;

        // Assumed of the ports: a request stays what it is until its result is filled, it is
        // killed, or a fence comes; what is to be remembered is filled in the next cycle.
        localparam F_W = g_walks.KEY_W;
        always @(*) if (f_up && halt) e_halt: assume (~|miss);
        reg  [PORTS-1:0]     f_open, f_keep, f_due, f_moved;
        reg  [F_W*PORTS-1:0] f_keys;
        reg  [PORTS-1:0]     f_plain;
        integer f_p;
        always @(posedge clk) begin
            f_open  <= miss & ~killed & ~done & {PORTS{!rst}};
            f_keep  <= miss & ~killed & {PORTS{!rst}};
            f_due   <= done & done_fill & {PORTS{!rst}};
            f_keys  <= g_walks.keys;
            f_plain <= g_walks.plain;
        end
        always @(*)
            for (f_p = 0; f_p < PORTS; f_p = f_p + 1)
                f_moved[f_p] = {f_plain[f_p], f_keys[F_W*f_p +: F_W]}
                               != {g_walks.plain[f_p], g_walks.keys[F_W*f_p +: F_W]};
        always @(*) if (f_up && !halt) e_open: assume ((f_open & ~miss) == 0);
        always @(*) if (f_up) e_keep: assume ((f_keep & f_moved) == 0);
        always @(*) if (f_up) e_fill: assume (fill == f_due && (fill & miss) == 0);
        // Assumed of memory: it answers what it was asked.
        reg  [WALKS-1:0] f_out;
        always @(posedge clk) f_out <= {WALKS{!rst}} & ((m_mem_req_valid & m_mem_req_ready)
                                                        | (f_out & ~m_mem_rsp_valid));
        always @(*) if (f_up) assume ((m_mem_rsp_valid & ~f_out) == 0);

        // Ports that have a walk, or a result to fill; walks and pairs of ports that should not be.
        reg  [PORTS-1:0] f_walks, f_twice, f_clash, f_lost;
        reg  [WALKS-1:0] f_many;
        reg  [PORTS-1:0] f_of;
        integer f_i, f_j;
        always @(*) begin
            f_of = {PORTS{1'b0}};
            {f_walks, f_twice, f_clash, f_many} = {(3*PORTS+WALKS){1'b0}};
            for (f_i = 0; f_i < WALKS; f_i = f_i + 1) begin
                f_of        = g_walks.serves[PORTS*f_i +: PORTS];
                f_twice     = f_twice | (f_walks & f_of);
                f_walks     = f_walks | f_of;
                f_many[f_i] = (f_of & (f_of - 1'b1)) != 0;
            end
            for (f_i = 0; f_i < PORTS; f_i = f_i + 1)
                for (f_j = 0; f_j < PORTS; f_j = f_j + 1)
                    if (f_i != f_j && f_walks[f_i] && (f_walks[f_j] || fill[f_j])
                            && g_walks.plain[f_i] && g_walks.plain[f_j]
                            && g_walks.keys[F_W*f_i +: F_W] == g_walks.keys[F_W*f_j +: F_W])
                        f_clash[f_i] = 1'b1;
            f_lost = f_walks & ~miss & {PORTS{!halt}};
        end

        always @(posedge clk) if (f_up) begin
            a_twice:  assert (~|f_twice);                // a port has one walk at most
            a_many:   assert (~|f_many);                 // a walk works for one port
            a_apart:  assert (~|f_clash);                // a page that is walked has one walk
            a_lost:   assert (~|f_lost);                 // a walk works for a request that waits
            a_ends:   assert ((g_walks.w_done & ~g_walks.serves) == 0
                              && (g_walks.w_done_fault & ~g_walks.w_done) == 0
                              && (g_walks.w_done_fill & ~g_walks.w_done) == 0);
            a_single: assert ((ev_share & f_walks) == 0);
            a_done:   assert ((done & (~miss | killed)) == 0);
            a_kinds:  assert (((done_fault | done_fill) & ~done) == 0
                              && (done_fault & done_fill) == 0);
            c_two:    cover  ((f_walks & (f_walks - 1'b1)) != 0);
            c_share:  cover  (|ev_share);
            c_again:  cover  (|(done & done_fault) && |(miss & ~f_walks & ~done));
        end
    end endgenerate
`endif
endmodule

`default_nettype wire

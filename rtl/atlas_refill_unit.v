// atlas_refill_unit: the requests that the L1s do not answer where software fills the TLBs
// (SW_REFILL = 1), in place of atlas_miss_unit: the L2, and atlas_refill in place of walkers.
//
//   misses, one slice a port ─► atlas_rr_arb ─► atlas_refill ◄─ s_refill
//   results, one slice a port ◄──────────────── atlas_l2_tlb
//
// Reset     idle
//
// Parameters and slices   as atlas_miss_unit
`default_nettype none
`include "atlas_arch.vh"

module atlas_refill_unit #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter PA_BITS  = 32,
    parameter PORTS    = 2,
    parameter ASID_W   = 9,
    parameter SLICE    = 9,
    parameter L2_SETS  = 256,
    parameter L2_WAYS  = 2,
    parameter PARITY   = 0,
    parameter PPN_BITS = PA_BITS - 12,                   // derived: do not set
    parameter VPN_BITS = SLICE * LEVELS,
    parameter LEAF_W   = PPN_BITS + 7,
    parameter BIG_W    = LEVELS - 1,
    parameter REST_W   = PPN_BITS + 4,                   // {root, root_fits, adue, pbmte, napote}
    parameter PTR_W    = 1 + BIG_W + PPN_BITS + 1,
    parameter MISS_W   = VPN_BITS + 5 + 2 + 3 + ASID_W + REST_W + 1 + PTR_W,
    parameter RESULT_W = LEAF_W + LEVELS + 1 + 5,
    parameter WALK_CTR = `ATLAS_GCTR_ABORT + 1
) (
    input  wire                      clk,
    input  wire                      rst,

    // The requests of the ports, and their results.
    input  wire [PORTS-1:0]          miss,
    input  wire [PORTS-1:0]          killed,
    input  wire [MISS_W*PORTS-1:0]   misses,
    output wire [PORTS-1:0]          done,
    output wire [PORTS-1:0]          done_fault,
    output wire [PORTS-1:0]          done_fill,
    output wire [RESULT_W*PORTS-1:0] results,

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
    output wire [PORTS-1:0]          hold,
    output wire [PORTS-1:0]          l1_read,
    output wire [PORTS-1:0]          l1_look,
    output wire [PORTS-1:0]          l1_fill,
    output wire [PORTS-1:0]          l1_back,
    output wire [VPN_BITS-1:0]       vpn,
    output wire [LEAF_W-1:0]         leaf,
    output wire [BIG_W-1:0]          big,
    output wire                      napot,
    output wire                      g,

    // Fence and read-back of the L2.
    input  wire                      halt,
    output wire                      idle,
    input  wire                      fence_read,
    input  wire                      fence_match,
    input  wire                      fence_has_va,
    input  wire                      fence_has_asid,
    input  wire [VPN_BITS-1:0]       fence_vpn,
    input  wire [ASID_W-1:0]         fence_asid,
    input  wire [9:0]                fence_index,
    input  wire                      reading,
    input  wire [11:0]               read_index,
    output wire [127:0]              read_entry,
    output wire                      bad,
    input  wire                      flip,
    input  wire [6:0]                flip_bit,

    // Events.
    output wire                      ev_begin,
    output wire                      ev_end,
    output wire [PORTS-1:0]          ev_port,
    output wire [WALK_CTR-1:0]       ev_counts
);

    // One of the ports that miss.
    wire [PORTS-1:0]  grant;
    wire              ready;
    wire [MISS_W-1:0] granted;
    atlas_rr_arb #(.N(PORTS)) u_arb (
        .clk(clk), .rst(rst), .req(miss), .gnt(grant), .ready(ready)
    );
    atlas_select #(.N(PORTS), .WIDTH(MISS_W)) u_granted (
        .sel(grant), .in(misses), .out(granted)
    );
    wire [VPN_BITS-1:0] m_vpn;
    wire [4:0]          m_needs;
    wire [2:0]          m_top;
    wire [ASID_W-1:0]   m_asid;
    wire                m_xlate, m_va_ok, m_tlb_off;
    wire [REST_W-1:0]   unused_rest;
    wire [PTR_W-1:0]    unused_ptr;
    assign {m_vpn, m_needs, m_xlate, m_va_ok, m_top, m_asid, unused_rest, m_tlb_off, unused_ptr} = granted;

    // L2.
    wire                l2_read, l2_look, l2_hit, l2_g, l2_fill;
    wire [VPN_BITS-1:0] l2_vpn;
    wire [ASID_W-1:0]   l2_asid;
    wire [4:0]          l2_needs;
    wire [LEAF_W-1:0]   l2_leaf;
    generate
        if (L2_SETS != 0) begin : g_l2
            localparam COUNTER = L2_SETS * L2_WAYS;      // index past the last entry
            atlas_l2_tlb #(
                .XLEN(XLEN), .SETS(L2_SETS), .WAYS(L2_WAYS), .VPN_BITS(VPN_BITS), .ASID_W(ASID_W),
                .PPN_BITS(PPN_BITS), .PARITY(PARITY)
            ) u_l2_tlb (
                .clk(clk), .rst(rst), .read_vpn(l2_read ? vpn : m_vpn),
                .look(l2_look), .vpn(l2_vpn), .asid(l2_asid), .needs(l2_needs),
                .hit(l2_hit), .hit_leaf(l2_leaf), .hit_g(l2_g), .bad(bad),
                .fill(l2_fill), .fill_leaf(leaf), .fill_g(g),
                .fence_read(fence_read), .fence_match(fence_match), .fence_has_va(fence_has_va),
                .fence_has_asid(fence_has_asid), .fence_vpn(fence_vpn), .fence_asid(fence_asid),
                .fence_index(fence_index), .reading(reading), .read_way(read_index[1:0]),
                .read_counter(read_index == COUNTER[11:0]), .read_entry(read_entry),
                .flip(flip), .flip_bit(flip_bit)
            );
        end else begin : g_no_l2
            wire unused = &{1'b0, fence_read, fence_match, fence_has_va, fence_has_asid, fence_vpn,
                            fence_asid, fence_index, reading, read_index, l2_read, l2_look, l2_vpn,
                            l2_asid, l2_needs, l2_fill, flip, flip_bit};
            assign {l2_hit, l2_g, bad} = 3'b000;
            assign l2_leaf    = {LEAF_W{1'b0}};
            assign read_entry = 128'd0;
        end
    endgenerate

    wire [4:0] reason;
    wire       e_l2_hit, e_l2_miss, e_abort;
    atlas_refill #(
        .XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS), .PORTS(PORTS), .L2(L2_SETS != 0),
        .ASID_W(ASID_W), .SLICE(SLICE)
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
        .free(free), .busy(busy), .hold(hold), .l1_read(l1_read), .l1_look(l1_look),
        .l1_fill(l1_fill), .l1_back(l1_back), .vpn(vpn), .leaf(leaf), .big(big), .napot(napot),
        .g(g),
        .l2_read(l2_read), .l2_look(l2_look), .l2_vpn(l2_vpn), .l2_asid(l2_asid),
        .l2_needs(l2_needs), .l2_hit(l2_hit), .l2_fill(l2_fill),
        .ev_begin(ev_begin), .ev_l2_hit(e_l2_hit), .ev_l2_miss(e_l2_miss), .ev_end(ev_end),
        .ev_abort(e_abort), .ev_port(ev_port)
    );
    assign results   = {PORTS{{reason, l2_g, {LEVELS{1'b0}}, l2_leaf}}};
    assign ev_counts = {e_abort, {(WALK_CTR-3){1'b0}}, e_l2_miss, e_l2_hit};
    wire unused_slices = &{1'b0, unused_rest, unused_ptr};
endmodule

`default_nettype wire

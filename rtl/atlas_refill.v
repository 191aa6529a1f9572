// atlas_refill: the miss unit of a TLB that software fills (SW_REFILL = 1), in place of
// atlas_walker: it reads no memory. A miss that the L2 does not answer is a page fault TLB_MISS;
// software finds the leaf and hands it over, which is checked as a walk checks it and put where the
// fill of a walk would put it: into one port's L1, and into the L2 if that holds pages of its size.
//
//            cycle   0   1   2   3   4       the port's lookups wait (hold) from cycle 0 to 4;
//   s_refill_valid __/---------------\____   it begins once the port has no miss and no fence is
//   l1_read        ______/---\____________   under way. The payload holds still until ready:
//   l1_look        __________/---\________   then the leaf is in the TLBs, or refused
//   s_refill_ready ______________/---\____   with a reason, of the configuration in cycle 2
//   l1_back        __________________/---\   the set of the request that waits is read again
//
// Refused, by the first rule that holds: no such mode or no such level in it, MODE; not canonical,
// NONCANONICAL; what atlas_pte_decode refuses; a pointer, NO_LEAF; A = 0, A_CLEAR; beyond the
// physical width, or a page larger than it, LEAF_WIDTH. D = 0 is taken: a store misses it.
//
// halt      a fence waits: a miss is given up (it starts again in its port); no refill begins, one
//           that has begun ends first
// killed    port's bit: its miss is killed: given up
// Reset     idle
//
// XLEN, LEVELS, PA_BITS, PORTS   as atlas_mmu     L2   there is an L2 TLB     L2_BIG   as atlas_mmu
`default_nettype none
`include "atlas_arch.vh"

module atlas_refill #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter PA_BITS  = 32,
    parameter PORTS    = 2,
    parameter L2       = 0,
    parameter L2_BIG   = 0,
    parameter ASID_W   = 9,
    parameter SLICE    = 9,
    parameter PPN_BITS = PA_BITS - 12,                   // derived: do not set
    parameter VPN_BITS = SLICE * LEVELS,
    parameter LEAF_W   = PPN_BITS + 7
) (
    input  wire                clk,
    input  wire                rst,

    // Software, and the configuration that its leaf is checked by.
    input  wire                s_refill_valid,
    output wire                s_refill_ready,
    input  wire [1:0]          s_refill_port,
    input  wire [XLEN-1:0]     s_refill_va,
    input  wire [ASID_W-1:0]   s_refill_asid,
    input  wire [2:0]          s_refill_level,
    input  wire [XLEN-1:0]     s_refill_pte,
    output wire [4:0]          s_refill_reason,          // with ready; NONE: it is filled
    input  wire [2:0]          cfg_top,
    input  wire                cfg_pbmte,
    input  wire                cfg_napote,

    // The miss that the arbiter grants.
    input  wire [PORTS-1:0]    s_miss_grant,             // one-hot, or none
    output wire                s_miss_ready,
    input  wire [VPN_BITS-1:0] s_miss_vpn,
    input  wire [4:0]          s_miss_needs,
    input  wire                s_miss_xlate,
    input  wire                s_miss_va_ok,
    input  wire [2:0]          s_miss_top,
    input  wire [ASID_W-1:0]   s_miss_asid,
    input  wire                s_miss_tlb_off,

    // Giving up.
    input  wire                halt,
    input  wire [PORTS-1:0]    killed,
    output wire                idle,

    // The result, for the port that is served: a fault, or what the L2 has.
    output wire [PORTS-1:0]    done,
    output wire [PORTS-1:0]    done_fault,
    output wire [4:0]          done_reason,
    output wire [PORTS-1:0]    done_fill,

    // The L1 of the port that is filled.
    input  wire [PORTS-1:0]    free,                     // port has no miss and keeps no answer
    input  wire [PORTS-1:0]    busy,                     // a lookup or a fill is under way
    output wire [PORTS-1:0]    hold,                     // look nothing up
    output wire [PORTS-1:0]    l1_read,
    output wire [PORTS-1:0]    l1_look,
    output wire [PORTS-1:0]    l1_fill,
    output wire [PORTS-1:0]    l1_back,
    output wire [VPN_BITS-1:0] vpn,
    output wire [LEAF_W-1:0]   leaf,                     // {pbmt, d, u, x, w, r, ppn composed}
    output wire [LEVELS-2:0]   big,
    output wire                napot,
    output wire                g,

    // L2: reads the set of `vpn` while l2_read, else that of the granted miss.
    output wire                l2_read,
    output wire                l2_look,
    output wire [VPN_BITS-1:0] l2_vpn,
    output wire [ASID_W-1:0]   l2_asid,
    output wire [4:0]          l2_needs,
    input  wire                l2_hit,
    output wire                l2_fill,

    // Events.
    output wire                ev_begin,
    output wire                ev_l2_hit,
    output wire                ev_l2_miss,
    output wire                ev_end,
    output wire                ev_abort,
    output wire [PORTS-1:0]    ev_port                   // one-hot: the port whose miss is served
);

    localparam [2:0] S_IDLE = 3'd0, S_MISS = 3'd1, S_READ = 3'd2, S_LOOK = 3'd3, S_FILL = 3'd4,
                     S_BACK = 3'd5;

    reg  [2:0] state_q, state_d;

    // A miss.
    reg  [PORTS-1:0]    port_q;
    reg  [VPN_BITS-1:0] vpn_q;
    reg  [ASID_W-1:0]   asid_q;
    reg  [4:0]          needs_q, reason_q;               // reason_q: unless the L2 answers
    reg                 l2_q;                            // the L2 is asked
    wire take    = state_q == S_IDLE && |s_miss_grant && !starts;
    wire refused = !s_miss_xlate || ~|s_miss_top || !s_miss_va_ok;
    always @(posedge clk) begin
        if (take) begin
            {port_q, vpn_q, asid_q, needs_q} <= {s_miss_grant, s_miss_vpn, s_miss_asid, s_miss_needs};
            l2_q     <= L2 != 0 && !refused && !s_miss_tlb_off;
            reason_q <= !s_miss_xlate ? `ATLAS_REASON_VA_WIDTH
                      : ~|s_miss_top  ? `ATLAS_REASON_MODE
                      : !s_miss_va_ok ? `ATLAS_REASON_NONCANONICAL : `ATLAS_REASON_TLB_MISS;
        end
    end

    wire serving  = state_q == S_MISS;
    wire abort    = serving && (halt || |(killed & port_q));
    wire answered = l2_q && l2_hit;
    wire [PORTS-1:0] served = port_q & {PORTS{serving && !abort}};
    assign done        = served;
    assign done_fault  = served & {PORTS{!answered}};
    assign done_fill   = served & {PORTS{answered}};
    assign done_reason = reason_q;

    // A leaf of software: what it says.
    wire [2:0] level = s_refill_level;
    wire       canonical, unused_fits, dec_fault, dec_leaf;
    wire [4:0] dec_reason;
    wire [1:0] pbmt;
    wire [PPN_BITS-1:0] unused_ppn;
    assign vpn = s_refill_va[12 +: VPN_BITS];
    assign g   = s_refill_pte[`ATLAS_PTE_G_LSB];
    atlas_va_check #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_va_check (
        .va(s_refill_va), .top(cfg_top), .canonical(canonical), .fits(unused_fits)
    );
    atlas_pte_decode #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_decode (
        .pte(s_refill_pte), .big(big), .napote(cfg_napote), .pbmte(cfg_pbmte),
        .fault(dec_fault), .reason(dec_reason), .leaf(dec_leaf), .napot(napot),
        .pbmt(pbmt), .ppn(unused_ppn)
    );

    wire too_wide, too_large;
    genvar l;
    generate
        for (l = 0; l < LEVELS - 1; l = l + 1) begin : g_big
            assign big[l] = level > l;
        end
    endgenerate
    atlas_leaf #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_leaf (
        .pte(s_refill_pte), .vpn(vpn), .big(big), .napot(napot), .pbmt(pbmt),
        .leaf(leaf), .wide(too_wide), .larger(too_large)
    );

    wire no_level = ~|cfg_top || level > cfg_top;
    reg  [4:0] refuse_q;
    always @(posedge clk)
        refuse_q <= no_level                         ? `ATLAS_REASON_MODE
                  : !canonical                       ? `ATLAS_REASON_NONCANONICAL
                  : dec_fault                        ? dec_reason
                  : !dec_leaf                        ? `ATLAS_REASON_NO_LEAF
                  : !s_refill_pte[`ATLAS_PTE_A_LSB]  ? `ATLAS_REASON_A_CLEAR
                  : too_wide || too_large            ? `ATLAS_REASON_LEAF_WIDTH
                  :                                    `ATLAS_REASON_NONE;

    // ... and on its way into the TLBs.
    wire [PORTS-1:0] target = {{(PORTS-1){1'b0}}, 1'b1} << s_refill_port;
    wire going  = state_q != S_IDLE && !serving;
    wire starts = state_q == S_IDLE && s_refill_valid && !halt && ~|(target & (~free | busy));
    wire fills  = state_q == S_FILL && refuse_q == `ATLAS_REASON_NONE;
    reg  [PORTS-1:0] back_q;                             // the payload is gone by then
    always @(posedge clk) back_q <= target & {PORTS{state_q == S_FILL}};
    assign hold    = (target & {PORTS{s_refill_valid}}) | back_q;
    assign l1_read = target & {PORTS{state_q == S_READ}};
    assign l1_look = target & {PORTS{state_q == S_LOOK}};
    assign l1_fill = target & {PORTS{fills}};
    assign l1_back = back_q;
    assign s_refill_ready  = state_q == S_FILL;
    assign s_refill_reason = refuse_q & {5{state_q == S_FILL}};

    // L2.
    assign l2_read  = state_q == S_READ;
    assign l2_look  = (serving && l2_q) || state_q == S_LOOK;
    assign l2_vpn   = going ? vpn : vpn_q;
    assign l2_asid  = going ? s_refill_asid : asid_q;
    assign l2_needs = needs_q;
    localparam [LEVELS-2:0] LEVEL_1 = 1;                 // `big` of a leaf of level 1
    wire held = L2_BIG != 0 ? (big & ~LEVEL_1) == 0 : ~|big && !napot;
    assign l2_fill  = fills && L2 != 0 && held;

    // Sequence.
    wire take_killed = take && |(killed & s_miss_grant);
    assign s_miss_ready = state_q == S_IDLE && !starts;
    assign idle         = state_q == S_IDLE;
    always @(*) begin
        case (state_q)
            S_IDLE:  state_d = starts ? S_READ : take && !take_killed ? S_MISS : S_IDLE;
            S_READ:  state_d = S_LOOK;
            S_LOOK:  state_d = S_FILL;
            S_FILL:  state_d = S_BACK;
            default: state_d = S_IDLE;
        endcase
    end
    always @(posedge clk) state_q <= rst ? S_IDLE : state_d;

    // Events.
    assign ev_begin   = take && !take_killed;
    assign ev_l2_hit  = answered && serving && !abort;
    assign ev_l2_miss = l2_q && !l2_hit && serving && !abort;
    assign ev_end     = |served;
    assign ev_abort   = abort;
    assign ev_port    = serving ? port_q : s_miss_grant;
    wire unused = &{1'b0, unused_fits, unused_ppn, s_refill_va};
endmodule

`default_nettype wire

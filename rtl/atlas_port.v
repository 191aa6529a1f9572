// atlas_port: the requests of one port on their way through the L1, and their answers.
//
//            cycle   0   1   2   3   4        two hits, then a miss
//   s_req_valid    __/-----------\____        ready is a register; it falls while a request
//   s_req_ready    ------------\______        waits behind a miss
//   s_rsp_valid    ______/-------\____        a hit is answered HIT_LATENCY = 1 cycle later
//
// A request arrives in `in`, where the L1 looks it up as soon as nothing is before it. What is
// not answered and taken there at once goes on to `cur`, and the next one may arrive:
//
//   in ──► (answered)                         its set is read again every cycle while it waits
//    ├───► cur: DONE ──► (answered)           a hit that was not taken at once; a killed one
//    └───► cur: MISS ──► DONE                 the miss unit works for it; a fence starts it again
//
// A request samples the configuration when it is accepted; what it depends on goes with it.
// Kill       takes effect at the clock edge; an answer offered in that cycle or before stands.
//            Requests that wait on one port need different ids
// Reset      no requests; boot keeps ready low until the sweep is over
//
// XLEN, LEVELS, PA_BITS, ID_BITS   as atlas_mmu
`default_nettype none
`include "atlas_arch.vh"

module atlas_port #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter PA_BITS  = 32,
    parameter ID_BITS  = 4,
    parameter ASID_W   = 9,
    parameter SLICE    = 9,
    parameter PPN_BITS = PA_BITS - 12,                   // derived: do not set
    parameter VPN_BITS = SLICE * LEVELS,
    parameter LEAF_W   = PPN_BITS + 7,
    // Bits of an address that matter: translated, or passed on. The others are checked on arrival.
    parameter VA_W     = XLEN == 32 || PA_BITS < 12 + VPN_BITS ? 12 + VPN_BITS : PA_BITS
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                boot,          // the TLBs are being swept after reset

    input  wire                s_req_valid,
    output wire                s_req_ready,
    input  wire [XLEN-1:0]     s_req_va,
    input  wire [1:0]          s_req_acc,
    input  wire [1:0]          s_req_priv,
    input  wire                s_req_sum,
    input  wire                s_req_mxr,
    input  wire [ID_BITS-1:0]  s_req_id,

    output wire                s_rsp_valid,
    input  wire                s_rsp_ready,
    output wire [PA_BITS-1:0]  s_rsp_pa,
    output wire [2:0]          s_rsp_level,
    output wire                s_rsp_napot,
    output wire [1:0]          s_rsp_pbmt,
    output wire                s_rsp_fault,
    output wire [3:0]          s_rsp_cause,
    output wire [4:0]          s_rsp_reason,
    output wire                s_rsp_killed,
    output wire [ID_BITS-1:0]  s_rsp_id,

    input  wire                s_kill_valid,
    input  wire [ID_BITS-1:0]  s_kill_id,

    // Configuration, from atlas_satp_decode and cfg_*.
    input  wire                cfg_bare,
    input  wire [2:0]          cfg_top,
    input  wire [ASID_W-1:0]   cfg_asid,
    input  wire [PPN_BITS-1:0] cfg_root,
    input  wire                cfg_root_fits,
    input  wire                cfg_adue,
    input  wire                cfg_pbmte,
    input  wire                cfg_napote,
    input  wire                cfg_tlb_off,

    // For the L1: the request that is looked up, and the one whose set is to be read.
    output wire                arrive,        // arrive_vpn comes into `in` at the next edge
    output wire [VPN_BITS-1:0] arrive_vpn,
    output wire                waits,         // `in` stays: read its set again
    output wire [VPN_BITS-1:0] in_vpn,
    output wire [ASID_W-1:0]   in_asid,
    output wire [1:0]          in_acc,
    output wire                in_user,
    output wire                in_sum,
    output wire                in_mxr,

    // The L1's answer for it.
    output wire                look,          // the L1 is asked in this cycle
    input  wire                l1_hit,        // an entry that may answer the access
    output wire                l1_answers,
    input  wire [PPN_BITS-1:0] l1_ppn,        // 0 unless look
    input  wire [1:0]          l1_pbmt,
    input  wire [LEVELS-2:0]   l1_big,
    input  wire                l1_napot,

    // For the miss unit: the request that has missed, `cur`.
    output wire                miss,          // wants to be served
    output wire                miss_killed,   // the kill of a miss, this cycle
    output wire                free,          // none: `in` comes here at the next edge
    output wire [VPN_BITS-1:0] vpn,
    output wire [1:0]          acc,
    output wire                user,
    output wire                sum,
    output wire                mxr,
    output wire                xlate,         // translated; else its address does not fit
    output wire                va_ok,         // canonical
    output wire [2:0]          top,           // root level; 0: mode not implemented
    output wire [ASID_W-1:0]   asid,
    output wire [PPN_BITS-1:0] root,
    output wire                root_fits,
    output wire                adue,
    output wire                pbmte,
    output wire                napote,
    output wire                tlb_off,

    input  wire                done,          // its result, this cycle
    input  wire                done_fault,
    input  wire                done_access,   // an access fault, else a page fault
    input  wire [4:0]          done_reason,
    input  wire [LEAF_W-1:0]   done_leaf,     // {pbmt, d, u, x, w, r, ppn}
    input  wire [LEVELS-2:0]   done_big,
    input  wire                done_napot,
    input  wire                done_g,
    input  wire                done_fill,     // no fault, and to be remembered

    // Fill of the L1 with the result of `cur`, in the first cycle in which it is offered.
    output wire                fill,
    output wire                fill_side,
    output wire [LEAF_W-1:0]   fill_leaf,
    output wire [LEVELS-2:0]   fill_big,
    output wire                fill_napot,
    output wire                fill_g,

    // Fence.
    input  wire                halt,          // look nothing up; what misses starts again
    input  wire                retire,        // done: remember nothing of the requests that are here
    output wire                busy,          // a lookup or a fill is under way

    output wire                bypass         // an untranslated request is answered (counter)
);

    localparam SPACE_W = ASID_W + PPN_BITS, REST_W = 2 + 4 + 1 + 3 + 1 + 3 + ID_BITS;

    // A request as it arrives.
    wire new_canonical, new_fits;
    atlas_va_check #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_va_check (
        .va(s_req_va), .top(cfg_top), .canonical(new_canonical), .fits(new_fits)
    );
    wire new_user  = s_req_priv == `ATLAS_PRIV_U;
    wire new_xlate = s_req_priv != `ATLAS_PRIV_M && !cfg_bare;
    wire new_va_ok = new_xlate ? new_canonical : new_fits;
    wire [SPACE_W-1:0] new_space = {cfg_asid, cfg_root};
    wire [REST_W-1:0]  new_rest  = {s_req_acc, new_user, s_req_sum, s_req_mxr, new_xlate, new_va_ok,
                                    cfg_top, cfg_root_fits, cfg_adue, cfg_pbmte, cfg_napote, s_req_id};

    // The request that is looked up, and the one before it that was not answered there.
    reg  [VA_W-1:0]    in_va_q, va_q;
    reg  [SPACE_W-1:0] in_space_q, space_q;
    reg  [REST_W-1:0]  in_rest_q, rest_q;
    reg                in_off_q, off_q;       // the TLBs are off for it
    reg                in_valid_q, in_killed_q;
    reg                read_q;                // the RAM was read for it in the cycle before
    reg                miss_q, done_q;        // state of `cur`: MISS, DONE, or none
    reg                ready_q;

    wire               in_xlate, in_va_ok;
    wire [2:0]         in_top;
    wire [ID_BITS-1:0] in_id, id;
    wire [3:0]         unused_cfg;
    assign {in_acc, in_user, in_sum, in_mxr, in_xlate, in_va_ok, in_top, unused_cfg, in_id} = in_rest_q;
    assign {acc, user, sum, mxr, xlate, va_ok, top, root_fits, adue, pbmte, napote, id} = rest_q;
    assign in_asid      = in_space_q[PPN_BITS +: ASID_W];
    assign {asid, root} = space_q;
    assign in_vpn       = in_va_q[12 +: VPN_BITS];
    assign vpn          = va_q[12 +: VPN_BITS];
    assign tlb_off      = off_q;
    assign free         = !miss_q && !done_q;

    // The result that is kept: of a walk, or of a hit that was not taken at once.
    reg  [LEAF_W-1:0] leaf_q;
    reg  [LEVELS-2:0] big_q;
    reg               napot_q, g_q, fault_q, access_q, killed_q, fill_q;
    reg  [4:0]        reason_q;

    // The lookup. Whatever its result, the request leaves.
    wire leaves  = in_valid_q && free && (read_q || in_killed_q);
    wire looking = leaves && !in_killed_q;
    wire passes  = looking && !in_xlate && in_va_ok;
    assign look       = looking && in_xlate;
    assign l1_answers = look && l1_hit && in_va_ok && |in_top && !in_off_q;
    wire   answers    = passes || l1_answers;

    // Answers.
    assign s_rsp_valid  = answers || done_q;
    assign s_rsp_id     = done_q ? id : in_id;
    assign s_rsp_killed = killed_q;
    assign s_rsp_fault  = fault_q;
    assign s_rsp_reason = reason_q;
    wire [PA_BITS+VA_W-1:0] va_wide = {{PA_BITS{1'b0}}, in_va_q};
    wire [PPN_BITS-1:0] found_ppn = l1_ppn | (va_wide[PA_BITS-1:12] & {PPN_BITS{!in_xlate}});
    assign s_rsp_pa     = {done_q ? leaf_q[PPN_BITS-1:0] : found_ppn,
                           done_q ? va_q[11:0] & {12{!fault_q}} : in_va_q[11:0]};
    assign s_rsp_pbmt   = done_q ? leaf_q[LEAF_W-1 -: 2] : l1_pbmt;
    assign s_rsp_napot  = done_q ? napot_q : l1_napot;
    wire [LEVELS-2:0] big = done_q ? big_q : l1_big;
    atlas_big_level #(.LEVELS(LEVELS)) u_level (.big(big), .level(s_rsp_level));

    // Page faults are 12, 13, 15 (fetch, load, store or AMO); access faults 1, 5, 7.
    wire fetch = acc == `ATLAS_ACC_FETCH;
    assign s_rsp_cause = {4{fault_q}} & {!access_q, !access_q || !fetch, acc[1], access_q || !fetch};

    assign s_req_ready = ready_q;

    // Kills. A request on offer is not killed any more.
    wire kill_new = s_kill_valid && s_kill_id == s_req_id;
    wire kill_in  = s_kill_valid && s_kill_id == in_id;
    wire kill_cur = s_kill_valid && s_kill_id == id && miss_q;
    assign miss        = miss_q && !halt;
    assign miss_killed = kill_cur;

    // Where the requests go.
    wire accept     = s_req_valid && ready_q;
    wire held       = done_q && !s_rsp_ready;
    wire dies       = leaves && !answers && (in_killed_q || kill_in);
    wire done_d     = held || done || kill_cur || dies || (answers && !s_rsp_ready);
    wire miss_d     = (miss_q && !done && !kill_cur) || (looking && !answers && !kill_in);
    wire in_valid_d = accept || waits;
    wire read_d     = !halt && !fill_q;       // else the RAM is not read for a request now
    assign waits      = in_valid_q && !leaves;
    assign arrive     = accept;
    assign arrive_vpn = s_req_va[12 +: VPN_BITS];

    always @(posedge clk) begin
        if (rst) begin
            miss_q     <= 1'b0;
            done_q     <= 1'b0;
            in_valid_q <= 1'b0;
            read_q     <= 1'b0;
            ready_q    <= 1'b0;
            fill_q     <= 1'b0;
        end else begin
            miss_q     <= miss_d;
            done_q     <= done_d;
            in_valid_q <= in_valid_d;
            read_q     <= read_d;
            // What comes next finds room: nothing here, or what is here leaves in that cycle.
            ready_q    <= !boot && (!in_valid_d || (!miss_d && !done_d && read_d));
            fill_q     <= done && done_fill;
        end
    end

    // A request that has outlived a fence may have sampled a satp that the fence retires: it goes
    // on as if tlb_off were set, and nothing of it is remembered.
    always @(posedge clk) begin
        if (accept) begin
            in_va_q    <= s_req_va[VA_W-1:0];
            in_space_q <= new_space;
            in_rest_q  <= new_rest;
        end
        in_off_q    <= accept ? cfg_tlb_off : in_off_q || retire;
        in_killed_q <= accept ? kill_new : in_killed_q || kill_in;
        if (free) begin
            va_q    <= in_va_q;
            space_q <= in_space_q;
            rest_q  <= in_rest_q;
        end
        off_q <= free ? in_off_q : off_q || retire;
    end

    // What is kept: a walk's result, a hit that waits to be taken, or "killed". While a lookup
    // is possible, faults read 0.
    always @(posedge clk) begin
        if (rst) begin
            killed_q <= 1'b0;
            fault_q  <= 1'b0;
            reason_q <= 5'd0;
        end else if (!held) begin
            killed_q <= kill_cur || dies;
            fault_q  <= done && done_fault;
            reason_q <= done_reason & {5{done}};
        end
        if (!held) begin
            access_q <= done_access;
            napot_q  <= miss_q ? done_napot : l1_napot;
            big_q    <= miss_q ? done_big : l1_big;
            g_q      <= done_g;
            leaf_q   <= miss_q ? done_leaf : {l1_pbmt, done_leaf[LEAF_W-3 -: 5], found_ppn};
        end
    end

    assign fill       = fill_q;
    assign fill_side  = |big_q || napot_q;
    assign fill_leaf  = leaf_q;
    assign fill_big   = big_q;
    assign fill_napot = napot_q;
    assign fill_g     = g_q;
    assign busy       = looking || fill_q;
    assign bypass     = passes;

    wire unused = &{1'b0, s_req_va, va_wide, unused_cfg, in_space_q[PPN_BITS-1:0]};
endmodule

`default_nettype wire

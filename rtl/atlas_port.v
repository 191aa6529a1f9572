// atlas_port: the requests of one port on their way through the L1, and their answers.
//
//            cycle   0   1   2   3   4        two hits, then a miss
//   s_req_valid    __/-----------\____        ready is of registers alone; it falls while a request
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
// With HIT_LATENCY = 2 it arrives in `pre`, is looked up there, and enters `in` with what the L1
// has found. It does so only behind a request that the L1 has answered: what a miss may fill is
// looked up after it. In `in` it may then have to wait for the answer before to be taken.
//
// A request samples the configuration when it is accepted; what it depends on goes with it.
// Kill       takes effect at the clock edge; an answer offered in that cycle or before stands.
//            Requests that wait on one port need different ids
// Reset      no requests; boot keeps ready low until the sweep is over
// Formal     one answer a request, in order, killed if and only if the request was, with what the L1
//            or its walk has found for it, and the cause of its own kind of access; offers hold
//
// XLEN, LEVELS, PA_BITS, ID_BITS, HIT_LATENCY   as atlas_mmu
`default_nettype none
`include "atlas_arch.vh"

module atlas_port #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter PA_BITS  = 32,
    parameter ID_BITS  = 4,
    parameter HIT_LATENCY = 1,
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
    output wire                s_req_ready,   // of registers alone
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
    output wire                arrive,        // arrive_vpn is to be looked up from the next edge on
    output wire [VPN_BITS-1:0] arrive_vpn,
    output wire                waits,         // what is to be looked up stays: read its set again
    output wire                ask,           // the L1 is asked in this cycle
    output wire [VPN_BITS-1:0] ask_vpn,
    output wire [ASID_W-1:0]   ask_asid,
    output wire [4:0]          ask_needs,     // atlas_access_needs

    // The request that was looked up HIT_LATENCY - 1 cycles ago or more, and the L1's answer.
    output wire [VPN_BITS-1:0] in_vpn,
    output wire [ASID_W-1:0]   in_asid,
    output wire [2:0]          in_top,        // root level of its mode; 0: not implemented
    output wire                stays,         // ... so must that
    output wire                look,          // the answer is used in this cycle
    input  wire                l1_hit,        // an entry that may answer the access
    output wire                l1_answers,
    output wire                in_plain,      // untranslated: the answer is in_ppn
    output wire [PPN_BITS-1:0] in_ppn,
    input  wire [PPN_BITS-1:0] l1_ppn,
    input  wire [1:0]          l1_pbmt,
    input  wire [LEVELS-2:0]   l1_big,
    input  wire                l1_napot,

    // For the miss unit: the request that has missed, `cur`.
    output wire                miss,          // wants to be served
    output wire                miss_killed,   // the kill of a miss, this cycle
    output wire                free,          // none: `in` comes here at the next edge
    output wire [VPN_BITS-1:0] vpn,
    output wire [4:0]          needs,
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
    input  wire                done_fault,    // ... a fault
    input  wire [4:0]          done_reason,
    input  wire [LEAF_W-1:0]   done_leaf,     // {pbmt, d, u, x, w, r, ppn}
    input  wire [LEVELS-2:0]   done_big,
    input  wire                done_napot,
    input  wire                done_g,
    input  wire                done_fill,     // ... and to be remembered

    // Fill of the L1 with the result of `cur`, in the first cycle in which it is offered.
    output wire                fill,
    output wire [LEAF_W-1:0]   fill_leaf,
    output wire [LEVELS-2:0]   fill_big,
    output wire                fill_napot,
    output wire                fill_g,

    // Fence.
    input  wire                halt,          // look nothing up; what misses starts again
    input  wire                hold,          // look nothing up
    input  wire                retire,        // done: remember nothing of the requests that are here
    output wire                busy,          // a lookup or a fill is under way

    output wire                bypass         // an untranslated request is answered (counter)
);

    localparam REQ_W = VA_W + ASID_W + PPN_BITS + 5 + 2 + 3 + 1 + 3 + ID_BITS;

    // A request as it arrives.
    wire new_canonical, new_fits;
    atlas_va_check #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_va_check (
        .va(s_req_va), .top(cfg_top), .canonical(new_canonical), .fits(new_fits)
    );
    wire [4:0] new_needs;
    atlas_access_needs u_needs (
        .acc(s_req_acc), .user(s_req_priv == `ATLAS_PRIV_U), .sum(s_req_sum), .mxr(s_req_mxr),
        .needs(new_needs)
    );
    wire new_xlate = s_req_priv != `ATLAS_PRIV_M && !cfg_bare;
    wire new_va_ok = new_xlate ? new_canonical : new_fits;
    wire [REQ_W-1:0] new_req = {s_req_va[VA_W-1:0], cfg_asid, cfg_root, new_needs, new_xlate,
                                new_va_ok, cfg_top, cfg_root_fits, cfg_adue, cfg_pbmte,
                                cfg_napote, s_req_id};

    // The request that the L1 answers, `in`, and the one before it that was not answered there. A
    // request that has outlived a fence may have sampled a satp that the fence retires: it goes on
    // as if tlb_off were set, and nothing of it is remembered.
    wire [REQ_W-1:0]   enter_req, in_req, req;
    wire               enter_off, enter_killed, in_off, in_off_now, in_killed, kill_in, kill_here;
    wire               unused_in_killed, unused_off_now, unused_killed, unused_killed_now;
    atlas_port_slot #(.REQ_W(REQ_W), .ID_BITS(ID_BITS)) u_in (
        .clk(clk), .load(!stays), .new_req(enter_req), .new_off(enter_off),
        .new_killed(enter_killed), .retire(retire), .kill_valid(s_kill_valid), .kill_id(s_kill_id),
        .req(in_req), .off(in_off), .off_now(in_off_now),
        .killed(in_killed), .killed_now(unused_in_killed), .kill(kill_in)
    ), u_cur (
        .clk(clk), .load(free), .new_req(in_req), .new_off(in_off_now),
        .new_killed(1'b0), .retire(retire), .kill_valid(s_kill_valid), .kill_id(s_kill_id),
        .req(req), .off(tlb_off), .off_now(unused_off_now),
        .killed(unused_killed), .killed_now(unused_killed_now), .kill(kill_here)
    );
    reg                in_valid_q;
    reg                in_may_q, in_pass_q;   // the L1 may answer it; it is not translated, and fits
    reg                read_q;                // what is to be looked up was read in the cycle before
    // State of `cur`: MISS, DONE, or none. Whether the L1 answers a lookup, or the miss unit is done,
    // comes late in a cycle: the state is kept as if not, and put right in the next one.
    reg                miss_q, done_q;
    reg                hit_q, taken_q;        // the L1 did answer, and the answer was taken
    reg                end_q;                 // the miss unit was done
    wire               is_miss = miss_q && !hit_q && !end_q;
    wire               is_done = hit_q ? !taken_q : done_q || end_q;

    wire [VA_W-1:0]     in_va, va;
    wire [PPN_BITS-1:0] unused_root;
    wire [4:0]          in_needs;
    wire                in_xlate, unused_ok;
    wire [ID_BITS-1:0]  in_id, id;
    wire [3:0]          unused_cfg;
    assign {in_va, in_asid, unused_root, in_needs, in_xlate, unused_ok, in_top, unused_cfg,
            in_id} = in_req;
    assign {va, asid, root, needs, xlate, va_ok, top, root_fits, adue, pbmte, napote, id} = req;
    assign in_vpn = in_va[12 +: VPN_BITS];
    assign vpn    = va[12 +: VPN_BITS];

    // The result that is kept: of a walk, or of a hit that was not taken at once.
    reg  [LEAF_W-1:0] leaf_q;
    reg  [LEVELS-2:0] big_q;
    reg               napot_q, g_q, fault_q, killed_q, fill_q;
    reg  [4:0]        reason_q;

    // The L1's answer. Whatever it is, the request leaves.
    wire found;                               // the L1 has looked it up
    wire leaves  = in_valid_q && free && (found || in_killed);
    wire looking = leaves && !in_killed;
    wire passes  = looking && in_pass_q;
    assign look       = looking && in_xlate;
    assign l1_answers = looking && l1_hit && in_may_q;
    wire   answers    = looking && ((l1_hit && in_may_q) || in_pass_q);

    // Answers: what is kept, else what the L1 has found or passed.
    wire [PA_BITS+VA_W-1:0] va_wide = {{PA_BITS{1'b0}}, in_va};
    wire [LEVELS-2:0]       big = is_done ? big_q & {(LEVELS-1){!fault_q}} : l1_big;
    assign in_plain     = !in_xlate;
    assign in_ppn       = va_wide[PA_BITS-1:12];
    assign s_rsp_valid  = answers || is_done;
    assign s_rsp_id     = is_done ? id : in_id;
    assign s_rsp_killed = killed_q && !hit_q;
    assign s_rsp_fault  = fault_q;
    assign s_rsp_reason = reason_q;
    assign s_rsp_pa     = {is_done ? leaf_q[PPN_BITS-1:0] & {PPN_BITS{!fault_q}} : l1_ppn,
                           is_done ? va[11:0] & {12{!fault_q}} : in_va[11:0]};
    assign s_rsp_pbmt   = is_done ? leaf_q[LEAF_W-1 -: 2] & {2{!fault_q}} : l1_pbmt;
    assign s_rsp_napot  = is_done ? napot_q && !fault_q : l1_napot;
    atlas_big_level #(.LEVELS(LEVELS)) u_level (.big(big), .level(s_rsp_level));

    // Page faults are 12, 13, 15 (fetch, load, store or AMO); access faults 1, 5, 7.
    wire fetch  = !needs[1] && !needs[0];
    wire access = reason_q == `ATLAS_REASON_VA_WIDTH || reason_q == `ATLAS_REASON_PTE_WIDTH
               || reason_q == `ATLAS_REASON_PTE_BUS || reason_q == `ATLAS_REASON_LEAF_WIDTH
               || reason_q == `ATLAS_REASON_AD_BUS;
    assign s_rsp_cause = {!access, !access || !fetch, needs[0], access || !fetch};

    // Kills. A request on offer is not killed any more.
    wire kill_new = s_kill_valid && s_kill_id == s_req_id;
    wire kill_cur = kill_here && is_miss;
    assign miss        = is_miss && !halt;
    assign miss_killed = kill_cur;

    // Where the requests go. There is room if nothing is to be looked up, or it leaves now.
    wire accept = s_req_valid && s_req_ready;
    wire held   = is_done && !s_rsp_ready;
    wire dies   = leaves && !passes && (in_killed || kill_in);   // unless the L1 answers
    assign arrive     = accept;
    assign arrive_vpn = s_req_va[12 +: VPN_BITS];

    // Into `in`, if there is room.
    wire               enter, enter_xlate, enter_va_ok;
    wire [2:0]         enter_top;
    assign stays = in_valid_q && !leaves;
    generate
        if (HIT_LATENCY == 1) begin : g_at_once
            assign enter = accept;
            assign {enter_xlate, enter_va_ok, enter_top} = {new_xlate, new_va_ok, cfg_top};
            assign {enter_req, enter_off, enter_killed}  = {new_req, cfg_tlb_off, kill_new};
            assign found       = read_q;
            assign free        = hit_q ? taken_q : !miss_q && !done_q;
            assign s_req_ready = !boot && (!in_valid_q || (free && read_q));
            assign waits       = stays;
            assign ask         = look;
            assign {ask_vpn, ask_asid, ask_needs} = {in_vpn, in_asid, in_needs};
        end else begin : g_first
            reg                 pre_valid_q;
            reg                 awake_q;      // no fence in the cycle before
            reg                 free_q;
            wire                pre_off, pre_killed, unused_kill;
            wire [VA_W-1:0]     pre_va;
            wire [PPN_BITS-1:0] pre_root;
            wire [3:0]          pre_cfg;
            wire [ID_BITS-1:0]  pre_id;
            atlas_port_slot #(.REQ_W(REQ_W), .ID_BITS(ID_BITS)) u_pre (
                .clk(clk), .load(s_req_ready), .new_req(new_req), .new_off(cfg_tlb_off),
                .new_killed(kill_new), .retire(retire), .kill_valid(s_kill_valid),
                .kill_id(s_kill_id), .req(enter_req), .off(pre_off), .off_now(enter_off),
                .killed(pre_killed), .killed_now(enter_killed), .kill(unused_kill)
            );
            assign {pre_va, ask_asid, pre_root, ask_needs, enter_xlate, enter_va_ok, enter_top,
                    pre_cfg, pre_id} = enter_req;
            assign ask_vpn     = pre_va[12 +: VPN_BITS];
            wire clears        = free && (!in_valid_q || (leaves && answers));
            assign enter       = pre_valid_q && clears && (read_q || pre_killed);
            assign found       = awake_q;
            assign free        = free_q;
            assign s_req_ready = pre_valid_q ? clears && read_q && !boot : !boot;
            // If this one may go the RAM is read for who comes next: too early to know that it
            // goes. If it does not, nothing is free in the next cycle, and it is read again.
            assign waits       = pre_valid_q && !(read_q && free);
            assign ask         = enter && enter_xlate && !pre_killed;
            always @(posedge clk) begin
                pre_valid_q <= !rst && (accept || (pre_valid_q && !enter));
                awake_q     <= !rst && !halt;
                free_q      <= rst || !(is_miss || held || (leaves && !(answers && s_rsp_ready)));
            end
            wire unused = &{1'b0, unused_kill, pre_off, pre_root, pre_cfg, pre_id};
        end
    endgenerate

    always @(posedge clk) begin
        if (rst) begin
            miss_q     <= 1'b0;
            done_q     <= 1'b0;
            hit_q      <= 1'b0;
            end_q      <= 1'b0;
            in_valid_q <= 1'b0;
            read_q     <= 1'b0;
            fill_q     <= 1'b0;
        end else begin
            miss_q     <= (is_miss && !kill_cur) || (looking && !passes && !kill_in);
            done_q     <= held || kill_cur || dies || (passes && !s_rsp_ready);
            hit_q      <= l1_answers;
            end_q      <= done;
            in_valid_q <= enter || stays;
            read_q     <= !halt && !hold && !fill_q;   // else the RAM is not read for a request now
            fill_q     <= done_fill;
        end
        taken_q <= s_rsp_ready;
    end

    always @(posedge clk) begin
        if (!stays) in_pass_q <= !enter_xlate && enter_va_ok;
        in_may_q <= stays ? in_may_q && !retire
                          : enter_xlate && enter_va_ok && |enter_top && !enter_off;
    end

    // What is kept: a walk's result, a hit that waits to be taken, or "killed". While a lookup
    // is possible, faults read 0.
    always @(posedge clk) begin
        if (rst) begin
            killed_q <= 1'b0;
            fault_q  <= 1'b0;
        end else if (held) begin
            killed_q <= s_rsp_killed;
        end else begin
            killed_q <= kill_cur || dies;
            fault_q  <= done_fault;
        end
        if (!held) begin
            napot_q  <= is_miss ? done_napot : l1_napot;
            big_q    <= is_miss ? done_big : l1_big;
            g_q      <= done_g;
            reason_q <= done_reason;
            leaf_q   <= is_miss ? done_leaf : {l1_pbmt, done_leaf[LEAF_W-3 -: 5], l1_ppn};
        end
    end

    assign fill       = fill_q;
    assign fill_leaf  = leaf_q;
    assign fill_big   = big_q;
    assign fill_napot = napot_q;
    assign fill_g     = g_q;
    assign busy       = looking || ask || fill_q;
    assign bypass     = passes;

    wire unused = &{1'b0, s_req_va, va_wide, unused_cfg, unused_ok, unused_root, in_off,
                    unused_in_killed, unused_off_now, unused_killed, unused_killed_now};
`ifdef FORMAL
    reg f_first = 1'b1;          // cycle 0, when registers hold anything
    always @(posedge clk) f_first <= 1'b0;
    always @(*) if (f_first) assume (rst);
    wire f_up = !rst && !f_first;

    // Assumed of the L1: an untranslated address passes through it; pages have a size.
    always @(*) if (f_up && in_plain) e_plain: assume ({l1_ppn, l1_pbmt, l1_big, l1_napot}
        == {in_ppn, {(LEVELS+2){1'b0}}});
    always @(*) if (f_up && look) e_size: assume ((l1_big & (l1_big + 1'b1)) == 0);
    always @(*) if (f_up && done) e_walked: assume ((done_big & (done_big + 1'b1)) == 0);
    // Assumed of the miss unit: a result for who asks, and is neither killed nor halted.
    always @(*) if (f_up && done) e_done: assume (miss && !miss_killed);
    // A fault has a reason and is not remembered, nor is what may not be.
    always @(*) if (f_up && done_fault) e_fault: assume (done && !done_fill
        && done_reason != `ATLAS_REASON_NONE);
    always @(*) if (f_up && done_fill) e_fill: assume (done && !tlb_off && xlate && va_ok && |top);
    // Assumed of the fence: it halts from the cycle before it looks for quiet until it is done.
    reg f_halted;
    always @(posedge clk) f_halted <= halt;
    always @(*) if (f_up && (boot || retire)) e_halt: assume (halt);
    always @(*) if (f_up && retire) e_retire: assume (f_halted);

    // Requests that are here; one of them, any, how many are before it, and what came with it.
    wire f_in  = s_req_valid && s_req_ready;
    wire f_out = s_rsp_valid && s_rsp_ready;
    (* anyseq *) wire f_pick;
    reg  [2:0] f_count, f_before;
    reg        f_here;
    wire       f_next = f_here && f_before == 3'd0;       // it is the next to be answered
    wire       f_last = f_here && f_before + 3'd1 == f_count;
    localparam F_W = XLEN + 2 + 1 + 2 + 1 + 1 + 3 + ASID_W + PPN_BITS + 1 + 3 + ID_BITS;
    reg  [F_W-1:0]      f_req;
    wire [XLEN-1:0]     f_va;
    wire [1:0]          f_acc;
    wire                f_user, f_sum, f_mxr, f_xlate, f_ok, f_fits, f_adue, f_pbmte, f_napote;
    wire [2:0]          f_top;
    wire [4:0]          f_needs;
    atlas_access_needs u_f_needs (.acc(f_acc), .user(f_user), .sum(f_sum), .mxr(f_mxr),
        .needs(f_needs));
    wire [ASID_W-1:0]   f_asid;
    wire [PPN_BITS-1:0] f_root;
    wire [ID_BITS-1:0]  f_id;
    assign {f_va, f_acc, f_user, f_sum, f_mxr, f_xlate, f_ok, f_top, f_asid, f_root, f_fits,
            f_adue, f_pbmte, f_napote, f_id} = f_req;
    reg f_off, f_killed;         // the TLBs are off for it; it was killed before it was answered
    always @(posedge clk) begin
        if (rst) {f_count, f_here} <= 4'd0;
        else begin
            f_count <= f_count + {2'd0, f_in} - {2'd0, f_out};
            if (!f_here && f_in && f_pick) begin
                f_here   <= 1'b1;
                f_before <= f_count - {2'd0, f_out};
                f_req    <= {s_req_va, s_req_acc, s_req_priv == `ATLAS_PRIV_U, s_req_sum, s_req_mxr,
                             s_req_priv != `ATLAS_PRIV_M && !cfg_bare, new_va_ok, cfg_top, cfg_asid,
                             cfg_root, cfg_root_fits, cfg_adue, cfg_pbmte, cfg_napote, s_req_id};
                f_off    <= cfg_tlb_off;
                f_killed <= s_kill_valid && s_kill_id == s_req_id;
            end else if (f_here) begin
                f_off    <= f_off || retire;
                f_killed <= f_killed || (s_kill_valid && s_kill_id == f_id
                    && !(f_next && s_rsp_valid));
                if (f_out) {f_here, f_before} <= {f_before != 3'd0, f_before - 3'd1};
            end
        end
    end

    // What was found for it, and whether by now: by the L1, without it, or by a walk.
    localparam R_W = PPN_BITS + 2 + (LEVELS - 1) + 1 + 1 + 5;
    reg  [R_W-1:0] f_kept;
    reg            f_has_kept;
    wire f_now = f_next && (l1_answers || bypass);
    wire [R_W-1:0] f_found = !f_now     ? f_kept
                           : l1_answers ? {l1_ppn, l1_pbmt, l1_big, l1_napot, 6'd0}
                           :              {f_va_wide[12 +: PPN_BITS], {(R_W-PPN_BITS){1'b0}}};
    wire [XLEN+PA_BITS-1:0] f_va_wide = {{PA_BITS{1'b0}}, f_va};
    wire [PPN_BITS-1:0] f_ppn;
    wire [1:0]          f_pbmt;
    wire [LEVELS-2:0]   f_big;
    wire                f_napot, f_fault;
    wire [4:0]          f_reason;
    assign {f_ppn, f_pbmt, f_big, f_napot, f_fault, f_reason} = f_found;
    wire f_access = f_reason == `ATLAS_REASON_VA_WIDTH || f_reason == `ATLAS_REASON_PTE_WIDTH
                 || f_reason == `ATLAS_REASON_PTE_BUS || f_reason == `ATLAS_REASON_LEAF_WIDTH
                 || f_reason == `ATLAS_REASON_AD_BUS;
    localparam P_W = R_W - 6;                            // what a fault shows as 0
    wire [P_W-1:0] f_walked = {done_leaf[PPN_BITS-1:0], done_leaf[LEAF_W-1 -: 2], done_big,
                               done_napot};
    wire [P_W-1:0] f_result = {leaf_q[PPN_BITS-1:0], leaf_q[LEAF_W-1 -: 2], big_q, napot_q};
    always @(posedge clk) begin
        f_has_kept <= !rst && f_next && !f_out && (f_has_kept || f_now || done);
        f_kept     <= done && f_next ? {f_walked & {P_W{!done_fault}}, done_fault,
                                        done_reason & {5{done_fault}}}
                                     : f_found;
    end

    // The cycle before: an offer that was not taken, a fill that is due, a set that was read.
    localparam O_W = PA_BITS + 3 + 1 + 2 + 1 + 4 + 5 + 1 + ID_BITS, L_W = LEAF_W + LEVELS + 1;
    wire [O_W-1:0] f_offer = {s_rsp_pa, s_rsp_level, s_rsp_napot, s_rsp_pbmt, s_rsp_fault,
                              {s_rsp_cause, s_rsp_reason} & {9{s_rsp_fault}}, s_rsp_killed,
                              s_rsp_id};
    reg  [O_W-1:0]      f_offered;
    reg                 f_wait, f_due, f_read;
    reg  [L_W-1:0]      f_leaf;
    reg  [VPN_BITS-1:0] f_read_vpn;
    // What the L1 tells is of a lookup in this cycle or, a cycle later, of the last one: as long as
    // it stays, and until a fill or a fence.
    localparam T_W = VPN_BITS + ASID_W + 5;
    reg                 f_stayed;
    reg  [T_W-1:0]      f_stayed_of;
    wire                f_told    = HIT_LATENCY == 1 ? ask : f_stayed;
    wire [T_W-1:0]      f_told_of = HIT_LATENCY == 1 ? {ask_vpn, ask_asid, ask_needs} : f_stayed_of;
    reg                 f_looked; // the last lookup missed, and is neither filled nor retired yet
    reg  [VPN_BITS-1:0] f_look_vpn;
    reg  [ASID_W-1:0]   f_look_asid;
    reg  [2:0]          f_still;  // cycles in which nothing happens with what is here
    always @(posedge clk) begin
        f_wait     <= !rst && s_rsp_valid && !s_rsp_ready;
        f_offered  <= f_offer;
        f_due      <= !rst && done && done_fill;
        f_leaf     <= {done_leaf, done_big, done_napot, done_g};
        f_read     <= !rst && !halt && !fill && (arrive || waits);
        f_read_vpn <= arrive ? arrive_vpn : ask_vpn;
        f_stayed   <= !rst && !retire && !fill && (ask || (f_stayed && stays));
        if (ask) f_stayed_of <= {ask_vpn, ask_asid, ask_needs};
        f_looked   <= !rst && !retire && !fill
                   && (look ? f_told && !l1_answers : f_looked && !free);
        if (look) {f_look_vpn, f_look_asid} <= f_told_of[T_W-1:5];
        f_still    <= rst || halt || hold || ~|f_count || s_rsp_valid || miss ? 3'd0 : f_still + 3'd1;
    end

    always @(posedge clk) if (f_up) begin
        // Requests and answers.
        a_one:     assert (!s_rsp_valid || f_count != 3'd0);
        a_room:    assert (f_count + (s_req_ready && !f_out) <= HIT_LATENCY + 1);
        a_works:   assert (f_still < 3 + HIT_LATENCY);
        a_hold:    assert (!f_wait || (s_rsp_valid && f_offer == f_offered));
        a_mine:    assert (!(s_rsp_valid && f_next) || s_rsp_id == f_id);
        a_killed:  assert (!(s_rsp_valid && f_next) || s_rsp_killed == f_killed);
        a_no_kill: assert (!s_rsp_killed || !s_rsp_fault);
        // What is looked up, and what the miss unit sees, is the request as it was accepted.
        a_ask:     assert (!(ask && f_last) || (f_xlate && !f_killed
                           && {ask_vpn, ask_needs, ask_asid}
                           == {f_va[12 +: VPN_BITS], f_needs, f_asid}));
        a_look:    assert (!(look && f_next)
                           || (f_xlate && !f_killed && {in_vpn, in_needs, in_asid, in_top}
                           == {f_va[12 +: VPN_BITS], f_needs, f_asid, f_top}));
        a_read:    assert (!ask || (f_read && f_read_vpn == ask_vpn && free));
        a_free:    assert (!look || free);
        a_arrive:  assert (!(arrive && waits));
        a_awake:   assert (!((look || bypass) && f_halted));
        a_told:    assert (!l1_answers || (f_told && f_told_of == {in_vpn, in_asid, in_needs}));
        a_l1:      assert (!(l1_answers && f_next) || (f_ok && |f_top && !f_off));
        a_bypass:  assert (!(bypass && f_next) || (!f_xlate && f_ok));
        a_miss:    assert (!(miss && f_next) || (tlb_off == f_off && {vpn, needs, xlate, va_ok, top,
                           asid, root, root_fits, adue, pbmte, napote}
                               == {f_va[12 +: VPN_BITS], f_needs,
                           f_xlate, f_ok, f_top, f_asid, f_root, f_fits, f_adue,
                           f_pbmte, f_napote}));
        a_halts:   assert (!miss || (!halt && f_count != 3'd0));
        a_kills:   assert (!(miss_killed && f_next) || (s_kill_valid && s_kill_id == f_id));
        a_busy:    assert (!(ask || look || fill) || busy);
        // What is remembered is what the walk has found.
        a_fill:    assert (fill == f_due);
        a_fresh:   assert (!fill || (f_looked && {vpn, asid} == {f_look_vpn, f_look_asid}));
        a_filled:  assert (!fill || {fill_leaf, fill_big, fill_napot, fill_g} == f_leaf);
    end
    // The answer is what was found.
    wire f_answer = s_rsp_valid && f_next && !s_rsp_killed;
    wire f_fetch  = f_acc == `ATLAS_ACC_FETCH;
    wire f_load   = f_acc == `ATLAS_ACC_LOAD;
    always @(posedge clk) if (f_up && f_answer) begin
        a_found:   assert (f_now || f_has_kept);
        a_pa:      assert (s_rsp_pa == (f_fault ? {PA_BITS{1'b0}} : {f_ppn, f_va[11:0]}));
        a_page:    assert ({s_rsp_napot, s_rsp_pbmt} == {f_napot, f_pbmt});
        a_level:   assert ({1'b0, f_big} + 1'b1 == {{(LEVELS-1){1'b0}}, 1'b1} << s_rsp_level);
        a_reason:  assert (s_rsp_fault == f_fault && (!f_fault || s_rsp_reason == f_reason));
        a_cause:   assert (!f_fault || s_rsp_cause == (
                             f_access ? (f_fetch ? 4'd1 : f_load ? 4'd5 : 4'd7)
                           :            (f_fetch ? 4'd12 : f_load ? 4'd13 : 4'd15)));
    end

    // Invariants that make the proof inductive: who is where.
    wire f_cur = is_miss || is_done;
    wire f_is_in  = f_here && in_valid_q && f_before == {2'd0, f_cur};
    wire f_is_cur = f_next && f_cur;
    always @(posedge clk) if (f_up) begin
        i_count:   assert (f_count == {2'd0, in_valid_q} + {2'd0, f_cur} + {2'd0, f_pre}
                           && free == !f_cur);
        i_state:   assert (!(miss_q && done_q) && (!hit_q || ((miss_q || done_q) && !end_q))
                           && (!end_q || miss_q));
        i_here:    assert (!f_here || f_before < f_count);
        i_in:      assert (!f_is_in || {in_va, in_asid, in_needs, in_xlate, unused_ok, in_top,
                           in_id, in_off, in_killed} == {f_va[VA_W-1:0], f_asid, f_needs,
                           f_xlate, f_ok, f_top, f_id, f_off, f_killed});
        i_in_rest: assert (!f_is_in || {unused_root, unused_cfg}
                           == {f_root, f_fits, f_adue, f_pbmte, f_napote});
        i_in_way:  assert (!in_valid_q || {in_may_q, in_pass_q}
                           == {in_xlate && unused_ok && |in_top && !in_off,
                               !in_xlate && unused_ok});
        i_in_new:  assert (!f_is_in || !f_has_kept);
        i_cur:     assert (!f_is_cur || {va, needs, id} == {f_va[VA_W-1:0], f_needs, f_id});
        i_miss:    assert (!(f_is_cur && is_miss) || (!f_killed && !f_has_kept && tlb_off == f_off
                           && {asid, root, xlate, va_ok, top, root_fits, adue, pbmte, napote}
                           == {f_asid, f_root, f_xlate, f_ok, f_top, f_fits, f_adue,
                               f_pbmte, f_napote}));
        i_done:    assert (!(f_is_cur && is_done) || s_rsp_killed == f_killed);
        i_kept:    assert (!(f_is_cur && is_done && !s_rsp_killed)
                           || (f_has_kept && f_kept == {f_result & {P_W{!fault_q}}, fault_q,
                                                        reason_q & {5{fault_q}}}));
        i_size:    assert (!is_done || s_rsp_killed || (big_q & (big_q + 1'b1)) == 0);
        i_clear:   assert (is_done || !(s_rsp_killed || fault_q));
        i_fill:    assert (!fill_q || (end_q && f_due && {leaf_q, big_q, napot_q, g_q} == f_leaf));
        i_looked:  assert (!is_miss || tlb_off || !xlate || !va_ok || ~|top
                           || (f_looked && {vpn, asid} == {f_look_vpn, f_look_asid}));
        i_due:     assert (!fill_q || (f_looked && {vpn, asid} == {f_look_vpn, f_look_asid}));
        i_read:    assert (!read_q || !(HIT_LATENCY == 1 ? in_valid_q : f_pre && free)
                           || (f_read && f_read_vpn == ask_vpn));
        c_hit:     cover  (f_out && l1_answers && f_count == 2'd1);
        c_walk:    cover  (f_out && f_next && f_has_kept && !f_fault && f_in);
        c_fault:   cover  (f_out && f_next && f_fault && f_acc == `ATLAS_ACC_AMO);
        c_bypass:  cover  (f_out && bypass && f_next);
        c_killed:  cover  (f_out && s_rsp_killed && f_next && f_count == 3'd2);
        c_retired: cover  (retire && !f_off && f_here && f_before == 3'd1);
    end
    // The slot before `in`.
    wire f_pre;
    generate
        if (HIT_LATENCY == 1) begin : g_f_no_pre
            assign f_pre = 1'b0;
        end else begin : g_f_pre
            assign f_pre = g_first.pre_valid_q;
            wire is_pre = f_last && f_pre;
            wire stale  = in_valid_q && !in_killed;    // were it not for in_may_q
            always @(posedge clk) if (f_up) begin
                i_pre:      assert (!is_pre || {g_first.pre_va, g_first.pre_off,
                                    g_first.pre_killed} == {f_va[VA_W-1:0], f_off, f_killed});
                i_pre_rest: assert (!is_pre || {ask_asid, g_first.pre_root, ask_needs, enter_xlate,
                                    enter_va_ok, enter_top, g_first.pre_cfg, g_first.pre_id}
                                    == {f_asid, f_root, f_needs, f_xlate, f_ok, f_top, f_fits,
                                        f_adue, f_pbmte, f_napote, f_id});
                i_pre_new:  assert (!is_pre || !f_has_kept);
                i_alone:    assert (!in_valid_q || !(is_miss || end_q));
                i_awake:    assert (!(g_first.awake_q && f_halted));
                i_told:     assert (!(stale && in_may_q)
                                    || (f_told && f_told_of == {in_vpn, in_asid, in_needs}));
                c_full:     cover  (f_count == 3'd3 && f_out);
                c_stale:    cover  (stale && in_xlate && unused_ok && |in_top && !in_may_q && look);
                c_late:     cover  (l1_answers && f_told && f_waited);
            end
            reg f_waited;        // what the L1 tells has stayed for a cycle
            always @(posedge clk) f_waited <= stays;
        end
    endgenerate
`endif
endmodule

`default_nettype wire

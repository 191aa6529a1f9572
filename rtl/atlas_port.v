// atlas_port: the requests of one port on their way through the L1, and their answers.
//
//            cycle   0   1   2   3   4        two hits, then a miss
//   s_req_valid    __/-----------\____        ready is a register; it falls while a request
//   s_req_ready    ------------\______        waits behind a miss
//   s_rsp_valid    ______/-------\____        a hit is answered HIT_LATENCY = 1 cycle later
//
// One request is current; one more waits in the second slot when the current one is not
// answered in time. States of the current request:
//
//   IDLE ──► LOOK ──► (answered)              LOOK lasts one cycle: the L1's RAM has been read
//     │       ├─────► DONE ──► (answered)     a hit that was not taken at once, kept
//     │       └─────► MISS ──► DONE           the miss unit works for it
//     └────► AGAIN ─► LOOK                    the RAM could not be read: a fence, or a fill;
//               ▲────── MISS                  a fence restarts what it finds waiting
//
// A request samples the configuration when it is accepted; what it depends on stays in its slot.
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

    // The current request, for the L1 and the miss unit.
    output wire                next,          // the L1's RAM is read for the next cycle, at
    output wire [VPN_BITS-1:0] next_vpn,
    output wire [VPN_BITS-1:0] vpn,
    output wire [1:0]          acc,
    output wire                user,
    output wire                sum,
    output wire                mxr,
    output wire                xlate,         // translated; else it passes, if it fits
    output wire                va_ok,         // canonical; of an untranslated one: it fits
    output wire [2:0]          top,           // root level; 0: mode not implemented
    output wire [ASID_W-1:0]   asid,
    output wire [PPN_BITS-1:0] root,
    output wire                root_fits,
    output wire                adue,
    output wire                pbmte,
    output wire                napote,
    output wire                tlb_off,

    // The L1's answer for it.
    output wire                look,          // the L1 is asked in this cycle
    input  wire                l1_hit,        // an entry that may answer the access
    output wire                l1_answers,
    input  wire [PPN_BITS-1:0] l1_ppn,
    input  wire [1:0]          l1_pbmt,
    input  wire [LEVELS-2:0]   l1_big,
    input  wire                l1_napot,

    // The miss unit.
    output wire                miss,          // wants to be served
    output wire                miss_killed,   // the kill of a miss, this cycle
    input  wire                done,          // its result, this cycle
    input  wire                done_fault,
    input  wire                done_access,   // an access fault, else a page fault
    input  wire [4:0]          done_reason,
    input  wire [LEAF_W-1:0]   done_leaf,     // {pbmt, d, u, x, w, r, ppn}
    input  wire [LEVELS-2:0]   done_big,
    input  wire                done_napot,
    input  wire                done_g,
    input  wire                done_fill,     // no fault, and to be remembered

    // Fill of the L1 with the result, in the first cycle in which it is offered.
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

    localparam [2:0] S_IDLE = 3'd0, S_LOOK = 3'd1, S_MISS = 3'd2, S_DONE = 3'd3, S_AGAIN = 3'd4;
    // A slot has three parts: the address, the tables, and the rest.
    localparam SPACE_W = ASID_W + PPN_BITS, REST_W = 2 + 4 + 1 + 3 + 1 + 4 + ID_BITS;

    // A request as it arrives.
    wire in_canonical, in_fits;
    atlas_va_check #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_va_check (
        .va(s_req_va), .top(cfg_top), .canonical(in_canonical), .fits(in_fits)
    );
    wire in_user  = s_req_priv == `ATLAS_PRIV_U;
    wire in_xlate = s_req_priv != `ATLAS_PRIV_M && !cfg_bare;
    wire in_va_ok = in_xlate ? in_canonical : in_fits;
    wire [SPACE_W-1:0] in_space = {cfg_asid, cfg_root};
    wire [REST_W-1:0]  in_rest  = {s_req_acc, in_user, s_req_sum, s_req_mxr, in_xlate, in_va_ok,
                                   cfg_top, cfg_root_fits, cfg_adue, cfg_pbmte, cfg_napote,
                                   cfg_tlb_off, s_req_id};

    // Slots: the current request, and the one that waits.
    reg  [VA_W-1:0]    va_q, wait_va_q;
    reg  [SPACE_W-1:0] space_q, wait_space_q;
    reg  [REST_W-1:0]  rest_q, wait_rest_q;
    reg  [2:0]         state_q, state_d;
    reg                wait_valid_q, wait_killed_q, ready_q;

    wire [ID_BITS-1:0] id;
    assign {asid, root} = space_q;
    assign {acc, user, sum, mxr, xlate, va_ok, top, root_fits, adue, pbmte, napote, tlb_off,
            id} = rest_q;
    assign vpn = va_q[12 +: VPN_BITS];

    wire [ID_BITS-1:0] wait_id = wait_rest_q[ID_BITS-1:0];

    // The result that is kept: of a walk, or of a hit that was not taken at once.
    reg  [LEAF_W-1:0] leaf_q;
    reg  [LEVELS-2:0] big_q;
    reg               napot_q, g_q, fault_q, access_q, killed_q, fill_q;
    reg  [4:0]        reason_q;

    // In LOOK.
    wire looking = state_q == S_LOOK;
    wire passes  = looking && !xlate && va_ok;
    assign look       = looking && xlate;
    assign l1_answers = look && l1_hit && va_ok && |top && !tlb_off;
    wire   answers    = passes || l1_answers;

    // Answers.
    wire offered  = looking ? answers : state_q == S_DONE;
    wire answered = offered && s_rsp_ready;
    wire kept     = !looking;
    wire [PA_BITS+VA_W-1:0] va_wide = {{PA_BITS{1'b0}}, va_q};
    wire [PPN_BITS-1:0] va_ppn = va_wide[PA_BITS-1:12];

    assign s_rsp_valid  = offered;
    assign s_rsp_id     = id;
    assign s_rsp_killed = kept && killed_q;
    assign s_rsp_fault  = kept && fault_q;
    assign s_rsp_reason = reason_q & {5{kept}};
    assign s_rsp_pa     = {kept ? leaf_q[PPN_BITS-1:0] : xlate ? l1_ppn : va_ppn,
                           va_q[11:0] & {12{!s_rsp_fault}}};
    assign s_rsp_pbmt   = kept ? leaf_q[LEAF_W-1 -: 2] : l1_pbmt & {2{xlate}};
    assign s_rsp_napot  = kept ? napot_q : l1_napot && xlate;

    // Page faults are 12, 13, 15 (fetch, load, store or AMO); access faults 1, 5, 7.
    wire fetch = acc == `ATLAS_ACC_FETCH;
    assign s_rsp_cause = {4{s_rsp_fault}}
                       & {!access_q, !access_q || !fetch, acc[1], access_q || !fetch};

    wire [LEVELS-2:0] big = kept ? big_q : l1_big & {(LEVELS-1){xlate}};
    atlas_big_level #(.LEVELS(LEVELS)) u_level (.big(big), .level(s_rsp_level));

    assign s_req_ready = ready_q;

    // Kills. A request on offer is not killed any more.
    wire kill_slot = s_kill_valid && s_kill_id == id && !offered && state_q != S_IDLE;
    wire kill_wait = s_kill_valid && s_kill_id == wait_id;
    wire kill_in   = s_kill_valid && s_kill_id == s_req_id;
    assign miss        = state_q == S_MISS && !halt;
    assign miss_killed = state_q == S_MISS && kill_slot;

    // The next request: the one that waits, else the one that arrives.
    wire accept    = s_req_valid && ready_q;
    wire free      = state_q == S_IDLE || answered;
    wire load      = free && (wait_valid_q || accept);
    wire load_dead = wait_valid_q ? wait_killed_q || kill_wait : kill_in;
    wire blocked   = halt || fill_q;          // the RAM is not read now

    // A request that has outlived a fence may have sampled a satp that the fence retires: it goes
    // on as if tlb_off were set, and nothing of it is remembered.
    wire [REST_W-1:0] retired = {{(REST_W-1){1'b0}}, retire} << ID_BITS;

    assign next     = load || state_q == S_AGAIN;
    assign next_vpn = state_q == S_AGAIN ? vpn
                    : wait_valid_q       ? wait_va_q[12 +: VPN_BITS]
                    :                      s_req_va[12 +: VPN_BITS];

    always @(*) begin
        state_d = state_q;
        case (state_q)
            S_LOOK:  state_d = kill_slot || offered ? S_DONE : S_MISS;
            S_MISS:  state_d = kill_slot || done ? S_DONE : halt ? S_AGAIN : S_MISS;
            S_AGAIN: state_d = kill_slot ? S_DONE : blocked ? S_AGAIN : S_LOOK;
            default: state_d = state_q;       // IDLE and DONE wait
        endcase
        if (free) state_d = !load ? S_IDLE : load_dead ? S_DONE : blocked ? S_AGAIN : S_LOOK;
    end

    wire wait_valid_d = free ? 1'b0 : wait_valid_q || accept;

    always @(posedge clk) begin
        if (rst) begin
            state_q      <= S_IDLE;
            wait_valid_q <= 1'b0;
            ready_q      <= 1'b0;
            fill_q       <= 1'b0;
        end else begin
            state_q      <= state_d;
            wait_valid_q <= wait_valid_d;
            ready_q      <= !wait_valid_d && !boot;
            fill_q       <= done && done_fill;
        end
        if (load) begin
            va_q    <= wait_valid_q ? wait_va_q : s_req_va[VA_W-1:0];
            space_q <= wait_valid_q ? wait_space_q : in_space;
        end
        rest_q      <= load && !wait_valid_q ? in_rest : (load ? wait_rest_q : rest_q) | retired;
        wait_rest_q <= wait_valid_q ? wait_rest_q | retired : in_rest;
        if (!wait_valid_q) begin
            wait_va_q     <= s_req_va[VA_W-1:0];
            wait_space_q  <= in_space;
            wait_killed_q <= kill_in;
        end else if (kill_wait) begin
            wait_killed_q <= 1'b1;
        end
    end

    // What is kept: a walk's result, a hit that waits to be taken, or "killed".
    wire killed_d = load ? load_dead : kill_slot;
    always @(posedge clk) begin
        if (looking || done || load || kill_slot) begin
            killed_q <= killed_d;
            fault_q  <= done && done_fault;
            access_q <= done_access;
            reason_q <= done_reason & {5{done}};
            napot_q  <= looking ? l1_napot && xlate : done_napot;
            big_q    <= looking ? l1_big & {(LEVELS-1){xlate}} : done_big;
            g_q      <= done_g;
            leaf_q   <= looking ? {l1_pbmt & {2{xlate}}, 5'd0, xlate ? l1_ppn : va_ppn}
                                : done_leaf;
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

    wire unused = &{1'b0, s_req_va, va_wide};
endmodule

`default_nettype wire

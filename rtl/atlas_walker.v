// atlas_walker: one of the WALKS walks: one request at a time through the L2 and the page tables.
//
//   IDLE ──► L2 ──► ASK ──► WAIT ──► STEP ──► (done) ──► IDLE, or FILL (of the L2) and IDLE
//     │       │      ▲       ▲         │
//     │       │      │       └─────────┤   next level: STEP asks itself
//     │       │      └─────────────────┘   A/D compare-and-swap; PTE has changed; not ready
//     └───────┴──► REFUSE ──► (done)       an address or a root that cannot be walked
//
//            cycle   0   1   2   3   4   5   6   the L1 misses in cycle -1; L = 1, two reads
//   state           IDL ASK WAI STE WAI STE      without an L2 the answer is offered in cycle 6:
//   m_mem_req_valid  ____/---\___/---\_______    r reads take r(L+1)+3 from the miss
//   done             ____________________/---\
//
// Sequencing only: what a PTE means is atlas_pte_decode, atlas_access_check, atlas_ad_update.
// The rules and their order are in model/README.md, section 2 (priv. spec 12.3.2).
//
// halt      a fence waits: the request is given up (it starts again in its port)
// killed    port's bit: its request is killed: given up
//           An offered memory request stays until it is taken; its answer is dropped.
// Reset     idle
// Formal    every request is answered once, or given up; a walk reads one PTE a level, each in the
//           table that the last one names; after it is given up nothing new is asked of memory;
//           offers hold; only a translation is remembered; only A and D are written, with adue
`default_nettype none
`include "atlas_arch.vh"

module atlas_walker #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter PA_BITS  = 32,
    parameter PORTS    = 2,
    parameter L2       = 0,                              // there is an L2 TLB,
    parameter L2_BIG   = 0,                              // ... which holds large pages, too
    parameter ASID_W   = 9,
    parameter SLICE    = 9,
    parameter PPN_BITS = PA_BITS - 12,                   // derived: do not set
    parameter VPN_BITS = SLICE * LEVELS,
    parameter LEAF_W   = PPN_BITS + 7
) (
    input  wire                clk,
    input  wire                rst,

    // The request that the arbiter grants, and its port's last pointer.
    input  wire [PORTS-1:0]    s_miss_grant,             // one-hot, or none
    output wire                s_miss_ready,
    input  wire [VPN_BITS-1:0] s_miss_vpn,
    input  wire [4:0]          s_miss_needs,
    input  wire                s_miss_xlate,
    input  wire                s_miss_va_ok,
    input  wire                s_miss_mode_ok,           // implemented
    input  wire [ASID_W-1:0]   s_miss_asid,
    input  wire                s_miss_root_fits,
    input  wire                s_miss_adue,
    input  wire                s_miss_pbmte,
    input  wire                s_miss_napote,
    input  wire                s_miss_tlb_off,
    input  wire [PPN_BITS-1:0] s_miss_table,             // where the walk begins, its level as big_q,
    input  wire [LEVELS-2:0]   s_miss_big,
    input  wire                s_miss_g,                 // G so far
    input  wire                s_miss_ptr,               // not at the root: a pointer was remembered

    // Giving up.
    input  wire                halt,
    input  wire [PORTS-1:0]    killed,
    output wire                idle,
    output wire [PORTS-1:0]    serves,                   // port of the request, until its result or abort

    // The result, for the port that is served.
    output wire [PORTS-1:0]    done,
    output wire [PORTS-1:0]    done_fault,               // ... a fault, of done_reason
    output wire [4:0]          done_reason,
    output wire [LEAF_W-1:0]   done_leaf,                // {pbmt, d, u, x, w, r, ppn composed}
    output wire [LEVELS-2:0]   done_big,
    output wire                done_napot,
    output wire                done_g,
    output wire [PORTS-1:0]    done_fill,                // ... which the L1 is to remember

    // A pointer was read: for the walk cache of the port that is served.
    output wire [PORTS-1:0]    store,
    output wire [LEVELS-2:0]   store_big,                // the table's level, as big_q
    output wire [PPN_BITS-1:0] store_table,
    output wire                store_g,

    // L2 TLB.
    output wire                l2_look,
    output wire [VPN_BITS-1:0] l2_vpn,
    output wire [ASID_W-1:0]   l2_asid,
    output wire [4:0]          l2_needs,
    input  wire                l2_hit,
    input  wire [LEAF_W-1:0]   l2_leaf,
    input  wire                l2_g,
    input  wire                l2_super,                 // a superpage of level 1, or
    input  wire                l2_napot,
    output wire                l2_fill,                  // a leaf is to be written ...
    input  wire                l2_turn,                  // ... in this cycle
    output wire [LEAF_W-1:0]   l2_fill_leaf,
    output wire                l2_fill_g,
    output wire                l2_fill_super,
    output wire                l2_fill_napot,

    // Memory.
    output wire                m_mem_req_valid,
    input  wire                m_mem_req_ready,
    output wire                m_mem_req_cas,
    output wire [PA_BITS-1:0]  m_mem_req_addr,
    output wire [XLEN-1:0]     m_mem_req_old,
    output wire [XLEN-1:0]     m_mem_req_new,
    input  wire                m_mem_rsp_valid,
    input  wire [XLEN-1:0]     m_mem_rsp_data,
    input  wire                m_mem_rsp_err,
    input  wire                m_mem_rsp_cas_ok,

    // Events.
    output wire                ev_begin,
    output wire                ev_l2_hit,
    output wire                ev_l2_miss,
    output wire                ev_walk,
    output wire                ev_ptr_hit,
    output wire                ev_step,
    output wire                ev_cas,
    output wire                ev_cas_fail,
    output wire                ev_bus_error,
    output wire                ev_end,
    output wire                ev_abort,
    output wire [PORTS-1:0]    ev_port                   // one-hot: the port that is served
);

    localparam [2:0] S_IDLE = 3'd0, S_REFUSE = 3'd1, S_L2 = 3'd2, S_ASK = 3'd3, S_WAIT = 3'd4,
                     S_STEP = 3'd5, S_FILL = 3'd6;
    localparam PTE_SHIFT = XLEN == 32 ? 2 : 3;
    localparam [LEVELS-2:0] LEVEL_1 = 1;                 // big_q of a leaf of level 1

    // The request that is served.
    reg  [2:0]          state_q, state_d;
    reg  [PORTS-1:0]    port_q;
    reg  [VPN_BITS-1:0] vpn_q;
    reg  [ASID_W-1:0]   asid_q;
    reg  [4:0]          needs_q;
    reg                 xlate_q, va_ok_q, mode_ok_q, root_fits_q;
    reg                 adue_q, pbmte_q, napote_q, tlb_off_q, ptr_q;

    // Where the walk is.
    reg  [PPN_BITS-1:0] table_q;
    reg  [LEVELS-2:0]   big_q;                           // its level: bit l if level > l
    reg                 g_q;                             // OR of G over the pointers above
    reg  [XLEN-1:0]     pte_q;
    reg                 cas_q;                           // compare-and-swap, not a read
    reg                 err_q, other_q;                  // how memory answered
    reg                 drop_q;                          // given up; an answer is outstanding

    // Giving up: at once, but for a memory request on its way. A kill comes late in a cycle, so
    // whatever a state does is worked out without regard to it and cancelled in the end.
    wire serving = state_q != S_IDLE && state_q != S_FILL && !drop_q;
    wire abort   = serving && (halt || |(killed & port_q));
    assign serves = port_q & {PORTS{serving}};

    // What the PTE says.
    wire                dec_fault, dec_leaf, dec_napot;
    wire [4:0]          dec_reason, chk_reason, upd_reason;
    wire [1:0]          dec_pbmt;
    wire [PPN_BITS-1:0] dec_ppn;
    wire                chk_allowed, upd_fault, upd_update;
    wire [XLEN-1:0]     updated;

    atlas_pte_decode #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_decode (
        .pte(pte_q), .big(big_q), .napote(napote_q), .pbmte(pbmte_q),
        .fault(dec_fault), .reason(dec_reason), .leaf(dec_leaf), .napot(dec_napot),
        .pbmt(dec_pbmt), .ppn(dec_ppn)
    );
    atlas_access_check u_check (
        .r(pte_q[`ATLAS_PTE_R_LSB]), .w(pte_q[`ATLAS_PTE_W_LSB]), .x(pte_q[`ATLAS_PTE_X_LSB]),
        .u(pte_q[`ATLAS_PTE_U_LSB]), .needs(needs_q),
        .allowed(chk_allowed), .reason(chk_reason)
    );
    atlas_ad_update #(.XLEN(XLEN)) u_ad_update (
        .pte(pte_q), .store(needs_q[0]), .adue(adue_q),
        .fault(upd_fault), .reason(upd_reason), .update(upd_update), .updated(updated)
    );

    // Rules of a step, in their order.
    wire stepping    = state_q == S_STEP;
    wire again       = stepping && cas_q && other_q && !err_q;      // the PTE has changed
    wire leaf_faults = !chk_allowed || upd_fault || leaf_wide;
    wire bad         = err_q || dec_fault;
    wire faults      = bad || (dec_leaf && leaf_faults);
    wire descends    = stepping && !again && !bad && !dec_leaf;
    wire updates     = stepping && !again && !bad && dec_leaf && !leaf_faults && upd_update;
    wire finishes    = stepping && !again && (faults || (dec_leaf && !upd_update));

    wire [4:0] step_reason = err_q        ? (cas_q ? `ATLAS_REASON_AD_BUS : `ATLAS_REASON_PTE_BUS)
                           : dec_fault    ? dec_reason
                           : !chk_allowed ? chk_reason
                           : upd_fault    ? upd_reason
                           :                `ATLAS_REASON_LEAF_WIDTH;
    wire [4:0] refuse_reason = !xlate_q   ? `ATLAS_REASON_VA_WIDTH
                             : !mode_ok_q ? `ATLAS_REASON_MODE
                             : !va_ok_q   ? `ATLAS_REASON_NONCANONICAL
                             :              `ATLAS_REASON_PTE_WIDTH;

    // The leaf.
    wire [LEAF_W-1:0] leaf;
    wire              leaf_wide, too_large;
    atlas_leaf #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_leaf (
        .pte(pte_q), .vpn(vpn_q), .big(big_q), .napot(dec_napot), .pbmt(dec_pbmt),
        .leaf(leaf), .wide(leaf_wide), .larger(too_large)
    );
    wire              path_g = g_q || pte_q[`ATLAS_PTE_G_LSB];

    // Results. What comes with a fault is not looked at.
    wire in_l2      = state_q == S_L2;
    wire l2_answers = in_l2 && l2_hit;
    wire refuses    = state_q == S_REFUSE || (in_l2 && !l2_hit && !root_fits_q);
    wire walked     = finishes && !faults;
    wire ends       = finishes || l2_answers || refuses;
    assign ev_end      = ends && !abort;
    wire [PORTS-1:0] served = port_q & {PORTS{!abort}};
    wire             failed = (stepping && !again && faults) || refuses;
    wire             fills  = ((walked && !too_large) || l2_answers) && !tlb_off_q;
    assign done        = served & {PORTS{ends}};
    assign done_fault  = served & {PORTS{failed}};
    assign done_fill   = served & {PORTS{fills}};
    assign done_reason = stepping ? step_reason : refuse_reason;
    assign done_leaf   = in_l2 ? l2_leaf : leaf;
    assign done_big    = (big_q & {(LEVELS-1){!in_l2}}) | (LEVEL_1 & {(LEVELS-1){in_l2 && l2_super}});
    assign done_napot  = (dec_napot && !in_l2) || (in_l2 && l2_napot);
    assign done_g      = in_l2 ? l2_g : path_g;

    // The pointer that the walk has followed is remembered a cycle later.
    reg store_q;
    always @(posedge clk) store_q <= !rst && descends && !abort && !tlb_off_q;
    assign store       = port_q & {PORTS{store_q}};
    assign store_big   = big_q;
    assign store_table = dec_ppn;
    assign store_g     = g_q;

    // L2.
    wire held     = (!big_q[0] && !dec_napot) || (L2_BIG != 0 && (big_q & ~LEVEL_1) == 0);
    wire fills_l2 = walked && L2 != 0 && held && !tlb_off_q;
    assign l2_look      = in_l2;
    assign l2_vpn       = vpn_q;
    assign l2_asid      = asid_q;
    assign l2_needs     = needs_q;
    assign l2_fill      = state_q == S_FILL;
    assign l2_fill_leaf = leaf;
    assign l2_fill_g    = path_g;
    assign l2_fill_super = big_q[0];
    assign l2_fill_napot = dec_napot;

    // Memory. A step that goes a level down asks for the next PTE at once.
    wire [LEVELS-2:0]   ask_big   = state_q == S_STEP ? big_q >> 1 : big_q;
    wire [PPN_BITS-1:0] ask_table = state_q == S_STEP ? dec_ppn : table_q;
    reg  [SLICE-1:0]    slice;
    integer s;
    always @(*) begin
        slice = vpn_q[SLICE-1:0];
        for (s = 1; s < LEVELS; s = s + 1)
            if (ask_big[s-1]) slice = vpn_q[SLICE*s +: SLICE];
    end
    assign m_mem_req_valid = state_q == S_ASK || (descends && !abort);
    assign m_mem_req_cas   = cas_q && state_q == S_ASK;
    assign m_mem_req_addr  = {ask_table, slice, {PTE_SHIFT{1'b0}}};
    assign m_mem_req_old   = pte_q;
    assign m_mem_req_new   = updated;

    // Sequence.
    wire take    = state_q == S_IDLE && |s_miss_grant;
    wire refused = !s_miss_xlate || !s_miss_mode_ok || !s_miss_va_ok;
    wire ask_l2  = L2 != 0 && !s_miss_tlb_off;
    assign s_miss_ready = state_q == S_IDLE;
    assign idle         = state_q == S_IDLE;
    wire take_killed = take && |(killed & s_miss_grant);
    wire in_memory   = state_q == S_ASK || state_q == S_WAIT;

    always @(*) begin
        state_d = state_q;
        case (state_q)
            S_IDLE:   if (take) state_d = refused           ? S_REFUSE
                                        : ask_l2            ? S_L2
                                        : !s_miss_root_fits ? S_REFUSE : S_ASK;
            S_REFUSE: state_d = S_IDLE;
            S_L2:     state_d = l2_hit || !root_fits_q ? S_IDLE : S_ASK;
            S_ASK:    if (m_mem_req_ready) state_d = S_WAIT;
            S_WAIT:   if (m_mem_rsp_valid) state_d = drop_q ? S_IDLE : S_STEP;
            S_STEP:   state_d = again || updates ? S_ASK
                              : descends         ? (m_mem_req_ready ? S_WAIT : S_ASK)
                              : fills_l2         ? S_FILL : S_IDLE;
            S_FILL:   if (l2_turn) state_d = S_IDLE;
            default:  state_d = S_IDLE;
        endcase
        if (take_killed || (abort && (!in_memory || state_d == S_STEP))) state_d = S_IDLE;
    end

    always @(posedge clk) begin
        if (rst) begin
            state_q <= S_IDLE;
            drop_q  <= 1'b0;
        end else begin
            state_q <= state_d;
            drop_q  <= (drop_q || abort) && (state_d == S_ASK || state_d == S_WAIT);
        end
    end

    always @(posedge clk) begin
        if (state_q == S_IDLE) begin                     // until there is one to take
            {port_q, vpn_q, asid_q}        <= {s_miss_grant, s_miss_vpn, s_miss_asid};
            needs_q                        <= s_miss_needs;
            {xlate_q, va_ok_q, mode_ok_q}  <= {s_miss_xlate, s_miss_va_ok, s_miss_mode_ok};
            {adue_q, pbmte_q, napote_q}    <= {s_miss_adue, s_miss_pbmte, s_miss_napote};
            {root_fits_q, tlb_off_q}       <= {s_miss_root_fits, s_miss_tlb_off};
        end
    end

    always @(posedge clk) begin
        if (state_q == S_IDLE) begin
            table_q <= s_miss_table;
            big_q   <= s_miss_big;
            g_q     <= s_miss_g;
            ptr_q   <= s_miss_ptr;
        end else if (stepping && !dec_leaf) begin        // down; or the walk is over
            table_q <= dec_ppn;
            big_q   <= big_q >> 1;
            g_q     <= path_g;
        end
        if (take || stepping) cas_q <= updates;
        if (state_q == S_WAIT && m_mem_rsp_valid) begin
            err_q   <= m_mem_rsp_err;
            other_q <= !m_mem_rsp_cas_ok;
            if (!cas_q) begin
                pte_q <= m_mem_rsp_data;
            end else if (m_mem_rsp_cas_ok) begin          // memory holds `updated`
                pte_q[`ATLAS_PTE_A_LSB] <= 1'b1;
                if (needs_q[0]) pte_q[`ATLAS_PTE_D_LSB] <= 1'b1;
            end
        end
    end

    // Events.
    assign ev_begin     = take && !take_killed;
    assign ev_l2_hit    = l2_answers && !abort;
    assign ev_l2_miss   = in_l2 && !l2_hit && !abort;
    assign ev_walk      = (take && state_d == S_ASK) || (ev_l2_miss && root_fits_q);
    assign ev_ptr_hit   = (take && state_d == S_ASK && s_miss_ptr) || (ev_l2_miss && root_fits_q && ptr_q);
    assign ev_step      = stepping && !cas_q && !abort;
    assign ev_cas       = stepping && cas_q && !abort;
    assign ev_cas_fail  = again && !abort;
    assign ev_bus_error = stepping && err_q && !abort;
    assign ev_abort     = abort;
    assign ev_port      = state_q == S_IDLE ? s_miss_grant : port_q;
`ifdef FORMAL
    reg f_first = 1'b1;          // cycle 0, when registers hold anything
    always @(posedge clk) f_first <= 1'b0;
    always @(*) if (f_first) assume (rst);
    wire f_up = !rst && !f_first;

    // Assumed of arbiter and ports: one is granted, none that waits for a fence.
    always @(*) if (f_up) e_grant: assume ((s_miss_grant & (s_miss_grant - 1'b1)) == 0);
    always @(*) if (f_up && halt) e_halt: assume (~|s_miss_grant);
    // An access, any, needs what it needs.
    (* anyseq *) wire [1:0] f_new_acc;
    (* anyseq *) wire       f_new_user, f_new_sum, f_new_mxr;
    wire [4:0] f_new_needs;
    atlas_access_needs u_f_needs (
        .acc(f_new_acc), .user(f_new_user), .sum(f_new_sum), .mxr(f_new_mxr), .needs(f_new_needs)
    );
    always @(*) if (|s_miss_grant) assume (s_miss_needs == f_new_needs);
    // The level of the first table, as `big` says it.
    function [2:0] f_level_of(input [LEVELS-2:0] of_big);
        integer f_l;
        begin
            f_level_of = 3'd0;
            for (f_l = 0; f_l < LEVELS - 1; f_l = f_l + 1)
                f_level_of = f_level_of + {2'b00, of_big[f_l]};
        end
    endfunction
    always @(*) if (f_up && |s_miss_grant) e_size: assume ((s_miss_big & (s_miss_big + 1'b1)) == 0);
    // Assumed of memory: it answers what it was asked, once, at the earliest a cycle later.
    wire f_asked = m_mem_req_valid && m_mem_req_ready;
    reg  f_out;                  // asked and not answered
    always @(posedge clk) f_out <= !rst && (f_asked || (f_out && !m_mem_rsp_valid));
    always @(*) if (m_mem_rsp_valid) assume (f_out);

    // The request that was taken last.
    wire                f_take  = |(s_miss_grant & ~killed) && s_miss_ready;
    reg                 f_open;  // neither answered nor given up
    reg  [PORTS-1:0]    f_port;
    wire                f_given = f_open && (halt || |(killed & f_port));
    reg  [VPN_BITS-1:0] f_vpn;
    reg  [ASID_W-1:0]   f_asid;
    reg  [1:0]          f_acc;
    reg  [4:0]          f_needs;
    reg                 f_user, f_sum, f_mxr, f_adue, f_off, f_valid, f_walks;
    reg  [PPN_BITS-1:0] f_root;  // the first table, and its level
    reg  [2:0]          f_top;
    always @(posedge clk) begin
        f_open <= !rst && (f_take || (f_open && !f_given && ~|done));
        if (f_take) begin
            {f_port, f_vpn, f_asid, f_acc} <= {s_miss_grant, s_miss_vpn, s_miss_asid, f_new_acc};
            {f_user, f_sum, f_mxr, f_adue} <= {f_new_user, f_new_sum, f_new_mxr, s_miss_adue};
            f_needs <= s_miss_needs;
            f_off   <= s_miss_tlb_off;
            f_valid <= s_miss_xlate && s_miss_mode_ok && s_miss_va_ok;
            f_walks <= s_miss_xlate && s_miss_mode_ok && s_miss_va_ok && s_miss_root_fits;
            f_root  <= s_miss_table;
            f_top   <= f_level_of(s_miss_big);
        end
    end

    // Its walk: reads but those after a compare-and-swap that failed, the last PTE, its address.
    reg  [2:0]         f_reads;
    reg  [XLEN-1:0]    f_pte, f_new;
    reg  [PA_BITS-1:0] f_addr;
    reg                f_cas, f_changed, f_err;
    always @(posedge clk) begin
        if (rst || f_take) {f_reads, f_cas, f_changed, f_err} <= 6'd0;
        if (f_asked) begin
            {f_cas, f_changed} <= {m_mem_req_cas, 1'b0};
            f_new  <= m_mem_req_new;
            if (!m_mem_req_cas) f_addr <= m_mem_req_addr;
            if (!m_mem_req_cas && !f_changed) f_reads <= f_reads + 3'd1;
        end
        if (m_mem_rsp_valid) begin
            f_err     <= m_mem_rsp_err;
            f_changed <= f_cas && !m_mem_rsp_err && !m_mem_rsp_cas_ok;
            if (!f_cas)                f_pte <= m_mem_rsp_data;
            else if (m_mem_rsp_cas_ok) f_pte <= f_new;
        end
    end
    wire [PPN_BITS-1:0] f_table = ~|f_reads ? f_root : f_pte[`ATLAS_PTE64_PPN_LSB +: PPN_BITS];
    wire [2:0]          f_level = f_top - f_reads;       // of the PTE to read next
    wire [VPN_BITS-1:0] f_slice = f_vpn >> (SLICE * f_level);
    wire [4:0]          f_needs_of;
    atlas_access_needs u_f_of (.acc(f_acc), .user(f_user), .sum(f_sum), .mxr(f_mxr),
        .needs(f_needs_of));
    wire [2:0]          f_here  = f_level + 3'd1;        // of the PTE that was read
    wire                f_store = f_acc[1];
    localparam [XLEN-1:0] F_A = 1 << `ATLAS_PTE_A_LSB, F_D = 1 << `ATLAS_PTE_D_LSB;
    wire f_v = f_pte[`ATLAS_PTE_V_LSB], f_r = f_pte[`ATLAS_PTE_R_LSB],
        f_w = f_pte[`ATLAS_PTE_W_LSB];
    wire f_x = f_pte[`ATLAS_PTE_X_LSB], f_u = f_pte[`ATLAS_PTE_U_LSB],
        f_d = f_pte[`ATLAS_PTE_D_LSB];

    // Where the walk is: before the next read, or at the PTE read last.
    wire f_next = state_q == S_L2 || (state_q == S_ASK && !cas_q && !f_changed);
    wire [2:0]          f_at_level = f_level_of(big_q);
    wire [VPN_BITS-1:0] f_at = f_vpn >> (SLICE * f_at_level);

    // A new read below the first: its table is a pointer to remember in the next cycle.
    reg  f_wait;                 // an offer was not taken in the cycle before
    wire f_descends = m_mem_req_valid && !m_mem_req_cas && !f_wait && |f_reads && !f_changed
        && !f_given;
    reg  f_down;
    reg  [PPN_BITS+2:0] f_down_to;
    always @(posedge clk) {f_down, f_down_to} <= {!rst && f_descends, f_table, f_level};

    // The cycle before, and how long neither memory nor an offer to it has been waited for.
    reg                f_to_l2;
    reg [PA_BITS+2*XLEN:0] f_offer;
    reg [LEAF_W+2:0]   f_fill;
    reg [1:0]          f_still;
    always @(posedge clk) begin
        f_wait  <= !rst && m_mem_req_valid && !m_mem_req_ready;
        f_offer <= {m_mem_req_cas, m_mem_req_addr, m_mem_req_old & {XLEN{m_mem_req_cas}},
                    m_mem_req_new & {XLEN{m_mem_req_cas}}};
        // It may have to wait for its turn to fill the L2.
        if (!(f_to_l2 && l2_fill && !l2_turn)) begin
            f_to_l2 <= |done_fill && |f_reads && (L2_BIG != 0 ? f_level_of(done_big) < 3'd2
                                                              : ~|done_big && !done_napot);
            f_fill  <= {f_level_of(done_big) == 3'd1, done_napot, done_g, done_leaf};
        end
        if (rst) f_to_l2 <= 1'b0;
        f_still <= rst || f_out || m_mem_req_valid || idle || (l2_fill && !l2_turn) ? 2'd0
                                                                                   : f_still + 2'd1;
    end

    wire f_ok = |done && ~|done_fault && |f_reads;        // a walk has found a leaf
    always @(posedge clk) if (f_up) begin
        // Requests and answers.
        a_one:     assert (~|done || (f_open && done == f_port && !f_given));
        a_keeps:   assert (!idle || !f_open);
        a_takes:   assert (s_miss_ready == idle);
        a_works:   assert (idle || f_still < 2'd2);
        a_reason:  assert (~|done_fault || done_reason != `ATLAS_REASON_NONE);
        a_nothing: assert (((done_fault | done_fill) & ~done) == 0
                           && (done_fault & done_fill) == 0);
        a_page:    assert (~|done || (done_big & (done_big + 1'b1)) == 0);
        // Memory.
        a_reads:   assert (idle || (f_reads <= f_top + 3'd1 && f_reads <= LEVELS));
        a_new:     assert (!m_mem_req_valid || f_wait || f_open);
        a_single:  assert (!m_mem_req_valid || !f_out);
        a_walks:   assert (!m_mem_req_valid || f_walks);
        a_addr:    assert (!m_mem_req_valid
                           || m_mem_req_addr == (m_mem_req_cas || f_changed ? f_addr
                           : {f_table, f_slice[SLICE-1:0], {PTE_SHIFT{1'b0}}}));
        a_cas:     assert (!m_mem_req_valid || !m_mem_req_cas || (f_adue && !f_err && |f_reads
                           && m_mem_req_old == f_pte
                           && m_mem_req_new == (f_pte | F_A | (f_store ? F_D : {XLEN{1'b0}}))));
        a_bus:     assert (~|done || ~|f_reads
                           || f_err == (|done_fault && done_reason == (f_cas ? `ATLAS_REASON_AD_BUS
                                                                               : `ATLAS_REASON_PTE_BUS)));
        // What is found, and what is remembered.
        a_leaf:    assert (!f_ok || (f_v && !f_err && |(f_pte & F_A) && (f_r || f_x)
                           && done_leaf[PPN_BITS +: 5] == {f_d, f_u, f_x, f_w, f_r}));
        a_allowed: assert (!f_ok || (f_user ? f_u : !f_u || (f_sum && f_acc != `ATLAS_ACC_FETCH)));
        a_fetch:   assert (!f_ok || f_acc != `ATLAS_ACC_FETCH || f_x);
        a_load:    assert (!f_ok || f_acc != `ATLAS_ACC_LOAD || f_r || (f_mxr && f_x));
        a_store:   assert (!f_ok || !f_store || (f_w && f_d));
        a_frame:   assert (!f_ok || |done_big || done_napot
                           || done_leaf[PPN_BITS-1:0] == f_pte[`ATLAS_PTE64_PPN_LSB +: PPN_BITS]);
        a_size:    assert (!f_ok || {1'b0, done_big} + 1'b1
                           == {{(LEVELS-1){1'b0}}, 1'b1} << f_here);
        a_fill:    assert (~|done_fill || (f_valid && !f_off));
        a_l2_fill: assert (!l2_fill || (f_to_l2
                           && {l2_fill_super, l2_fill_napot, l2_fill_g, l2_fill_leaf} == f_fill));
        a_l2_size: assert (~|done || |f_reads || ~|done_fill
                           || ({1'b0, done_big} == l2_super && done_napot == l2_napot));
        a_l2_look: assert (!l2_look || !f_off);
        a_l2_of:   assert (!(l2_fill || l2_look) || {l2_vpn, l2_asid, l2_needs}
                           == {f_vpn, f_asid, f_needs});
        a_ptr:     assert (~|store || (f_down && store == f_port && !f_off && !idle
                           && {store_table, f_level_of(store_big)} == f_down_to));

        // Invariants that make the proof inductive.
        i_open:    assert (f_open == serving);
        i_needs:   assert (idle || f_needs == f_needs_of);
        i_store:   assert (!store_q || (f_down && !f_off && !idle
                           && {dec_ppn, f_at_level} == f_down_to));
        i_state:   assert (state_q <= S_FILL && (!drop_q || state_q == S_ASK || state_q == S_WAIT));
        i_out:     assert (f_out == (state_q == S_WAIT));
        i_req:     assert (idle || {port_q, vpn_q, asid_q, needs_q, adue_q, tlb_off_q}
                           == {f_port, f_vpn, f_asid, f_needs, f_adue, f_off});
        i_walks:   assert (idle || state_q == S_REFUSE || f_walks
                           || (state_q == S_L2 && !root_fits_q));
        i_fits:    assert (state_q != S_L2 || (f_valid && f_walks == root_fits_q));
        i_valid:   assert (idle || !f_walks || f_valid);
        i_top:     assert (f_top < LEVELS || idle);
        i_port:    assert (idle || (|f_port && (f_port & (f_port - 1'b1)) == 0));
        i_none:    assert ((state_q != S_L2 && state_q != S_REFUSE) || ~|f_reads);
        i_begun:   assert (idle || state_q == S_REFUSE || f_next || |f_reads);
        i_l2:      assert ((state_q != S_L2 && state_q != S_FILL) || (L2 != 0 && !f_off));
    end
    always @(posedge clk) if (f_up && !idle && state_q != S_REFUSE) begin
        i_level:   assert (f_at_level == (f_next ? f_level : f_here)
                           && (big_q & (big_q + 1'b1)) == 0);
        i_table:   assert (!f_next || table_q == f_table);
        i_addr:    assert (f_next || f_addr == {table_q, f_at[SLICE-1:0], {PTE_SHIFT{1'b0}}});
        i_pte:     assert (f_next || state_q == S_WAIT || (state_q == S_ASK && f_changed)
                           || pte_q == f_pte);
        i_old:     assert (state_q != S_WAIT || !cas_q || (pte_q == f_pte && f_new == updated));
        i_err:     assert (state_q != S_STEP || (err_q == f_err && cas_q == f_cas));
        i_other:   assert (state_q != S_STEP || f_changed == (cas_q && other_q && !err_q));
        i_leaf:    assert (!cas_q || state_q == S_L2 || state_q == S_FILL || dec_leaf);
        i_cas:     assert (state_q != S_WAIT || cas_q == f_cas);
        i_once:    assert (state_q != S_WAIT || !f_changed);
        i_ask:     assert (state_q != S_ASK || !f_err);
        i_update:  assert ((state_q != S_ASK && state_q != S_WAIT) || !cas_q
                           || (adue_q && !f_changed));
        i_found:   assert (state_q != S_FILL || (f_to_l2 && f_fill == {big_q[0], dec_napot, path_g, leaf}));
    end
    always @(posedge clk) if (f_up && f_wait)
        a_hold: assert (m_mem_req_valid && f_offer == {m_mem_req_cas, m_mem_req_addr,
                        m_mem_req_old & {XLEN{m_mem_req_cas}},
                            m_mem_req_new & {XLEN{m_mem_req_cas}}});
    always @(posedge clk) if (f_up) begin
        c_deep:    cover (f_ok && f_reads == LEVELS);
        c_update:  cover (f_ok && f_cas && f_store);
        c_changed: cover (f_changed && m_mem_req_valid);
        c_dropped: cover (!f_open && m_mem_req_valid);
    end
    generate if (L2 != 0) begin : g_l2
        always @(posedge clk) if (f_up) c_fill: cover (l2_fill);
    end endgenerate
`endif
endmodule

`default_nettype wire

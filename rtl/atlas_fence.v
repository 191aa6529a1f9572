// atlas_fence: sfence.vma in all four forms, the sweep after reset, and TLB read-back.
//
//            cycle   0   1   2   3   4   5    by address, nothing in flight
//   s_fence_valid  __/---\________________    operands are sampled in cycle 0
//   halt           ______/-----------\____    nothing is looked up, walks are given up
//   read           __________/---\________    the set of the address is read
//   match          ______________/---\____    what matches is found, and goes in the cycle after
//   s_fence_done   __________________/---\    one cycle
//
// Done comes 4 cycles after acceptance for a fence with an address, and SETS + 3 for one without
// (SETS = the largest of L1_SETS, L1_BIG, L2_SETS and L2_BIG), plus the wait for a memory answer on its way.
// The sweep after reset is a fence without operands that nobody asked for; boot is up until it is over.
// Read-back takes the same way but for the removal.
//
// A non-canonical address is harmless: its low bits take part, the others do not.
// Reset     begins the sweep
// Formal    done once for each fence, when all was quiet, and soon; a sweep visits every set, and
//           boot ends after one; operands hold; a read-back is answered once, and removes nothing
`default_nettype none
`include "atlas_arch.vh"

module atlas_fence #(
    parameter XLEN     = 64,
    parameter ASID_W   = 9,
    parameter VPN_BITS = 27,
    parameter SETS     = 256,                            // sets to sweep
    parameter L2_WAYS  = 2
) (
    input  wire                clk,
    input  wire                rst,

    input  wire                s_fence_valid,
    output wire                s_fence_ready,
    input  wire                s_fence_has_va,
    input  wire                s_fence_has_asid,
    input  wire [XLEN-1:0]     s_fence_va,
    input  wire [15:0]         s_fence_asid,
    output wire                s_fence_done,

    input  wire                rb_req_valid,
    output wire                rb_req_ready,
    input  wire [1:0]          rb_req_array,             // ATLAS_RB_*
    input  wire [1:0]          rb_req_port,
    input  wire [12:0]         rb_req_index,
    output wire                rb_rsp_valid,
    output wire                reading,                  // a read-back is under way
    output wire [1:0]          rb_array,                 // as requested, with the answer
    output wire [1:0]          rb_port,
    output wire [12:0]         rb_index,

    // To the rest of the MMU.
    output wire                boot,
    output wire                halt,
    input  wire                quiet,                    // no lookup, fill or walk is under way
    output wire                read,
    output wire                match,
    output wire                has_va,
    output wire                has_asid,
    output wire [VPN_BITS-1:0] vpn,
    output wire [ASID_W-1:0]   asid,
    output wire [9:0]          index,                    // set to sweep, or to read back
    output wire                ev_fence                  // a fence of software is complete
);

    localparam [2:0] S_IDLE = 3'd0, S_HALT = 3'd1, S_READ = 3'd2, S_LAST = 3'd3, S_DONE = 3'd4;
    localparam LAST   = SETS - 1;
    localparam WAYS_W = $clog2(L2_WAYS);

    reg  [2:0]          state_q, state_d;
    reg                 boot_q, back_q, match_q;
    reg                 halt_q;                          // state_q is not S_IDLE
    reg                 has_va_q, has_asid_q;
    reg  [VPN_BITS-1:0] vpn_q;
    reg  [ASID_W-1:0]   asid_q;
    reg  [9:0]          index_q;
    reg  [16:0]         rb_q;

    wire take_fence = state_q == S_IDLE && s_fence_valid;
    wire take_back  = state_q == S_IDLE && !s_fence_valid && rb_req_valid;
    wire once       = has_va_q || back_q;
    wire [12:0] rb_set = rb_req_array == `ATLAS_RB_L2 ? rb_req_index >> WAYS_W : rb_req_index;

    always @(*) begin
        state_d = state_q;
        case (state_q)
            S_IDLE:  if (take_fence || take_back) state_d = S_HALT;
            S_HALT:  if (quiet) state_d = S_READ;
            S_READ:  if (once || index_q == LAST[9:0]) state_d = S_LAST;
            S_LAST:  state_d = S_DONE;
            default: state_d = S_IDLE;
        endcase
    end

    always @(posedge clk) begin
        if (rst) begin
            state_q    <= S_HALT;
            halt_q     <= 1'b1;
            boot_q     <= 1'b1;
            back_q     <= 1'b0;
            match_q    <= 1'b0;
            has_va_q   <= 1'b0;
            has_asid_q <= 1'b0;
            index_q    <= 10'd0;
        end else begin
            state_q <= state_d;
            halt_q  <= state_d != S_IDLE;
            boot_q  <= boot_q && state_q != S_DONE;
            match_q <= state_q == S_READ && !back_q;
            if (state_q == S_IDLE) begin
                back_q     <= take_back;
                has_va_q   <= s_fence_has_va && take_fence;
                has_asid_q <= s_fence_has_asid && take_fence;
                index_q    <= take_back ? rb_set[9:0] : 10'd0;
            end else if (state_q == S_READ && !once) begin
                index_q    <= index_q + 10'd1;
            end
        end
        if (state_q == S_IDLE) begin
            vpn_q  <= s_fence_va[12 +: VPN_BITS];
            asid_q <= s_fence_asid[ASID_W-1:0];
            rb_q   <= {rb_req_array, rb_req_port, rb_req_index};
        end
    end

    assign s_fence_ready = state_q == S_IDLE;
    assign rb_req_ready  = state_q == S_IDLE && !s_fence_valid;
    assign s_fence_done  = state_q == S_DONE && !boot_q && !back_q;
    assign rb_rsp_valid  = state_q == S_LAST && back_q;
    assign reading       = back_q && halt_q;
    assign ev_fence      = s_fence_done;
    assign boot          = boot_q;
    assign halt          = halt_q;
    assign read          = state_q == S_READ;
    assign match         = match_q;
    assign has_va        = has_va_q;
    assign has_asid      = has_asid_q;
    assign vpn           = vpn_q;
    assign asid          = asid_q;
    assign index         = index_q;
    assign {rb_array, rb_port, rb_index} = rb_q;

    wire unused = &{1'b0, s_fence_va, s_fence_asid, rb_set};
`ifdef FORMAL
    reg f_first = 1'b1;          // cycle 0, when registers hold anything
    always @(posedge clk) f_first <= 1'b0;
    always @(*) if (f_first) assume (rst);
    wire f_up = !rst && !f_first;

    // Accepted, and neither done nor answered yet.
    reg                f_fence, f_back;
    reg                f_has_va, f_has_asid;
    reg [VPN_BITS-1:0] f_vpn;
    reg [ASID_W-1:0]   f_asid;
    reg [16:0]         f_back_of;
    always @(posedge clk) begin
        if (rst || s_fence_done) f_fence <= 1'b0;
        if (rst || rb_rsp_valid) f_back  <= 1'b0;
        if (!rst && s_fence_valid && s_fence_ready) begin
            f_fence  <= 1'b1;
            {f_has_va, f_has_asid} <= {s_fence_has_va, s_fence_has_asid};
            {f_vpn, f_asid} <= {s_fence_va[12 +: VPN_BITS], s_fence_asid[ASID_W-1:0]};
        end
        if (!rst && rb_req_valid && rb_req_ready) begin
            f_back    <= 1'b1;
            f_back_of <= {rb_req_array, rb_req_port, rb_req_index};
        end
    end

    // In this halt: cycles since all was quiet, reads, and what became of one set, any of them.
    (* anyconst *) wire [9:0] f_set;
    always @(*) assume (f_set < SETS);
    reg        f_quiet, f_read, f_visited;
    reg [11:0] f_since, f_reads;
    always @(posedge clk) begin
        f_quiet   <= !rst && halt && (f_quiet || quiet);
        f_since   <= !rst && halt && f_quiet ? f_since + 12'd1 : 12'd0;
        f_reads   <= !rst && halt ? f_reads + {11'd0, read} : 12'd0;
        f_read    <= !rst && read && (has_va || index == f_set);
        f_visited <= !rst && halt && (f_visited || (f_read && match));
    end
    wire [11:0] f_due = has_va || reading ? 12'd1 : SETS;   // reads
    reg f_boot, f_swept;         // a cycle ago: boot; a sweep had been to the set
    always @(posedge clk) {f_boot, f_swept} <= {!rst && boot, f_visited && !has_va && !has_asid};

    always @(posedge clk) if (f_up) begin
        a_quiet:   assert (!(read || match || s_fence_done || rb_rsp_valid) || f_quiet);
        a_halts:   assert (halt || !(f_fence || f_back || boot));
        a_once:    assert (!s_fence_done || f_fence);
        a_one:     assert (!s_fence_ready || !f_fence);
        a_visits:  assert (!s_fence_done || f_visited);
        a_boot:    assert (!f_boot || boot || f_swept);
        a_soon:    assert (f_since <= f_due + 12'd1 || !halt);
        a_counts:  assert (ev_fence == s_fence_done);
        a_keeps:   assert (!reading || !match);
        a_back:    assert (!rb_rsp_valid || (f_back && reading && f_reads == 12'd1));
        a_one_rb:  assert (!rb_req_ready || !f_back);
        i_due:     assert (f_reads <= f_due || !halt);
        i_halt:    assert (halt_q == (state_q != S_IDLE));
        i_index:   assert (!read || f_due == 12'd1 || {2'b00, index} == f_reads);
        i_state:   assert (state_q == S_IDLE ? !halt && !f_fence && !f_back && !boot
                         : state_q == S_HALT ? f_reads == 12'd0 && !f_quiet && !match_q
                         : state_q == S_READ ? f_since == f_reads && f_reads < f_due && f_quiet
                         : state_q == S_LAST ? f_since == f_due && f_reads == f_due && f_quiet
                         : state_q == S_DONE ? f_since == f_due + 12'd1 && f_quiet : 1'b0);
        i_begin:   assert (state_q != S_HALT || index == 10'd0 || once);
        i_visited: assert (!halt || reading || f_visited || (f_read && match)
                           || (has_va ? f_reads == 12'd0 : f_reads <= {2'b00, f_set}));
        i_read:    assert (!f_read || (halt && f_reads != 12'd0 && match != reading));
        i_one_of:  assert (!halt || {1'b0, boot_q} + f_fence + back_q == 2'd1);
        i_back:    assert (f_back == (back_q && state_q != S_IDLE && state_q != S_DONE));
        i_boot:    assert (!boot_q || !(has_va_q || has_asid_q));
        c_sweep:   cover  (s_fence_done && !has_va && f_set == SETS - 1);
        c_address: cover  (s_fence_done && has_va && has_asid);
        c_back:    cover  (rb_rsp_valid && f_since > 12'd0);
    end
    always @(posedge clk) if (f_up && f_fence)
        a_operands: assert ({has_va, has_asid, vpn, asid} == {f_has_va, f_has_asid, f_vpn, f_asid});
    always @(posedge clk) if (f_up && f_back)
        a_back_of: assert ({rb_array, rb_port, rb_index} == f_back_of);
`endif
endmodule

`default_nettype wire

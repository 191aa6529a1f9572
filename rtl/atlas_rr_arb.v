// atlas_rr_arb: fair arbiter that lends the one miss unit to N ports.
//
//            cycle   0   1   2   3        latency   0: gnt is combinational
//   req[0]         __/-------\______      order     round robin, from the port after
//   gnt[0]         __/-------\______                the one served last
//   ready          ______/---\______      withdraw  a request may go before it is taken
//                        ^ transfer                 (a kill, a fence); gnt follows it
//
// N       number of ports, 1 or more
// rst     synchronous; port 0 has first turn after reset
// Formal  one-hot, only if asked, never idle, fair; an untaken grant holds while nobody comes or goes
`default_nettype none

module atlas_rr_arb #(
    parameter N = 2
) (
    input  wire         clk,
    input  wire         rst,
    input  wire [N-1:0] req,
    output wire [N-1:0] gnt,     // one-hot, or zero when nobody asks
    input  wire         ready    // the granted request is taken now
);

    reg  [N-1:0] last_q;         // one-hot: the port served last

    // Two passes over the requests: the ports after last_q, then everyone.
    wire [N-1:0] after = ~(last_q | (last_q - 1'b1));
    wire [N-1:0] first = |(req & after) ? req & after : req;

    assign gnt = first & (~first + 1'b1);            // lowest set bit

    always @(posedge clk) begin
        if (rst)                 last_q <= {1'b1, {(N-1){1'b0}}};
        else if (|gnt && ready)  last_q <= gnt;
    end

`ifdef FORMAL
    reg f_first = 1'b1;          // cycle 0, when registers hold anything
    always @(posedge clk) f_first <= 1'b0;
    always @(*) if (f_first) assume (rst);
    wire f_up = !rst && !f_first;

    always @(posedge clk) if (f_up) begin
        a_onehot: assert ((gnt & (gnt - 1'b1)) == 0);
        a_asked:  assert ((gnt & ~req) == 0);
        a_busy:   assert (|gnt == |req);
        i_last:   assert (|last_q && (last_q & (last_q - 1'b1)) == 0);
    end

    reg f_was = 1'b0;            // the cycle before was one of work
    always @(posedge clk) f_was <= f_up;
    always @(posedge clk) if (f_up && f_was && $stable(req) && !$past(|gnt && ready))
        a_hold: assert ($stable(gnt));

    // For every pair (a, b): once a is served while b waits, a is not served again before b,
    // as long as b keeps asking.
    (* anyconst *) wire [N-1:0] f_a;
    (* anyconst *) wire [N-1:0] f_b;
    always @(*) if (N > 1) assume (f_a != f_b && |f_a && |f_b);
    always @(*) assume ((f_a & (f_a - 1'b1)) == 0 && (f_b & (f_b - 1'b1)) == 0);

    wire f_served = |gnt && ready;
    reg  f_owed = 1'b0;          // b's turn comes before a's
    always @(posedge clk)
        f_owed <= !rst && |(req & f_b) && !(f_served && gnt == f_b)
                  && (f_owed || (f_served && gnt == f_a));

    function f_before(input [N-1:0] p, input [N-1:0] q);   // p has its turn first
        f_before = |(p & after) == |(q & after) ? p < q : |(p & after);
    endfunction

    always @(posedge clk) if (f_up && f_owed && |(req & f_b)) begin
        a_fair: assert (!(f_served && gnt == f_a));
        i_turn: assert (f_before(f_b, f_a));
    end
    always @(posedge clk) if (f_up) c_switch: cover (f_owed && f_served && gnt == f_b);
`endif
endmodule

`default_nettype wire

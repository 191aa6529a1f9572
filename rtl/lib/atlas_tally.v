// atlas_tally: events of several sources, which may come in one cycle, as one event a cycle: what
// is to be counted by one counter. None is lost: while some wait, sources may have 2^WAIT_BITS - 1
// more of them than there have been cycles.
//
// ENABLE    0: there are no events, tally is 0
// Latency   tally follows in the next cycle, for one event
// Reset     none waits
`default_nettype none

module atlas_tally #(
    parameter ENABLE    = 1,
    parameter N         = 3,                             // sources, 1 to 7
    parameter WAIT_BITS = 6
) (
    input  wire         clk,
    input  wire         rst,
    input  wire [N-1:0] event_now,
    output wire         tally
);

    generate
        if (ENABLE != 0) begin : g_tally
            reg  [WAIT_BITS-1:0] waiting_q;
            reg  [2:0]           sum;
            integer k;
            always @(*) begin
                sum = 3'd0;
                for (k = 0; k < N; k = k + 1)
                    sum = sum + {2'b00, event_now[k]};
            end
            always @(posedge clk) begin
                if (rst) waiting_q <= {WAIT_BITS{1'b0}};
                else     waiting_q <= waiting_q - {{(WAIT_BITS-1){1'b0}}, tally} + {{(WAIT_BITS-3){1'b0}}, sum};
            end
            assign tally = |waiting_q;
        end else begin : g_none
            wire unused = &{1'b0, clk, rst, event_now};
            assign tally = 1'b0;
        end
    endgenerate
endmodule

`default_nettype wire

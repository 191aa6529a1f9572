// atlas_perf: event counters, read one at a time. Indices: CTR and GCTR in atlas_arch.vh: port
// k's counter c has index k * ATLAS_CTR_PORT_COUNT + c; the global ones follow after all ports.
//
// EVENTS    number of counters          BITS   width, wrapping; 0: no counters, all read 0
// Reset     all counters are 0
`default_nettype none

module atlas_perf #(
    parameter EVENTS = 25,
    parameter BITS   = 32
) (
    input  wire              clk,
    input  wire              rst,
    input  wire [EVENTS-1:0] event_now,      // bit i: counter i counts in this cycle
    input  wire [5:0]        sel,
    output wire [63:0]       value
);

    generate
        if (BITS == 0) begin : g_none
            wire unused = &{1'b0, clk, rst, event_now, sel};
            assign value = 64'd0;
        end else begin : g_counters
            genvar i;
            for (i = 0; i < EVENTS; i = i + 1) begin : g_counter
                reg  [BITS-1:0] count_q;
                wire [BITS-1:0] selected;
                always @(posedge clk) begin
                    if (rst)               count_q <= {BITS{1'b0}};
                    else if (event_now[i]) count_q <= count_q + 1'b1;
                end
                // An OR of ANDs, from counter to counter.
                if (i == 0) begin : g_first
                    assign selected = count_q & {BITS{sel == i}};
                end else begin : g_next
                    assign selected = g_counter[i-1].selected | (count_q & {BITS{sel == i}});
                end
            end
            wire [BITS+63:0] wide = {64'd0, g_counter[EVENTS-1].selected};
            wire unused = &{1'b0, wide};
            assign value = wide[63:0];
        end
    endgenerate
endmodule

`default_nettype wire

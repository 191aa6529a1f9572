// atlas_perf: event counters, read one at a time. Indices: CTR and GCTR in atlas_arch.vh: port
// k's counter c has index k * ATLAS_CTR_PORT_COUNT + c; the global ones follow after all ports.
//
// EVENTS    number of counters          BITS   width, wrapping; 0: no counters, all read 0
// SOURCES   of each event: how often it may happen in one cycle
// Reset     all counters are 0
`default_nettype none

module atlas_perf #(
    parameter EVENTS  = 25,
    parameter BITS    = 32,
    parameter SOURCES = 1
) (
    input  wire                      clk,
    input  wire                      rst,
    input  wire [SOURCES*EVENTS-1:0] event_now, // slice i: counter i counts each bit that is set
    input  wire [5:0]                sel,
    output wire [63:0]               value
);

    generate
        if (BITS == 0) begin : g_none
            wire unused = &{1'b0, clk, rst, event_now, sel};
            assign value = 64'd0;
        end else begin : g_counters
            localparam COUNT_W = $clog2(SOURCES + 1);
            genvar i;
            for (i = 0; i < EVENTS; i = i + 1) begin : g_counter
                reg  [BITS-1:0] count_q;
                wire [BITS-1:0] selected;
                reg  [COUNT_W-1:0] now;
                integer s;
                always @(*) begin
                    now = {COUNT_W{1'b0}};
                    for (s = 0; s < SOURCES; s = s + 1)
                        now = now + {{(COUNT_W-1){1'b0}}, event_now[SOURCES*i+s]};
                end
                wire [BITS+COUNT_W-1:0] next = {{COUNT_W{1'b0}}, count_q} + {{BITS{1'b0}}, now};
                wire unused_carry = &{1'b0, next};
                always @(posedge clk) begin
                    if (rst)       count_q <= {BITS{1'b0}};
                    else if (|now) count_q <= next[BITS-1:0];
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

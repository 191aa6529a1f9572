// atlas_delay: what is found in one cycle and told in that cycle, or in the next.
//
// CYCLES    0: told is found. 1: told is what was found in the last cycle without `stays`
// WIDTH     bits
// Reset     none
`default_nettype none

module atlas_delay #(
    parameter CYCLES = 1,
    parameter WIDTH  = 1
) (
    input  wire             clk,
    input  wire             stays,
    input  wire [WIDTH-1:0] found,
    output wire [WIDTH-1:0] told
);

    generate
        if (CYCLES == 0) begin : g_now
            wire unused = &{1'b0, clk, stays};
            assign told = found;
        end else begin : g_later
            reg [WIDTH-1:0] found_q;
            always @(posedge clk) if (!stays) found_q <= found;
            assign told = found_q;
        end
    endgenerate
endmodule

`default_nettype wire

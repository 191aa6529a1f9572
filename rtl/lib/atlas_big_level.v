// atlas_big_level: the level of a leaf from the VPN slices that lie inside it (big, one bit a
// slice from the lowest: 0 -> level 0, 1 -> 1, 11 -> 2, ...).
// Latency   none: pure
`default_nettype none

module atlas_big_level #(
    parameter LEVELS = 3
) (
    input  wire [LEVELS-2:0] big,
    output wire [2:0]        level
);

    wire [3:0] b = {{(5-LEVELS){1'b0}}, big};
    assign level = b[3] ? 3'd4 : b[2] ? 3'd3 : b[1] ? 3'd2 : {2'b00, b[0]};
endmodule

`default_nettype wire

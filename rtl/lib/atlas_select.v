// atlas_select: one of N words, by a one-hot select; word 0 when none is selected.
// Latency   none: pure
`default_nettype none

module atlas_select #(
    parameter N     = 2,
    parameter WIDTH = 8
) (
    input  wire [N-1:0]       sel,
    input  wire [WIDTH*N-1:0] in,
    output reg  [WIDTH-1:0]   out
);

    integer k;
    always @(*) begin
        out = in[WIDTH-1:0] & {WIDTH{~|(sel >> 1)}};
        for (k = 1; k < N; k = k + 1)
            out = out | (in[WIDTH*k +: WIDTH] & {WIDTH{sel[k]}});
    end
endmodule

`default_nettype wire

// atlas_parity_ram: an atlas_ram whose words carry a parity bit, so that a bit that has flipped in
// the RAM is noticed: an even number of ones is written, an odd one is bad.
//
// PARITY    1, or 0: no parity bit, bad is 0, flip is ignored: an atlas_ram and nothing else
// flip      a soft error: bit flip_bit of what is written in this cycle is inverted; the parity
//           bit is bit WIDTH. Tests drive it; tied to 0 it costs nothing
// others    as atlas_ram
// Reset     none: words that were never written are bad, or are any words
`default_nettype none

module atlas_parity_ram #(
    parameter DEPTH     = 256,
    parameter WIDTH     = 16,
    parameter PARITY    = 1,
    parameter ADDR_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1   // derived: do not set
) (
    input  wire                 clk,
    input  wire                 we,
    input  wire [ADDR_BITS-1:0] waddr,
    input  wire [WIDTH-1:0]     wdata,
    input  wire [ADDR_BITS-1:0] raddr,
    output wire [WIDTH-1:0]     rdata,
    output wire                 bad,        // rdata is not what was written
    input  wire                 flip,
    input  wire [6:0]           flip_bit
);

    generate
        if (PARITY != 0) begin : g_parity
            wire [WIDTH:0] word;
            wire [WIDTH:0] flipped = {{WIDTH{1'b0}}, flip} << flip_bit;
            atlas_ram #(.DEPTH(DEPTH), .WIDTH(WIDTH + 1)) u_ram (
                .clk(clk), .we(we), .waddr(waddr), .wdata({^wdata, wdata} ^ flipped),
                .raddr(raddr), .rdata(word)
            );
            assign rdata = word[WIDTH-1:0];
            assign bad   = ^word;
        end else begin : g_plain
            wire unused = &{1'b0, flip, flip_bit};
            atlas_ram #(.DEPTH(DEPTH), .WIDTH(WIDTH)) u_ram (
                .clk(clk), .we(we), .waddr(waddr), .wdata(wdata), .raddr(raddr), .rdata(rdata)
            );
            assign bad = 1'b0;
        end
    endgenerate
endmodule

`default_nettype wire

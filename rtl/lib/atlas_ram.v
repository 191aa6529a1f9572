// atlas_ram: one write port, one synchronous read port: the shape that every FPGA family
// maps to block RAM.
//
// DEPTH   words, a power of two, 1 or more
// WIDTH   bits of a word
// Timing  rdata is the word at raddr of the cycle before; a word written in the same cycle
//         is undefined there (its users never read what they write)
// Reset   none: whoever uses it sweeps it
`default_nettype none

module atlas_ram #(
    parameter DEPTH     = 256,
    parameter WIDTH     = 16,
    parameter ADDR_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1   // derived: do not set
) (
    input  wire                 clk,
    input  wire                 we,
    input  wire [ADDR_BITS-1:0] waddr,
    input  wire [WIDTH-1:0]     wdata,
    input  wire [ADDR_BITS-1:0] raddr,
    output reg  [WIDTH-1:0]     rdata
);

    // Without the attribute Yosys adds registers and muxes that define such a read.
    (* no_rw_check *)
    reg [WIDTH-1:0] mem [0:DEPTH-1];

    always @(posedge clk) begin
        if (we) mem[waddr] <= wdata;
        rdata <= mem[raddr];
    end
endmodule

`default_nettype wire

// atlas_compose: the physical page number of one 4 KiB page inside a larger leaf: the bits
// inside the leaf come from the VPN, the others from its PPN (selected, never OR-ed).
//
// big       bit l: VPN slice l lies inside the leaf      napot   its low 4 bits do
// Latency   none: pure
`default_nettype none

module atlas_compose #(
    parameter LEVELS   = 3,
    parameter SLICE    = 9,
    parameter PPN_BITS = 20,
    parameter VPN_BITS = SLICE * LEVELS        // derived: do not set
) (
    input  wire [PPN_BITS-1:0] ppn,
    input  wire [VPN_BITS-1:0] vpn,
    input  wire [LEVELS-2:0]   big,
    input  wire                napot,
    output wire [PPN_BITS-1:0] composed
);

    genvar b;
    generate
        for (b = 0; b < PPN_BITS; b = b + 1) begin : g_bit
            if (b < 4) begin : g_low
                assign composed[b] = big[0] || napot ? vpn[b] : ppn[b];
            end else if (b < SLICE * (LEVELS - 1)) begin : g_slice
                assign composed[b] = big[b / SLICE] ? vpn[b] : ppn[b];
            end else begin : g_top
                assign composed[b] = ppn[b];
            end
        end
    endgenerate
    wire unused = &{1'b0, vpn, big};
endmodule

`default_nettype wire

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

    // The bits inside the leaf, slice by slice.
    reg [VPN_BITS+PPN_BITS-1:0] inside;
    integer l;
    always @(*) begin
        inside = {{(VPN_BITS+PPN_BITS-4){1'b0}}, {4{napot}}};
        for (l = 0; l < LEVELS - 1; l = l + 1)
            if (big[l]) inside = inside | ({{(VPN_BITS+PPN_BITS-SLICE){1'b0}}, {SLICE{1'b1}}} << (SLICE * l));
    end

    wire [VPN_BITS+PPN_BITS-1:0] page = {{PPN_BITS{1'b0}}, vpn};
    assign composed = (page[PPN_BITS-1:0] & inside[PPN_BITS-1:0]) | (ppn & ~inside[PPN_BITS-1:0]);
    wire unused = &{1'b0, page, inside};
endmodule

`default_nettype wire

// atlas_set_index: the set of a TLB with SETS sets that a page belongs to: a hash of its number,
// vpn[w-1:0] ^ vpn[2w-1:w] with w = log2(SETS); bits beyond the VPN are 0.
// Latency   none: pure
`default_nettype none

module atlas_set_index #(
    parameter SETS     = 256,
    parameter VPN_BITS = 27,
    parameter INDEX_W  = SETS > 1 ? $clog2(SETS) : 1     // derived: do not set
) (
    input  wire [VPN_BITS-1:0] vpn,
    output wire [INDEX_W-1:0]  index
);

    localparam SETS_W = $clog2(SETS);                    // 0 for one set, which is set 0
    wire [VPN_BITS+2*INDEX_W-1:0] wide = {{2*INDEX_W{1'b0}}, vpn};
    assign index = wide[INDEX_W-1:0] ^ wide[SETS_W +: INDEX_W];
    wire unused = &{1'b0, wide};
endmodule

`default_nettype wire

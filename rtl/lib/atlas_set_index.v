// atlas_set_index: the set of a TLB that a page belongs to: a hash of its number,
// (page ^ (page >> SHIFT)) mod SETS.
// Latency   none: pure
`default_nettype none

module atlas_set_index #(
    parameter SETS    = 256,                             // a power of two
    parameter SHIFT   = 9,
    parameter PAGE_W  = 27,
    parameter INDEX_W = SETS > 1 ? $clog2(SETS) : 1      // derived: do not set
) (
    input  wire [PAGE_W-1:0]  page,
    output wire [INDEX_W-1:0] index
);

    wire [PAGE_W+SHIFT+INDEX_W-1:0] wide = {{(SHIFT+INDEX_W){1'b0}}, page};
    assign index = (wide[INDEX_W-1:0] ^ wide[SHIFT +: INDEX_W]) & {INDEX_W{SETS > 1}};
    wire unused = &{1'b0, wide};
endmodule

`default_nettype wire

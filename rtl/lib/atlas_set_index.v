// atlas_set_index: the set of a TLB that a page belongs to: with HASH = 1
// (page ^ (page >> 8) ^ (page >> 12)) mod SETS, else page mod SETS.
// Latency   none: pure
`default_nettype none

module atlas_set_index #(
    parameter SETS    = 256,                             // a power of two
    parameter HASH    = 1,
    parameter PAGE_W  = 27,
    parameter INDEX_W = SETS > 1 ? $clog2(SETS) : 1      // derived: do not set
) (
    input  wire [PAGE_W-1:0]  page,
    output wire [INDEX_W-1:0] index
);

    wire [PAGE_W+INDEX_W+11:0] wide = {{(INDEX_W+12){1'b0}}, page};
    wire [INDEX_W-1:0]         hash = wide[8 +: INDEX_W] ^ wide[12 +: INDEX_W];
    assign index = (wide[INDEX_W-1:0] ^ (hash & {INDEX_W{HASH != 0}})) & {INDEX_W{SETS > 1}};
    wire unused = &{1'b0, wide};
endmodule

`default_nettype wire

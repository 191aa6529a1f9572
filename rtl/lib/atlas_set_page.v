// atlas_set_page: the number of the page in set `index` whose bits above the set's are `tag`: the
// inverse of atlas_set_index.
// Latency   none: pure
// Formal    atlas_set_index gives the index back
`default_nettype none

module atlas_set_page #(
    parameter SETS    = 256,
    parameter HASH    = 1,
    parameter PAGE_W  = 27,
    parameter SETS_W  = $clog2(SETS),                    // derived: do not set
    parameter INDEX_W = SETS > 1 ? SETS_W : 1
) (
    input  wire [PAGE_W-SETS_W-1:0] tag,
    input  wire [INDEX_W-1:0]       index,
    output wire [PAGE_W-1:0]        page
);

    // From the highest bit down: what is exclusive-ORed with bit b lies above it.
    reg [PAGE_W+11:0] wide;
    integer b;
    always @(*) begin
        wide = {{(12+SETS_W){1'b0}}, tag} << SETS_W;
        for (b = SETS_W - 1; b >= 0; b = b - 1)
            wide[b] = index[b] ^ ((wide[b+8] ^ wide[b+12]) && HASH != 0);
    end
    assign page = wide[PAGE_W-1:0];
    wire unused = &{1'b0, wide, index};

`ifdef FORMAL
    wire [INDEX_W-1:0] f_index;
    atlas_set_index #(.SETS(SETS), .HASH(HASH), .PAGE_W(PAGE_W)) u_f_index (.page(page),
        .index(f_index));
    always @(*) begin
        a_index: assert (f_index == (index & {INDEX_W{SETS > 1}}));
        a_tag:   assert (page >> SETS_W == {{SETS_W{1'b0}}, tag});
    end
`endif
endmodule

`default_nettype wire

// atlas_l2_way: one way of the L2: pages of one kind in block RAM, a word a set, and what is
// compared with it.
//
//            cycle   0       1              raddr reads the word for the next cycle
//   raddr           =<  A  >=               match: it is a page of tag `want`, ASID `asid`;
//   want, asid, needs       =<  A  >=       ok: it allows the access
//   match, ok, word         =<  A  >=
//
// A word is {valid, g, asid, tag, napot, pbmt, d, u, x, w, r, ppn}; Sv32 has no pbmt. With LOW_W > 0
// it may be of one of two sizes: the lowest LOW_W bits of the tag count for the smaller, whose napot
// is 1. With LOW_W = 0 there is no napot.
//
// write     wdata goes to set waddr
// fence     fence_match: the fence asks for the word that is here; it goes in the cycle after
// bad       with PARITY: the word is not what was written: it is not valid. A look removes it, and a
//           fence. clash: it was removed in the cycle in which it was read: it looks as if it were
//           gone already
// Reset     none: a fence sweeps the RAM after reset
// Formal    in atlas_l2_tlb and atlas_l2_big
//
// SETS, TAG_W, LOW_W   as above     PPN_W   bits of a PPN that are kept     others   as atlas_l2_tlb
`default_nettype none

module atlas_l2_way #(
    parameter XLEN    = 64,
    parameter SETS    = 256,
    parameter TAG_W   = 19,
    parameter LOW_W   = 0,
    parameter ASID_W  = 9,
    parameter PPN_W   = 20,
    parameter PARITY  = 0,
    parameter WALKS   = 1,
    parameter KEEP_W  = PPN_W + (XLEN == 32 ? 5 : 7),    // derived: do not set
    parameter TAG_LSB = KEEP_W + (LOW_W > 0 ? 1 : 0),
    parameter WORD_W  = 2 + ASID_W + TAG_W + TAG_LSB,
    parameter INDEX_W = SETS > 1 ? $clog2(SETS) : 1
) (
    input  wire               clk,

    // The RAM. raddr_q is the set that is here, waddr that of `write`, or of what goes.
    input  wire [INDEX_W-1:0] raddr,
    input  wire [INDEX_W-1:0] raddr_q,
    input  wire [INDEX_W-1:0] waddr,
    input  wire               write,
    input  wire [WORD_W-1:0]  wdata,
    output wire [WORD_W-1:0]  word,
    output wire               we,

    // The walk that looks.
    input  wire               look,
    input  wire [TAG_W-1:0]   want,
    input  wire [ASID_W-1:0]  asid,
    input  wire [4:0]         needs,                     // of the access: atlas_access_needs
    output wire               valid,
    output wire               match,
    output wire               ok,
    output wire               bad,

    input  wire               fence_match,
    input  wire               fence_has_va,
    input  wire               fence_has_asid,
    input  wire [TAG_W-1:0]   fence_tag,
    input  wire [ASID_W-1:0]  fence_asid,

    input  wire               flip,                      // a soft error: see atlas_parity_ram
    input  wire [6:0]         flip_bit
);

    wire              bad_word, clash;
    wire [TAG_W-1:0]  tag    = word[TAG_LSB +: TAG_W];
    wire [ASID_W-1:0] w_asid = word[TAG_LSB+TAG_W +: ASID_W];
    wire              g      = word[WORD_W-2];

    atlas_parity_ram #(.DEPTH(SETS), .WIDTH(WORD_W), .PARITY(PARITY)) u_ram (
        .clk(clk), .we(we), .waddr(waddr), .wdata(wdata), .raddr(raddr), .rdata(word),
        .bad(bad_word), .flip(flip), .flip_bit(flip_bit)
    );

    // Is it a page of this tag?
    wire wanted, fenced;
    generate
        if (LOW_W > 0) begin : g_sizes
            wire napot = word[KEEP_W];
            assign wanted = tag[TAG_W-1:LOW_W] == want[TAG_W-1:LOW_W]
                         && (!napot || tag[LOW_W-1:0] == want[LOW_W-1:0]);
            assign fenced = tag[TAG_W-1:LOW_W] == fence_tag[TAG_W-1:LOW_W]
                         && (!napot || tag[LOW_W-1:0] == fence_tag[LOW_W-1:0]);
        end else begin : g_size
            assign wanted = tag == want;
            assign fenced = tag == fence_tag;
        end
    endgenerate
    wire named = (!fence_has_va || fenced) && (!fence_has_asid || (w_asid == fence_asid && !g));

    // What goes.
    reg goes_q;                                          // a fence has matched it
    always @(posedge clk) goes_q <= fence_match && (named || bad);
    generate
        if (PARITY != 0 && WALKS > 1) begin : g_clash
            reg clash_q;
            always @(posedge clk) clash_q <= look && bad && raddr == raddr_q;
            assign clash = clash_q;
        end else begin : g_no_clash
            wire unused = &{1'b0, raddr_q};
            assign clash = 1'b0;
        end
    endgenerate
    assign we = goes_q || (look && bad) || write;

    assign bad   = bad_word && !clash;
    assign valid = word[WORD_W-1] && !bad_word && !clash;
    assign match = valid && wanted && (g || w_asid == asid);

    wire       allowed;
    wire [4:0] unused_reason;
    atlas_access_check u_check (
        .r(word[PPN_W]), .w(word[PPN_W+1]), .x(word[PPN_W+2]), .u(word[PPN_W+3]), .needs(needs),
        .allowed(allowed), .reason(unused_reason)
    );
    assign ok = allowed && (word[PPN_W+4] || !needs[0]);
endmodule

`default_nettype wire

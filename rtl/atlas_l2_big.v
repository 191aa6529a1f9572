// atlas_l2_big: the large pages of the L2: superpages of level 1 and, but for Sv32, NAPOT pages of
// 64 KiB, in block RAM, direct-mapped by the VPN bits above a superpage.
//
//            cycle   0       1              read_vpn reads the set for the next cycle
//   read_vpn        =<  A  >=               match: there is a page for it, of either size;
//   vpn, asid, needs        =<  A  >=       ok: and it allows the access
//   match, ok, leaf         =<  A  >=       leaf: its PPN is that of A
//
// A NAPOT page lies in the set of the superpage that could stand in its place. So a page of either
// size has one set, whatever address in it is asked for, or fenced. Pages of a higher level would be
// spread over the sets of all superpages in them: there are few, and each L1 has side entries.
//
// put       the page that `vpn` is in is written; `drop`: what matches `vpn` goes. With one walk it is
//           the last look that has matched, with several the set was read again a cycle ago
// fence     as in atlas_l2_tlb; fence_set is the set of a fence without address, or to read back
// bad       as in atlas_l2_way
// Reset     none: a fence sweeps the RAM after reset
// Formal    what matches was put there, the last for its page, and no fence by any address in it, or
//           of all, has covered it since; what was put matches until its set is put or dropped
//
// SETS      L2_BIG of atlas_mmu, not 0     others   as atlas_l2_tlb
`default_nettype none

module atlas_l2_big #(
    parameter XLEN     = 64,
    parameter SETS     = 256,
    parameter SLICE    = 9,
    parameter VPN_BITS = 27,
    parameter ASID_W   = 9,
    parameter PPN_BITS = 20,
    parameter PARITY   = 0,
    parameter WALKS    = 1,
    parameter LEAF_W   = PPN_BITS + 7                    // derived: do not set
) (
    input  wire                clk,

    input  wire [VPN_BITS-1:0] read_vpn,

    // The walk that looks, or fills.
    input  wire                look,
    input  wire [VPN_BITS-1:0] vpn,
    input  wire [ASID_W-1:0]   asid,
    input  wire [4:0]          needs,                    // of the access: atlas_access_needs
    output wire                match,
    output wire                ok,
    output wire [LEAF_W-1:0]   leaf,                     // {pbmt, d, u, x, w, r, ppn}
    output wire                g,
    output wire                napot,                    // else it is a superpage
    output wire                bad,

    input  wire                put,
    input  wire                drop,
    input  wire [LEAF_W-1:0]   put_leaf,
    input  wire                put_g,
    input  wire                put_napot,

    input  wire                fence_read,
    input  wire                fence_match,
    input  wire                fence_has_va,
    input  wire                fence_has_asid,
    input  wire [VPN_BITS-1:0] fence_vpn,
    input  wire [ASID_W-1:0]   fence_asid,
    input  wire [9:0]          fence_set,

    input  wire                reading,                  // the set that fence_read read a cycle ago
    output wire [127:0]        read_entry,

    input  wire                flip,
    input  wire [6:0]          flip_bit
);

    localparam INDEX_W = SETS > 1 ? $clog2(SETS) : 1;
    localparam SETS_W  = $clog2(SETS);
    localparam LSB     = XLEN == 32 ? SLICE : 4;         // bits that lie in the smallest page
    localparam LOW_W   = SLICE - LSB;
    localparam TOP     = SLICE + SETS_W;                 // the first bit above the index
    localparam TAG_W   = VPN_BITS - TOP + LOW_W;
    localparam FLAGS_W = XLEN == 32 ? 5 : 7;             // Sv32 has no PBMT
    localparam PPN_W   = PPN_BITS - LSB;
    localparam KEEP_W  = FLAGS_W + PPN_W;
    localparam WORD_W  = 2 + ASID_W + TAG_W + KEEP_W + (LOW_W > 0 ? 1 : 0);

    wire [INDEX_W-1:0] ones = {INDEX_W{SETS > 1}};
    wire [INDEX_W-1:0] vpn_set = vpn[SLICE +: INDEX_W] & ones;
    wire [INDEX_W-1:0] raddr = (!fence_read  ? read_vpn[SLICE +: INDEX_W]
                              : fence_has_va ? fence_vpn[SLICE +: INDEX_W]
                              :                fence_set[INDEX_W-1:0]) & ones;
    reg  [INDEX_W-1:0] raddr_q;
    always @(posedge clk) raddr_q <= raddr;

    // What a fence has matched goes a cycle later.
    reg                fenced_q;
    reg  [INDEX_W-1:0] fenced_set_q;
    always @(posedge clk) {fenced_q, fenced_set_q} <= {fence_match, raddr_q};
    wire [INDEX_W-1:0] waddr = fenced_q ? fenced_set_q : WALKS > 1 ? raddr_q : vpn_set;

    // What a fill drops: chosen at the look, or with several walks right now.
    reg  match_q;
    wire drops = drop && (WALKS == 1 ? match_q : match);
    always @(posedge clk) if (look) match_q <= match;

    wire [WORD_W-1:0]  word, wdata;
    wire [TAG_W-1:0]   want, fence_tag;
    wire               valid, writes;
    wire [KEEP_W-1:0]  put_keep = {put_leaf[PPN_BITS +: FLAGS_W], put_leaf[PPN_BITS-1:LSB]};
    atlas_l2_way #(
        .XLEN(XLEN), .SETS(SETS), .TAG_W(TAG_W), .LOW_W(LOW_W), .ASID_W(ASID_W), .PPN_W(PPN_W),
        .PARITY(PARITY), .WALKS(WALKS)
    ) u_way (
        .clk(clk), .raddr(raddr), .raddr_q(raddr_q), .waddr(waddr), .write(put || drops),
        .wdata(wdata), .word(word), .we(writes), .look(look), .want(want), .asid(asid),
        .needs(needs), .valid(valid), .match(match), .ok(ok), .bad(bad),
        .fence_match(fence_match), .fence_has_va(fence_has_va), .fence_has_asid(fence_has_asid),
        .fence_tag(fence_tag), .fence_asid(fence_asid), .flip(flip), .flip_bit(flip_bit)
    );

    // The page that was found: of a word, and of the address that is in it.
    wire [TAG_W-1:0]    tag    = word[WORD_W-3-ASID_W -: TAG_W];
    wire [PPN_W-1:0]    ppn    = word[PPN_W-1:0];
    wire [VPN_BITS-TOP+SETS_W-1:0] region;
    wire [VPN_BITS-1:0] r_vpn;
    wire [PPN_BITS+VPN_BITS-1:0] wide = {{PPN_BITS{1'b0}}, vpn};
    atlas_set_page #(.SETS(SETS), .HASH(0), .PAGE_W(VPN_BITS-SLICE)) u_region (
        .tag(tag[TAG_W-1:LOW_W]), .index(raddr_q), .page(region)
    );
    assign g = word[WORD_W-2];
    assign leaf[PPN_BITS +: FLAGS_W]     = word[PPN_W +: FLAGS_W];
    assign leaf[PPN_BITS-1:SLICE]        = ppn[PPN_W-1:LOW_W];
    assign leaf[LSB-1:0]                 = wide[LSB-1:0];
    generate
        if (LOW_W > 0) begin : g_napot
            assign napot = word[KEEP_W];
            assign want      = {vpn[VPN_BITS-1:TOP], vpn[SLICE-1:LSB]};
            assign fence_tag = {fence_vpn[VPN_BITS-1:TOP], fence_vpn[SLICE-1:LSB]};
            assign wdata     = {put, put_g, asid, want, put_napot, put_keep};
            assign leaf[SLICE-1:LSB] = napot ? ppn[LOW_W-1:0] : wide[SLICE-1:LSB];
            assign r_vpn     = {region, tag[LOW_W-1:0], {LSB{1'b0}}};
        end else begin : g_superpages
            wire unused = put_napot;
            assign napot = 1'b0;
            assign want      = vpn[VPN_BITS-1:TOP];
            assign fence_tag = fence_vpn[VPN_BITS-1:TOP];
            assign wdata     = {put, put_g, asid, want, put_keep};
            assign leaf[LEAF_W-1 -: 2] = 2'b00;
            assign r_vpn     = {region, {SLICE{1'b0}}};
        end
    endgenerate

    // Read-back.
    atlas_entry_view #(
        .LEVELS(2), .SLICE(SLICE), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS), .VPN_BITS(VPN_BITS)
    ) u_view (
        .valid(valid && reading), .g(g), .asid(word[WORD_W-3 -: ASID_W]), .vpn(r_vpn),
        .leaf(leaf), .big(!napot), .napot(napot), .view(read_entry)
    );
    wire unused = &{1'b0, read_vpn, fence_vpn, vpn, put_leaf, fence_set, wide, vpn_set, match_q, writes};

`ifdef FORMAL
    reg f_first = 1'b1;          // cycle 0, when registers hold anything
    always @(posedge clk) f_first <= 1'b0;
    wire f_up = !f_first;

    // Assumed of the L2: what is looked up was read a cycle ago, and nothing written then.
    reg                f_read, f_clear;
    reg [VPN_BITS-1:0] f_read_vpn;
    always @(posedge clk) begin
        f_read     <= f_up && !fence_read && !fence_match && !fenced_q && !f_clear && !put && !drop;
        f_read_vpn <= read_vpn;
    end
    always @(*) if (f_up && look) e_look: assume (f_read && f_read_vpn == vpn);
    // A fill follows the look of its request, once, with no fence in between; with several walks it
    // follows another read of its set.
    reg                f_free;
    reg [VPN_BITS-1:0] f_look_vpn;
    reg [ASID_W-1:0]   f_look_asid;
    always @(posedge clk) begin
        f_free <= f_up && !fence_read && !put && !drop && (f_free || look);
        if (look) {f_look_vpn, f_look_asid} <= {vpn, asid};
    end
    always @(*) if (f_up && (put || drop)) e_fill: assume (!look && !(put && drop) && (WALKS == 1
        ? f_free && {vpn, asid} == {f_look_vpn, f_look_asid} : f_read && f_read_vpn == vpn));
    always @(*) if (f_up && put && XLEN == 32) e_sv32: assume (!put_napot
        && put_leaf[LEAF_W-1 -: 2] == 2'd0);
    // Assumed of the fence: nothing else happens then; a read-back removes nothing.
    reg                f_fence;
    reg  [VPN_BITS+ASID_W+1:0] f_operands;
    wire [VPN_BITS+ASID_W+1:0] f_given = {fence_has_va, fence_has_asid, fence_vpn, fence_asid};
    always @(posedge clk) begin
        f_fence <= f_up && fence_read && !reading;
        f_clear <= f_up && fence_match;                  // what it has matched goes
        f_operands <= f_given;
    end
    always @(*) if (f_up && (fence_read || fence_match || fenced_q || f_clear))
        e_quiet: assume (!look && !put && !drop);
    always @(*) if (f_up && fence_match) e_match: assume (f_fence);
    always @(*) if (f_up && (fence_match || f_clear)) e_hold: assume (f_operands == f_given);

    // One page, any, and whether it may be there: anything may be in the RAM at first.
    (* anyconst *) wire [VPN_BITS-1:0] f_vpn;
    (* anyconst *) wire [ASID_W-1:0]   f_asid;
    (* anyconst *) wire [LEAF_W-1:0]   f_leaf;
    (* anyconst *) wire                f_g, f_napot;
    always @(*) assume (XLEN == 64 || (!f_napot && f_leaf[LEAF_W-1 -: 2] == 2'd0));
    // Bits that lie inside: of an address, and of its frame.
    wire [VPN_BITS+LEAF_W-1:0] f_in = f_napot ? 15 : (1 << SLICE) - 1;
    wire [VPN_BITS-1:0] f_off   = ~f_in[VPN_BITS-1:0];
    wire [LEAF_W-1:0]   f_keeps = ~f_in[LEAF_W-1:0];
    wire f_at     = ((vpn ^ f_vpn) & f_off) == 0;
    wire f_ours   = f_g || asid == f_asid;
    wire f_same   = f_at && f_ours && put_g == f_g && put_napot == f_napot
                 && ((put_leaf ^ f_leaf) & f_keeps) == 0;
    wire f_in_set = vpn_set == (f_vpn[SLICE +: INDEX_W] & ones);
    wire f_drops  = drop && f_at && f_ours;
    wire f_fenced = !fence_has_asid || (fence_asid == f_asid && !f_g);
    // Sets that fences without address have been to since.
    reg  [SETS-1:0] f_seen;
    wire [SETS-1:0] f_now  = {{(SETS-1){1'b0}}, f_clear && !fence_has_va && f_fenced} << fenced_set_q;
    wire            f_gone = &f_seen || (f_clear && fence_has_va && f_fenced
                                         && ((fence_vpn ^ f_vpn) & f_off) == 0);
    reg  f_live, f_kept;         // it may be there; it must be
    always @(posedge clk) begin
        f_seen <= !f_up || (put && f_same) ? {SETS{1'b0}} : f_seen | f_now;
        f_live <= !f_up || (put && f_in_set ? f_same : f_live && !f_gone && !f_drops);
        f_kept <= f_up && (put && f_in_set ? f_same : f_kept && !f_clear && !f_drops);
    end

    wire f_ask = f_up && look && f_at && asid == f_asid;
    wire f_hit = f_ask && match && {g, napot} == {f_g, f_napot} && ((leaf ^ f_leaf) & f_keeps) == 0;
    wire [PPN_BITS-1:0] f_inside = f_in[PPN_BITS-1:0];
    always @(posedge clk) if (f_up) begin
        a_filled:  assert (!f_hit || f_live);
        a_kept:    assert (!(f_ask && f_kept) || f_hit);
        a_inside:  assert (!f_hit || ((leaf[PPN_BITS-1:0] ^ wide[PPN_BITS-1:0]) & f_inside) == 0);
        a_dirty:   assert (!(f_hit && ok) || f_leaf[PPN_BITS+4] || !needs[0]);
        a_user:    assert (!(f_hit && ok) || (f_leaf[PPN_BITS+3] ? needs[3] : needs[4]));
        c_hit:     cover  (f_hit && !f_g && f_kept && vpn != f_look_vpn);
        c_global:  cover  (f_hit && f_g && f_kept && f_look_asid != asid);
        c_removed: cover  (f_ask && !match && !f_live);
    end
    generate if (XLEN == 64) begin : g_f_napot
        always @(posedge clk) if (f_up)
            c_napot: cover (f_hit && f_napot && f_kept && vpn != f_look_vpn);
    end endgenerate

    // With one set the word last read, or written, is the RAM: induction knows all that is there.
    generate
        if (SETS == 1) begin : g_all
            reg              wrote;
            reg [WORD_W-1:0] wrote_word;
            always @(posedge clk) {wrote, wrote_word} <= {writes, wdata};
            wire [WORD_W-1:0] content = wrote ? wrote_word : word;
            wire [TAG_W-1:0]  c_tag   = content[WORD_W-3-ASID_W -: TAG_W];
            wire [ASID_W-1:0] c_asid  = content[WORD_W-3 -: ASID_W];
            wire              c_valid = content[WORD_W-1];
            wire              c_g     = content[WORD_W-2];
            wire              c_napot = LOW_W > 0 && content[KEEP_W];
            wire [VPN_BITS-1:0] c_vpn = c_tag << LSB;
            wire [LEAF_W-1:0] c_leaf  = {content[PPN_W +: FLAGS_W], content[PPN_W-1:0], {LSB{1'b0}}};
            wire is_it = c_valid && {c_g, c_napot} == {f_g, f_napot} && (f_g || c_asid == f_asid)
                      && ((c_vpn ^ f_vpn) & f_off) == 0 && ((c_leaf ^ f_leaf) & f_keeps) == 0;
            wire [VPN_BITS-1:0] c_off = {VPN_BITS{1'b1}} << (c_napot ? 4 : SLICE);
            wire met   = c_valid && (c_g || c_asid == f_look_asid) && ((c_vpn ^ f_look_vpn) & c_off) == 0;
            always @(posedge clk) if (f_up) begin
                i_live:  assert (f_live || !is_it);
                i_kept:  assert (!f_kept || is_it);
                i_gone:  assert (!f_gone || f_clear || !is_it);
                i_match: assert (WALKS > 1 || !f_free || match_q == met);
            end
        end
    endgenerate
`endif
endmodule

`default_nettype wire

// atlas_l2_tlb: the shared second-level TLB: 4 KiB entries of all ports in block RAM, WAYS ways
// read at once, indexed by the same kind of hash as the L1; and with BIG > 0 large pages beside them
// (atlas_l2_big), read in the same cycle.
//
//            cycle   0       1               read_vpn reads the set for the next cycle
//   read_vpn       =<  A  >=
//   look, vpn...            =<  A  >=        hit: the L2 answers; also chooses where a fill
//   hit, leaf               =<  A  >=        of this address will go
//
// As the L1 it answers only what is allowed. If several match, a large page counts, else the lowest
// way.
//
// fill      of a 4 KiB page writes the way chosen by the last look: the one that matched, else the
//           lowest invalid one, else the one that the round-robin counter names (which then steps);
//           and drops a large page that matched. That of a large page touches no way
// fence     as in atlas_l1_tlb
// bad       with PARITY: the look has read bad words, in one way or several: they do not match, and
//           are removed. The set may be read in that very cycle, for another walk: it looks as if
//           they were gone already
// Reset     the counter is 0; the RAM is swept by a fence after reset
// Formal    what hits was filled, the last for its page, and no fence has covered it since; one way
//           matches, unless software changes a page's G without a fence; a hit is allowed
//
// With several walks others may have filled the set since the look: the set is read again, like
// that of a request, and the fill comes a cycle later and chooses by what it finds then.
//
// SETS (a power of two), WAYS (1, 2, 4), BIG, WALKS   L2_SETS, L2_WAYS, L2_BIG, WALKS of atlas_mmu
// flip, flip_bit   a soft error: see atlas_parity_ram
`default_nettype none

module atlas_l2_tlb #(
    parameter XLEN     = 64,
    parameter SETS     = 256,
    parameter WAYS     = 2,
    parameter BIG      = 0,
    parameter SLICE    = 9,
    parameter VPN_BITS = 27,
    parameter ASID_W   = 9,
    parameter PPN_BITS = 20,
    parameter PARITY   = 0,
    parameter WALKS    = 1,
    parameter LEAF_W   = PPN_BITS + 7                    // derived: do not set
) (
    input  wire                clk,
    input  wire                rst,

    input  wire [VPN_BITS-1:0] read_vpn,

    // Slice w: walk w. In one cycle one looks, or one fills, or none does anything.
    input  wire [WALKS-1:0]          look,
    input  wire [VPN_BITS*WALKS-1:0] vpn,
    input  wire [ASID_W*WALKS-1:0]   asid,
    input  wire [5*WALKS-1:0]        needs,     // of the access: atlas_access_needs
    output wire                hit,
    output wire [LEAF_W-1:0]   hit_leaf,        // {pbmt, d, u, x, w, r, ppn}
    output wire                hit_g,
    output wire                hit_super,       // it is a superpage of level 1,
    output wire                hit_napot,       // ... or a NAPOT page
    output wire                bad,

    input  wire [WALKS-1:0]          fill,
    input  wire [LEAF_W*WALKS-1:0]   fill_leaf,
    input  wire [WALKS-1:0]          fill_g,
    input  wire [WALKS-1:0]          fill_super,
    input  wire [WALKS-1:0]          fill_napot,

    input  wire                fence_read,
    input  wire                fence_match,
    input  wire                fence_has_va,
    input  wire                fence_has_asid,
    input  wire [VPN_BITS-1:0] fence_vpn,
    input  wire [ASID_W-1:0]   fence_asid,
    input  wire [9:0]          fence_index,

    // Read-back of the set that fence_read read a cycle ago.
    input  wire                reading,
    input  wire [12:0]         read_index,
    output wire [127:0]        read_entry,

    input  wire                flip,
    input  wire                flip_big,
    input  wire [6:0]          flip_bit
);

    localparam INDEX_W = SETS > 1 ? $clog2(SETS) : 1;
    localparam SETS_W  = $clog2(SETS);
    localparam TAG_W   = VPN_BITS - SETS_W;
    localparam KEEP_W  = XLEN == 32 ? LEAF_W - 2 : LEAF_W;
    localparam WORD_W  = 2 + ASID_W + TAG_W + KEEP_W;
    localparam WAY_W   = WAYS > 1 ? $clog2(WAYS) : 1;
    localparam PAGES   = SETS * WAYS;                    // read-back: the first large page,
    localparam COUNTER = PAGES + BIG;                    // ... and the index past the last entry

    // The walk that looks or fills.
    wire [VPN_BITS-1:0] w_vpn;
    wire [ASID_W-1:0]   w_for;
    wire [4:0]          w_needs;
    wire [LEAF_W-1:0]   w_leaf;
    wire                w_g, w_super, w_napot;
    generate
        if (WALKS == 1) begin : g_walk
            assign {w_vpn, w_for, w_needs, w_leaf, w_g} = {vpn, asid, needs, fill_leaf, fill_g};
            assign {w_super, w_napot} = {fill_super, fill_napot};
        end else begin : g_walks
            wire [WALKS-1:0] acts = look | fill;
            atlas_select #(.N(WALKS), .WIDTH(VPN_BITS)) u_vpn (.sel(acts), .in(vpn), .out(w_vpn));
            atlas_select #(.N(WALKS), .WIDTH(ASID_W)) u_asid (.sel(acts), .in(asid), .out(w_for));
            atlas_select #(.N(WALKS), .WIDTH(5)) u_needs (.sel(acts), .in(needs), .out(w_needs));
            atlas_select #(.N(WALKS), .WIDTH(LEAF_W)) u_leaf (.sel(acts), .in(fill_leaf), .out(w_leaf));
            atlas_select #(.N(WALKS), .WIDTH(1)) u_g (.sel(acts), .in(fill_g), .out(w_g));
            assign w_super = |(fill & fill_super);
            assign w_napot = |(fill & fill_napot);
        end
    endgenerate

    // The set of the request that arrives, of the one that is looked up, and of a fence.
    wire [INDEX_W-1:0] read_set, vpn_set, fence_set;
    atlas_set_index #(.SETS(SETS), .HASH(1), .PAGE_W(VPN_BITS)) u_read_set (
        .page(read_vpn), .index(read_set)
    ), u_vpn_set (
        .page(w_vpn), .index(vpn_set)
    ), u_fence_set (
        .page(fence_vpn), .index(fence_set)
    );
    wire [INDEX_W-1:0] raddr = !fence_read  ? read_set
                             : fence_has_va ? fence_set
                             :                fence_index[INDEX_W-1:0] & {INDEX_W{SETS > 1}};
    reg  [INDEX_W-1:0] raddr_q;
    always @(posedge clk) raddr_q <= raddr;

    // What a fence has matched goes a cycle later.
    reg                 fenced_q;
    reg  [INDEX_W-1:0]  fenced_set_q;
    always @(posedge clk) {fenced_q, fenced_set_q} <= {fence_match, raddr_q};

    wire [INDEX_W-1:0]  waddr = fenced_q ? fenced_set_q : WALKS > 1 ? raddr_q : vpn_set;
    wire                to_big   = BIG != 0 && (w_super || w_napot);
    wire                fill_page = |fill && !to_big;
    wire [WORD_W-1:0]   wdata = {|fill, w_g, w_for, w_vpn[VPN_BITS-1:SETS_W],
                                 w_leaf[KEEP_W-1:0]};

    wire [WAY_W-1:0] fill_way;
    wire [WAYS-1:0]  valid, match, ok, bad_way, writes;
    wire [WORD_W*WAYS-1:0] words;

    genvar w;
    generate
        for (w = 0; w < WAYS; w = w + 1) begin : g_way
            // Each way is checked beside its tag: which one counts is known late.
            atlas_l2_way #(
                .XLEN(XLEN), .SETS(SETS), .TAG_W(TAG_W), .LOW_W(0), .ASID_W(ASID_W), .PPN_W(PPN_BITS),
                .PARITY(PARITY), .WALKS(WALKS)
            ) u_way (
                .clk(clk), .raddr(raddr), .raddr_q(raddr_q), .waddr(waddr),
                .write(fill_page && fill_way == w), .wdata(wdata), .word(words[WORD_W*w +: WORD_W]),
                .we(writes[w]), .look(|look), .want(w_vpn[VPN_BITS-1:SETS_W]), .asid(w_for),
                .needs(w_needs), .valid(valid[w]), .match(match[w]), .ok(ok[w]), .bad(bad_way[w]),
                .fence_match(fence_match), .fence_has_va(fence_has_va),
                .fence_has_asid(fence_has_asid), .fence_tag(fence_vpn[VPN_BITS-1:SETS_W]),
                .fence_asid(fence_asid), .flip(flip), .flip_bit(flip_bit)
            );
        end
    endgenerate

    // Large pages.
    wire              big_match, big_ok, big_g, big_napot, big_bad;
    wire [LEAF_W-1:0] big_leaf;
    wire [127:0]      big_view;
    generate
        if (BIG != 0) begin : g_big
            wire [12:0] at = read_index - PAGES[12:0];
            wire unused = &{1'b0, at};
            atlas_l2_big #(
                .XLEN(XLEN), .SETS(BIG), .SLICE(SLICE), .VPN_BITS(VPN_BITS), .ASID_W(ASID_W),
                .PPN_BITS(PPN_BITS), .PARITY(PARITY), .WALKS(WALKS)
            ) u_big (
                .clk(clk), .read_vpn(read_vpn), .look(|look), .vpn(w_vpn), .asid(w_for), .needs(w_needs),
                .match(big_match), .ok(big_ok), .leaf(big_leaf), .g(big_g), .napot(big_napot),
                .bad(big_bad), .put(|fill && to_big), .drop(fill_page), .put_leaf(w_leaf), .put_g(w_g),
                .put_napot(w_napot), .fence_read(fence_read), .fence_match(fence_match),
                .fence_has_va(fence_has_va), .fence_has_asid(fence_has_asid), .fence_vpn(fence_vpn),
                .fence_asid(fence_asid), .fence_set(reading ? at[9:0] : fence_index),
                .reading(reading), .read_entry(big_view), .flip(flip_big), .flip_bit(flip_bit)
            );
        end else begin : g_no_big
            wire unused = &{1'b0, flip_big, w_super, w_napot};
            assign {big_match, big_ok, big_g, big_napot, big_bad} = 5'd0;
            assign big_leaf = {LEAF_W{1'b0}};
            assign big_view = 128'd0;
        end
    endgenerate

    // Lowest way that matches, lowest that is free.
    reg  [WAY_W-1:0] matched, vacant;
    reg              answers;
    integer k;
    always @(*) begin
        matched = {WAY_W{1'b0}};
        vacant  = {WAY_W{1'b0}};
        answers = 1'b0;
        for (k = WAYS - 1; k >= 0; k = k - 1) begin
            if (match[k])  matched = k[WAY_W-1:0];
            if (match[k])  answers = ok[k];
            if (!valid[k]) vacant  = k[WAY_W-1:0];
        end
    end

    wire [WORD_W-1:0] word = words[WORD_W*matched +: WORD_W];
    wire [LEAF_W-1:0] page_leaf;
    generate
        if (XLEN == 32) begin : g_no_pbmt
            assign page_leaf = {2'b00, word[KEEP_W-1:0]};
        end else begin : g_pbmt
            assign page_leaf = word[KEEP_W-1:0];
        end
    endgenerate
    assign hit       = big_match ? big_ok : answers;
    assign hit_leaf  = big_match ? big_leaf : page_leaf;
    assign hit_g     = big_match ? big_g : word[WORD_W-2];
    assign hit_super = big_match && !big_napot;
    assign hit_napot = big_match && big_napot;
    assign bad       = |look && (|bad_way || big_bad);
    wire unused_word = &{1'b0, word};

    // Where a fill goes: chosen at the look, or with several walks right now.
    reg  [WAY_W-1:0] counter_q;
    wire [WAY_W-1:0] counter_next = counter_q + 1'b1;
    wire             names        = ~|match && &valid;   // the counter names the way
    wire [WAY_W-1:0] way          = |match ? matched : &valid ? counter_q : vacant;
    reg  [WAY_W-1:0] way_q;
    reg              named_q;
    wire             named        = WALKS == 1 ? named_q : names;
    assign fill_way = WALKS == 1 ? way_q : way;
    always @(posedge clk) begin
        if (|look) {way_q, named_q} <= {way, names};
        if (rst)                     counter_q <= {WAY_W{1'b0}};
        else if (fill_page && named) counter_q <= counter_next & {WAY_W{WAYS > 1}};
    end

    // Read-back.
    wire [WAY_W-1:0]  r_way  = read_index[WAY_W-1:0] & {WAY_W{WAYS > 1}};
    wire [WORD_W-1:0] r_word = words[WORD_W*r_way +: WORD_W];
    wire [TAG_W-1:0]  r_tag  = r_word[KEEP_W +: TAG_W];
    wire [LEAF_W-1:0] r_leaf;
    wire [VPN_BITS-1:0] r_vpn;
    generate
        if (XLEN == 32) begin : g_read_no_pbmt
            assign r_leaf = {2'b00, r_word[KEEP_W-1:0]};
        end else begin : g_read_pbmt
            assign r_leaf = r_word[KEEP_W-1:0];
        end
    endgenerate
    atlas_set_page #(.SETS(SETS), .HASH(1), .PAGE_W(VPN_BITS)) u_r_vpn (
        .tag(r_tag), .index(raddr_q), .page(r_vpn)
    );
    wire [127:0] view;
    atlas_entry_view #(
        .LEVELS(2), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS), .VPN_BITS(VPN_BITS)
    ) u_view (
        .valid(valid[r_way] && reading), .g(r_word[WORD_W-2]), .asid(r_word[KEEP_W+TAG_W +: ASID_W]),
        .vpn(r_vpn), .leaf(r_leaf), .big(1'b0), .napot(1'b0), .view(view)
    );
    assign read_entry = read_index == COUNTER[12:0] ? {{(128-WAY_W){1'b0}}, counter_q}
                      : read_index >= PAGES[12:0]   ? big_view : view;
    wire unused = &{1'b0, fence_index, fence_vpn, w_leaf, read_vpn, way_q, named_q, vpn_set, writes};
`ifdef FORMAL
    reg f_first = 1'b1;          // cycle 0, when registers hold anything
    always @(posedge clk) f_first <= 1'b0;
    always @(*) if (f_first) assume (rst);
    wire f_up = !rst && !f_first;

    // What the one walk, if any, that looks or fills has given.
    wire f_looks = |look, f_fills = |fill;
    always @(*) if (f_up) e_turn: assume (((look | fill) & ((look | fill) - 1'b1)) == 0);

    // Assumed of the walker: what is looked up was read a cycle ago, and nothing written then.
    reg                f_read, f_free;
    reg [VPN_BITS-1:0] f_read_vpn;
    always @(posedge clk) begin
        f_read     <= !rst && !fence_read && !fence_match && !fenced_q && !f_fills && !bad;
        f_read_vpn <= read_vpn;
    end
    always @(*) if (f_up && f_looks) e_look: assume (f_read && f_read_vpn == w_vpn);
    // A fill follows the look of its request, once, with no fence in between.
    reg [VPN_BITS-1:0] f_look_vpn;
    reg [ASID_W-1:0]   f_look_asid;
    always @(posedge clk) begin
        f_free <= !rst && !fence_read && !f_fills && (f_free || f_looks);
        if (f_looks) {f_look_vpn, f_look_asid} <= {w_vpn, w_for};
    end
    always @(*) if (f_up && f_fills)
        e_fill: assume (!f_looks && (WALKS == 1
            ? f_free && {w_vpn, w_for} == {f_look_vpn, f_look_asid}
            : f_read && f_read_vpn == w_vpn));           // or of another read of its set
    // Assumed of the fence: nothing else happens then; what is removed was read a cycle ago.
    reg f_fence, f_clear;        // a set was read; what matched in it goes
    reg [VPN_BITS+ASID_W+1:0] f_operands;
    reg [9:0]                 f_index, f_clear_index;
    wire [VPN_BITS+ASID_W+1:0] f_given = {fence_has_va, fence_has_asid, fence_vpn, fence_asid};
    always @(posedge clk) begin
        f_fence <= !rst && fence_read && !reading;
        f_clear <= !rst && fence_match;
        {f_operands, f_index, f_clear_index} <= {f_given, fence_index, f_index};
    end
    always @(*) if (f_up && (fence_read || fence_match || fenced_q))
        e_quiet: assume (!f_looks && !f_fills);
    always @(*) if (f_up && fence_match) e_match: assume (f_fence && !reading);
    always @(*) if (f_up && fence_read && fence_has_va) e_reading: assume (!reading);
    always @(*) if (f_up && (fence_match || f_clear)) e_hold: assume (f_operands == f_given);
    always @(*) if (f_up && fence_read && !fence_has_va) e_index: assume (fence_index < SETS);

    // One translation, any, and whether a hit may give it: anything may be in the RAM at reset.
    (* anyconst *) wire [VPN_BITS-1:0] f_vpn;
    (* anyconst *) wire [ASID_W-1:0]   f_asid;
    (* anyconst *) wire [LEAF_W-1:0]   f_leaf;
    (* anyconst *) wire                f_g;
    // Sv32 has no PBMT.
    always @(*) if (XLEN == 32) assume (f_leaf[LEAF_W-1 -: 2] == 2'd0);
    always @(*) if (f_up && f_fills && XLEN == 32) e_pbmt: assume (w_leaf[LEAF_W-1 -: 2] == 2'd0);
    wire f_large  = BIG != 0 && (w_super || w_napot);
    wire f_page   = f_fills && !f_large && w_vpn == f_vpn;
    wire f_same   = w_g == f_g && w_leaf == f_leaf;
    wire f_filled = f_page && f_same && (f_g || w_for == f_asid);
    wire f_other  = f_page && !f_same && w_for == f_asid;
    wire f_here   = f_clear && fence_has_va && fence_vpn == f_vpn;
    wire f_ours   = !fence_has_asid || (fence_asid == f_asid && !f_g);
    // Sets that fences without address have been to since: of those that remove this one, of all.
    reg [SETS-1:0] f_seen, f_seen_all;
    wire [SETS-1:0] f_set = f_clear && !fence_has_va ? {{(SETS-1){1'b0}}, 1'b1} << f_clear_index
                                                         : {SETS{1'b0}};
    reg f_live;                  // filled, and not covered by a fence since
    reg f_put;                   // filled since reset
    reg f_old;                   // its page and ASID were filled with something else since
    reg f_has_g, f_has_n;        // entries of its page with and without G may be there
    wire f_gone = (f_here && f_ours) || &f_seen;
    wire f_none = (f_here && !fence_has_asid) || &f_seen_all;
    always @(posedge clk) begin
        f_seen     <= rst || f_filled ? {SETS{1'b0}} : f_seen | (f_set & {SETS{f_ours}});
        f_seen_all <= rst || f_page ? {SETS{1'b0}}
                                                    : f_seen_all | (f_set & {SETS{!fence_has_asid}});
        f_live     <= rst || f_filled || (f_live && !f_gone);
        f_put      <= !rst && (f_put || f_filled);
        f_old      <= !rst && !f_filled && (f_old || f_other);
        f_has_g    <= rst || (f_page && w_g) || (f_has_g && !f_none);
        f_has_n    <= rst || (f_page && !w_g) || (f_has_n && !f_none);
    end

    wire f_ask = f_up && f_looks && w_vpn == f_vpn && w_for == f_asid;
    wire f_hit = f_ask && hit && !hit_super && !hit_napot && hit_leaf == f_leaf && hit_g == f_g;
    always @(posedge clk) if (f_up) begin
        a_filled:  assert (!f_hit || f_live);
        a_latest:  assert (!f_hit || !f_old || (f_has_g && f_has_n));
        a_one:     assert (!f_ask || (match & (match - 1'b1)) == 0 || (f_has_g && f_has_n));
        a_dirty:   assert (!f_hit || f_leaf[PPN_BITS+4] || !w_needs[0]);
        a_user:    assert (!f_hit || (f_leaf[PPN_BITS+3] ? w_needs[3] : w_needs[4]));
        c_hit:     cover  (f_hit && !f_g && !(f_has_g && f_has_n));
        c_global:  cover  (f_hit && f_g && !f_old && !f_has_n);
        c_removed: cover  (f_ask && !hit && !f_live && f_put);
    end

    // Of pages that overlap the one that was filled last counts.
    reg f_small;                 // a 4 KiB page was; and no large page since
    always @(posedge clk)
        f_small <= !rst && ((f_page && w_for == f_asid) || (f_small && !(f_fills && f_large)));
    generate if (BIG != 0) begin : g_f_big
        always @(posedge clk) if (f_up) begin
            a_small: assert (!(f_ask && f_small) || (!hit_super && !hit_napot));
            a_sizes: assert (!f_looks || !(hit_super && hit_napot));
            c_big:   cover  (f_ask && hit && (hit_super || hit_napot) && f_put);
            c_over:  cover  (f_ask && f_small && !hit && f_live);
        end
    end endgenerate

    // With one set the word last read, or written, is the RAM: induction knows all that is there.
    generate
        if (SETS == 1) begin : g_all
            reg  [WAYS-1:0]   wrote;
            reg  [WORD_W-1:0] wrote_word;
            wire [WAYS-1:0]   at_page, page_g, is_ours, is_it, is_look;
            always @(posedge clk) {wrote, wrote_word} <= {writes, wdata};
            for (w = 0; w < WAYS; w = w + 1) begin : g_content
                wire [WORD_W-1:0] content = wrote[w] ? wrote_word : words[WORD_W*w +: WORD_W];
                wire [ASID_W-1:0] c_asid  = content[KEEP_W+TAG_W +: ASID_W];
                wire [TAG_W-1:0]  c_tag   = content[KEEP_W +: TAG_W];
                assign page_g[w]  = content[WORD_W-2];
                assign at_page[w] = content[WORD_W-1] && c_tag == f_vpn;
                assign is_ours[w] = at_page[w] && (page_g[w] || c_asid == f_asid);
                assign is_it[w]   = is_ours[w] && page_g[w] == f_g
                    && content[KEEP_W-1:0] == f_leaf[KEEP_W-1:0];
                assign is_look[w] = content[WORD_W-1] && c_tag == f_look_vpn
                                 && (page_g[w] || c_asid == f_look_asid);
            end
            wire mixed = f_has_g && f_has_n;
            wire [WAYS-1:0] first_look = is_look & (~is_look + 1'b1);
            wire [WAYS-1:0] chosen     = {{(WAYS-1){1'b0}}, 1'b1} << way_q;
            always @(posedge clk) if (f_up) begin
                i_live: assert (f_live || ~|is_it);
                i_gone: assert (!f_gone || f_clear || ~|is_it);
                i_has:  assert ((f_has_g || ~|(at_page & page_g))
                                && (f_has_n || ~|(at_page & ~page_g)));
                i_none: assert (!f_none || f_clear || ~|at_page);
                i_one:  assert (mixed || (is_ours & (is_ours - 1'b1)) == 0);
                i_old:  assert (mixed || !f_old || ~|is_it);
                i_way:  assert (WALKS > 1 || !f_free || ~|is_look || first_look == chosen);
                i_range: assert (counter_q < WAYS && (!f_free || way_q < WAYS));
            end
        end
    endgenerate
`endif
endmodule

`default_nettype wire

// atlas_l2_tlb: the shared second-level TLB: 4 KiB entries of all ports in block RAM, WAYS ways
// read at once, indexed by the same kind of hash as the L1.
//
//            cycle   0       1               read_vpn reads the set for the next cycle
//   read_vpn       =<  A  >=
//   look, vpn...            =<  A  >=        hit: the L2 answers; also chooses where a fill
//   hit, leaf               =<  A  >=        of this address will go
//
// As the L1 it answers only what is allowed. If several ways match, the lowest counts.
//
// fill      writes the way chosen by the last look: the one that matched, else the lowest
//           invalid one, else the one that the round-robin counter names (which then steps)
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
// SETS (a power of two), WAYS (1, 2, 4), WALKS   L2_SETS, L2_WAYS and WALKS of atlas_mmu
// flip, flip_bit   a soft error: see atlas_parity_ram
`default_nettype none

module atlas_l2_tlb #(
    parameter XLEN     = 64,
    parameter SETS     = 256,
    parameter WAYS     = 2,
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
    output wire                bad,

    input  wire [WALKS-1:0]          fill,
    input  wire [LEAF_W*WALKS-1:0]   fill_leaf,
    input  wire [WALKS-1:0]          fill_g,

    input  wire                fence_read,
    input  wire                fence_match,
    input  wire                fence_has_va,
    input  wire                fence_has_asid,
    input  wire [VPN_BITS-1:0] fence_vpn,
    input  wire [ASID_W-1:0]   fence_asid,
    input  wire [9:0]          fence_index,

    // Read-back of the set that fence_read read a cycle ago.
    input  wire                reading,
    input  wire [1:0]          read_way,
    input  wire                read_counter,
    output wire [127:0]        read_entry,

    input  wire                flip,
    input  wire [6:0]          flip_bit
);

    localparam INDEX_W = SETS > 1 ? $clog2(SETS) : 1;
    localparam SETS_W  = $clog2(SETS);
    localparam TAG_W   = VPN_BITS - SETS_W;
    localparam KEEP_W  = XLEN == 32 ? LEAF_W - 2 : LEAF_W;
    localparam WORD_W  = 2 + ASID_W + TAG_W + KEEP_W;
    localparam WAY_W   = WAYS > 1 ? $clog2(WAYS) : 1;

    // The walk that looks or fills.
    wire [VPN_BITS-1:0] w_vpn;
    wire [ASID_W-1:0]   w_for;
    wire [4:0]          w_needs;
    wire [LEAF_W-1:0]   w_leaf;
    wire                w_g;
    generate
        if (WALKS == 1) begin : g_walk
            assign {w_vpn, w_for, w_needs, w_leaf, w_g} = {vpn, asid, needs, fill_leaf, fill_g};
        end else begin : g_walks
            wire [WALKS-1:0] acts = look | fill;
            atlas_select #(.N(WALKS), .WIDTH(VPN_BITS)) u_vpn (.sel(acts), .in(vpn), .out(w_vpn));
            atlas_select #(.N(WALKS), .WIDTH(ASID_W)) u_asid (.sel(acts), .in(asid), .out(w_for));
            atlas_select #(.N(WALKS), .WIDTH(5)) u_needs (.sel(acts), .in(needs), .out(w_needs));
            atlas_select #(.N(WALKS), .WIDTH(LEAF_W)) u_leaf (.sel(acts), .in(fill_leaf), .out(w_leaf));
            atlas_select #(.N(WALKS), .WIDTH(1)) u_g (.sel(acts), .in(fill_g), .out(w_g));
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
    wire [WORD_W-1:0]   wdata = {|fill, w_g, w_for, w_vpn[VPN_BITS-1:SETS_W],
                                 w_leaf[KEEP_W-1:0]};

    wire [WAY_W-1:0] fill_way;
    wire [WAYS-1:0]  valid, match, ok, bad_way;
    wire [WORD_W*WAYS-1:0] words;

    genvar w;
    generate
        for (w = 0; w < WAYS; w = w + 1) begin : g_way
            wire [WORD_W-1:0] word;
            wire [TAG_W-1:0]  tag      = word[KEEP_W +: TAG_W];
            wire [ASID_W-1:0] w_asid   = word[KEEP_W+TAG_W +: ASID_W];
            wire              g        = word[WORD_W-2];
            wire              named    =
                   (!fence_has_va || tag == fence_vpn[VPN_BITS-1:SETS_W])
                && (!fence_has_asid || (w_asid == fence_asid && !g));
            reg               goes_q;                    // a fence has matched it
            wire              bad_word, clash;           // clash: it was removed as it was read
            always @(posedge clk) goes_q <= fence_match && (named || bad_way[w]);
            if (PARITY != 0 && WALKS > 1) begin : g_clash
                reg clash_q;
                always @(posedge clk) clash_q <= |look && bad_way[w] && raddr == raddr_q;
                assign clash = clash_q;
            end else begin : g_no_clash
                assign clash = 1'b0;
            end
            wire              we = goes_q || (|look && bad_way[w]) || (|fill && fill_way == w);

            atlas_parity_ram #(.DEPTH(SETS), .WIDTH(WORD_W), .PARITY(PARITY)) u_ram (
                .clk(clk), .we(we), .waddr(waddr), .wdata(wdata), .raddr(raddr), .rdata(word),
                .bad(bad_word), .flip(flip), .flip_bit(flip_bit)
            );

            assign bad_way[w] = bad_word && !clash;
            assign valid[w] = word[WORD_W-1] && !bad_word && !clash;
            assign match[w] = valid[w] && tag == w_vpn[VPN_BITS-1:SETS_W] && (g || w_asid == w_for);
            assign words[WORD_W*w +: WORD_W] = word;

            // Each way is checked beside its tag: which one counts is known late.
            wire       allowed;
            wire [4:0] unused_reason;
            atlas_access_check u_check (
                .r(word[PPN_BITS]), .w(word[PPN_BITS+1]), .x(word[PPN_BITS+2]),
                .u(word[PPN_BITS+3]), .needs(w_needs), .allowed(allowed), .reason(unused_reason)
            );
            assign ok[w] = allowed && (word[PPN_BITS+4] || !w_needs[0]);
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
    generate
        if (XLEN == 32) begin : g_no_pbmt
            assign hit_leaf = {2'b00, word[KEEP_W-1:0]};
        end else begin : g_pbmt
            assign hit_leaf = word[KEEP_W-1:0];
        end
    endgenerate
    assign hit_g = word[WORD_W-2];
    assign bad   = |look && |bad_way;
    wire unused_word = &{1'b0, word};

    assign hit = answers;

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
        if (rst)                   counter_q <= {WAY_W{1'b0}};
        else if (|fill && named)   counter_q <= counter_next & {WAY_W{WAYS > 1}};
    end

    // Read-back.
    wire [WORD_W-1:0] r_word = words[WORD_W*read_way[WAY_W-1:0] +: WORD_W];
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
        .valid(valid[read_way[WAY_W-1:0]] && reading), .g(r_word[WORD_W-2]), .asid(r_word[KEEP_W+TAG_W +: ASID_W]),
        .vpn(r_vpn), .leaf(r_leaf), .big(1'b0), .napot(1'b0), .view(view)
    );
    assign read_entry = read_counter ? {{(128-WAY_W){1'b0}}, counter_q} : view;
    wire unused = &{1'b0, fence_index, read_way, fence_vpn, w_leaf, read_vpn, way_q, named_q, vpn_set};
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
        f_fence <= !rst && fence_read;
        f_clear <= !rst && fence_match;
        {f_operands, f_index, f_clear_index} <= {f_given, fence_index, f_index};
    end
    always @(*) if (f_up && (fence_read || fence_match || fenced_q))
        e_quiet: assume (!f_looks && !f_fills);
    always @(*) if (f_up && fence_match) e_match: assume (f_fence);
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
    wire f_same   = w_g == f_g && w_leaf == f_leaf;
    wire f_filled = f_fills && w_vpn == f_vpn && f_same && (f_g || w_for == f_asid);
    wire f_other  = f_fills && w_vpn == f_vpn && !f_same && w_for == f_asid;
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
        f_seen_all <= rst || (f_fills && w_vpn == f_vpn) ? {SETS{1'b0}}
                                                    : f_seen_all | (f_set & {SETS{!fence_has_asid}});
        f_live     <= rst || f_filled || (f_live && !f_gone);
        f_put      <= !rst && (f_put || f_filled);
        f_old      <= !rst && !f_filled && (f_old || f_other);
        f_has_g    <= rst || (f_fills && w_vpn == f_vpn && w_g) || (f_has_g && !f_none);
        f_has_n    <= rst || (f_fills && w_vpn == f_vpn && !w_g) || (f_has_n && !f_none);
    end

    wire f_ask = f_up && f_looks && w_vpn == f_vpn && w_for == f_asid;
    wire f_hit = f_ask && hit && hit_leaf == f_leaf && hit_g == f_g;
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

    // With one set the word last read, or written, is the RAM: induction knows all that is there.
    generate
        if (SETS == 1) begin : g_all
            reg  [WAYS-1:0]   wrote;
            reg  [WORD_W-1:0] wrote_word;
            wire [WAYS-1:0]   writes, at_page, page_g, is_ours, is_it, is_look;
            always @(posedge clk) {wrote, wrote_word} <= {writes, wdata};
            for (w = 0; w < WAYS; w = w + 1) begin : g_content
                wire [WORD_W-1:0] content = wrote[w] ? wrote_word : g_way[w].word;
                wire [ASID_W-1:0] c_asid  = content[KEEP_W+TAG_W +: ASID_W];
                wire [TAG_W-1:0]  c_tag   = content[KEEP_W +: TAG_W];
                assign writes[w]  = g_way[w].we;
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

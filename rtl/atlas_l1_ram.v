// atlas_l1_ram: pages of one size in block RAM, direct-mapped by a hash of the page number: half
// of an L1 TLB. Pages are numbered by the VPN bits above LSB: 0 for 4 KiB pages, SLICE for the
// superpages of level 1.
//
//            cycle   0       1              arrive_page reads the RAM for the next cycle, or
//   arrive_page     =<  A  >=               with `waits` the request that is there already;
//   page, acc...            =<  A  >=       match: there is an entry for it;
//   match, ok, leaf         =<  A  >=       ok: and it allows the access
//
// look      a request is looked up. Its set, and whether an entry matched, stay beside it:
// stays     ... with HIT_LATENCY = 2 for a cycle, and while it stays where it is
// advance   the request becomes the one that a fill is for (cur_*), if it misses
// put       write its entry; else `drop`: the entry that matched it goes
// fence     fence_read reads set fence_set for the next cycle; fence_match in that cycle asks
//           whether the fence matches its entry, which goes in the cycle after
// bad       with PARITY: the word of the request is not what was written; match, ok and leaf say
//           nothing. Whoever meets such a word, a lookup or a fence, removes it
// Reset     none: a fence sweeps the RAM after reset
// Formal    what matches was put there, last for its page, and no fence has covered it since; what
//           was put matches until something else is put into its set
//
// SETS, HASH   as atlas_set_index     LSB   lowest VPN bit of a page's number
// others       as atlas_mmu
`default_nettype none

module atlas_l1_ram #(
    parameter XLEN     = 64,
    parameter SETS     = 256,
    parameter HASH     = 1,
    parameter LSB      = 0,
    parameter PARITY   = 0,
    parameter HIT_LATENCY = 1,
    parameter VPN_BITS = 27,
    parameter ASID_W   = 9,
    parameter PPN_BITS = 20,
    parameter PAGE_W   = VPN_BITS - LSB,                 // derived: do not set
    parameter LEAF_W   = PPN_BITS + 7,
    parameter INDEX_W  = SETS > 1 ? $clog2(SETS) : 1
) (
    input  wire                clk,

    // The request that is looked up, and the set to read for the next lookup.
    input  wire                arrive,
    input  wire [PAGE_W-1:0]   arrive_page,
    input  wire                waits,
    input  wire                look,
    input  wire [PAGE_W-1:0]   page,
    input  wire [ASID_W-1:0]   asid,
    input  wire [4:0]          needs,         // of the access: atlas_access_needs
    output wire                match,
    output wire                ok,
    output wire [LEAF_W-1:0]   leaf,          // {pbmt, d, u, x, w, r, ppn}; ppn bits below LSB 0
    output wire                bad,

    // A soft error: see atlas_parity_ram.
    input  wire                flip,
    input  wire [6:0]          flip_bit,

    // Fill.
    input  wire                stays,
    input  wire                advance,
    input  wire                put,
    input  wire                drop,
    input  wire [PAGE_W-1:0]   cur_page,
    input  wire [ASID_W-1:0]   cur_asid,
    input  wire [LEAF_W-1:0]   put_leaf,
    input  wire                put_g,
    output wire [INDEX_W-1:0]  put_set,

    // Fence.
    input  wire                fence_read,
    input  wire                fence_match,
    input  wire                fence_has_va,
    input  wire                fence_has_asid,
    input  wire [PAGE_W-1:0]   fence_page,
    input  wire [ASID_W-1:0]   fence_asid,
    input  wire [INDEX_W-1:0]  fence_set,
    input  wire [INDEX_W-1:0]  fence_set_q,   // the one that was read

    // Read-back of the set that fence_read read a cycle ago.
    output wire                read_valid,
    output wire                read_g,
    output wire [ASID_W-1:0]   read_asid,
    output wire [PAGE_W-1:0]   read_page
);

    localparam SETS_W  = $clog2(SETS);                   // 0 for one set
    localparam TAG_W   = PAGE_W - SETS_W;
    localparam PPN_LSB = LSB < PPN_BITS ? LSB : PPN_BITS;
    localparam FLAGS_W = XLEN == 32 ? 5 : 7;             // Sv32 has no PBMT
    localparam KEEP_W  = FLAGS_W + PPN_BITS - PPN_LSB;
    localparam WORD_W  = 2 + ASID_W + TAG_W + KEEP_W;

    // One write port (fill, fence), one read port (lookup, fence).
    wire [INDEX_W-1:0] arrive_set;
    wire [INDEX_W-1:0] told_set;
    wire               told_match;
    reg  [INDEX_W-1:0] set_q, cur_set_q;                 // of the request, and of cur
    reg                match_q;                          // cur matched
    atlas_set_index #(.SETS(SETS), .HASH(HASH), .PAGE_W(PAGE_W)) u_set (
        .page(arrive_page), .index(arrive_set)
    );
    always @(posedge clk) begin
        if (arrive) set_q <= arrive_set;
        if (advance) {cur_set_q, match_q} <= {told_set, told_match};
    end
    atlas_delay #(.CYCLES(HIT_LATENCY - 1), .WIDTH(INDEX_W + 1)) u_told (
        .clk(clk), .stays(stays), .found({set_q, match}), .told({told_set, told_match})
    );
    wire [INDEX_W-1:0] raddr = fence_read ? fence_set : waits ? set_q : arrive_set;
    wire [INDEX_W-1:0] fill_set = PARITY != 0 && look ? set_q : cur_set_q;
    wire [INDEX_W-1:0] waddr = fenced_q ? fenced_set_q : fill_set;
    assign put_set = cur_set_q;

    reg                fenced_q;                         // a fence has matched the entry of this set
    reg  [INDEX_W-1:0] fenced_set_q;
    wire               we = put || (drop && match_q) || fenced_q || (look && bad);
    wire [WORD_W-1:0]  wdata = {put, put_g, cur_asid, cur_page[PAGE_W-1:SETS_W],
                                put_leaf[PPN_BITS +: FLAGS_W], put_leaf[PPN_BITS-1:PPN_LSB]};
    wire [WORD_W-1:0]  rdata;
    atlas_parity_ram #(.DEPTH(SETS), .WIDTH(WORD_W), .PARITY(PARITY)) u_ram (
        .clk(clk), .we(we), .waddr(waddr), .wdata(wdata), .raddr(raddr), .rdata(rdata), .bad(bad),
        .flip(flip), .flip_bit(flip_bit)
    );

    wire               valid, g;
    wire [ASID_W-1:0]  r_asid;
    wire [TAG_W-1:0]   tag;
    wire [KEEP_W-1:0]  keep;
    assign {valid, g, r_asid, tag, keep} = rdata;
    generate
        if (XLEN == 32) begin : g_no_pbmt
            assign leaf[LEAF_W-1 -: 2] = 2'b00;
        end
        if (PPN_LSB > 0) begin : g_inside
            assign leaf[PPN_LSB-1:0] = {PPN_LSB{1'b0}};
        end
        if (PPN_LSB < PPN_BITS) begin : g_ppn
            assign leaf[PPN_BITS-1:PPN_LSB] = keep[PPN_BITS-PPN_LSB-1:0];
        end
    endgenerate
    assign leaf[PPN_BITS +: FLAGS_W] = keep[KEEP_W-1 -: FLAGS_W];

    assign match  = valid && tag == page[PAGE_W-1:SETS_W] && (g || r_asid == asid);
    // Comparators of its own are as small as a mux before those of the request, which are critical.
    wire fence_names = (!fence_has_va || tag == fence_page[PAGE_W-1:SETS_W])
                    && (!fence_has_asid || (r_asid == fence_asid && !g));
    always @(posedge clk) begin
        fenced_q     <= fence_match && (fence_names || bad);
        fenced_set_q <= fence_set_q;
    end

    wire       allowed;
    wire [4:0] unused_reason;
    atlas_access_check u_check (
        .r(leaf[PPN_BITS]), .w(leaf[PPN_BITS+1]), .x(leaf[PPN_BITS+2]), .u(leaf[PPN_BITS+3]),
        .needs(needs), .allowed(allowed), .reason(unused_reason)
    );
    assign ok = allowed && (leaf[PPN_BITS+4] || !needs[0]);

    assign read_valid = valid && !bad;
    assign read_g     = g;
    assign read_asid  = r_asid;
    atlas_set_page #(.SETS(SETS), .HASH(HASH), .PAGE_W(PAGE_W)) u_page (
        .tag(tag), .index(fence_set_q), .page(read_page)
    );
    wire unused = &{1'b0, put_leaf, page, cur_page, fence_page};

`ifdef FORMAL
    reg f_first = 1'b1;          // cycle 0, when registers hold anything
    always @(posedge clk) f_first <= 1'b0;
    wire f_up = !f_first;

    // Assumed of the port: what is looked up came last, its set was read a cycle ago, and nothing
    // was written then.
    reg [PAGE_W-1:0] f_in;
    reg              f_here, f_read;
    always @(posedge clk) begin
        if (arrive) f_in <= arrive_page;
        f_here <= f_up && (arrive || f_here);
        f_read <= f_up && (arrive || waits) && !fence_read && !fence_match
            && !f_clear && !fenced_q && !put && !drop && !(look && bad);
    end
    always @(*) if (f_up) e_arrive: assume (!(arrive && waits) && (!waits || f_here));
    always @(*) if (f_up && look) e_look: assume (f_here && f_read && page == f_in
        && (HIT_LATENCY == 1 ? advance : !stays));
    // What is remembered of a look: at once, or a cycle later and as long as it stays.
    reg              f_stayed;
    reg [PAGE_W-1:0] f_stayed_page;
    reg [ASID_W-1:0] f_stayed_asid;
    wire             f_removes = fence_match || put || drop;
    always @(posedge clk) begin
        f_stayed <= f_up && !f_removes && (look || (f_stayed && stays));
        if (look) {f_stayed_page, f_stayed_asid} <= {page, asid};
    end
    wire              f_told      = HIT_LATENCY == 1 ? look : f_stayed;
    wire [PAGE_W-1:0] f_told_page = HIT_LATENCY == 1 ? page : f_stayed_page;
    wire [ASID_W-1:0] f_told_asid = HIT_LATENCY == 1 ? asid : f_stayed_asid;
    // A fill follows the look of its request, once, and nothing is removed in between.
    reg              f_free;
    reg [PAGE_W-1:0] f_page_of;
    reg [ASID_W-1:0] f_asid_of;
    always @(posedge clk) begin
        f_free <= f_up && !f_removes && (advance ? f_told : f_free);
        if (f_told && advance) {f_page_of, f_asid_of} <= {f_told_page, f_told_asid};
    end
    always @(*) if (f_up && (put || drop))
        e_put: assume (f_free && !look && !advance
                       && {cur_page, cur_asid} == {f_page_of, f_asid_of});
    // Assumed of the fence: nothing else happens then; the set is that of its page, or the next.
    reg               f_fence;
    reg [INDEX_W-1:0] f_fence_set;
    wire [INDEX_W-1:0] f_page_set;
    atlas_set_index #(.SETS(SETS), .HASH(HASH), .PAGE_W(PAGE_W)) u_f_page (.page(fence_page),
        .index(f_page_set));
    always @(posedge clk) {f_fence, f_fence_set} <= {f_up && fence_read, fence_set};
    reg                f_clear;  // what it has matched goes; its operands are still there
    reg  [PAGE_W+ASID_W+1:0] f_operands;
    wire [PAGE_W+ASID_W+1:0] f_given = {fence_has_va, fence_has_asid, fence_page, fence_asid};
    always @(posedge clk) {f_clear, f_operands} <= {f_up && fence_match, f_given};
    always @(*) if (f_up && f_clear) e_hold: assume (f_given == f_operands);
    always @(*) if (f_up && (fence_read || fence_match || fenced_q || f_clear))
        e_quiet: assume (!look && !put && !drop);
    always @(*) if (f_up && fence_match)
        e_match: assume (f_fence && fence_set_q == f_fence_set
                         && (!fence_has_va || fence_set_q == f_page_set));
    always @(*) if (f_up && fence_read) e_set: assume (fence_set < SETS);

    // One entry, any, and whether it may be there: anything may be in the RAM at first.
    (* anyconst *) wire [PAGE_W-1:0] f_page;
    (* anyconst *) wire [ASID_W-1:0] f_asid;
    (* anyconst *) wire [LEAF_W-1:0] f_leaf;
    (* anyconst *) wire              f_g;
    // Sv32 has no PBMT; a superpage keeps no PPN bits that lie inside.
    wire [LEAF_W-1:0] f_bits = {XLEN == 32 ? 2'b00 : 2'b11, 5'b11111, {PPN_BITS{1'b1}} << PPN_LSB};
    always @(*) assume ((f_leaf & ~f_bits) == 0);
    wire f_put  = put && cur_page == f_page;
    wire f_same = put_g == f_g && ((put_leaf ^ f_leaf) & f_bits) == 0
        && (f_g || cur_asid == f_asid);
    wire f_met  = f_page_of == f_page && (f_g || f_asid_of == f_asid);    // the look has matched it
    wire f_ours = !fence_has_asid || (fence_asid == f_asid && !f_g);
    reg  [SETS-1:0] f_seen;      // fences without address have been to these sets since
    wire f_sweep = f_clear && !fence_has_va && f_ours;
    wire [SETS-1:0] f_now = {{(SETS-1){1'b0}}, f_sweep} << fenced_set_q;
    reg  f_live, f_kept;         // it may be there; it must be
    wire f_gone = &f_seen || (f_clear && fence_has_va && fence_page == f_page && f_ours);
    wire [INDEX_W-1:0] f_set, f_put_set;
    atlas_set_index #(.SETS(SETS), .HASH(HASH), .PAGE_W(PAGE_W))
        u_f_set (.page(f_page), .index(f_set)), u_f_put (.page(cur_page), .index(f_put_set));
    always @(posedge clk) begin
        f_seen <= !f_up || (f_put && f_same) ? {SETS{1'b0}} : f_seen | f_now;
        f_live <= !f_up || (f_put ? f_same : f_live && !f_gone && !(drop && f_met));
        f_kept <= f_up && (f_put ? f_same
                                 : f_kept && !f_clear && !(drop && f_met)
                                     && !(put && f_put_set == f_set));
    end

    wire f_ask = f_up && look && page == f_page && asid == f_asid;
    wire f_hit = f_ask && match && leaf == f_leaf && read_g == f_g;
    always @(posedge clk) if (f_up) begin
        a_filled:  assert (!f_hit || f_live);
        a_kept:    assert (!(f_ask && f_kept) || f_hit);
        a_dirty:   assert (!(f_hit && ok) || f_leaf[PPN_BITS+4] || !needs[0]);
        a_user:    assert (!(f_hit && ok) || (f_leaf[PPN_BITS+3] ? needs[3] : needs[4]));
        a_set:     assert (!put || put_set == f_put_set);
        i_set:     assert (!f_here || set_q == f_in_set);
        i_told:    assert (!f_told || told_set == f_set_told);
        i_cur:     assert (!f_free || cur_set_q == f_set_of);
        c_hit:     cover  (f_hit && !f_g && f_kept);
        c_global:  cover  (f_hit && f_g && f_kept && f_asid_of != asid);
        c_removed: cover  (f_ask && !match && !f_live && f_up);
    end
    wire [INDEX_W-1:0] f_in_set, f_set_told, f_set_of;
    atlas_set_index #(.SETS(SETS), .HASH(HASH), .PAGE_W(PAGE_W))
        u_f_in (.page(f_in), .index(f_in_set)), u_f_told (.page(f_told_page), .index(f_set_told)),
        u_f_of (.page(f_page_of), .index(f_set_of));

    // With one set the word last read, or written, is the RAM: induction knows all that is there.
    generate
        if (SETS == 1) begin : g_all
            reg              wrote;
            reg [WORD_W-1:0] wrote_word;
            always @(posedge clk) {wrote, wrote_word} <= {we, wdata};
            wire              c_valid, c_g;
            wire [ASID_W-1:0] c_asid;
            wire [TAG_W-1:0]  c_tag;
            wire [KEEP_W-1:0] c_keep;
            assign {c_valid, c_g, c_asid, c_tag, c_keep} = wrote ? wrote_word : rdata;
            wire is_it = c_valid && c_tag == f_page && c_g == f_g && (f_g || c_asid == f_asid)
                      && c_keep == {f_leaf[PPN_BITS +: FLAGS_W], f_leaf[PPN_BITS-1:PPN_LSB]};
            wire meets = c_valid && c_tag == f_told_page && (c_g || c_asid == f_told_asid);
            wire met   = c_valid && c_tag == f_page_of && (c_g || c_asid == f_asid_of);
            always @(posedge clk) if (f_up) begin
                i_live:  assert (f_live || !is_it);
                i_kept:  assert (!f_kept || is_it);
                i_gone:  assert (!f_gone || f_clear || !is_it);
                i_match: assert (!f_free || match_q == met);
                i_tells: assert (!f_told || told_match == meets);
            end
        end
    endgenerate
`endif
endmodule

`default_nettype wire

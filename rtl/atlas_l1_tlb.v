// atlas_l1_tlb: one port's L1 TLB: 4 KiB entries in block RAM, superpages of level 1 in another,
// and a few true entries beside them for all other sizes (or, without the second RAM, for all
// superpages and NAPOT pages).
//
//            cycle   0       1              arrive_vpn is the request of the next cycle, or
//   arrive_vpn      =<  A  >=               with `waits` the one that is there already;
//   vpn, acc...             =<  A  >=       in that cycle vpn, asid and the access are A's
//   hit, ppn                =<  A  >=       and hit says that the L1 answers it
//
// With HIT_LATENCY = 2 registers stand between the comparators and the answer: hit comes a cycle
// after the look, and `stays` as long as its request. plain* come with hit, `bad` with the look.
//
// The L1 answers only what is allowed; everything else (no entry, an entry that refuses the
// access, a store to an entry with D = 0) is a miss, and the walk decides. So a fault never
// comes from here and is never stale. If several match (pages of different sizes, the tables have
// changed without a fence), a side entry counts, else the superpage.
// With PARITY a lookup that reads a bad word in a RAM (`bad`) is a miss, whatever else matches, and
// removes the word.
//
// advance   the request becomes the one that a fill is for (cur_*), if it misses
// fill      the walk of cur gave this leaf: it is put where its size belongs; entries beside the
//           4 KiB RAM that matched cur when it was looked up are dropped
// fence     fence_read reads the sets fence_*set for the next cycle; fence_match in that cycle
//           removes what the fence matches
// Reset     the RAMs are swept by a fence after reset
// Formal    what hits was filled, for that page, ASID and access, and no fence has covered it since
//           (bounded; its RAMs and side entries are proved in their own modules)
//
// SETS, BIG, SIDE   L1_SETS, L1_BIG and L1_SIDE of atlas_mmu     others   as atlas_mmu
// flip_*            a soft error in the RAM of 4 KiB pages, or of superpages: see atlas_parity_ram
`default_nettype none

module atlas_l1_tlb #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter SLICE    = 9,
    parameter ASID_W   = 9,
    parameter PPN_BITS = 20,
    parameter SETS     = 256,
    parameter BIG      = 0,
    parameter SIDE     = 4,
    parameter PARITY   = 0,
    parameter HIT_LATENCY = 1,
    parameter VPN_BITS = SLICE * LEVELS,                 // derived: do not set
    parameter LEAF_W   = PPN_BITS + 7,
    parameter SETS_W   = SETS > 1 ? $clog2(SETS) : 1,
    parameter BIG_W    = BIG > 1 ? $clog2(BIG) : 1
) (
    input  wire                clk,
    input  wire                rst,

    // The request that is looked up, and the one of the next cycle.
    input  wire                arrive,        // arrive_vpn is it
    input  wire [VPN_BITS-1:0] arrive_vpn,
    input  wire                waits,         // vpn is
    input  wire                look,          // the request is translated, and is looked up now
    input  wire [VPN_BITS-1:0] vpn,
    input  wire [ASID_W-1:0]   asid,
    input  wire [4:0]          needs,         // of the access: atlas_access_needs
    input  wire                stays,
    output wire                hit,           // it may be answered: with
    output wire                hit_large,     // ... a page larger than 4 KiB
    input  wire                plain,         // the request is not translated: its hit_ppn is
    input  wire [PPN_BITS-1:0] plain_ppn,     // ... this, the others are 0. Its va in any case
    output wire [PPN_BITS-1:0] hit_ppn,
    output wire [1:0]          hit_pbmt,
    output wire [LEVELS-2:0]   hit_big,       // slices inside the leaf: see atlas_l1_side
    output wire                hit_napot,
    output wire                bad,           // parity; then there is no hit

    // Fill: the page of the request that missed.
    input  wire                advance,
    input  wire [VPN_BITS-1:0] cur_vpn,
    input  wire [ASID_W-1:0]   cur_asid,
    input  wire                fill,
    input  wire [LEAF_W-1:0]   fill_leaf,     // {pbmt, d, u, x, w, r, ppn}
    input  wire [LEVELS-2:0]   fill_big,
    input  wire                fill_napot,
    input  wire                fill_g,
    output wire                fill_side,     // it goes to the side entries
    output wire [10:0]         fill_index,    // set; SETS + set of the superpages; or side entry

    // Fence, and read-back of the sets that fence_read read a cycle ago.
    input  wire                fence_read,
    input  wire                fence_match,
    input  wire                fence_has_va,
    input  wire                fence_has_asid,
    input  wire [VPN_BITS-1:0] fence_vpn,
    input  wire [ASID_W-1:0]   fence_asid,
    input  wire [SETS_W-1:0]   fence_set,     // to read; fence_set_q is the one that was read
    input  wire [SETS_W-1:0]   fence_set_q,
    input  wire [BIG_W-1:0]    fence_big_set,
    input  wire [BIG_W-1:0]    fence_big_set_q,
    input  wire                reading,       // a read-back is under way:
    input  wire                read_side,     // of a side entry, else of the RAMs
    input  wire [11:0]         read_index,
    output wire [127:0]        read_entry,

    input  wire                flip_page,
    input  wire                flip_big,
    input  wire [6:0]          flip_bit
);

    localparam SIDE_W = SIDE > 1 ? $clog2(SIDE) : 1;
    localparam [LEVELS-2:0]   LEVEL_1 = 1;               // `big` of a leaf of level 1
    localparam [PPN_BITS-1:0] IN_BIG  = ~({PPN_BITS{1'b1}} << SLICE);  // PPN bits inside it

    // Where a fill goes.
    wire to_big  = BIG != 0 && fill_big == LEVEL_1 && !fill_napot;
    wire to_side = !to_big && (|fill_big || fill_napot);
    assign fill_side = to_side;

    // 4 KiB pages.
    wire                page_match, page_ok, page_bad, rp_valid, rp_g;
    wire [LEAF_W-1:0]   page_leaf;
    wire [SETS_W-1:0]   page_set;
    wire [ASID_W-1:0]   rp_asid;
    wire [VPN_BITS-1:0] rp_vpn;
    atlas_l1_ram #(
        .XLEN(XLEN), .SETS(SETS), .HASH(1), .LSB(0), .PARITY(PARITY), .HIT_LATENCY(HIT_LATENCY), .VPN_BITS(VPN_BITS),
        .ASID_W(ASID_W), .PPN_BITS(PPN_BITS)
    ) u_pages (
        .clk(clk), .arrive(arrive), .arrive_page(arrive_vpn), .waits(waits), .look(look),
        .page(vpn), .asid(asid), .needs(needs),
        .match(page_match), .ok(page_ok), .leaf(page_leaf), .bad(page_bad),
        .flip(flip_page), .flip_bit(flip_bit),
        .stays(stays), .advance(advance), .put(fill && !to_big && !to_side), .drop(1'b0), .cur_page(cur_vpn),
        .cur_asid(cur_asid), .put_leaf(fill_leaf), .put_g(fill_g), .put_set(page_set),
        .fence_read(fence_read), .fence_match(fence_match), .fence_has_va(fence_has_va),
        .fence_has_asid(fence_has_asid), .fence_page(fence_vpn), .fence_asid(fence_asid),
        .fence_set(fence_set), .fence_set_q(fence_set_q),
        .read_valid(rp_valid), .read_g(rp_g), .read_asid(rp_asid), .read_page(rp_vpn)
    );

    // Superpages of level 1.
    wire                big_match, big_ok, big_bad, rb_valid, rb_g;
    wire [LEAF_W-1:0]   big_leaf;
    wire [BIG_W-1:0]    big_set;
    wire [ASID_W-1:0]   rb_asid;
    wire [VPN_BITS-1:0] rb_vpn;
    generate
        if (BIG != 0) begin : g_big
            wire [VPN_BITS-SLICE-1:0] rb_page;
            assign rb_vpn = {rb_page, {SLICE{1'b0}}};
            atlas_l1_ram #(
                .XLEN(XLEN), .SETS(BIG), .HASH(0), .LSB(SLICE), .PARITY(PARITY), .HIT_LATENCY(HIT_LATENCY),
                .VPN_BITS(VPN_BITS), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS)
            ) u_superpages (
                .clk(clk), .arrive(arrive), .arrive_page(arrive_vpn[VPN_BITS-1:SLICE]),
                .waits(waits), .look(look), .page(vpn[VPN_BITS-1:SLICE]),
                .asid(asid), .needs(needs),
                .match(big_match), .ok(big_ok), .leaf(big_leaf), .bad(big_bad),
                .flip(flip_big), .flip_bit(flip_bit),
                .stays(stays), .advance(advance), .put(fill && to_big), .drop(fill),
                .cur_page(cur_vpn[VPN_BITS-1:SLICE]), .cur_asid(cur_asid), .put_leaf(fill_leaf),
                .put_g(fill_g), .put_set(big_set),
                .fence_read(fence_read), .fence_match(fence_match), .fence_has_va(fence_has_va),
                .fence_has_asid(fence_has_asid), .fence_page(fence_vpn[VPN_BITS-1:SLICE]),
                .fence_asid(fence_asid), .fence_set(fence_big_set),
                .fence_set_q(fence_big_set_q),
                .read_valid(rb_valid), .read_g(rb_g), .read_asid(rb_asid), .read_page(rb_page)
            );
        end else begin : g_no_big
            wire unused = &{1'b0, fence_big_set, fence_big_set_q, flip_big};
            assign {big_match, big_ok, big_bad, rb_valid, rb_g} = 5'd0;
            assign big_leaf = {LEAF_W{1'b0}};
            assign big_set  = {BIG_W{1'b0}};
            assign rb_asid  = {ASID_W{1'b0}};
            assign rb_vpn   = {VPN_BITS{1'b0}};
        end
    endgenerate

    // Side entries.
    wire                side_match, side_allowed, rs_valid, rs_g, rs_napot, side_napot;
    wire [LEAF_W-1:0]   side_leaf, rs_leaf;
    wire [SIDE_W-1:0]   side_index, rs_pointer;
    wire [ASID_W-1:0]   rs_asid;
    wire [VPN_BITS-1:0] rs_vpn;
    wire [LEVELS-2:0]   side_big, rs_big;
    wire [4:0]          unused_reason;
    atlas_l1_side #(
        .ENTRIES(SIDE), .LEVELS(LEVELS), .SLICE(SLICE), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS),
        .HIT_LATENCY(HIT_LATENCY)
    ) u_side (
        .clk(clk), .rst(rst), .vpn(vpn), .asid(asid), .stays(stays), .advance(advance),
        .match(side_match), .match_leaf(side_leaf), .match_big(side_big), .match_napot(side_napot),
        .fill(fill), .fill_side(to_side), .fill_vpn(cur_vpn), .fill_asid(cur_asid),
        .fill_leaf(fill_leaf), .fill_big(fill_big), .fill_napot(fill_napot), .fill_g(fill_g),
        .fill_index(side_index),
        .fence(fence_match), .fence_has_va(fence_has_va), .fence_has_asid(fence_has_asid),
        .fence_vpn(fence_vpn), .fence_asid(fence_asid),
        .reading(reading), .read_index(read_index[SIDE_W-1:0] & {SIDE_W{SIDE > 1}}),
        .read_valid(rs_valid), .read_g(rs_g), .read_asid(rs_asid), .read_vpn(rs_vpn),
        .read_leaf(rs_leaf), .read_big(rs_big), .read_napot(rs_napot), .read_pointer(rs_pointer)
    );
    atlas_access_check u_side_check (
        .r(side_leaf[PPN_BITS]), .w(side_leaf[PPN_BITS+1]), .x(side_leaf[PPN_BITS+2]),
        .u(side_leaf[PPN_BITS+3]), .needs(needs),
        .allowed(side_allowed), .reason(unused_reason)
    );
    wire side_ok = side_allowed && (side_leaf[PPN_BITS+4] || !needs[0]);

    // What was found: by the side entries, which come early, or else in the RAMs.
    assign bad = look && (page_bad || big_bad);
    localparam ADDR_W  = PPN_BITS + 2, FOUND_W = 2 * ADDR_W + LEVELS + 3;
    wire [ADDR_W-1:0] side_addr = {side_leaf[LEAF_W-1 -: 2], side_leaf[PPN_BITS-1:0]};
    wire [ADDR_W-1:0] page_addr = {page_leaf[LEAF_W-1 -: 2], page_leaf[PPN_BITS-1:0]};
    wire [FOUND_W-1:0] found = {
        side_match ? side_addr : page_addr, big_leaf[LEAF_W-1 -: 2], big_leaf[PPN_BITS-1:0],
        side_match, side_big, side_napot, !side_match && big_match,
        (side_match ? side_ok : big_match ? big_ok : page_match && page_ok) && !bad};
    wire [FOUND_W-1:0] told;
    atlas_delay #(.CYCLES(HIT_LATENCY - 1), .WIDTH(FOUND_W)) u_told (
        .clk(clk), .stays(stays), .found(found), .told(told)
    );

    // The answer. What matched in the superpages' RAM comes last.
    wire [ADDR_W-1:0]   near_addr, far_addr;
    wire                at_side, at_big, near_napot;
    wire [LEVELS-2:0]   near_big;
    assign {near_addr, far_addr, at_side, near_big, near_napot, at_big, hit} = told;
    wire                beside  = at_side || plain;
    wire [PPN_BITS-1:0] near_ppn = plain ? plain_ppn : near_addr[PPN_BITS-1:0];
    wire [PPN_BITS-1:0] far_ppn  = far_addr[PPN_BITS-1:0] | (plain_ppn & IN_BIG);
    wire [1:0]          near_pbmt = near_addr[ADDR_W-1 -: 2] & {2{!plain}};
    wire                far     = at_big && !plain;
    assign hit_large = at_side || at_big;
    assign hit_ppn   = far ? far_ppn : near_ppn;
    assign hit_pbmt  = far ? far_addr[ADDR_W-1 -: 2] : near_pbmt;
    assign hit_big   = beside ? near_big & {(LEVELS-1){!plain}} : LEVEL_1 & {(LEVELS-1){at_big}};
    assign hit_napot = at_side && near_napot && !plain;

    assign fill_index = to_side ? {{(11-SIDE_W){1'b0}}, side_index}
                      : to_big  ? {{(11-BIG_W){1'b0}}, big_set} + SETS[10:0]
                      :           {{(11-SETS_W){1'b0}}, page_set};

    // Read-back.
    wire [127:0] page_view, big_view, side_view;
    atlas_entry_view #(
        .LEVELS(LEVELS), .SLICE(SLICE), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS), .VPN_BITS(VPN_BITS)
    ) u_page_view (
        .valid(rp_valid && reading), .g(rp_g), .asid(rp_asid), .vpn(rp_vpn), .leaf(page_leaf),
        .big({(LEVELS-1){1'b0}}), .napot(1'b0), .view(page_view)
    ), u_big_view (
        .valid(rb_valid && reading), .g(rb_g), .asid(rb_asid), .vpn(rb_vpn), .leaf(big_leaf),
        .big(LEVEL_1), .napot(1'b0), .view(big_view)
    ), u_side_view (
        .valid(rs_valid), .g(rs_g), .asid(rs_asid), .vpn(rs_vpn), .leaf(rs_leaf),
        .big(rs_big), .napot(rs_napot), .view(side_view)
    );
    assign read_entry = !read_side               ? (read_index >= SETS[11:0] ? big_view : page_view)
                      : read_index == SIDE[11:0] ? {{(128-SIDE_W){1'b0}}, rs_pointer}
                      :                            side_view;
    wire unused = &{1'b0, page_leaf, big_leaf};

`ifdef FORMAL
    reg f_first = 1'b1;          // cycle 0, when registers hold anything
    always @(posedge clk) f_first <= 1'b0;
    always @(*) if (f_first) assume (rst);
    wire f_up = !rst && !f_first;

    // VPN bits inside a page.
    function [VPN_BITS-1:0] f_inside(input [LEVELS-2:0] of_big, input of_napot);
        integer f_l;
        begin
            f_inside = {{(VPN_BITS-4){1'b0}}, {4{of_napot}}};
            for (f_l = 0; f_l < LEVELS - 1; f_l = f_l + 1)
                if (of_big[f_l]) f_inside[SLICE*f_l +: SLICE] = {SLICE{1'b1}};
        end
    endfunction

    // Assumed of the port: what is looked up came last, its sets were read a cycle ago, and nothing
    // was written then.
    reg [VPN_BITS-1:0] f_in_vpn;
    reg                f_here, f_read;
    always @(posedge clk) begin
        if (arrive) f_in_vpn <= arrive_vpn;
        f_here <= !rst && (arrive || f_here);
        f_read <= !rst && (arrive || waits) && !fence_read && !fence_match && !f_goes && !fill;
    end
    always @(*) if (f_up) e_arrive: assume (!(arrive && waits) && (!waits || f_here));
    always @(*) if (f_up && look) e_look: assume (f_here && f_read && vpn == f_in_vpn
        && (HIT_LATENCY == 1 ? advance : !stays));
    // The look that the answer is of: this cycle's, or the last one as long as it stays; and what
    // could be answered then.
    reg                f_stayed, f_stayed_live;
    reg [VPN_BITS-1:0] f_stayed_vpn;
    reg [ASID_W-1:0]   f_stayed_asid;
    reg [4:0]          f_stayed_needs;
    reg                f_clean;  // nothing has been removed since
    always @(posedge clk) begin
        f_stayed <= !rst && (look || (f_stayed && stays));
        f_clean  <= !fence_match && !fill && (look || f_clean);
        if (look) {f_stayed_vpn, f_stayed_asid, f_stayed_needs} <= {vpn, asid, needs};
        if (look) f_stayed_live <= f_live || f_live_g;
    end
    wire                f_told       = HIT_LATENCY == 1 ? look  : f_stayed;
    wire [VPN_BITS-1:0] f_told_vpn   = HIT_LATENCY == 1 ? vpn   : f_stayed_vpn;
    wire [ASID_W-1:0]   f_told_asid  = HIT_LATENCY == 1 ? asid  : f_stayed_asid;
    wire [4:0]          f_told_needs = HIT_LATENCY == 1 ? needs : f_stayed_needs;
    wire                f_told_live  = HIT_LATENCY == 1 ? f_live || f_live_g : f_stayed_live;
    wire                f_told_clean = HIT_LATENCY == 1 || f_clean;
    // The request's address comes with the answer: a superpage takes its low bits.
    wire [VPN_BITS+PPN_BITS-1:0] f_told_wide = {{PPN_BITS{1'b0}}, f_told_vpn};
    always @(*) if (f_up && f_told) e_plain: assume (!plain
        && ((plain_ppn ^ f_told_wide[PPN_BITS-1:0]) & IN_BIG) == 0);
    // A fill follows the look of its request, once, and nothing is removed in between.
    reg                f_free;
    reg [VPN_BITS-1:0] f_look_vpn;
    reg [ASID_W-1:0]   f_look_asid;
    always @(posedge clk) begin
        f_free <= !rst && !fence_match && !fill && (advance ? f_told && f_told_clean : f_free);
        if (f_told && advance) {f_look_vpn, f_look_asid} <= {f_told_vpn, f_told_asid};
    end
    always @(*) if (f_up && fill)
        e_fill: assume (f_free && !look && !advance
                        && {cur_vpn, cur_asid} == {f_look_vpn, f_look_asid});
    // Assumed of the walker: pages have a size; Sv32 has neither NAPOT nor PBMT.
    always @(*) if (f_up && fill) e_page: assume ((fill_big & (fill_big + 1'b1)) == 0
        && (~|fill_big || !fill_napot));
    always @(*) if (f_up && fill && XLEN == 32) e_sv32: assume (!fill_napot
        && fill_leaf[LEAF_W-1 -: 2] == 2'd0);
    // Assumed of the fence: nothing else happens then; the sets are those of its page, or the next.
    reg                f_fence;
    reg [SETS_W-1:0]   f_set;
    reg [BIG_W-1:0]    f_big_set;
    wire [SETS_W-1:0]  f_set_due;
    wire [BIG_W-1:0]   f_big_set_due;
    atlas_set_index #(.SETS(SETS), .HASH(1), .PAGE_W(VPN_BITS)) u_f_set (
        .page(fence_vpn), .index(f_set_due)
    );
    atlas_set_index #(.SETS(BIG), .HASH(0), .PAGE_W(VPN_BITS-SLICE)) u_f_big_set (
        .page(fence_vpn[VPN_BITS-1:SLICE]), .index(f_big_set_due)
    );
    always @(posedge clk) begin
        f_fence <= !rst && fence_read;
        {f_set, f_big_set} <= {fence_set, fence_big_set};
    end
    reg f_clear;                 // what the fence has matched goes; its operands are still there
    reg  [VPN_BITS+ASID_W+1:0] f_operands;
    wire [VPN_BITS+ASID_W+1:0] f_given = {fence_has_va, fence_has_asid, fence_vpn, fence_asid};
    always @(posedge clk) {f_clear, f_operands} <= {!rst && fence_match, f_given};
    always @(*) if (f_up && f_clear) e_hold: assume (f_given == f_operands);
    reg f_goes;                  // ... or was matched before a reset
    always @(posedge clk) f_goes <= fence_match;
    always @(*) if (f_up && (fence_read || fence_match || f_goes)) e_quiet: assume (!look && !fill);
    always @(*) if (f_up && fence_match) e_match: assume (f_fence
        && {fence_set_q, fence_big_set_q} == {f_set, f_big_set}
        && (!fence_has_va || {fence_set_q, fence_big_set_q} == {f_set_due, f_big_set_due}));
    always @(*) if (f_up && fence_read) e_set: assume (fence_set < SETS
        && (BIG == 0 || fence_big_set < BIG));

    // One access, any, and an answer to it, any.
    (* anyconst *) wire [VPN_BITS-1:0] f_vpn;
    (* anyconst *) wire [ASID_W-1:0]   f_asid;
    (* anyconst *) wire [1:0]          f_acc, f_pbmt;
    (* anyconst *) wire                f_user, f_sum, f_mxr, f_napot;
    (* anyconst *) wire [PPN_BITS-1:0] f_ppn;
    (* anyconst *) wire [LEVELS-2:0]   f_big;
    wire [4:0] f_needs, f_reason;
    wire       f_allowed;
    atlas_access_needs u_f_needs (.acc(f_acc), .user(f_user), .sum(f_sum), .mxr(f_mxr),
        .needs(f_needs));
    atlas_access_check u_f_check (
        .r(fill_leaf[PPN_BITS]), .w(fill_leaf[PPN_BITS+1]), .x(fill_leaf[PPN_BITS+2]),
        .u(fill_leaf[PPN_BITS+3]), .needs(f_needs), .allowed(f_allowed), .reason(f_reason)
    );
    wire [VPN_BITS-1:0] f_in = f_inside(f_big, f_napot);
    wire [VPN_BITS+PPN_BITS-1:0] f_in_wide = {{PPN_BITS{1'b0}}, f_in};
    wire [PPN_BITS-1:0] f_in_ppn = f_in_wide[PPN_BITS-1:0];
    wire f_filled = fill
                 && {fill_big, fill_napot, fill_leaf[LEAF_W-1 -: 2]} == {f_big, f_napot, f_pbmt}
                 && ((cur_vpn ^ f_vpn) & ~f_in) == 0
                 && ((fill_leaf[PPN_BITS-1:0] ^ f_ppn) & ~f_in_ppn) == 0
                 && f_allowed && (fill_leaf[PPN_BITS+4] || !f_acc[1]);
    // May an entry of the access's ASID give it, a global one? At reset the RAMs hold anything.
    reg  f_live, f_live_g;
    wire f_here_va = fence_match && fence_has_va && ((fence_vpn ^ f_vpn) & ~f_in) == 0;
    wire f_all     = !fence_has_asid;
    wire f_ours    = !fence_has_asid || fence_asid == f_asid;
    // Sets that fences without address have been to since.
    localparam B = BIG > 0 ? BIG : 1;
    reg  [SETS-1:0] f_seen, f_seen_g;
    reg  [B-1:0]    f_seen_big, f_seen_big_g;
    wire            f_sweep = fence_match && !fence_has_va;
    wire [SETS-1:0] f_now     = {{(SETS-1){1'b0}}, f_sweep} << fence_set_q;
    wire [B-1:0]    f_now_big = {{(B-1){1'b0}}, f_sweep} << (BIG > 0 ? fence_big_set_q : 1'b0);
    wire f_gone    = (f_here_va && f_ours) || (&f_seen && &f_seen_big);
    wire f_gone_g  = (f_here_va && f_all) || (&f_seen_g && &f_seen_big_g);
    wire f_put     = f_filled && !fill_g && cur_asid == f_asid;
    wire f_put_g   = f_filled && fill_g;
    always @(posedge clk) begin
        f_live       <= rst || f_put   || (f_live && !f_gone);
        f_live_g     <= rst || f_put_g || (f_live_g && !f_gone_g);
        f_seen       <= rst || f_put   ? {SETS{1'b0}} : f_seen | (f_now & {SETS{f_ours}});
        f_seen_g     <= rst || f_put_g ? {SETS{1'b0}} : f_seen_g | (f_now & {SETS{f_all}});
        f_seen_big   <= rst || f_put   ? {B{1'b0}} : f_seen_big | (f_now_big & {B{f_ours}});
        f_seen_big_g <= rst || f_put_g ? {B{1'b0}} : f_seen_big_g | (f_now_big & {B{f_all}});
    end

    wire f_ask = f_told && {f_told_vpn, f_told_asid, f_told_needs} == {f_vpn, f_asid, f_needs};
    wire f_hit = f_ask && hit && {hit_big, hit_napot, hit_pbmt} == {f_big, f_napot, f_pbmt}
              && ((hit_ppn ^ f_ppn) & ~f_in_ppn) == 0;
    wire [VPN_BITS+PPN_BITS-1:0] f_vpn_wide = {{PPN_BITS{1'b0}}, f_vpn};
    always @(posedge clk) if (f_up) begin
        a_filled: assert (!f_hit || f_told_live);
        a_inside: assert (!f_hit || ((hit_ppn ^ f_vpn_wide[PPN_BITS-1:0]) & f_in_ppn) == 0);
        a_large:  assert (!f_hit || hit_large == (|hit_big || hit_napot));
        a_size:   assert ((HIT_LATENCY > 1 && !f_told)
                          || ((hit_big & (hit_big + 1'b1)) == 0 && (~|hit_big || !hit_napot)));
        a_plain:  assert (!plain || {hit_ppn, hit_pbmt, hit_big, hit_napot}
                          == {plain_ppn, {(LEVELS+2){1'b0}}});
        c_page:   cover  (f_hit && !hit_large && f_live && !f_live_g);
        c_big:    cover  (f_hit && hit_big == LEVEL_1 && f_live && !f_live_g
                          && f_told_vpn != f_look_vpn);
        c_global: cover  (f_hit && f_live_g && !f_live && f_look_asid != f_told_asid);
    end
    generate if (HIT_LATENCY > 1) begin : g_f_later
        always @(posedge clk) if (f_up) c_stale: cover (f_hit && !f_live && !f_live_g);
    end endgenerate
`endif
endmodule

`default_nettype wire

// atlas_l1_side: the true entries beside a port's L1 RAMs: superpages and NAPOT pages, each
// one entry whatever its size.
//
// An entry covers the page of its leaf: VPN bits inside the page do not take part in the
// match and come from the request in the answer. `big` says which VPN slices lie inside:
// bit l is set if slice l does (a leaf of level 2 has big = 2'b11), `napot` the low 4 bits.
//
// match     combinational, of this cycle's vpn and asid; if several entries match (pages
//           of two sizes, the tables have changed without a fence) the lowest answers
// stays     with HIT_LATENCY = 2 what a request has matched is beside it for a cycle, and while it stays
// advance   the request becomes the one that a fill is for, if it misses
// fill      the page of the request that has come there last was filled into the L1: entries that
//           matched it go; with fill_side it becomes an entry: the lowest that went, else the
//           one the round-robin pointer names
// fence     entries that match the fence go
// Reset     no entry is valid, the round-robin pointer is 0
// Formal    what matches was filled for that page and ASID, no fence has covered it, and no fill of a
//           request that matched it has come since; one entry matches, unless the tables change
//           without a fence
//
// ENTRIES   1 to 16, a power of two    others   as atlas_mmu
`default_nettype none

module atlas_l1_side #(
    parameter ENTRIES  = 4,
    parameter LEVELS   = 3,
    parameter SLICE    = 9,                               // VPN bits of a level
    parameter ASID_W   = 9,
    parameter PPN_BITS = 20,
    parameter HIT_LATENCY = 1,
    parameter VPN_BITS = SLICE * LEVELS,                  // derived: do not set
    parameter LEAF_W   = PPN_BITS + 7,
    parameter INDEX_W  = ENTRIES > 1 ? $clog2(ENTRIES) : 1
) (
    input  wire                clk,
    input  wire                rst,

    input  wire [VPN_BITS-1:0] vpn,
    input  wire [ASID_W-1:0]   asid,

    output wire                match,
    output wire [LEAF_W-1:0]   match_leaf,   // {pbmt, d, u, x, w, r, ppn}; ppn composed
    output wire [LEVELS-2:0]   match_big,
    output wire                match_napot,

    input  wire                stays,
    input  wire                advance,
    input  wire                fill,
    input  wire                fill_side,
    input  wire [VPN_BITS-1:0] fill_vpn,
    input  wire [ASID_W-1:0]   fill_asid,
    input  wire [LEAF_W-1:0]   fill_leaf,
    input  wire [LEVELS-2:0]   fill_big,
    input  wire                fill_napot,
    input  wire                fill_g,
    output wire [INDEX_W-1:0]  fill_index,

    input  wire                fence,
    input  wire                fence_has_va,
    input  wire                fence_has_asid,
    input  wire [VPN_BITS-1:0] fence_vpn,
    input  wire [ASID_W-1:0]   fence_asid,

    // Read-back: entry read_index, combinational, while reading.
    input  wire                reading,
    input  wire [INDEX_W-1:0]  read_index,
    output wire                read_valid,
    output wire                read_g,
    output wire [ASID_W-1:0]   read_asid,
    output wire [VPN_BITS-1:0] read_vpn,
    output wire [LEAF_W-1:0]   read_leaf,
    output wire [LEVELS-2:0]   read_big,
    output wire                read_napot,
    output wire [INDEX_W-1:0]  read_pointer
);

    localparam KEY_W = 1 + ASID_W + VPN_BITS;          // what an entry matches by
    localparam PAY_W = LEAF_W + LEVELS;                // what it answers with

    // Where a fill goes: each entry passes on what those below it say.
    reg  [INDEX_W-1:0] pointer_q;
    wire [INDEX_W-1:0] step = pointer_q + 1'b1;
    wire               dropped = g_entry[ENTRIES-1].any_old;
    wire               place   = fill && fill_side;

    always @(posedge clk) begin
        if (rst)                    pointer_q <= {INDEX_W{1'b0}};
        else if (place && !dropped) pointer_q <= step & {INDEX_W{ENTRIES > 1}};
    end

    genvar i;
    generate
        for (i = 0; i < ENTRIES; i = i + 1) begin : g_entry
            localparam [INDEX_W-1:0] I = i;
            reg              valid_q;
            reg  [KEY_W-1:0] key_q;
            reg  [PAY_W-1:0] pay_q;

            wire                g;
            wire [ASID_W-1:0]   e_asid;
            wire [VPN_BITS-1:0] e_vpn;
            assign {g, e_asid, e_vpn} = key_q;
            // Sv32 has one size: nothing inside its pages needs to be kept.
            wire [LEVELS-2:0] big = LEVELS == 2 ? {(LEVELS-1){1'b1}} : pay_q[LEVELS-1:1];

            // Equal in every slice that the page does not cover; an entry of level 0 is a NAPOT
            // page: the low 4 bits always lie inside.
            wire [LEVELS-1:0] inside = {1'b0, big};
            reg  covers, fence_covers;
            integer b;
            always @(*) begin
                covers       = big[0] || e_vpn[SLICE-1:4] == vpn[SLICE-1:4];
                fence_covers = big[0] || e_vpn[SLICE-1:4] == fence_vpn[SLICE-1:4];
                for (b = 1; b < LEVELS; b = b + 1) begin
                    if (e_vpn[SLICE*b +: SLICE] != vpn[SLICE*b +: SLICE])
                        covers = covers && inside[b];
                    if (e_vpn[SLICE*b +: SLICE] != fence_vpn[SLICE*b +: SLICE])
                        fence_covers = fence_covers && inside[b];
                end
            end

            wire hit    = valid_q && covers && (g || e_asid == asid);
            wire fenced = (!fence_has_va || fence_covers)
                       && (!fence_has_asid || (e_asid == fence_asid && !g));

            // The request that a fill is for has matched it.
            reg  hit_q;
            wire told_hit;
            atlas_delay #(.CYCLES(HIT_LATENCY - 1), .WIDTH(1)) u_told (
                .clk(clk), .stays(stays), .found(hit), .told(told_hit)
            );
            always @(posedge clk) if (advance) hit_q <= told_hit;
            wire old = valid_q && hit_q;

            // What the entries below this one, or above it, have to say is passed on.
            wire               read = reading && read_index == I;
            wire               first_old, any_old, any_hit, read_v;
            wire [PAY_W-1:0]   matched, read_pay;
            wire [KEY_W-1:0]   read_key;
            wire [INDEX_W-1:0] index;
            wire placed = place && (dropped ? first_old : pointer_q == I);
            if (i == 0) begin : g_first
                assign first_old = old;
                assign any_old   = old;
                assign any_hit   = hit;
                assign index     = I & {INDEX_W{placed}};
                assign read_v    = valid_q && read;
                assign read_pay  = pay_q & {PAY_W{read}};
                assign read_key  = key_q & {KEY_W{read}};
            end else begin : g_next
                assign first_old = old && !g_entry[i-1].any_old;
                assign any_old   = old || g_entry[i-1].any_old;
                assign any_hit   = hit || g_entry[i-1].any_hit;
                assign index     = g_entry[i-1].index | (I & {INDEX_W{placed}});
                assign read_v    = g_entry[i-1].read_v || (valid_q && read);
                assign read_pay  = g_entry[i-1].read_pay | (pay_q & {PAY_W{read}});
                assign read_key  = g_entry[i-1].read_key | (key_q & {KEY_W{read}});
            end

            // The lowest that matches; the highest if none does.
            if (i == ENTRIES - 1) begin : g_last
                assign matched = pay_q;
            end else begin : g_lower
                assign matched = hit ? pay_q : g_entry[i+1].matched;
            end

            always @(posedge clk) begin
                if (rst)
                    valid_q <= 1'b0;
                else
                    valid_q <= placed || (valid_q && !(fill && hit_q) && !(fence && fenced));
                if (placed) begin
                    key_q <= {fill_g, fill_asid, fill_vpn};
                    pay_q <= {fill_leaf, fill_big, fill_napot};
                end
            end
        end
    endgenerate

    assign fill_index = g_entry[ENTRIES-1].index;

    wire [PAY_W-1:0]  matched  = g_entry[0].matched;
    wire [LEAF_W-1:0] raw_leaf = matched[LEVELS +: LEAF_W];
    assign match       = g_entry[ENTRIES-1].any_hit;
    wire [LEVELS-2:0] big;
    wire              napot;
    assign {big, napot} = LEVELS == 2 ? {{(LEVELS-1){1'b1}}, 1'b0} : matched[LEVELS-1:0];
    assign match_big    = big;
    assign match_napot  = napot;

    atlas_compose #(.LEVELS(LEVELS), .SLICE(SLICE), .PPN_BITS(PPN_BITS)) u_compose (
        .ppn(raw_leaf[PPN_BITS-1:0]), .vpn(vpn), .big(big), .napot(napot),
        .composed(match_leaf[PPN_BITS-1:0])
    );
    assign match_leaf[LEAF_W-1:PPN_BITS] = raw_leaf[LEAF_W-1:PPN_BITS];

    assign {read_g, read_asid, read_vpn}       = g_entry[ENTRIES-1].read_key;
    assign {read_leaf, read_big, read_napot} = g_entry[ENTRIES-1].read_pay;
    assign read_valid   = g_entry[ENTRIES-1].read_v;
    assign read_pointer = pointer_q;

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

    // What is remembered of a request: at once, or a cycle later and as long as it stays.
    reg                f_stayed;
    reg [VPN_BITS-1:0] f_stayed_vpn;
    reg [ASID_W-1:0]   f_stayed_asid;
    always @(posedge clk) begin
        f_stayed <= !rst && !fence && !fill && (f_stayed || !stays);
        if (!stays) {f_stayed_vpn, f_stayed_asid} <= {vpn, asid};
    end
    wire                f_told      = HIT_LATENCY == 1 || f_stayed;
    wire [VPN_BITS-1:0] f_told_vpn  = HIT_LATENCY == 1 ? vpn : f_stayed_vpn;
    wire [ASID_W-1:0]   f_told_asid = HIT_LATENCY == 1 ? asid : f_stayed_asid;
    // Assumed of the port: a fill follows its request, once, with no fence in between.
    reg                f_free;
    reg [VPN_BITS-1:0] f_look_vpn;
    reg [ASID_W-1:0]   f_look_asid;
    always @(posedge clk) begin
        f_free <= !rst && !fence && !fill && (advance ? f_told : f_free);
        if (advance) {f_look_vpn, f_look_asid} <= {f_told_vpn, f_told_asid};
    end
    always @(*) if (f_up && fill)
        e_fill: assume (f_free && !advance && {fill_vpn, fill_asid} == {f_look_vpn, f_look_asid});
    // Pages have a size; what comes here is larger than 4 KiB; Sv32 has one size.
    always @(*) if (f_up && fill) e_page: assume ((fill_big & (fill_big + 1'b1)) == 0
        && (~|fill_big || !fill_napot));
    always @(*) if (f_up && fill && fill_side) e_side: assume (|fill_big
        || (fill_napot && LEVELS > 2));
    // Assumed of the fence: nothing else happens then.
    always @(*) if (f_up && fence) e_quiet: assume (!fill);

    // One request, any, and an answer to it, any.
    (* anyconst *) wire [VPN_BITS-1:0] f_vpn;
    (* anyconst *) wire [ASID_W-1:0]   f_asid;
    (* anyconst *) wire [LEAF_W-1:0]   f_leaf;
    (* anyconst *) wire [LEVELS-2:0]   f_big;
    (* anyconst *) wire                f_napot, f_g;
    always @(*) assume ((f_big & (f_big + 1'b1)) == 0 && (|f_big ? !f_napot : f_napot));
    wire [VPN_BITS-1:0] f_in   = f_inside(f_big, f_napot);
    wire [VPN_BITS+PPN_BITS-1:0] f_in_ppn = {{PPN_BITS{1'b0}}, f_in};
    wire [LEAF_W-1:0]   f_kept = ~{7'd0, f_in_ppn[PPN_BITS-1:0]};   // bits that an entry gives
    wire f_same   = {fill_big, fill_napot} == {f_big, f_napot}
                 && ((fill_leaf ^ f_leaf) & f_kept) == 0
                 && ((fill_vpn ^ f_vpn) & ~f_in) == 0;
    wire f_page   = ((fill_vpn ^ f_vpn) & ~f_in) == 0;              // in the page of the answer
    wire f_filled = fill && fill_side && f_same;
    // May it be given by an entry of the request's ASID, by a global one?
    reg  f_live, f_live_g;
    wire f_here   = fence && (!fence_has_va || ((fence_vpn ^ f_vpn) & ~f_in) == 0);
    // Fills around the request, of any ASID, were of another size or G since all was removed.
    reg  f_mixed;
    wire f_meets  = fill && fill_side
                 && ((fill_vpn ^ f_vpn) & ~f_inside(fill_big, fill_napot)) == 0;
    wire f_other  = f_meets && {fill_big, fill_napot, fill_g} != {f_big, f_napot, f_g};
    always @(posedge clk) begin
        f_live   <= !rst && ((f_filled && !fill_g && fill_asid == f_asid)
                    || (f_live && !(fill && f_page && fill_asid == f_asid)
                        && !(f_here && (!fence_has_asid || fence_asid == f_asid))));
        f_live_g <= !rst && ((f_filled && fill_g) || (f_live_g && !(fill && f_page)
                        && !(f_here && !fence_has_asid)));
        f_mixed  <= !rst && (f_other || (f_mixed && !(fence && !fence_has_va && !fence_has_asid)));
    end

    wire f_ask = vpn == f_vpn && asid == f_asid;
    wire f_hit = f_ask && match && {match_big, match_napot} == {f_big, f_napot}
              && ((match_leaf ^ f_leaf) & f_kept) == 0;
    wire [VPN_BITS+PPN_BITS-1:0] f_vpn_wide = {{PPN_BITS{1'b0}}, f_vpn};
    always @(posedge clk) if (f_up) begin
        a_filled:  assert (!f_hit || f_live || f_live_g);
        a_inside:  assert (!f_hit || ((match_leaf ^ {7'd0, f_vpn_wide[PPN_BITS-1:0]}) & ~f_kept)
                           == 0);
        a_size:    assert (!match || |match_big || match_napot);
        a_one:     assert (!f_ask || f_mixed || (f_hits & (f_hits - 1'b1)) == 0);
        a_index:   assert (!(fill && fill_side) || fill_index < ENTRIES);
        c_hit:     cover  (f_hit && f_live && vpn != f_look_vpn);
        c_global:  cover  (f_hit && f_live_g && f_look_asid != asid);
        c_full:    cover  (f_ask && &f_valid && !match && f_mixed);
    end

    // Invariants that make the proof inductive: what the entries hold.
    wire [ENTRIES-1:0] f_hits, f_valid, f_of, f_of_g, f_wrong, f_olds, f_due, f_no_size;
    wire [ENTRIES-1:0] f_tells, f_meets_told;
    generate
        for (i = 0; i < ENTRIES; i = i + 1) begin : g_f
            wire [LEVELS-2:0]   e_big   = g_entry[i].big;
            wire                e_napot = LEVELS > 2 && g_entry[i].pay_q[0];
            wire [VPN_BITS-1:0] e_out   = ~f_inside(e_big, e_napot);
            wire                covers  = g_entry[i].valid_q
                && ((g_entry[i].e_vpn ^ f_vpn) & e_out) == 0;
            wire                ours    = g_entry[i].g || g_entry[i].e_asid == f_asid;
            wire                is_it   = covers && {e_big, e_napot} == {f_big, f_napot}
                    && ((g_entry[i].pay_q[LEVELS +: LEAF_W] ^ f_leaf) & f_kept) == 0;
            assign f_valid[i]   = g_entry[i].valid_q;
            assign f_hits[i]    = covers && ours;
            assign f_of[i]      = is_it && !g_entry[i].g && g_entry[i].e_asid == f_asid;
            assign f_of_g[i]    = is_it && g_entry[i].g;
            assign f_wrong[i]   = covers && {e_big, e_napot, g_entry[i].g} != {f_big, f_napot, f_g};
            assign f_olds[i]    = g_entry[i].old;
            assign f_due[i]     = g_entry[i].valid_q
                && ((g_entry[i].e_vpn ^ f_look_vpn) & e_out) == 0
                               && (g_entry[i].g || g_entry[i].e_asid == f_look_asid);
            assign f_tells[i]   = g_entry[i].told_hit;
            assign f_meets_told[i] = g_entry[i].valid_q
                && ((g_entry[i].e_vpn ^ f_told_vpn) & e_out) == 0
                               && (g_entry[i].g || g_entry[i].e_asid == f_told_asid);
            assign f_no_size[i] = g_entry[i].valid_q && (|(e_big & (e_big + 1'b1))
                               || (|e_big ? e_napot : !e_napot));
        end
    endgenerate
    always @(posedge clk) if (f_up) begin
        i_live:   assert (f_live || ~|f_of);
        i_global: assert (f_live_g || ~|f_of_g);
        i_mixed:  assert (f_mixed || ~|f_wrong);
        i_one:    assert (f_mixed || (f_hits & (f_hits - 1'b1)) == 0);
        i_told:   assert (!f_told || f_tells == f_meets_told);
        i_old:    assert (!f_free || f_olds == f_due);
        i_size:   assert (~|f_no_size);
        i_next:   assert (pointer_q < ENTRIES);
    end
`endif
endmodule

`default_nettype wire

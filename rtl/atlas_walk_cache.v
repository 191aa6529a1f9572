// atlas_walk_cache: the last pointer of each table level that one port's walks have followed.
//
// Pointer t names the level-t table that the VPN bits above slice t select; the walk of an
// address with the same bits may begin there. All pointers of a port belong to one ASID and one
// mode: a walk under another pair drops them.
//
// lookup    with `advance` the lowest pointer that fits the request in_* is noted; from the next
//           cycle on hit_* tell it, while that request is `cur`
// store     the walk of cur (vpn, asid, top) read a pointer to the table of level store_big
// drop_*    a fence: everything, or everything if fence_asid is the pointers' ASID
// Reset     no pointers
// Formal    what cur is told was stored under its tag, ASID and mode, last, and no fence has dropped
//           it since; what was stored last at its level is told, or a lower one
//
// LEVELS, SLICE, ASID_W, PPN_BITS   as atlas_mmu     ENABLE   0: never hits, holds nothing
`default_nettype none

module atlas_walk_cache #(
    parameter ENABLE   = 1,
    parameter LEVELS   = 3,
    parameter SLICE    = 9,
    parameter ASID_W   = 9,
    parameter PPN_BITS = 20,
    parameter VPN_BITS = SLICE * LEVELS                  // derived: do not set
) (
    input  wire                clk,
    input  wire                rst,

    input  wire                advance,
    input  wire [VPN_BITS-1:0] in_vpn,
    input  wire [ASID_W-1:0]   in_asid,
    input  wire [2:0]          in_top,        // level of the request's root table
    input  wire [VPN_BITS-1:0] vpn,
    input  wire [ASID_W-1:0]   asid,
    input  wire [2:0]          top,

    output wire                hit,
    output wire [LEVELS-2:0]   hit_big,       // level of the table to read first: bit l if above l
    output wire [PPN_BITS-1:0] hit_table,
    output wire                hit_g,         // OR of G over the pointers above

    input  wire                store,
    input  wire [LEVELS-2:0]   store_big,
    input  wire [PPN_BITS-1:0] store_table,
    input  wire                store_g,

    input  wire                drop_all,
    input  wire                drop_asid,
    input  wire [ASID_W-1:0]   fence_asid,

    input  wire                reading,
    input  wire [1:0]          read_index,
    output wire [127:0]        read_entry
);

    generate
        if (ENABLE == 0) begin : g_none
            wire unused = &{1'b0, clk, rst, advance, in_vpn, in_asid, in_top, vpn, asid, top, store, store_big, store_table, store_g,
                            drop_all, drop_asid, fence_asid, reading, read_index};
            assign hit        = 1'b0;
            assign hit_big    = {(LEVELS-1){1'b0}};
            assign hit_table  = {PPN_BITS{1'b0}};
            assign hit_g      = 1'b0;
            assign read_entry = 128'd0;
        end else begin : g_pointers
            localparam N     = LEVELS - 1;            // tables below the root

            reg  [N-1:0]      valid_q;
            reg  [ASID_W-1:0] asid_q;
            reg  [2:0]        top_q;
            reg  [N-1:0]      hit_q;                  // one-hot, or none: the pointer to be used
            wire              in_same  = asid_q == in_asid && top_q == in_top;
            wire              cur_same = asid_q == asid && top_q == top;
            wire              drop = rst || drop_all || (drop_asid && asid_q == fence_asid);

            wire [N-1:0]      fits, storing;

            genvar t;
            for (t = 0; t < N; t = t + 1) begin : g_level
                localparam LSB = SLICE * (t + 1);
                reg [VPN_BITS-1:LSB] tag_q;
                reg [PPN_BITS-1:0]   table_q;
                reg                  g_q;
                assign storing[t] = store && !store_big[t] && (t == 0 ? 1'b1 : store_big[(t+N-1)%N]);
                assign hit_big[t] = |(hit_q >> (t + 1));
                always @(posedge clk) if (storing[t]) begin
                    tag_q   <= vpn[VPN_BITS-1:LSB];
                    table_q <= store_table;
                    g_q     <= store_g;
                end
                assign fits[t] = valid_q[t] && tag_q == in_vpn[VPN_BITS-1:LSB] && in_top > t;

                // The one that is used, and the one to read back: ORs of ANDs, from level to level.
                wire [VPN_BITS-1:0] tag = {tag_q, {LSB{1'b0}}};
                wire                read = reading && read_index == t;
                wire                r_valid, r_g, from_g;
                wire [PPN_BITS-1:0] r_table, from;
                wire [VPN_BITS-1:0] r_tag;
                if (t == 0) begin : g_first
                    assign from    = table_q & {PPN_BITS{hit_q[t]}};
                    assign from_g  = g_q && hit_q[t];
                    assign r_valid = valid_q[t] && read;
                    assign r_g     = g_q && read;
                    assign r_table = table_q & {PPN_BITS{read}};
                    assign r_tag   = tag & {VPN_BITS{read}};
                end else begin : g_next
                    assign from    = g_level[t-1].from    | (table_q & {PPN_BITS{hit_q[t]}});
                    assign from_g  = g_level[t-1].from_g  | (g_q && hit_q[t]);
                    assign r_valid = g_level[t-1].r_valid | (valid_q[t] && read);
                    assign r_g     = g_level[t-1].r_g     | (g_q && read);
                    assign r_table = g_level[t-1].r_table | (table_q & {PPN_BITS{read}});
                    assign r_tag   = g_level[t-1].r_tag   | (tag & {VPN_BITS{read}});
                end
            end

            always @(posedge clk) begin
                if (drop)       valid_q <= {N{1'b0}};
                else if (store) valid_q <= (cur_same ? valid_q : {N{1'b0}}) | storing;
                // What a walk has just followed is the lowest for its request, should it start again.
                if (drop)         hit_q <= {N{1'b0}};
                else if (store)   hit_q <= storing;
                else if (advance) hit_q <= fits & (~fits + 1'b1) & {N{in_same}};
                if (store) begin
                    asid_q <= asid;
                    top_q  <= top;
                end
            end

            assign hit       = |hit_q;
            assign hit_table = g_level[N-1].from;
            assign hit_g     = g_level[N-1].from_g;

            // Read-back: `level` shows the root level of the pointers' mode.
            wire [127:0] view;
            atlas_entry_view #(
                .LEVELS(LEVELS), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS), .VPN_BITS(VPN_BITS)
            ) u_view (
                .valid(g_level[N-1].r_valid), .g(g_level[N-1].r_g), .asid(asid_q),
                .vpn(g_level[N-1].r_tag), .leaf({7'd0, g_level[N-1].r_table}),
                .big({(LEVELS-1){1'b0}}), .napot(1'b0), .view(view)
            );
            assign read_entry = {view[127:108], top_q & {3{g_level[N-1].r_valid}}, view[104:0]};
            wire unused = &{1'b0, view[107:105], vpn, in_vpn};
        end
    endgenerate
`ifdef FORMAL
    reg f_first = 1'b1;          // cycle 0, when registers hold anything
    always @(posedge clk) f_first <= 1'b0;
    always @(*) if (f_first) assume (rst);
    wire f_up = !rst && !f_first;

    // Assumed of the port: cur is the request that was `in` when it advanced last.
    reg                f_ready;
    reg [VPN_BITS-1:0] f_cur_vpn;
    reg [ASID_W-1:0]   f_cur_asid;
    reg [2:0]          f_cur_top;
    always @(posedge clk) begin
        f_ready <= !rst && (f_ready || advance);
        if (advance) {f_cur_vpn, f_cur_asid, f_cur_top} <= {in_vpn, in_asid, in_top};
    end
    always @(*) if (f_up && f_ready) e_cur: assume ({vpn, asid, top}
        == {f_cur_vpn, f_cur_asid, f_cur_top});
    // Assumed of the walker: pointers of cur lead to tables below its root.
    function [2:0] f_level_of(input [LEVELS-2:0] big);
        integer f_l;
        begin
            f_level_of = 3'd0;
            for (f_l = 0; f_l < LEVELS - 1; f_l = f_l + 1)
                f_level_of = f_level_of + {2'b00, big[f_l]};
        end
    endfunction
    wire [2:0] f_hit_level = f_level_of(hit_big), f_store_level = f_level_of(store_big);
    always @(*) if (f_up && store) e_store: assume (f_ready && !advance
        && (store_big & (store_big + 1'b1)) == 0
                                   && f_store_level < LEVELS - 1 && f_store_level < top);
    // Assumed of the fence: it waits until no walk is under way.
    always @(*) if (f_up && (drop_all || drop_asid)) e_quiet: assume (!store);

    // One pointer, any: f_live, a hit may give it; f_kept, it is the last of its level; f_must, cur
    // has to hit it, or a lower one.
    (* anyconst *) wire [2:0]          f_level, f_top;
    (* anyconst *) wire [VPN_BITS-1:0] f_vpn;
    (* anyconst *) wire [ASID_W-1:0]   f_asid;
    (* anyconst *) wire [PPN_BITS-1:0] f_table;
    (* anyconst *) wire                f_g;
    always @(*) assume (f_level < LEVELS - 1 && f_level < f_top);
    wire [VPN_BITS-1:0] f_differs    = (vpn ^ f_vpn) >> (SLICE * (f_level + 1));
    wire [VPN_BITS-1:0] f_in_differs = (in_vpn ^ f_vpn) >> (SLICE * (f_level + 1));
    wire f_place    = ~|f_differs && asid == f_asid && top == f_top;
    wire f_in_place = ~|f_in_differs && in_asid == f_asid && in_top == f_top;
    wire f_stored   = store && f_store_level == f_level && f_place;
    wire f_same     = store_table == f_table && store_g == f_g;
    wire f_drop     = rst || drop_all || (drop_asid && fence_asid == f_asid);
    wire f_ousts    = store && (f_store_level == f_level || asid != f_asid || top != f_top);
    reg  f_live, f_kept, f_must, f_put;
    always @(posedge clk) begin
        f_put  <= !rst && (f_put || f_stored);
        f_live <= !f_drop && (f_stored ? f_same : f_live);
        f_kept <= !f_drop && (f_ousts ? f_stored && f_same : f_kept);
        f_must <= !f_drop && (store ? f_stored && f_same : advance ? f_kept && f_in_place : f_must);
    end

    wire f_hit = hit && f_hit_level == f_level && hit_table == f_table && hit_g == f_g;
    always @(posedge clk) if (f_up && f_ready) begin
        a_live:   assert (!(f_place && f_hit) || f_live);
        a_below:  assert (!hit || (f_hit_level < top && (hit_big & (hit_big + 1'b1)) == 0));
        a_must:   assert (!f_must || (hit && f_hit_level <= f_level));
        a_lowest: assert (!(f_must && f_hit_level == f_level) || f_hit);
        c_hit:    cover  (f_place && f_hit && f_hit_level == LEVELS - 2);
        c_drop:   cover  (f_place && f_put && !hit && vpn != f_vpn);
    end

    // Invariants that make the proof inductive: a level holds this pointer; one that is not below
    // the root; one that cur is told though it is of another.
    wire [LEVELS-2:0] f_holds, f_above, f_told, f_wrong;
    genvar f_t;
    generate
        for (f_t = 0; f_t < LEVELS - 1; f_t = f_t + 1) begin : g_holds
            if (ENABLE != 0) begin : g_level
                wire of_cur = g_pointers.valid_q[f_t] && g_pointers.asid_q == asid
                    && g_pointers.top_q == top
                    && g_pointers.g_level[f_t].tag_q == vpn[VPN_BITS-1:SLICE*(f_t+1)];
                assign f_told[f_t]  = g_pointers.hit_q[f_t];
                assign f_wrong[f_t] = f_told[f_t] && !of_cur;
                assign f_above[f_t] = g_pointers.valid_q[f_t] && g_pointers.top_q <= f_t;
                assign f_holds[f_t] = g_pointers.valid_q[f_t]
                    && g_pointers.asid_q == f_asid && g_pointers.top_q == f_top
                    && g_pointers.g_level[f_t].tag_q == f_vpn[VPN_BITS-1:SLICE*(f_t+1)]
                    && g_pointers.g_level[f_t].table_q == f_table
                    && g_pointers.g_level[f_t].g_q == f_g;
            end else begin : g_nothing
                assign {f_above[f_t], f_holds[f_t], f_told[f_t], f_wrong[f_t]} = 4'd0;
            end
        end
    endgenerate
    always @(posedge clk) if (f_up) begin
        i_live: assert (!f_holds[f_level] || f_live);
        i_kept: assert (!f_kept || f_holds[f_level]);
        i_root: assert (~|f_above);
        i_cur:  assert (!f_ready || ~|f_wrong);
        i_one:  assert (!f_ready || (f_told & (f_told - 1'b1)) == 0);
        i_must: assert (!f_must || (f_ready && f_kept && f_place && hit && f_hit_level <= f_level));
    end
`endif
endmodule

`default_nettype wire

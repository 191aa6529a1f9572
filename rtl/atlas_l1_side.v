// atlas_l1_side: the true entries beside a port's L1 RAMs: superpages and NAPOT pages, each
// one entry whatever its size.
//
// An entry covers the page of its leaf: VPN bits inside the page do not take part in the
// match and come from the request in the answer. `big` says which VPN slices lie inside:
// bit l is set if slice l does (a leaf of level 2 has big = 2'b11), `napot` the low 4 bits.
//
// match     combinational, of this cycle's vpn and asid when `look`; if several entries match (pages
//           of two sizes, the tables have changed without a fence) the lowest answers
// look      a request is looked up: what it matches is remembered until its fill
// fill      the page of the request that was looked up last was filled into the L1: entries that
//           matched it go; with fill_side it becomes an entry: the lowest that went, else the
//           one the round-robin pointer names
// fence     entries that match the fence go
// Reset     no entry is valid, the round-robin pointer is 0
//
// ENTRIES   1 to 16, a power of two    others   as atlas_mmu
`default_nettype none

module atlas_l1_side #(
    parameter ENTRIES  = 4,
    parameter LEVELS   = 3,
    parameter SLICE    = 9,                               // VPN bits of a level
    parameter ASID_W   = 9,
    parameter PPN_BITS = 20,
    parameter VPN_BITS = SLICE * LEVELS,                  // derived: do not set
    parameter LEAF_W   = PPN_BITS + 7,
    parameter INDEX_W  = ENTRIES > 1 ? $clog2(ENTRIES) : 1
) (
    input  wire                clk,
    input  wire                rst,

    input  wire                look,
    input  wire [VPN_BITS-1:0] vpn,
    input  wire [ASID_W-1:0]   asid,

    output wire                match,
    output wire [LEAF_W-1:0]   match_leaf,   // {pbmt, d, u, x, w, r, ppn}; ppn composed
    output wire [LEVELS-2:0]   match_big,
    output wire                match_napot,

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

            wire hit    = look && valid_q && covers && (g || e_asid == asid);
            wire fenced = (!fence_has_va || fence_covers)
                       && (!fence_has_asid || (e_asid == fence_asid && !g));

            // The request that was looked up last matched it.
            reg  hit_q;
            always @(posedge clk) if (look) hit_q <= hit;
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
endmodule

`default_nettype wire

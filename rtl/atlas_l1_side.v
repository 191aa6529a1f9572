// atlas_l1_side: the true entries beside a port's L1 RAM: superpages and NAPOT pages, each
// one entry whatever its size.
//
// An entry covers the page of its leaf: VPN bits inside the page do not take part in the
// match and come from the request in the answer. `big` says which VPN slices lie inside:
// bit l is set if slice l does (a leaf of level 2 has big = 2'b11), `napot` the low 4 bits.
//
// match     combinational, of this cycle's vpn and asid; at most one entry matches (proved)
// fill      a page was filled into the L1: entries that overlap it go; with fill_side it
//           becomes an entry: the lowest that went, else the one the round-robin pointer
//           names. vpn and asid are those of the request that filled it
// fence     entries that match the fence go; vpn and asid are the fence's
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

    input  wire [VPN_BITS-1:0] vpn,
    input  wire [ASID_W-1:0]   asid,

    output wire                match,
    output wire [LEAF_W-1:0]   match_leaf,   // {pbmt, d, u, x, w, r, ppn}; ppn composed
    output wire [LEVELS-2:0]   match_big,
    output wire                match_napot,

    input  wire                fill,
    input  wire                fill_side,
    input  wire [LEAF_W-1:0]   fill_leaf,
    input  wire [LEVELS-2:0]   fill_big,
    input  wire                fill_napot,
    input  wire                fill_g,
    output wire [INDEX_W-1:0]  fill_index,

    input  wire                fence,
    input  wire                fence_has_va,
    input  wire                fence_has_asid,

    // Read-back: entry read_index, combinational.
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

    localparam ENTRY_W = 1 + ASID_W + VPN_BITS + LEAF_W + (LEVELS - 1) + 1;

    reg  [ENTRIES-1:0] valid_q;
    reg  [INDEX_W-1:0] pointer_q;
    wire [ENTRIES-1:0] hit, overlap, fenced;
    wire [ENTRY_W*ENTRIES-1:0] entries;

    // Where a fill goes.
    reg  [INDEX_W-1:0] lowest;
    integer e;
    always @(*) begin
        lowest = {INDEX_W{1'b0}};
        for (e = ENTRIES - 1; e >= 0; e = e - 1)
            if (overlap[e]) lowest = e[INDEX_W-1:0];
    end
    wire                dropped = |overlap;
    wire                place   = fill && fill_side;
    assign              fill_index = dropped ? lowest : pointer_q;
    wire [ENTRIES-1:0]  placed  = {{(ENTRIES-1){1'b0}}, place} << fill_index;
    wire [ENTRY_W-1:0]  filled  = {fill_g, asid, vpn, fill_leaf, fill_big, fill_napot};

    wire [INDEX_W-1:0] step = pointer_q + 1'b1;
    always @(posedge clk) begin
        if (rst) begin
            valid_q   <= {ENTRIES{1'b0}};
            pointer_q <= {INDEX_W{1'b0}};
        end else begin
            valid_q   <= (valid_q & ~(overlap & {ENTRIES{fill}}) & ~(fenced & {ENTRIES{fence}}))
                       | placed;
            pointer_q <= place && !dropped ? step & {INDEX_W{ENTRIES > 1}} : pointer_q;
        end
    end

    genvar i, b;
    generate
        for (i = 0; i < ENTRIES; i = i + 1) begin : g_entry
            reg  [ENTRY_W-1:0] entry_q;
            always @(posedge clk) if (placed[i]) entry_q <= filled;

            wire                g;
            wire [ASID_W-1:0]   e_asid;
            wire [VPN_BITS-1:0] e_vpn;
            wire [LEVELS-2:0]   big;
            wire                napot;
            assign {big, napot}       = entry_q[LEVELS-1:0];
            assign {g, e_asid, e_vpn} = entry_q[ENTRY_W-1 -: 1 + ASID_W + VPN_BITS];

            wire same_asid = e_asid == asid;
            wire same_low  = e_vpn[3:0] == vpn[3:0];
            // Equal in every slice that neither this page nor, for `meets`, the filled one covers.
            wire [LEVELS-1:0] same;
            for (b = 0; b < LEVELS; b = b + 1) begin : g_slice
                localparam LSB = b == 0 ? 4 : SLICE * b;
                assign same[b] = e_vpn[SLICE*(b+1)-1:LSB] == vpn[SLICE*(b+1)-1:LSB];
            end
            wire covers = &(same | {1'b0, big})
                       && (same_low || big[0] || napot);
            wire meets  = &(same | {1'b0, big | fill_big})
                       && (same_low || big[0] || fill_big[0] || napot || fill_napot);

            assign hit[i]     = valid_q[i] && covers && (g || same_asid);
            assign overlap[i] = valid_q[i] && meets && (g || fill_g || same_asid);
            assign fenced[i]  = (!fence_has_va || covers)
                             && (!fence_has_asid || (same_asid && !g));
            assign entries[ENTRY_W*i +: ENTRY_W] = entry_q;
        end
    endgenerate

    // At most one matches: an OR of ANDs selects it.
    reg [ENTRY_W-1:0] matched;
    integer k;
    always @(*) begin
        matched = {ENTRY_W{1'b0}};
        for (k = 0; k < ENTRIES; k = k + 1)
            matched = matched | (entries[ENTRY_W*k +: ENTRY_W] & {ENTRY_W{hit[k]}});
    end

    wire [LEAF_W-1:0] raw_leaf = matched[LEVELS +: LEAF_W];
    assign match       = |hit;
    assign match_big   = matched[1 +: LEVELS-1];
    assign match_napot = matched[0];
    wire unused = &{1'b0, matched[ENTRY_W-1 -: 1 + ASID_W + VPN_BITS]};

    atlas_compose #(.LEVELS(LEVELS), .SLICE(SLICE), .PPN_BITS(PPN_BITS)) u_compose (
        .ppn(raw_leaf[PPN_BITS-1:0]), .vpn(vpn), .big(match_big), .napot(match_napot),
        .composed(match_leaf[PPN_BITS-1:0])
    );
    assign match_leaf[LEAF_W-1:PPN_BITS] = raw_leaf[LEAF_W-1:PPN_BITS];

    wire [ENTRY_W-1:0] read = entries[ENTRY_W*read_index +: ENTRY_W];
    assign {read_g, read_asid, read_vpn, read_leaf, read_big, read_napot} = read;
    assign read_valid   = valid_q[read_index];
    assign read_pointer = pointer_q;
endmodule

`default_nettype wire

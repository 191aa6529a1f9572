// atlas_l1_tlb: one port's L1 TLB: 4 KiB entries in block RAM, direct-mapped by a hash of the
// page number, and a few true entries (superpages, NAPOT) beside them.
//
//            cycle   0       1              arrive_vpn reads the RAM for the next cycle, or
//   arrive_vpn      =<  A  >=               with `waits` the request that is there already;
//   vpn, acc...             =<  A  >=       in that cycle vpn, asid and the access are A's
//   hit, ppn                =<  A  >=       and hit says that the L1 answers it
//
// The L1 answers only what is allowed; everything else (no entry, an entry that refuses the
// access, a store to an entry with D = 0) is a miss, and the walk decides. So a fault never
// comes from here and is never stale. A side entry has priority over the RAM.
//
// advance   the request becomes the one that a fill is for (cur_*), if it misses
// fill      the walk of cur gave this leaf: it goes into the RAM, or with fill_side into the
//           side entries; side entries that matched cur when it was looked up are dropped
// fence     fence_read reads set fence_set for the next cycle; fence_match in that cycle
//           removes what the fence matches
// Reset     the RAM is swept by a fence after reset
//
// SETS, SIDE   L1_SETS and L1_SIDE of atlas_mmu     others   as atlas_mmu
`default_nettype none

module atlas_l1_tlb #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter SLICE    = 9,
    parameter ASID_W   = 9,
    parameter PPN_BITS = 20,
    parameter SETS     = 256,
    parameter SIDE     = 4,
    parameter VPN_BITS = SLICE * LEVELS,                 // derived: do not set
    parameter LEAF_W   = PPN_BITS + 7,
    parameter INDEX_W  = SETS > 1 ? $clog2(SETS) : 1
) (
    input  wire                clk,
    input  wire                rst,

    // The request that is looked up, and the set to read for the next lookup.
    input  wire                arrive,        // arrive_vpn is the request of the next cycle
    input  wire [VPN_BITS-1:0] arrive_vpn,
    input  wire                waits,         // vpn is
    input  wire                look,          // the request is translated, and is looked up now
    input  wire [VPN_BITS-1:0] vpn,
    input  wire [ASID_W-1:0]   asid,
    input  wire [1:0]          acc,
    input  wire                user,
    input  wire                sum,
    input  wire                mxr,
    output wire                hit,           // it may be answered: with
    output wire                hit_side,
    output wire [PPN_BITS-1:0] hit_ppn,       // ... all 0 unless look
    output wire [1:0]          hit_pbmt,
    output wire [LEVELS-2:0]   hit_big,       // slices inside the leaf: see atlas_l1_side
    output wire                hit_napot,

    // Fill: the page of the request that missed.
    input  wire                advance,
    input  wire [VPN_BITS-1:0] cur_vpn,
    input  wire [ASID_W-1:0]   cur_asid,
    input  wire                fill,
    input  wire                fill_side,
    input  wire [LEAF_W-1:0]   fill_leaf,     // {pbmt, d, u, x, w, r, ppn}
    input  wire [LEVELS-2:0]   fill_big,
    input  wire                fill_napot,
    input  wire                fill_g,
    output wire [9:0]          fill_index,    // set, or side entry

    // Fence, and read-back: the entry of the set that fence_read read a cycle ago.
    input  wire                fence_read,
    input  wire                fence_match,
    input  wire                fence_has_va,
    input  wire                fence_has_asid,
    input  wire [VPN_BITS-1:0] fence_vpn,
    input  wire [ASID_W-1:0]   fence_asid,
    input  wire [INDEX_W-1:0]  fence_set,     // to read; fence_set_q is the one that was read
    input  wire [INDEX_W-1:0]  fence_set_q,
    input  wire [9:0]          fence_index,   // of an entry to read back
    input  wire                reading,       // a read-back is under way
    input  wire                read_side,
    output wire [127:0]        read_entry
);

    localparam SETS_W  = $clog2(SETS);                   // 0 for one set
    localparam TAG_W   = VPN_BITS - SETS_W;
    localparam KEEP_W  = XLEN == 32 ? LEAF_W - 2 : LEAF_W;  // Sv32 has no PBMT
    localparam WORD_W  = 2 + ASID_W + TAG_W + KEEP_W;
    localparam SIDE_W  = SIDE > 1 ? $clog2(SIDE) : 1;

    // RAM: one write port (fill, fence), one read port (lookup, fence).
    wire [INDEX_W-1:0] arrive_set;
    reg  [INDEX_W-1:0] set_q, cur_set_q;                 // of the request, and of cur
    atlas_set_index #(.SETS(SETS), .VPN_BITS(VPN_BITS)) u_set (.vpn(arrive_vpn), .index(arrive_set));
    always @(posedge clk) begin
        if (arrive)  set_q     <= arrive_set;
        if (advance) cur_set_q <= set_q;
    end
    wire [INDEX_W-1:0] raddr = fence_read ? fence_set : waits ? set_q : arrive_set;
    wire [INDEX_W-1:0] waddr = fence_match ? fence_set_q : cur_set_q;

    wire [VPN_BITS-1:0] match_vpn  = fence_match ? fence_vpn : vpn;
    wire [ASID_W-1:0]   match_asid = fence_match ? fence_asid : asid;

    wire                fenced;
    wire                we    = (fill && !fill_side) || fenced;
    wire [WORD_W-1:0]   wdata = {!fence_match, fill_g, cur_asid, cur_vpn[VPN_BITS-1:SETS_W],
                                 fill_leaf[KEEP_W-1:0]};
    wire [WORD_W-1:0]   rdata;

    atlas_ram #(.DEPTH(SETS), .WIDTH(WORD_W)) u_ram (
        .clk(clk), .we(we), .waddr(waddr), .wdata(wdata), .raddr(raddr), .rdata(rdata)
    );

    wire                ram_valid, ram_g;
    wire [ASID_W-1:0]   ram_asid;
    wire [TAG_W-1:0]    ram_tag;
    wire [KEEP_W-1:0]   ram_keep;
    assign {ram_valid, ram_g, ram_asid, ram_tag, ram_keep} = rdata;
    wire [LEAF_W-1:0]   ram_leaf;
    generate
        if (XLEN == 32) begin : g_no_pbmt
            assign ram_leaf = {2'b00, ram_keep};
        end else begin : g_pbmt
            assign ram_leaf = ram_keep;
        end
    endgenerate

    wire ram_tag_ok  = ram_valid && ram_tag == match_vpn[VPN_BITS-1:SETS_W];
    wire ram_asid_ok = ram_asid == match_asid;
    wire ram_match   = ram_tag_ok && (ram_g || ram_asid_ok);
    assign fenced    = fence_match && (!fence_has_va || ram_tag_ok)
                    && (!fence_has_asid || (ram_asid_ok && !ram_g));

    // Side entries.
    wire                side_match;
    wire [LEAF_W-1:0]   side_leaf;
    wire [SIDE_W-1:0]   side_fill_index;
    wire                rs_valid, rs_g, rs_napot;
    wire [ASID_W-1:0]   rs_asid;
    wire [VPN_BITS-1:0] rs_vpn;
    wire [LEAF_W-1:0]   rs_leaf;
    wire [LEVELS-2:0]   rs_big;
    wire [SIDE_W-1:0]   rs_pointer;

    atlas_l1_side #(
        .ENTRIES(SIDE), .LEVELS(LEVELS), .SLICE(SLICE), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS)
    ) u_side (
        .clk(clk), .rst(rst), .look(look), .vpn(match_vpn), .asid(match_asid),
        .match(side_match), .match_leaf(side_leaf), .match_big(hit_big), .match_napot(hit_napot),
        .fill(fill), .fill_side(fill_side), .fill_vpn(cur_vpn), .fill_asid(cur_asid),
        .fill_leaf(fill_leaf), .fill_big(fill_big), .fill_napot(fill_napot), .fill_g(fill_g),
        .fill_index(side_fill_index),
        .fence(fence_match), .fence_has_va(fence_has_va), .fence_has_asid(fence_has_asid),
        .reading(reading), .read_index(fence_index[SIDE_W-1:0] & {SIDE_W{SIDE > 1}}),
        .read_valid(rs_valid),
        .read_g(rs_g), .read_asid(rs_asid), .read_vpn(rs_vpn), .read_leaf(rs_leaf),
        .read_big(rs_big), .read_napot(rs_napot), .read_pointer(rs_pointer)
    );

    // Both are checked at once; the side's answer has priority.
    wire ram_allowed, side_allowed;
    wire [4:0] unused_reason, unused_side_reason;
    atlas_access_check u_ram_check (
        .r(ram_leaf[PPN_BITS]), .w(ram_leaf[PPN_BITS+1]), .x(ram_leaf[PPN_BITS+2]),
        .u(ram_leaf[PPN_BITS+3]), .acc(acc), .user(user), .sum(sum), .mxr(mxr),
        .allowed(ram_allowed), .reason(unused_reason)
    );
    atlas_access_check u_side_check (
        .r(side_leaf[PPN_BITS]), .w(side_leaf[PPN_BITS+1]), .x(side_leaf[PPN_BITS+2]),
        .u(side_leaf[PPN_BITS+3]), .acc(acc), .user(user), .sum(sum), .mxr(mxr),
        .allowed(side_allowed), .reason(unused_side_reason)
    );
    wire ram_ok  = ram_match && ram_allowed && (ram_leaf[PPN_BITS+4] || !acc[1]);
    wire side_ok = side_allowed && (side_leaf[PPN_BITS+4] || !acc[1]);

    assign hit      = side_match ? side_ok : ram_ok;
    assign hit_side = side_match;
    // The side's answer is 0 unless it matches.
    wire [LEAF_W-1:0] answer = side_leaf | (ram_leaf & {LEAF_W{look && !side_match}});
    assign {hit_pbmt, hit_ppn} = {answer[LEAF_W-1 -: 2], answer[PPN_BITS-1:0]};

    assign fill_index = fill_side ? {{(10-SIDE_W){1'b0}}, side_fill_index}
                                  : {{(10-INDEX_W){1'b0}}, cur_set_q};

    // Read-back. The RAM's entry gives back its page number from tag and set.
    wire [VPN_BITS-1:0] ram_vpn;
    generate
        if (SETS > 1) begin : g_vpn
            assign ram_vpn = {ram_tag, fence_set_q ^ ram_tag[SETS_W-1:0]};
        end else begin : g_tag
            assign ram_vpn = ram_tag;
        end
    endgenerate
    wire [127:0] ram_view, side_view, pointer_view;
    atlas_entry_view #(
        .LEVELS(LEVELS), .SLICE(SLICE), .ASID_W(ASID_W), .PPN_BITS(PPN_BITS), .VPN_BITS(VPN_BITS)
    ) u_ram_view (
        .valid(ram_valid && reading), .g(ram_g), .asid(ram_asid), .vpn(ram_vpn), .leaf(ram_leaf),
        .big({(LEVELS-1){1'b0}}), .napot(1'b0), .view(ram_view)
    ), u_side_view (
        .valid(rs_valid), .g(rs_g), .asid(rs_asid), .vpn(rs_vpn), .leaf(rs_leaf),
        .big(rs_big), .napot(rs_napot), .view(side_view)
    );
    assign pointer_view = {{(128-SIDE_W){1'b0}}, rs_pointer};
    assign read_entry = !read_side                   ? ram_view
                      : fence_index == SIDE[9:0]     ? pointer_view
                      :                                side_view;
    wire unused = &{1'b0, fence_index, answer};
endmodule

`default_nettype wire

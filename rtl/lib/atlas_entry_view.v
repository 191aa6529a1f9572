// atlas_entry_view: a remembered translation in the layout of TLB read-back and of the event
// port, the same for every array and every parameter:
//
//   {10'b0, valid, g, napot, pbmt, r, w, x, u, d, level[2:0], asid[15:0], vpn[44:0], ppn[43:0]}
//
// An invalid entry reads as zero, and so do VPN and PPN bits inside a larger page.
// Latency   none: pure
`default_nettype none

module atlas_entry_view #(
    parameter LEVELS   = 3,
    parameter SLICE    = 9,
    parameter ASID_W   = 9,
    parameter PPN_BITS = 20,
    parameter VPN_BITS = 27,
    parameter LEAF_W   = PPN_BITS + 7     // derived: do not set
) (
    input  wire                valid,
    input  wire                g,
    input  wire [ASID_W-1:0]   asid,
    input  wire [VPN_BITS-1:0] vpn,
    input  wire [LEAF_W-1:0]   leaf,      // {pbmt, d, u, x, w, r, ppn}
    input  wire [LEVELS-2:0]   big,       // VPN slices inside the page
    input  wire                napot,
    output reg  [127:0]        view
);

    wire [1:0] pbmt;
    wire       d, u, x, w, r;
    wire [PPN_BITS-1:0] ppn;
    assign {pbmt, d, u, x, w, r, ppn} = leaf;

    wire [2:0]  level;
    atlas_big_level #(.LEVELS(LEVELS)) u_level (.big(big), .level(level));

    // Widths below are the widest of any build; the fields are padded to them.
    wire [31:0] asid_wide = {{(32-ASID_W){1'b0}}, asid};
    wire [63:0] vpn_wide  = {{(64-VPN_BITS){1'b0}}, vpn};
    wire [63:0] ppn_wide  = {{(64-PPN_BITS){1'b0}}, ppn};
    wire unused = &{1'b0, asid_wide[31:16], vpn_shown[63:45], ppn_shown[63:44]};

    // The bits inside a larger page, slice by slice.
    reg [63:0] inside;
    integer    l;
    always @(*) begin
        inside = {60'd0, {4{napot}}};
        for (l = 0; l < LEVELS - 1; l = l + 1)
            if (big[l]) inside = inside | ({{(64-SLICE){1'b0}}, {SLICE{1'b1}}} << (SLICE * l));
    end
    wire [63:0] vpn_shown = vpn_wide & ~inside;
    wire [63:0] ppn_shown = ppn_wide & ~inside;

    always @(*) begin
        view = 128'd0;
        if (valid) view = {10'b0, valid, g, napot, pbmt, r, w, x, u, d, level,
                           asid_wide[15:0], vpn_shown[44:0], ppn_shown[43:0]};
    end
endmodule

`default_nettype wire

// atlas_leaf: what a TLB remembers of a leaf PTE for one 4 KiB page in it, and whether it may.
//
//   leaf     {pbmt, d, u, x, w, r, ppn}; the PPN is composed for vpn
//   wide     its address lies beyond the physical width
//   larger   the page is larger than physical memory: where its address fits it is right, but a TLB,
//            which checks no width, must not remember it
//
// big      bit l: VPN slice l lies inside the page     napot, pbmt   of atlas_pte_decode
// Latency  none: pure
`default_nettype none
`include "atlas_arch.vh"

module atlas_leaf #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter PA_BITS  = 32,
    parameter SLICE    = XLEN == 32 ? 10 : 9,  // derived: do not set
    parameter PPN_BITS = PA_BITS - 12,
    parameter VPN_BITS = SLICE * LEVELS,
    parameter LEAF_W   = PPN_BITS + 7
) (
    input  wire [XLEN-1:0]     pte,
    input  wire [VPN_BITS-1:0] vpn,
    input  wire [LEVELS-2:0]   big,
    input  wire                napot,
    input  wire [1:0]          pbmt,
    output wire [LEAF_W-1:0]   leaf,
    output wire                wide,
    output wire                larger
);

    localparam PTE_PPN = XLEN == 32 ? `ATLAS_PTE32_PPN_BITS : `ATLAS_PTE64_PPN_BITS;

    // Composed in full width, so that what does not fit is seen.
    wire [PTE_PPN-1:0] full_ppn;
    atlas_compose #(.LEVELS(LEVELS), .SLICE(SLICE), .PPN_BITS(PTE_PPN)) u_compose (
        .ppn(pte[`ATLAS_PTE64_PPN_LSB +: PTE_PPN]), .vpn(vpn), .big(big), .napot(napot),
        .composed(full_ppn)
    );
    assign leaf = {pbmt, pte[`ATLAS_PTE_D_LSB], pte[`ATLAS_PTE_U_LSB], pte[`ATLAS_PTE_X_LSB],
                   pte[`ATLAS_PTE_W_LSB], pte[`ATLAS_PTE_R_LSB], full_ppn[PPN_BITS-1:0]};

    wire [PTE_PPN:0]  beyond = {1'b0, full_ppn} >> PPN_BITS;
    wire [LEVELS-2:0] larger_by;
    genvar l;
    generate
        for (l = 0; l < LEVELS - 1; l = l + 1) begin : g_size
            assign larger_by[l] = big[l] && SLICE * (l + 1) > PPN_BITS;
        end
    endgenerate
    assign wide   = |beyond;
    assign larger = |larger_by || (napot && PPN_BITS < 4);
    wire unused = &{1'b0, pte};
endmodule

`default_nettype wire

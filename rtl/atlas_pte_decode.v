// atlas_pte_decode: what is this page-table entry, at this level?
//
// A fault, a pointer to the next table, or a leaf. Rules, in this order
// (priv. spec 12.3.2 steps 3 to 5, Svnapot, Svpbmt; Sv32 has no bits 63:54):
//   V = 0                                                        INVALID
//   W without R                                                  W_NO_R
//   bits 60:54; N with napote = 0; PBMT with pbmte = 0, or 3     RESERVED
//   pointer (R = W = X = 0): A, D, U, N or PBMT set              PTR_ATTR
//                            at level 0                          NO_LEAF
//                            PPN beyond the physical width       PTE_WIDTH
//   leaf:    PPN bits inside its superpage are set               MISALIGNED
//            N on a superpage, or PPN[3:0] is not 1000           NAPOT
//
// XLEN, LEVELS, PA_BITS   as atlas_mmu
// Latency   none: pure
`default_nettype none
`include "atlas_arch.vh"

module atlas_pte_decode #(
    parameter XLEN     = 64,
    parameter LEVELS   = 3,
    parameter PA_BITS  = 32,
    parameter PPN_BITS = PA_BITS - 12      // derived: do not set
) (
    input  wire [XLEN-1:0]     pte,
    input  wire [LEVELS-2:0]   big,        // VPN slices inside its leaf: bit l if level > l
    input  wire                napote,
    input  wire                pbmte,
    output wire                fault,      // reason says why
    output wire [4:0]          reason,
    output wire                leaf,       // else, without a fault, a pointer
    output wire                napot,      // of a leaf: 64 KiB
    output wire [1:0]          pbmt,
    output wire [PPN_BITS-1:0] ppn
);

    localparam SLICE    = XLEN == 32 ? 10 : 9;   // VPN and PPN bits of a level
    localparam PTE_PPN  = XLEN == 32 ? `ATLAS_PTE32_PPN_BITS : `ATLAS_PTE64_PPN_BITS;
    localparam PPN_LSB  = `ATLAS_PTE64_PPN_LSB;  // the same in both layouts

    wire v = pte[`ATLAS_PTE_V_LSB];
    wire r = pte[`ATLAS_PTE_R_LSB];
    wire w = pte[`ATLAS_PTE_W_LSB];
    wire x = pte[`ATLAS_PTE_X_LSB];
    wire u = pte[`ATLAS_PTE_U_LSB];
    wire a = pte[`ATLAS_PTE_A_LSB];
    wire d = pte[`ATLAS_PTE_D_LSB];
    wire [PTE_PPN-1:0] pte_ppn = pte[PPN_LSB +: PTE_PPN];
    wire unused = &{1'b0, pte[`ATLAS_PTE_G_LSB], pte[`ATLAS_PTE_RSW_LSB +: 2]};

    wire n;
    wire reserved;
    wire too_wide;                          // PPN beyond the physical width
    generate
        if (XLEN == 32) begin : g_pte32
            wire unused_cfg = &{1'b0, napote, pbmte};
            assign n        = 1'b0;
            assign pbmt     = 2'd0;
            assign reserved = 1'b0;
        end else begin : g_pte64
            assign n        = pte[`ATLAS_PTE64_N_LSB];
            assign pbmt     = pte[`ATLAS_PTE64_PBMT_LSB +: 2];
            assign reserved = |pte[`ATLAS_PTE64_RESERVED_LSB +: `ATLAS_PTE64_RESERVED_BITS]
                           || (n && !napote) || (|pbmt && !pbmte) || &pbmt;
        end

        if (PPN_BITS >= PTE_PPN) begin : g_wide
            assign too_wide = 1'b0;
        end else begin : g_narrow
            assign too_wide = |pte_ppn[PTE_PPN-1:PPN_BITS];
        end
    endgenerate

    // PPN bits of the levels below this one.
    wire [LEVELS-2:0] inside;
    genvar l;
    generate
        for (l = 0; l < LEVELS - 1; l = l + 1) begin : g_inside
            assign inside[l] = big[l] && |pte_ppn[SLICE*l +: SLICE];
        end
    endgenerate

    assign leaf  = r || x;   // W without R is refused first
    assign napot = n;
    assign ppn   = pte_ppn[PPN_BITS-1:0];

    wire ptr_attr   = !leaf && (a || d || u || n || |pbmt);
    wire no_leaf    = !leaf && !big[0];
    wire ptr_wide   = !leaf && too_wide;
    wire misaligned = leaf && |inside;
    wire bad_napot  = leaf && n && (big[0] || pte_ppn[3:0] != 4'b1000);

    assign reason = !v         ? `ATLAS_REASON_INVALID
                  : w && !r    ? `ATLAS_REASON_W_NO_R
                  : reserved   ? `ATLAS_REASON_RESERVED
                  : ptr_attr   ? `ATLAS_REASON_PTR_ATTR
                  : no_leaf    ? `ATLAS_REASON_NO_LEAF
                  : ptr_wide   ? `ATLAS_REASON_PTE_WIDTH
                  : misaligned ? `ATLAS_REASON_MISALIGNED
                  : bad_napot  ? `ATLAS_REASON_NAPOT
                  :              `ATLAS_REASON_NONE;
    assign fault  = !v || (w && !r) || reserved || ptr_attr || no_leaf || ptr_wide
                 || misaligned || bad_napot;
endmodule

`default_nettype wire

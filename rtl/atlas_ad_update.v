// atlas_ad_update: what the A and D bits of a leaf ask for (priv. spec 12.3.2 step 7).
//
//   A = 0, or a store or AMO with D = 0:
//       adue = 0 (Svade)   page fault, A_CLEAR before D_CLEAR
//       adue = 1 (Svadu)   compare-and-swap of the entry with `updated`; D only for a store
//
// XLEN      as atlas_mmu
// Latency   none: pure; the walker does the compare-and-swap
`default_nettype none
`include "atlas_arch.vh"

module atlas_ad_update #(
    parameter XLEN = 64
) (
    input  wire [XLEN-1:0] pte,
    input  wire            store,     // store or AMO
    input  wire            adue,
    output wire            fault,
    output wire [4:0]      reason,    // ATLAS_REASON_*; NONE without a fault
    output wire            update,    // memory must become `updated` first
    output wire [XLEN-1:0] updated
);

    wire a_clear = !pte[`ATLAS_PTE_A_LSB];
    wire d_clear = store && !pte[`ATLAS_PTE_D_LSB];

    assign fault   = !adue && (a_clear || d_clear);
    assign reason  = !fault  ? `ATLAS_REASON_NONE
                   : a_clear ? `ATLAS_REASON_A_CLEAR
                   :           `ATLAS_REASON_D_CLEAR;
    assign update  = adue && (a_clear || d_clear);
    assign updated = pte | ({{(XLEN-1){1'b0}}, 1'b1} << `ATLAS_PTE_A_LSB)
                         | ({{(XLEN-1){1'b0}}, store} << `ATLAS_PTE_D_LSB);
endmodule

`default_nettype wire

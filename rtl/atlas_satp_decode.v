// atlas_satp_decode: the fields of satp as the rest of the MMU wants them.
//
//   top   level of the root table (levels - 1): 1 Sv32, 2 Sv39, 3 Sv48, 4 Sv57;
//         0 when the mode is not implemented, or bare
//   ok    the mode is implemented (bare is): a CSR may take the value
//
// XLEN, LEVELS, PA_BITS, ASID_BITS   as atlas_mmu
// Latency   none: pure
`default_nettype none
`include "atlas_arch.vh"

module atlas_satp_decode #(
    parameter XLEN      = 64,
    parameter LEVELS    = 3,
    parameter PA_BITS   = 32,
    parameter ASID_BITS = 9,
    parameter PPN_BITS  = PA_BITS - 12,                // derived: do not set
    parameter ASID_W    = ASID_BITS > 0 ? ASID_BITS : 1
) (
    input  wire [XLEN-1:0]     satp,
    output wire                bare,
    output wire                ok,
    output wire [2:0]          top,
    output wire [ASID_W-1:0]   asid,
    output wire [PPN_BITS-1:0] root,
    output wire                root_fits    // root PPN within the physical width
);

    generate
        if (XLEN == 32) begin : g_satp32
            wire sv32 = satp[`ATLAS_SATP32_MODE_LSB];
            wire unused = &{1'b0, satp[`ATLAS_SATP32_ASID_LSB +: `ATLAS_SATP32_ASID_BITS]};
            assign bare = !sv32;
            assign ok   = 1'b1;
            assign top  = {2'b00, sv32};
            assign asid = satp[`ATLAS_SATP32_ASID_LSB +: ASID_W] & {ASID_W{ASID_BITS != 0}};
            assign root = satp[`ATLAS_SATP32_PPN_LSB +: PPN_BITS];
            if (PPN_BITS < `ATLAS_SATP32_PPN_BITS) begin : g_narrow
                assign root_fits = ~|satp[`ATLAS_SATP32_PPN_BITS-1:PPN_BITS];
            end else begin : g_wide
                assign root_fits = 1'b1;
            end
        end else begin : g_satp64
            wire [3:0] mode = satp[`ATLAS_SATP64_MODE_LSB +: `ATLAS_SATP64_MODE_BITS];
            wire unused = &{1'b0, satp[`ATLAS_SATP64_ASID_LSB +: `ATLAS_SATP64_ASID_BITS]};
            assign bare = mode == `ATLAS_MODE_BARE;
            assign ok   = bare || |top;
            assign top  = mode == `ATLAS_MODE_SV39                ? 3'd2
                        : mode == `ATLAS_MODE_SV48 && LEVELS >= 4 ? 3'd3
                        : mode == `ATLAS_MODE_SV57 && LEVELS >= 5 ? 3'd4
                        :                                           3'd0;
            assign asid = satp[`ATLAS_SATP64_ASID_LSB +: ASID_W] & {ASID_W{ASID_BITS != 0}};
            assign root = satp[`ATLAS_SATP64_PPN_LSB +: PPN_BITS];
            if (PPN_BITS < `ATLAS_SATP64_PPN_BITS) begin : g_narrow
                assign root_fits = ~|satp[`ATLAS_SATP64_PPN_BITS-1:PPN_BITS];
            end else begin : g_wide
                assign root_fits = 1'b1;
            end
        end
    endgenerate
endmodule

`default_nettype wire

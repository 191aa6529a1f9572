// atlas_va_check: may this address be translated, or pass untranslated?
//
//   canonical   the bits above the mode's VA are copies of its top bit (priv. spec 12.4.1);
//               always so for Sv32
//   fits        the address, taken as a physical one, fits PA_BITS
//
// XLEN, LEVELS, PA_BITS   as atlas_mmu
// Latency   none: pure
`default_nettype none

module atlas_va_check #(
    parameter XLEN    = 64,
    parameter LEVELS  = 3,
    parameter PA_BITS = 32
) (
    input  wire [XLEN-1:0] va,
    input  wire [2:0]      top,        // level of the mode's root table: levels - 1
    output wire            canonical,
    output wire            fits
);

    generate
        if (XLEN == 32) begin : g_sv32
            wire unused = &{1'b0, top, va};
            assign canonical = 1'b1;
        end else begin : g_sv64
            // One test for each mode of the build, the deepest first; top picks its own.
            wire [4:0] ok;
            genvar t;
            for (t = 0; t < 5; t = t + 1) begin : g_level
                if (t >= 2 && t < LEVELS) begin : g_mode
                    assign ok[t] = &va[XLEN-1:9*t+20] || ~|va[XLEN-1:9*t+20];
                end else begin : g_none
                    assign ok[t] = 1'b0;
                end
            end
            wire unused = &{1'b0, va[37:0], ok[1:0]};
            assign canonical = (top == 3'd2 && ok[2]) || (top == 3'd3 && ok[3])
                            || (top == 3'd4 && ok[4]);
        end

        if (PA_BITS >= XLEN) begin : g_all_fit
            assign fits = 1'b1;
        end else begin : g_fit
            assign fits = ~|va[XLEN-1:PA_BITS];
        end
    endgenerate
endmodule

`default_nettype wire

// atlas_access_check: may this access use a page with these permissions?
//
// Rules, in this order (priv. spec 12.3.2 step 6):
//   user         U = 0                                   refused, S_PAGE
//   supervisor   U = 1, and a fetch or SUM = 0           refused, U_PAGE
//   fetch        X = 0                                   refused, NO_X
//   load         R = 0, and not (MXR and X)              refused, NO_R
//   store, AMO   W = 0                                   refused, NO_W
//
// Latency   none: pure
`default_nettype none
`include "atlas_arch.vh"

module atlas_access_check (
    input  wire       r,
    input  wire       w,
    input  wire       x,
    input  wire       u,
    input  wire [4:0] needs,    // atlas_access_needs: {s, u, x, r, w}
    output wire       allowed,
    output wire [4:0] reason    // ATLAS_REASON_*; NONE when allowed
);

    wire s_ok, u_ok, x_ok, r_ok, w_ok;
    assign {s_ok, u_ok, x_ok, r_ok, w_ok} = needs;

    wire mode_ok = u ? u_ok : s_ok;
    wire bits_ok = (x && x_ok) || (r && r_ok) || (w && w_ok);

    assign allowed = mode_ok && bits_ok;
    assign reason  = allowed          ? `ATLAS_REASON_NONE
                   : !mode_ok && !u   ? `ATLAS_REASON_S_PAGE
                   : !mode_ok         ? `ATLAS_REASON_U_PAGE
                   : r_ok             ? `ATLAS_REASON_NO_R
                   : w_ok             ? `ATLAS_REASON_NO_W
                   :                    `ATLAS_REASON_NO_X;
endmodule

`default_nettype wire

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
    input  wire [1:0] acc,      // ATLAS_ACC_*
    input  wire       user,     // privilege is U, else S
    input  wire       sum,
    input  wire       mxr,
    output wire       allowed,
    output wire [4:0] reason    // ATLAS_REASON_*; NONE when allowed
);

    wire fetch = acc == `ATLAS_ACC_FETCH;
    wire load  = acc == `ATLAS_ACC_LOAD;
    wire store = acc[1];        // store or AMO

    wire s_page = user && !u;
    wire u_page = !user && u && (fetch || !sum);
    wire no_x   = fetch && !x;
    wire no_r   = load && !(r || (mxr && x));
    wire no_w   = store && !w;

    assign allowed = !(s_page || u_page || no_x || no_r || no_w);
    assign reason  = s_page ? `ATLAS_REASON_S_PAGE
                   : u_page ? `ATLAS_REASON_U_PAGE
                   : no_x   ? `ATLAS_REASON_NO_X
                   : no_r   ? `ATLAS_REASON_NO_R
                   : no_w   ? `ATLAS_REASON_NO_W
                   :          `ATLAS_REASON_NONE;
endmodule

`default_nettype wire

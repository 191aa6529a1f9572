// atlas_access_needs: what an access needs of the page that it uses, worked out once, when the
// request arrives; atlas_access_check holds a page against it.
//
//   needs   {s, u, x, r, w}: it may use a page with U = 0 / with U = 1;
//           X / R / W permits it. A load has r, with MXR also x; a fetch x alone; a store or AMO w
//
// Latency   none: pure
`default_nettype none
`include "atlas_arch.vh"

module atlas_access_needs (
    input  wire [1:0] acc,      // ATLAS_ACC_*
    input  wire       user,     // privilege is U, else S
    input  wire       sum,
    input  wire       mxr,
    output wire [4:0] needs
);

    wire fetch = acc == `ATLAS_ACC_FETCH;
    wire load  = acc == `ATLAS_ACC_LOAD;
    assign needs = {!user, user || (sum && !fetch), fetch || (load && mxr), load, acc[1]};
endmodule

`default_nettype wire

// leaves: the pure modules of the MMU side by side, so that a test can try their inputs.
`default_nettype none

module leaves #(
    parameter XLEN      = 64,
    parameter LEVELS    = 3,
    parameter PA_BITS   = 32,
    parameter ASID_BITS = 9,
    parameter PPN_BITS  = PA_BITS - 12,                    // derived: do not set
    parameter ASID_W    = ASID_BITS > 0 ? ASID_BITS : 1
) (
    input  wire [XLEN-1:0]     va,
    input  wire [2:0]          top,
    output wire                canonical,
    output wire                fits,

    input  wire [XLEN-1:0]     pte,                        // of pte_decode and ad_update
    input  wire [2:0]          level,
    input  wire                napote,
    input  wire                pbmte,
    output wire                fault,
    output wire [4:0]          reason,
    output wire                leaf,
    output wire                napot,
    output wire [1:0]          pbmt,
    output wire [PPN_BITS-1:0] ppn,

    input  wire                store,
    input  wire                adue,
    output wire                ad_fault,
    output wire [4:0]          ad_reason,
    output wire                ad_update,
    output wire [XLEN-1:0]     ad_updated,

    input  wire                r,
    input  wire                w,
    input  wire                x,
    input  wire                u,
    input  wire [1:0]          acc,
    input  wire                user,
    input  wire                sum,
    input  wire                mxr,
    output wire                allowed,
    output wire [4:0]          access_reason,

    input  wire [XLEN-1:0]     satp,
    output wire                bare,
    output wire                ok,
    output wire [2:0]          satp_top,
    output wire [ASID_W-1:0]   asid,
    output wire [PPN_BITS-1:0] root,
    output wire                root_fits
);

    atlas_va_check #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_va_check (
        .va(va), .top(top), .canonical(canonical), .fits(fits)
    );

    wire [LEVELS-2:0] big;
    genvar l;
    generate
        for (l = 0; l < LEVELS - 1; l = l + 1) begin : g_big
            assign big[l] = level > l;
        end
    endgenerate
    atlas_pte_decode #(.XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS)) u_pte_decode (
        .pte(pte), .big(big), .napote(napote), .pbmte(pbmte), .fault(fault), .reason(reason),
        .leaf(leaf), .napot(napot), .pbmt(pbmt), .ppn(ppn)
    );

    atlas_ad_update #(.XLEN(XLEN)) u_ad_update (
        .pte(pte), .store(store), .adue(adue), .fault(ad_fault), .reason(ad_reason),
        .update(ad_update), .updated(ad_updated)
    );

    wire [4:0] needs;
    atlas_access_needs u_access_needs (
        .acc(acc), .user(user), .sum(sum), .mxr(mxr), .needs(needs)
    );
    atlas_access_check u_access_check (
        .r(r), .w(w), .x(x), .u(u), .needs(needs),
        .allowed(allowed), .reason(access_reason)
    );

    atlas_satp_decode #(
        .XLEN(XLEN), .LEVELS(LEVELS), .PA_BITS(PA_BITS), .ASID_BITS(ASID_BITS)
    ) u_satp_decode (
        .satp(satp), .bare(bare), .ok(ok), .top(satp_top), .asid(asid), .root(root),
        .root_fits(root_fits)
    );
endmodule

`default_nettype wire

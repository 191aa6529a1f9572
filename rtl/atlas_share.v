// atlas_share: which port may ask for a walk, and whose result a port gets: that of the walk that
// serves it or, with several walks, that of another port's walk for the same page.
//
//            cycle   0   1   2   3   4        ports 0 and 1 miss on one page
//   serves[0]      __/-------\________        port 0 has a walk; port 1 does not ask for one
//   ask[1]         ____________________
//   done[0]        ______/---\_________       port 0 has its result, and fills its L1 a cycle later:
//   fill[0]        __________/---\_____       then port 1 takes the same, if its access is allowed;
//   done[1]        __________/---\_____       else, or if the walk ends otherwise, it asks
//
// The same page: `keys` hold all that a result depends on but for the access itself; only requests
// that are `plain` share: translated, canonical, of a root that fits, with the TLBs on.
// With one walk the other ports' requests cannot meet it, and nothing of this is built.
// Latency   none: pure
//
// WALKS, PORTS   as atlas_mmu     KEY_W, STORE_W   bits of a key, and of a pointer to be stored
`default_nettype none

module atlas_share #(
    parameter WALKS    = 1,
    parameter PORTS    = 2,
    parameter LEVELS   = 3,
    parameter PPN_BITS = 20,
    parameter KEY_W    = 62,
    parameter STORE_W  = 23,
    parameter LEAF_W   = PPN_BITS + 7,                   // derived: do not set
    parameter FOUND_W  = LEAF_W + LEVELS + 1,            // {g, napot, big, leaf}
    parameter RESULT_W = FOUND_W + 5                     // {reason, found}
) (
    // The requests that have missed, and what a port fills into its L1.
    input  wire [PORTS-1:0]          miss,
    input  wire [PORTS-1:0]          killed,
    input  wire [PORTS-1:0]          plain,
    input  wire [KEY_W*PORTS-1:0]    keys,
    input  wire [5*PORTS-1:0]        needs,              // of the access: atlas_access_needs
    input  wire [PORTS-1:0]          fill,
    input  wire [FOUND_W*PORTS-1:0]  fills,

    // The walks: slice w is walk w's, with a bit for each port.
    input  wire [PORTS*WALKS-1:0]    serves,
    input  wire [PORTS*WALKS-1:0]    w_done,
    input  wire [PORTS*WALKS-1:0]    w_done_fault,
    input  wire [PORTS*WALKS-1:0]    w_done_fill,
    input  wire [RESULT_W*WALKS-1:0] w_results,
    input  wire [PORTS*WALKS-1:0]    w_store,
    input  wire [STORE_W*WALKS-1:0]  w_stores,

    // For each port.
    output wire [PORTS-1:0]          ask,                // wants a walk
    output wire [PORTS-1:0]          shared,             // gets another port's result in this cycle
    output wire [PORTS-1:0]          done,
    output wire [PORTS-1:0]          done_fault,
    output wire [PORTS-1:0]          done_fill,
    output wire [RESULT_W*PORTS-1:0] results,
    output wire [PORTS-1:0]          store,
    output wire [STORE_W*PORTS-1:0]  stores
);

    genvar j, k, w;
    generate
        if (WALKS == 1) begin : g_one
            wire unused = &{1'b0, killed, plain, keys, needs, fill, fills, serves};
            assign ask        = miss;
            assign shared     = {PORTS{1'b0}};
            assign done       = w_done;
            assign done_fault = w_done_fault;
            assign done_fill  = w_done_fill;
            assign store      = w_store;
            assign results    = {PORTS{w_results}};
            assign stores     = {PORTS{w_stores}};
        end else begin : g_many
            for (k = 0; k < PORTS; k = k + 1) begin : g_port
                // The walks' part.
                wire [WALKS-1:0] served, ends, faults, keeps, points;
                for (w = 0; w < WALKS; w = w + 1) begin : g_walk
                    assign served[w] = serves[PORTS*w+k];
                    assign ends[w]   = w_done[PORTS*w+k];
                    assign faults[w] = w_done_fault[PORTS*w+k];
                    assign keeps[w]  = w_done_fill[PORTS*w+k];
                    assign points[w] = w_store[PORTS*w+k];
                end
                wire [RESULT_W-1:0] own;
                atlas_select #(.N(WALKS), .WIDTH(RESULT_W)) u_own (.sel(served), .in(w_results), .out(own));
                atlas_select #(.N(WALKS), .WIDTH(STORE_W)) u_store (
                    .sel(points), .in(w_stores), .out(stores[STORE_W*k +: STORE_W])
                );

                // The other ports' part: those with the same page.
                wire [PORTS-1:0] same, walking;
                for (j = 0; j < PORTS; j = j + 1) begin : g_other
                    if (j == k) begin : g_self
                        assign {same[j], walking[j]} = 2'b00;
                    end else begin : g_pair
                        assign same[j] = plain[j] && plain[k]
                                      && keys[KEY_W*j +: KEY_W] == keys[KEY_W*k +: KEY_W];
                        assign walking[j] = |g_port[j].served || fill[j];
                    end
                end
                wire [FOUND_W-1:0] found;
                atlas_select #(.N(PORTS), .WIDTH(FOUND_W)) u_found (
                    .sel(same & fill), .in(fills), .out(found)
                );
                wire       allowed;
                wire [4:0] unused_reason;
                atlas_access_check u_check (
                    .r(found[PPN_BITS]), .w(found[PPN_BITS+1]), .x(found[PPN_BITS+2]),
                    .u(found[PPN_BITS+3]), .needs(needs[5*k +: 5]),
                    .allowed(allowed), .reason(unused_reason)
                );
                wire d_ok = found[PPN_BITS+4] || !needs[5*k];

                assign ask[k]        = miss[k] && ~|served && ~|(same & walking);
                assign shared[k]     = miss[k] && |(same & fill) && allowed && d_ok && !killed[k];
                assign done[k]       = |ends || shared[k];
                assign done_fault[k] = |faults;
                assign done_fill[k]  = |keeps || shared[k];
                assign store[k]      = |points;
                assign results[RESULT_W*k +: RESULT_W] = own | {5'd0, found};
            end
        end
    endgenerate
endmodule

`default_nettype wire

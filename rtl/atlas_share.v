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
// Formal    no walk is asked for a page that has one; what is shared is what a port with that page
//           fills, to those alone that it allows; what is not comes from the port's own walk
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
                assign results[RESULT_W*k +: RESULT_W] = |served ? own : {5'd0, found};
            end
        end
    endgenerate

`ifdef FORMAL
    generate if (WALKS > 1) begin : g_formal
        // A walk, any; a port, any, and another.
        (* anyconst *) wire [1:0] f_w, f_k, f_j;
        always @(*) assume (f_w < WALKS && f_k < PORTS && f_j < PORTS && f_j != f_k);

        // The walks and the port k; the ports and k: those with its page, those with a walk.
        reg  [WALKS-1:0] f_serves, f_ends, f_faults, f_keeps, f_points;
        reg  [PORTS-1:0] f_same, f_walks, f_alike;       // alike: fills what j fills
        wire [PORTS-1:0] f_at_k  = {{(PORTS-1){1'b0}}, 1'b1} << f_k;
        wire [FOUND_W-1:0] f_found = fills[FOUND_W*f_j +: FOUND_W];
        integer f_i;
        always @(*) begin
            f_walks = {PORTS{1'b0}};
            for (f_i = 0; f_i < WALKS; f_i = f_i + 1) begin
                f_serves[f_i] = |(serves[PORTS*f_i +: PORTS] & f_at_k);
                f_ends[f_i]   = |(w_done[PORTS*f_i +: PORTS] & f_at_k);
                f_faults[f_i] = |(w_done_fault[PORTS*f_i +: PORTS] & f_at_k);
                f_keeps[f_i]  = |(w_done_fill[PORTS*f_i +: PORTS] & f_at_k);
                f_points[f_i] = |(w_store[PORTS*f_i +: PORTS] & f_at_k);
                f_walks       = f_walks | serves[PORTS*f_i +: PORTS];
            end
            for (f_i = 0; f_i < PORTS; f_i = f_i + 1) begin
                f_same[f_i]  = f_i != f_k && plain[f_i] && plain[f_k]
                            && keys[KEY_W*f_i +: KEY_W] == keys[KEY_W*f_k +: KEY_W];
                f_alike[f_i] = fills[FOUND_W*f_i +: FOUND_W] == f_found;
            end
        end

        // What k gets, whether its access may have it, and whether somebody has it to give.
        wire [RESULT_W-1:0] f_result = results[RESULT_W*f_k +: RESULT_W];
        wire [4:0]          f_needs  = needs[5*f_k +: 5];
        wire [4:0]          f_reason;
        wire                f_allowed;
        atlas_access_check u_f_check (
            .r(f_found[PPN_BITS]), .w(f_found[PPN_BITS+1]), .x(f_found[PPN_BITS+2]),
            .u(f_found[PPN_BITS+3]), .needs(f_needs), .allowed(f_allowed), .reason(f_reason)
        );
        wire f_may   = f_allowed && (f_found[PPN_BITS+4] || !f_needs[0]);
        wire f_taken = |(f_same & (f_walks | fill));
        // Promised by the walks and the arbiter: see atlas_miss_unit.
        wire f_apart = (f_serves & (f_serves - 1'b1)) == 0 && (f_ends & ~f_serves) == 0
                    && ((f_faults | f_keeps) & ~f_ends) == 0 && !(|f_serves && f_taken);
        wire f_gives = fill[f_j] && f_same[f_j] && (f_same & fill & ~f_alike) == 0;

        always @(*) begin
            // Who asks: whoever misses, and neither has a walk nor may get another's result.
            a_ask:     assert (!ask[f_k] || (miss[f_k] && ~|f_serves));
            a_follows: assert (!(ask[f_k] && f_same[f_j]) || !(f_walks[f_j] || fill[f_j]));
            a_asks:    assert (ask[f_k] || !miss[f_k] || |f_serves || f_taken);
            // What is shared: what a port with the same page fills, if the access is allowed.
            a_shared:  assert (!shared[f_k] || (miss[f_k] && !killed[f_k] && !ask[f_k]
                               && |(f_same & fill)));
            a_may:     assert (!(shared[f_k] && f_apart && f_gives) || f_may);
            a_shares:  assert (!(miss[f_k] && !killed[f_k] && f_apart && f_gives && f_may)
                               || shared[f_k]);
            a_result:  assert (!(shared[f_k] && f_apart && f_gives) || f_result == {5'd0, f_found});
            a_either:  assert (!(shared[f_k] && f_apart) || (~|f_serves && done[f_k]
                               && done_fill[f_k] && !done_fault[f_k]));
            // What is not shared comes from the walk of the port, and from no other.
            a_done:    assert (done[f_k] == (|f_ends || shared[f_k]));
            a_own:     assert (!(f_ends[f_w] && f_apart)
                               || {done_fault[f_k], done_fill[f_k], f_result}
                               == {f_faults[f_w], f_keeps[f_w],
                                   w_results[RESULT_W*f_w +: RESULT_W]});
            a_fault:   assert (!done_fault[f_k] || |f_faults);
            a_store:   assert (store[f_k] == |f_points
                               && (f_points != {{(WALKS-1){1'b0}}, 1'b1} << f_w
                                   || stores[STORE_W*f_k +: STORE_W]
                                      == w_stores[STORE_W*f_w +: STORE_W]));
            c_shared:  cover  (shared[f_k] && f_apart && f_gives && |f_walks);
            c_refused: cover  (miss[f_k] && f_apart && f_gives && !f_may && !killed[f_k]);
            c_own:     cover  (f_ends[f_w] && f_keeps[f_w] && f_apart && |ask);
        end
    end endgenerate
`endif
endmodule

`default_nettype wire

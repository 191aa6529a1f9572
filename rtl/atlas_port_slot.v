// atlas_port_slot: a place for one request of a port: what came with it, and what has become of it.
//
// load      the request of new_* is here from the next cycle on; else the one that is here stays
// retire    a fence is done: nothing of what is here is remembered (off)
// kill      the request that is here is killed in this cycle; killed: it was before
// off_now, killed_now   off and killed with what happens in this cycle: for the slot that is next
//
// REQ_W     bits of a request, its id the lowest ID_BITS
// Reset     none: whoever uses it knows whether a request is here
// Formal    the request is the one that was loaded last; it is off, and killed, if it came so, or has
//           become so since
`default_nettype none

module atlas_port_slot #(
    parameter REQ_W   = 8,
    parameter ID_BITS = 4
) (
    input  wire               clk,

    input  wire               load,
    input  wire [REQ_W-1:0]   new_req,
    input  wire               new_off,       // the TLBs are off for it
    input  wire               new_killed,

    input  wire               retire,
    input  wire               kill_valid,
    input  wire [ID_BITS-1:0] kill_id,

    output reg  [REQ_W-1:0]   req,
    output reg                off,
    output wire               off_now,
    output reg                killed,
    output wire               killed_now,
    output wire               kill
);

    assign kill       = kill_valid && kill_id == req[ID_BITS-1:0];
    assign off_now    = off || retire;
    assign killed_now = killed || kill;
    always @(posedge clk) begin
        if (load) req <= new_req;
        off    <= load ? new_off : off_now;
        killed <= load ? new_killed : killed_now;
    end

`ifdef FORMAL
    reg f_here = 1'b0;           // something was loaded:
    reg [REQ_W-1:0] f_req;
    reg             f_off, f_killed;
    wire f_kill = kill_valid && kill_id == f_req[ID_BITS-1:0];
    always @(posedge clk) begin
        f_here   <= f_here || load;
        f_req    <= load ? new_req : f_req;
        f_off    <= load ? new_off : f_off || retire;
        f_killed <= load ? new_killed : f_killed || f_kill;
    end

    always @(posedge clk) if (f_here) begin
        a_req:    assert (req == f_req);
        a_off:    assert (off == f_off && off_now == (f_off || retire));
        a_killed: assert (killed == f_killed && killed_now == (f_killed || f_kill));
        a_kill:   assert (kill == f_kill);
        c_old:    cover  (off && killed && !load);
    end
`endif
endmodule

`default_nettype wire

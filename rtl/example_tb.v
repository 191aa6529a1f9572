// example_tb: the smallest world around atlas_mmu: a memory that holds two page tables, and ten
// translations through port 0. `make example` runs it in Icarus Verilog and in Verilator.
`default_nettype none
`include "atlas_arch.vh"
`include "atlas_presets.vh"

module example_tb;
    reg         clk = 1'b0, rst = 1'b1;
    reg         req_valid = 1'b0;
    reg  [31:0] va = 32'd0;
    reg  [1:0]  acc = `ATLAS_ACC_LOAD;
    wire [1:0]  req_ready, rsp_valid, rsp_fault;   // one bit a port
    wire [67:0] rsp_pa;
    wire [5:0]  rsp_level;
    wire [7:0]  rsp_cause;
    wire [9:0]  rsp_reason;
    wire        mem_valid;
    wire [33:0] mem_addr;
    reg         mem_answer = 1'b0;
    reg  [31:0] mem_data;
    reg  [31:0] mem [0:4095];                      // frames 0 to 3

    always #5 clk = ~clk;

    // Memory: the word one cycle after the request. Nothing is ever compared and swapped: with
    // cfg_adue = 0 clear A and D bits are page faults.
    always @(posedge clk) begin
        mem_answer <= mem_valid;
        mem_data   <= mem[mem_addr[13:2]];
    end

    atlas_mmu #(`ATLAS_PRESET_TINY) u_mmu (
        .clk(clk), .rst(rst),
        .s_req_valid({1'b0, req_valid}), .s_req_ready(req_ready), .s_req_va({32'd0, va}),
        .s_req_acc({2'd0, acc}), .s_req_priv({2{`ATLAS_PRIV_U}}), .s_req_sum(2'b00),
        .s_req_mxr(2'b00), .s_req_id(8'd0), .s_rsp_valid(rsp_valid), .s_rsp_ready(2'b11),
        .s_rsp_pa(rsp_pa), .s_rsp_level(rsp_level), .s_rsp_napot(), .s_rsp_pbmt(),
        .s_rsp_fault(rsp_fault), .s_rsp_cause(rsp_cause), .s_rsp_reason(rsp_reason),
        .s_rsp_killed(), .s_rsp_id(), .s_kill_valid(2'b00), .s_kill_id(8'd0),
        .s_fence_valid(1'b0), .s_fence_ready(), .s_fence_has_va(1'b0), .s_fence_has_asid(1'b0),
        .s_fence_va(32'd0), .s_fence_asid(16'd0), .s_fence_done(),
        .s_refill_valid(1'b0), .s_refill_ready(), .s_refill_reason(), .s_refill_port(2'd0),
        .s_refill_va(32'd0), .s_refill_asid(16'd0), .s_refill_level(3'd0), .s_refill_pte(32'd0),
        .cfg_satp(32'h8000_0001), .cfg_adue(1'b0), .cfg_pbmte(1'b0), .cfg_napote(1'b0),
        .cfg_tlb_off(1'b0), .cfg_satp_ok(), .m_mem_req_valid(mem_valid), .m_mem_req_ready(1'b1),
        .m_mem_req_cas(), .m_mem_req_addr(mem_addr), .m_mem_req_old(), .m_mem_req_new(),
        .m_mem_rsp_valid(mem_answer), .m_mem_rsp_data(mem_data), .m_mem_rsp_err(1'b0),
        .m_mem_rsp_cas_ok(1'b0), .ctr_sel(6'd0), .ctr_value(), .ev_look(), .ev_hit(), .ev_fill(),
        .ev_fill_side(), .ev_fill_index(), .ev_fill_entry(), .ev_share(), .ev_begin(), .ev_step(),
        .ev_cas(), .ev_end(), .ev_l2_fill(), .ev_abort(), .ev_port(), .rb_req_valid(1'b0), .rb_req_ready(),
        .rb_req_array(2'd0), .rb_req_port(2'd0), .rb_req_index(13'd0), .rb_rsp_valid(),
        .rb_rsp_entry(), .flip_valid(1'b0), .flip_ram(2'd0), .flip_port(2'd0), .flip_bit(7'd0)
    );

    // Inputs change at the falling edge: the MMU sees them settled at the rising one.
    task translate(input [1:0] access, input [31:0] address);
        begin
            while (!req_ready[0]) @(negedge clk);
            acc = access;
            va = address;
            req_valid = 1'b1;
            @(negedge clk) req_valid = 1'b0;
            while (!rsp_valid[0]) @(negedge clk);
            $write("%h access %0d: ", va, acc);
            if (rsp_fault[0]) $display("fault, cause %0d, reason %0d", rsp_cause[3:0], rsp_reason[4:0]);
            else              $display("pa %h, level %0d", rsp_pa[33:0], rsp_level[2:0]);
            @(negedge clk);
        end
    endtask

    integer i;
    initial begin
        for (i = 0; i < 4096; i = i + 1) mem[i] = 32'd0;
        mem['h400] = 32'h0000_0801;                // root (frame 1), entry 0: table in frame 2
        mem['h401] = 32'h0010_00df;                // entry 1: 4 MiB from 0x400000, D A U X W R V
        mem['h800] = 32'h0000_14df;                // frame 2, entry 0: frame 5, D A U X W R V
        mem['h801] = 32'h0000_1853;                // entry 1: frame 6, A U R V: read-only
        mem['h802] = 32'h0000_1cc7;                // entry 2: frame 7, D A W R V: not for users
        repeat (2) @(negedge clk);
        rst = 1'b0;
        translate(`ATLAS_ACC_LOAD,  32'h0000_0abc);
        translate(`ATLAS_ACC_STORE, 32'h0000_0ffc);
        translate(`ATLAS_ACC_LOAD,  32'h0000_1004);
        translate(`ATLAS_ACC_STORE, 32'h0000_1004);   // no W
        translate(`ATLAS_ACC_LOAD,  32'h0000_2000);   // no U
        translate(`ATLAS_ACC_LOAD,  32'h0000_3000);   // no V
        translate(`ATLAS_ACC_FETCH, 32'h0040_0123);
        translate(`ATLAS_ACC_FETCH, 32'h007f_fffe);
        translate(`ATLAS_ACC_FETCH, 32'h0000_1004);   // no X
        translate(`ATLAS_ACC_LOAD,  32'h00c0_0000);   // no V in the root
        $finish(0);
    end
endmodule

`default_nettype wire

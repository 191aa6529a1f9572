// atlas_arch.vh: fields, codes and counters of the architecture.
// Generated from model/arch/atlas_arch.def by `make gen`: do not edit.
`ifndef ATLAS_ARCH_VH
`define ATLAS_ARCH_VH

// Bit fields: position and width
`define ATLAS_PTE_V_LSB 0 // valid
`define ATLAS_PTE_V_BITS 1
`define ATLAS_PTE_R_LSB 1 // readable
`define ATLAS_PTE_R_BITS 1
`define ATLAS_PTE_W_LSB 2 // writable
`define ATLAS_PTE_W_BITS 1
`define ATLAS_PTE_X_LSB 3 // executable
`define ATLAS_PTE_X_BITS 1
`define ATLAS_PTE_U_LSB 4 // user page
`define ATLAS_PTE_U_BITS 1
`define ATLAS_PTE_G_LSB 5 // global mapping
`define ATLAS_PTE_G_BITS 1
`define ATLAS_PTE_A_LSB 6 // accessed
`define ATLAS_PTE_A_BITS 1
`define ATLAS_PTE_D_LSB 7 // dirty
`define ATLAS_PTE_D_BITS 1
`define ATLAS_PTE_RSW_LSB 8 // for software
`define ATLAS_PTE_RSW_BITS 2
`define ATLAS_PTE32_PPN_LSB 10 // physical page number, Sv32
`define ATLAS_PTE32_PPN_BITS 22
`define ATLAS_PTE64_PPN_LSB 10 // physical page number, Sv39/48/57
`define ATLAS_PTE64_PPN_BITS 44
`define ATLAS_PTE64_RESERVED_LSB 54 // must be zero
`define ATLAS_PTE64_RESERVED_BITS 7
`define ATLAS_PTE64_PBMT_LSB 61 // page-based memory type (Svpbmt)
`define ATLAS_PTE64_PBMT_BITS 2
`define ATLAS_PTE64_N_LSB 63 // naturally aligned power of two (Svnapot)
`define ATLAS_PTE64_N_BITS 1
`define ATLAS_SATP32_PPN_LSB 0 // root page table
`define ATLAS_SATP32_PPN_BITS 22
`define ATLAS_SATP32_ASID_LSB 22 // address-space identifier
`define ATLAS_SATP32_ASID_BITS 9
`define ATLAS_SATP32_MODE_LSB 31 // translation mode
`define ATLAS_SATP32_MODE_BITS 1
`define ATLAS_SATP64_PPN_LSB 0 // root page table
`define ATLAS_SATP64_PPN_BITS 44
`define ATLAS_SATP64_ASID_LSB 44 // address-space identifier
`define ATLAS_SATP64_ASID_BITS 16
`define ATLAS_SATP64_MODE_LSB 60 // translation mode
`define ATLAS_SATP64_MODE_BITS 4

// Codes
`define ATLAS_MODE_BARE 4'd0 // no translation
`define ATLAS_MODE_SV32 4'd1 // 32-bit, 2 levels
`define ATLAS_MODE_SV39 4'd8 // 39-bit, 3 levels
`define ATLAS_MODE_SV48 4'd9 // 48-bit, 4 levels
`define ATLAS_MODE_SV57 4'd10 // 57-bit, 5 levels
`define ATLAS_PBMT_PMA 2'd0 // as the physical memory attributes say
`define ATLAS_PBMT_NC 2'd1 // non-cacheable, idempotent, main memory
`define ATLAS_PBMT_IO 2'd2 // non-cacheable, non-idempotent, I/O
`define ATLAS_ACC_FETCH 2'd0 // instruction fetch
`define ATLAS_ACC_LOAD 2'd1 // load
`define ATLAS_ACC_STORE 2'd2 // store, store-conditional
`define ATLAS_ACC_AMO 2'd3 // atomic memory operation
`define ATLAS_PRIV_U 2'd0 // user
`define ATLAS_PRIV_S 2'd1 // supervisor
`define ATLAS_PRIV_M 2'd3 // machine: never translated
`define ATLAS_CAUSE_NONE 4'd0 // no exception (with fault = 0)
`define ATLAS_CAUSE_FETCH_ACCESS 4'd1 // instruction access fault
`define ATLAS_CAUSE_LOAD_ACCESS 4'd5 // load access fault
`define ATLAS_CAUSE_STORE_ACCESS 4'd7 // store/AMO access fault
`define ATLAS_CAUSE_FETCH_PAGE 4'd12 // instruction page fault
`define ATLAS_CAUSE_LOAD_PAGE 4'd13 // load page fault
`define ATLAS_CAUSE_STORE_PAGE 4'd15 // store/AMO page fault
`define ATLAS_REASON_NONE 5'd0 // translated
`define ATLAS_REASON_MODE 5'd1 // page fault: satp.MODE is not implemented
`define ATLAS_REASON_NONCANONICAL 5'd2 // page fault: upper address bits are no sign extension
`define ATLAS_REASON_VA_WIDTH 5'd3 // access fault: untranslated address beyond the physical width
`define ATLAS_REASON_PTE_WIDTH 5'd4 // access fault: root or pointer beyond the physical width
`define ATLAS_REASON_PTE_BUS 5'd5 // access fault: bus error on a PTE read
`define ATLAS_REASON_INVALID 5'd6 // page fault: V = 0
`define ATLAS_REASON_W_NO_R 5'd7 // page fault: W without R is reserved
`define ATLAS_REASON_RESERVED 5'd8 // page fault: reserved bits are set
`define ATLAS_REASON_PTR_ATTR 5'd9 // page fault: A, D, U, N or PBMT in a pointer
`define ATLAS_REASON_NO_LEAF 5'd10 // page fault: a pointer at the last level
`define ATLAS_REASON_MISALIGNED 5'd11 // page fault: misaligned superpage
`define ATLAS_REASON_NAPOT 5'd12 // page fault: reserved NAPOT encoding
`define ATLAS_REASON_S_PAGE 5'd13 // page fault: user access to a supervisor page
`define ATLAS_REASON_U_PAGE 5'd14 // page fault: supervisor access to a user page (fetch, or SUM = 0)
`define ATLAS_REASON_NO_X 5'd15 // page fault: fetch without X
`define ATLAS_REASON_NO_R 5'd16 // page fault: load without R (or X with MXR)
`define ATLAS_REASON_NO_W 5'd17 // page fault: store without W
`define ATLAS_REASON_A_CLEAR 5'd18 // page fault: A = 0 and ADUE = 0
`define ATLAS_REASON_D_CLEAR 5'd19 // page fault: store, D = 0 and ADUE = 0
`define ATLAS_REASON_LEAF_WIDTH 5'd20 // access fault: leaf beyond the physical width
`define ATLAS_REASON_AD_BUS 5'd21 // access fault: bus error on an A/D update
`define ATLAS_REASON_TLB_MISS 5'd22 // page fault: no TLB answers, and software fills them (SW_REFILL)
`define ATLAS_CTR_LOOKUP 32'd0 // translated lookups of the L1 TLB
`define ATLAS_CTR_L1_HIT 32'd1 // answered by the L1's 4 KiB pages
`define ATLAS_CTR_SIDE_HIT 32'd2 // answered by its superpages or side entries
`define ATLAS_CTR_L1_MISS 32'd3 // lookups that none of them answered
`define ATLAS_CTR_BYPASS 32'd4 // answered untranslated: bare mode or M
`define ATLAS_CTR_FAULT 32'd5 // answers with a fault
`define ATLAS_CTR_KILLED 32'd6 // answers of killed requests
`define ATLAS_CTR_PORT_COUNT 32'd7 // number of counters a port has
`define ATLAS_GCTR_L2_HIT 32'd0 // misses answered by the L2 TLB
`define ATLAS_GCTR_L2_MISS 32'd1 // misses the L2 TLB did not answer
`define ATLAS_GCTR_WALK 32'd2 // walks begun (first access check passed)
`define ATLAS_GCTR_PTR_HIT 32'd3 // walks begun below the root
`define ATLAS_GCTR_PTE_READ 32'd4 // PTE reads answered and used
`define ATLAS_GCTR_CAS 32'd5 // A/D compare-and-swaps answered and used
`define ATLAS_GCTR_CAS_FAIL 32'd6 // compare-and-swaps that found another value
`define ATLAS_GCTR_BUS_ERROR 32'd7 // error answers from memory
`define ATLAS_GCTR_FILL 32'd8 // translations filled into the L1
`define ATLAS_GCTR_ABORT 32'd9 // walks given up for a fence or a kill
`define ATLAS_GCTR_FENCE 32'd10 // fences completed
`define ATLAS_GCTR_PARITY 32'd11 // lookups of the L1 or the L2 that read a word of bad parity
`define ATLAS_GCTR_GLOBAL_COUNT 32'd12 // number of counters that are not a port's
`define ATLAS_RB_L1 2'd0 // L1 RAMs of a port: index = set, or L1_SETS + set of the superpages
`define ATLAS_RB_SIDE 2'd1 // side entries of a port: index = entry
`define ATLAS_RB_L2 2'd2 // L2: index = set * L2_WAYS + way, or L2_SETS * L2_WAYS + set of the large pages
`define ATLAS_RB_PTR 2'd3 // last pointers of a port: index = table level
`define ATLAS_FLIP_PAGES 2'd0 // 4 KiB pages of a port's L1
`define ATLAS_FLIP_BIG 2'd1 // superpages of a port's L1
`define ATLAS_FLIP_L2 2'd2 // 4 KiB pages of the L2, the way that is written
`define ATLAS_FLIP_L2_BIG 2'd3 // large pages of the L2

`endif

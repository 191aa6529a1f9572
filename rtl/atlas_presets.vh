// atlas_presets.vh: named parameter sets, as in atlas_mmu #(`ATLAS_PRESET_TINY).
// They have no event counters; for these, #(`ATLAS_PRESET_TINY, .CTR_BITS(32)).
// Generated from model/arch/atlas_presets.def by `make gen`: do not edit.
`ifndef ATLAS_PRESETS_VH
`define ATLAS_PRESETS_VH

// Sv32, smallest
`define ATLAS_PRESET_TINY \
    .XLEN(32), \
    .LEVELS(2), \
    .PA_BITS(34), \
    .ASID_BITS(9), \
    .PORTS(2), \
    .ID_BITS(4), \
    .L1_SETS(256), \
    .L1_BIG(0), \
    .L1_SIDE(1), \
    .L2_SETS(0), \
    .L2_WAYS(1), \
    .L2_BIG(0), \
    .WALK_CACHE(0), \
    .FENCE_PTRS(1), \
    .PARITY(0), \
    .WALKS(1), \
    .SW_REFILL(0), \
    .HIT_LATENCY(1)

// Sv32, large: shared L2
`define ATLAS_PRESET_RV32 \
    .XLEN(32), \
    .LEVELS(2), \
    .PA_BITS(34), \
    .ASID_BITS(9), \
    .PORTS(2), \
    .ID_BITS(4), \
    .L1_SETS(256), \
    .L1_BIG(0), \
    .L1_SIDE(1), \
    .L2_SETS(256), \
    .L2_WAYS(2), \
    .L2_BIG(0), \
    .WALK_CACHE(1), \
    .FENCE_PTRS(1), \
    .PARITY(0), \
    .WALKS(1), \
    .SW_REFILL(0), \
    .HIT_LATENCY(1)

// Sv39 and Sv48, open-board SoCs
`define ATLAS_PRESET_RV64 \
    .XLEN(64), \
    .LEVELS(4), \
    .PA_BITS(32), \
    .ASID_BITS(9), \
    .PORTS(2), \
    .ID_BITS(4), \
    .L1_SETS(256), \
    .L1_BIG(256), \
    .L1_SIDE(1), \
    .L2_SETS(0), \
    .L2_WAYS(1), \
    .L2_BIG(0), \
    .WALK_CACHE(1), \
    .FENCE_PTRS(1), \
    .PARITY(0), \
    .WALKS(1), \
    .SW_REFILL(0), \
    .HIT_LATENCY(1)

// Sv39, Sv48, Sv57, everything on
`define ATLAS_PRESET_FULL \
    .XLEN(64), \
    .LEVELS(5), \
    .PA_BITS(56), \
    .ASID_BITS(16), \
    .PORTS(2), \
    .ID_BITS(4), \
    .L1_SETS(256), \
    .L1_BIG(256), \
    .L1_SIDE(4), \
    .L2_SETS(256), \
    .L2_WAYS(2), \
    .L2_BIG(256), \
    .WALK_CACHE(1), \
    .FENCE_PTRS(1), \
    .PARITY(1), \
    .WALKS(2), \
    .SW_REFILL(0), \
    .HIT_LATENCY(1)

`endif

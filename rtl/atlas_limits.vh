// atlas_limits.vh: the parameters of atlas_mmu against their ranges; a part of that module.

    // A parameter out of range stops elaboration: the module does not exist.
    generate
        if (XLEN != 32 && XLEN != 64) begin : g_xlen
            XLEN_must_be_32_or_64 u_stop ();
        end
        if (XLEN == 32 ? LEVELS != 2 : LEVELS < 3 || LEVELS > 5) begin : g_levels
            LEVELS_must_be_2_for_XLEN_32_or_3_to_5_for_64 u_stop ();
        end
        if (PA_BITS < 14 || PA_BITS > (XLEN == 32 ? 34 : 56)) begin : g_pa_bits
            PA_BITS_must_be_14_to_34_for_XLEN_32_or_56_for_64 u_stop ();
        end
        if (ASID_BITS < 0 || ASID_BITS > (XLEN == 32 ? 9 : 16)) begin : g_asid_bits
            ASID_BITS_must_be_0_to_9_for_XLEN_32_or_16_for_64 u_stop ();
        end
        if (PORTS < 1 || PORTS > 4) begin : g_ports
            PORTS_must_be_1_to_4 u_stop ();
        end
        if (ID_BITS < 1 || ID_BITS > 16) begin : g_id_bits
            ID_BITS_must_be_1_to_16 u_stop ();
        end
        if (L1_SETS < 1 || L1_SETS > 1024 || (L1_SETS & (L1_SETS - 1)) != 0) begin : g_l1_sets
            L1_SETS_must_be_a_power_of_two_from_1_to_1024 u_stop ();
        end
        if (L1_BIG < 0 || L1_BIG > 256 || (L1_BIG & (L1_BIG - 1)) != 0) begin : g_l1_big
            L1_BIG_must_be_0_or_a_power_of_two_to_256 u_stop ();
        end
        if (L1_BIG > 0 && PA_BITS <= 12 + SLICE) begin : g_l1_big_pa
            L1_BIG_must_be_0_if_no_superpage_fits_PA_BITS u_stop ();
        end
        if (L1_SIDE < 1 || L1_SIDE > 16 || (L1_SIDE & (L1_SIDE - 1)) != 0) begin : g_l1_side
            L1_SIDE_must_be_a_power_of_two_from_1_to_16 u_stop ();
        end
        if (L2_SETS < 0 || L2_SETS > 1024 || (L2_SETS & (L2_SETS - 1)) != 0) begin : g_l2_sets
            L2_SETS_must_be_0_or_a_power_of_two_to_1024 u_stop ();
        end
        if (L2_WAYS != 1 && L2_WAYS != 2 && L2_WAYS != 4) begin : g_l2_ways
            L2_WAYS_must_be_1_or_2_or_4 u_stop ();
        end
        if (L2_BIG < 0 || L2_BIG > 256 || (L2_BIG & (L2_BIG - 1)) != 0) begin : g_l2_big
            L2_BIG_must_be_0_or_a_power_of_two_to_256 u_stop ();
        end
        if (L2_BIG > 0 && PA_BITS <= 12 + SLICE) begin : g_l2_big_pa
            L2_BIG_must_be_0_if_no_superpage_fits_PA_BITS u_stop ();
        end
        if (L2_BIG > 0 && L2_SETS == 0) begin : g_l2_big_alone
            L2_BIG_must_be_0_without_L2_SETS u_stop ();
        end
        if (WALKS < 1 || WALKS > PORTS) begin : g_walks
            WALKS_must_be_1_to_PORTS u_stop ();
        end
        if (WALK_CACHE != 0 && WALK_CACHE != 1) begin : g_walk_cache
            WALK_CACHE_must_be_0_or_1 u_stop ();
        end
        if (FENCE_PTRS != 0 && FENCE_PTRS != 1) begin : g_fence_ptrs
            FENCE_PTRS_must_be_0_or_1 u_stop ();
        end
        if (PARITY != 0 && PARITY != 1) begin : g_parity
            PARITY_must_be_0_or_1 u_stop ();
        end
        if (SW_REFILL != 0 && SW_REFILL != 1) begin : g_sw_refill
            SW_REFILL_must_be_0_or_1 u_stop ();
        end
        if (SW_REFILL != 0 && WALKS != 1) begin : g_sw_refill_walks
            WALKS_must_be_1_with_SW_REFILL u_stop ();
        end
        if (HIT_LATENCY != 1 && HIT_LATENCY != 2) begin : g_hit_latency
            HIT_LATENCY_must_be_1_or_2 u_stop ();
        end
        if (SW_REFILL != 0 && HIT_LATENCY != 1) begin : g_sw_refill_latency
            HIT_LATENCY_must_be_1_with_SW_REFILL u_stop ();
        end
        if (CTR_BITS < 0 || CTR_BITS > 64) begin : g_ctr_bits
            CTR_BITS_must_be_0_to_64 u_stop ();
        end
        if (OBSERVE != 0 && OBSERVE != 1) begin : g_observe_range
            OBSERVE_must_be_0_or_1 u_stop ();
        end
    endgenerate

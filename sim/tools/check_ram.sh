#!/bin/bash
# check_ram.sh [-q] PRESET...: synthesise each preset (OBSERVE = 0, CTR_BITS = 0: what a SoC without
# event counters carries) for iCE40 and ECP5, print its size, and check that every array of 64 words
# or more is in block RAM: exactly the blocks that its words need, and fewer flip-flops than the
# smallest has bits. Each port has one with L1_SETS words, the L2 one with L2_SETS or more.
# -q (quick): only iCE40, and without the LUTs.
set -u

families="ice40 ecp5"
until=
if [ "${1-}" = -q ]; then
    families=ice40
    until="-run begin:map_ffs"
    shift
fi
out=build/check_ram
mkdir -p $out

# Also the arrays of the design before they are mapped: lines "parameter \\SIZE words", "\\WIDTH bits".
synth() {
    local preset=$1 family=$2
    yosys -q -p "read_verilog -Irtl $(ls rtl/*.v rtl/lib/*.v | grep -v example_tb | tr '\n' ' ')
        chparam $(build/gen chparam "$preset") -set OBSERVE 0 -set CTR_BITS 0 atlas_mmu
        hierarchy -check -top atlas_mmu; proc; flatten; opt; memory_collect
        tee -q -o $out/$preset.$family.arrays dump t:\$mem_v2
        synth_$family -top atlas_mmu $until; tee -q -o $out/$preset.$family stat" >$out/$preset.$family.log 2>&1 ||
        { cat $out/$preset.$family.log; rm -f $out/$preset.$family; }
}
export -f synth
export out until
rm -f $out/*
for preset; do
    for family in $families; do
        echo "$preset $family"
    done
done | xargs -P "$(nproc)" -n 2 bash -c 'synth $0 $1'

# Number of the cells in file $1 whose names match $2.
cells() { awk -v name="^($2)" '$1 ~ name && NF == 2 { n += $2 } END { print n + 0 }' "$1"; }

# "words bits" of each array in file $1.
arrays() {
    awk '$1 == "parameter" && $2 == "\\SIZE" { words = $3 }
        $1 == "parameter" && $2 == "\\WIDTH" { bits = $3 }
        $1 == "end" && words { if (words >= 64) print words, bits; words = 0 }' "$1"
}
# Blocks that arrays need in the cheapest of the block's shapes: iCE40 256 x 16 to 2048 x 2, ECP5
# 512 x 36 to 16384 x 1.
blocks() {
    awk -v family="$family" '
        function up(a, b) { return int((a + b - 1) / b) }
        {
            width = family == "ecp5" ? 36 : 16
            depth = family == "ecp5" ? 512 : 256
            for (best = 0; width >= 1; width = int(width / 2)) {
                count = up($1, depth) * up($2, width)
                if (!best || count < best) best = count
                depth *= 2
            }
            sum += best
        }
        END { print sum + 0 }'
}

status=0
printf '%-8s %-6s %6s %6s %5s %9s\n' preset family LUT4 FF RAM "RAM due"
for preset; do
    declare $(build/gen flags "$preset" | sed 's/-G//g')
    for family in $families; do
        file=$out/$preset.$family
        [ -f "$file" ] || { status=1; continue; }
        list=$(arrays "$file.arrays")
        due=$(printf '%s\n' "$list" | blocks)
        smallest=$(printf '%s\n' "$list" | awk '!n || $1 * $2 < n { n = $1 * $2 } END { print n + 0 }')
        lut=$(cells "$file" 'SB_LUT4|LUT4')
        ff=$(cells "$file" 'SB_DFF|TRELLIS_FF|\$_[A-Z]*DFF')
        ram=$(cells "$file" 'SB_RAM40_4K|DP16KD')
        printf '%-8s %-6s %6d %6d %5d %9d\n' "$preset" $family "$lut" "$ff" "$ram" "$due"
        for array in "$PORTS L1_SETS $L1_SETS" "$((1 + (L1_SETS == L2_SETS ? PORTS : 0))) L2_SETS $L2_SETS"; do
            read -r count name words <<<"$array"
            [ "$words" -ge 64 ] || continue
            found=$(printf '%s\n' "$list" | awk -v words="$words" '$1 == words { n++ } END { print n + 0 }')
            [ "$found" -ge "$count" ] && continue
            echo "check-ram: $preset on $family: $found arrays of $name words, expected $count or more" >&2
            status=1
        done
        if [ "$ram" -ne "$due" ] || [ "$ff" -ge "$smallest" ]; then
            echo "check-ram: $preset on $family: an array is not in block RAM" >&2
            status=1
        fi
    done
done
exit $status

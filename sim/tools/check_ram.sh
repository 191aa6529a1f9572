#!/bin/bash
# check_ram.sh [-q] PRESET...: synthesise each preset (OBSERVE = 0, CTR_BITS = 0: what a SoC without
# event counters carries) for iCE40 and ECP5, print its size, and check that every TLB array is in
# block RAM: exactly the blocks that its words need, and fewer flip-flops than the smallest array
# has bits. -q (quick): only iCE40, and without the LUTs.
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

synth() {
    local preset=$1 family=$2
    yosys -q -p "read_verilog -Irtl $(ls rtl/*.v rtl/lib/*.v | grep -v example_tb | tr '\n' ' ')
        chparam $(build/gen chparam "$preset") -set OBSERVE 0 -set CTR_BITS 0 atlas_mmu
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
ceil_div() { echo $((($1 + $2 - 1) / $2)); }
log2() { local n=0; while [ $((1 << n)) -lt "$1" ]; do n=$((n + 1)); done; echo $n; }

# Bits of a word of a TLB with $1 sets: valid, G, ASID, tag, PPN, R W X U D, and PBMT if 64-bit.
word_bits() {
    local vpn=$((XLEN == 32 ? 20 : 9 * LEVELS))
    echo $((2 + (ASID_BITS > 1 ? ASID_BITS : 1) + vpn - $(log2 "$1") + PA_BITS - 12 + 5 + (XLEN == 64 ? 2 : 0)))
}
# Blocks that $1 arrays of $2 words of $3 bits need: iCE40 256 x 16, ECP5 512 x 36.
blocks() {
    local width=16 depth=256
    [ "$family" = ecp5 ] && width=36 && depth=512
    echo $(($1 * $(ceil_div "$3" $width) * $(ceil_div "$2" $depth)))
}

status=0
printf '%-8s %-6s %6s %6s %5s %9s\n' preset family LUT4 FF RAM "RAM due"
for preset; do
    declare $(build/gen flags "$preset" | sed 's/-G//g')
    for family in $families; do
        file=$out/$preset.$family
        [ -f "$file" ] || { status=1; continue; }
        bits=$(word_bits "$L1_SETS")
        due=$(blocks "$PORTS" "$L1_SETS" "$bits")
        [ "$L2_SETS" -gt 0 ] &&
            due=$((due + $(blocks "$L2_WAYS" "$L2_SETS" "$(word_bits "$L2_SETS")")))
        lut=$(cells "$file" 'SB_LUT4|LUT4')
        ff=$(cells "$file" 'SB_DFF|TRELLIS_FF|\$_[A-Z]*DFF')
        ram=$(cells "$file" 'SB_RAM40_4K|DP16KD')
        printf '%-8s %-6s %6d %6d %5d %9d\n' "$preset" $family "$lut" "$ff" "$ram" "$due"
        if [ "$ram" -ne "$due" ] || [ "$ff" -ge $((L1_SETS * bits)) ]; then
            echo "check-ram: $preset on $family: a TLB array is not in block RAM" >&2
            status=1
        fi
    done
done
exit $status

#!/bin/bash
# check_params.sh: C and Verilog refuse the same parameters. For tiny and full, each parameter is
# set to its limits, to values beyond them and to values that are no power of two: the RTL must
# elaborate exactly when atlas_params_check says that it may. Of two parameters that limit each
# other the RTL must say so: nothing else may be what stops it.
set -u
export LC_ALL=C

# The narrowest physical address with room for a superpage, and one bit less; large pages without an L2.
pairs='tiny:PA_BITS=22,L1_BIG=0 tiny:PA_BITS=22,L1_BIG=1 tiny:PA_BITS=23,L1_BIG=1
    full:PA_BITS=21,L1_BIG=0,L2_BIG=0 full:PA_BITS=21,L1_BIG=1,L2_BIG=0 full:PA_BITS=22,L1_BIG=1
    rv32:PA_BITS=22,L2_BIG=1 rv32:PA_BITS=23,L2_BIG=1 full:PA_BITS=21,L1_BIG=0,L2_BIG=1
    full:PA_BITS=22,L2_BIG=1 full:L2_SETS=0,L2_BIG=1 full:L2_SETS=0,L2_BIG=0'

# "tiny:PA_BITS=13" ...: from the rows "| `NAME` | MIN to MAX | ...".
candidates() {
    printf '%s\n' $pairs
    build/gen parameters | sed -n 's/^| `\([A-Z0-9_]*\)` | \([0-9]*\) to \([0-9]*\) .*/\1 \2 \3/p' |
        while read -r name min max; do
            for value in $((min > 0 ? min - 1 : max + 2)) "$min" $((min + 1)) 3 "$max" $((max + 1)); do
                printf 'tiny:%s=%d\nfull:%s=%d\n' "$name" "$value" "$name" "$value"
            done
        done | sort -u
}

# Prints what is wrong with one candidate, or nothing.
check() {
    local c=refused verilog=refused said
    build/gen variants "${1%%:*}" "${1#*:}" >/dev/null 2>&1 && c=accepted
    said=$(verilator --lint-only --language 1364-2005 -Irtl -y rtl -y rtl/lib --top-module atlas_mmu \
        $(build/gen flags "$1") rtl/atlas_mmu.v 2>&1) && verilog=accepted
    [[ $verilog = accepted || $1 != *,* || $said = *_must_be_* ]] || verilog='stopped by chance'
    [ $c = "$verilog" ] || echo "$1: $c in C, $verilog in Verilog"
}
export -f check

wrong=$(candidates | xargs -P "$(nproc)" -I {} bash -c 'check {}')
if [ -n "$wrong" ]; then
    printf '%s\n' "$wrong"
    exit 1
fi
echo "check-params: $(candidates | wc -l) settings, C and Verilog agree"

#!/bin/bash
# lint_rtl.sh PRESET...: the RTL is plain Verilog-2005 without a warning, for three readers:
# Verilator (every module alone, and each preset), Icarus Verilog and Yosys (each preset).
set -u
status=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Run a command that must succeed and print nothing.
quiet() {
    if ! "$@" >"$log" 2>&1 || [ -s "$log" ]; then
        printf '%s\n' "lint: $*"
        cat "$log"
        status=1
    fi
}

verilator="verilator --lint-only -Wall --language 1364-2005 -Irtl -y rtl -y rtl/lib"
iverilog="iverilog -g2005 -Wall -t null -Irtl -y rtl -y rtl/lib"

for file in rtl/*.v rtl/lib/*.v; do
    [ "$file" = rtl/example_tb.v ] && continue
    quiet $verilator --top-module "$(basename "$file" .v)" "$file"
    quiet $iverilog -s "$(basename "$file" .v)" "$file"
    grep -q '^`default_nettype none' "$file" || { echo "$file: no \`default_nettype none"; status=1; }
done
for preset; do
    for observe in 0 1; do
        quiet $verilator $(build/gen flags "$preset") -GOBSERVE=$observe --top-module atlas_mmu rtl/atlas_mmu.v
        quiet $iverilog -s atlas_mmu $(build/gen flags "$preset" | sed 's/-G/-Patlas_mmu./g') \
            -Patlas_mmu.OBSERVE=$observe rtl/atlas_mmu.v
    done
    quiet yosys -q -p "read_verilog -Irtl $(ls rtl/*.v rtl/lib/*.v | grep -v example_tb | tr '\n' ' ')
        chparam $(build/gen chparam "$preset") atlas_mmu
        hierarchy -check -top atlas_mmu; proc; check -assert"
done
[ $status -eq 0 ] && echo "lint: no warning in the RTL"
exit $status

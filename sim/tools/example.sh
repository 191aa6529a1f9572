#!/bin/sh
# example.sh: rtl/example_tb.v in Icarus Verilog and in Verilator; both must print what
# rtl/example_tb.out holds.
set -eu
out=build/example
mkdir -p $out
sources="-Irtl -y rtl -y rtl/lib rtl/example_tb.v"

iverilog -g2005 -Wall -s example_tb -o $out/example.vvp $sources
vvp -n $out/example.vvp >$out/icarus.out
verilator --binary --language 1364-2005 --top-module example_tb -Mdir $out/verilator \
    -MAKEFLAGS "OBJCACHE=$(command -v ccache || true) OPT_FAST=-O0" $sources >$out/verilator.log 2>&1 ||
    { cat $out/verilator.log; exit 1; }
$out/verilator/Vexample_tb | grep -v 'Verilog \$finish' >$out/verilator.out
diff -u rtl/example_tb.out $out/icarus.out
diff -u rtl/example_tb.out $out/verilator.out
cat $out/icarus.out
echo "The same in Icarus Verilog and in Verilator."

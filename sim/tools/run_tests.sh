#!/bin/bash
# run_tests.sh [-j JOBS] [-t SECONDS] COMMAND...
#
# Runs each COMMAND (a shell command line, given as one argument), JOBS at once, each with its own
# log in build/log/ and a time limit. A cmocka program counts as its test cases, anything else as
# one test. A COMMAND that fails is shown with the end of its log: the line after "replay:" runs it
# again. The last line is "N passed, N failed, N skipped"; status 1 if anything failed.
set -u

jobs=2
limit=900
while getopts j:t: option; do
    case $option in
    j) jobs=$OPTARG ;;
    t) limit=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))

logs=build/log
rm -rf "$logs"
mkdir -p "$logs"
unset MAKEFLAGS MFLAGS MAKELEVEL

# "passed failed skipped" of a log and its command's exit status. Test cases that were begun and
# never reported, as after a crash, have failed.
count() {
    awk -v status="$2" '
        function number(line) { match(line, /[0-9]+ test\(s\)/); return substr(line, RSTART) + 0 }
        /^\[==========\].*Running [0-9]+ test\(s\)/ { begun += number($0) }
        /^\[  PASSED  \] [0-9]+ test\(s\)/ { passed += number($0) }
        /^\[  FAILED  \] [0-9]+ test\(s\)/ { failed += number($0) }
        /^\[  SKIPPED \] [0-9]+ test\(s\)/ { skipped += number($0) }
        END {
            if (begun == 0) passed = status == 0
            if (begun > passed + failed + skipped) failed = begun - passed - skipped
            if (status != 0 && failed == 0) failed = 1
            print passed + 0, failed + 0, skipped + 0
        }' "$1"
}

check() {
    local command=$1 log begin status counts
    log=$logs/$(printf '%s' "$command" | tr -c 'A-Za-z0-9._\n-' _).log
    begin=$SECONDS
    { timeout -k 10 "$limit" bash -c "$command" >"$log" 2>&1 </dev/null; } 2>>"$log"
    status=$?
    [ $status -ne 124 ] || echo "no end after $limit s" >>"$log"
    counts=$(count "$log" $status)
    echo "$counts" >>"$logs/counts"
    set -- $counts
    if [ "$2" -eq 0 ]; then
        printf 'ok      %4d s %5d  %s\n' $((SECONDS - begin)) "$1" "$command"
    else
        printf 'FAILED  %4d s        %s\n%s\nreplay: %s\n' $((SECONDS - begin)) "$command" \
            "$(tail -n 40 "$log" | sed 's/^/    /')" "$command"
    fi
}

for command; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    check "$command" &
done
wait

touch "$logs/counts"
awk '{ passed += $1; failed += $2; skipped += $3 }
    END {
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }' "$logs/counts"

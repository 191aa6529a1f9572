#!/bin/bash
# explore.sh --check LIST   look at the form of the list (sim/tools/explore.tsv says what it is)
# explore.sh LIST           from build/synth/results.tsv and build/explore/ID.traces (`make explore`
#                           makes both) write the table of configurations into rtl/README.md
#
# ns: mean cycles per translation over the traces of a mode, by the median clock.
# Ends with 2 if the list is malformed.
set -u
export LC_ALL=C

check() {
    awk -F '\t' '
        function wrong(what) { print FILENAME ":" FNR ": " what > "/dev/stderr"; bad = 1 }
        /^#/ || NF == 0 { next }
        NF != 2 { wrong("\"" $0 "\", expected LABEL and PRESET:PARAM=VALUE,... parted by a tab"); next }
        $1 !~ /^[A-Za-z0-9_.+-]+$/ { wrong("label \"" $1 "\", expected one word") }
        label[$1]++ { wrong("label \"" $1 "\" a second time") }
        build[$2]++ { wrong("build \"" $2 "\" a second time") }
        { rows++ }
        END {
            if (!rows && !bad) wrong("no configuration")
            exit bad ? 2 : 0
        }' "$1"
}

# All that was measured, as lines "KIND BUILD ...", parted by tabs.
measured() {
    awk -F '\t' -v OFS='\t' '$2 == "hx8k" { print "size", $1, $3, $4, $5, $6, $7 }' build/synth/results.tsv
    awk -F '\t' '!/^#/ && NF == 2 { print $2 }' "$1" | while read -r build; do
        awk -v OFS='\t' -v build="$build" '
            $1 == "mean" && $2 == "of" && $5 == build { print "mode", build, $3, $6 }
            NF == 5 && $2 == build && $3 ~ /^[0-9]/ { print "trace", build, $1, $3 }
            ' "build/explore/$(printf '%s' "$build" | sed 's/[:,]/__/g; s/=/_/g').traces"
    done
}

table() {
    measured "$1" | awk -F '\t' '
        function value(v) { return v == "" ? "-" : v }
        function short(window) { sub(/_.*/, "", window); return window }
        function head(base,    k, line, rule) {
            line = "| | changed | LUT4 | FF | RAM | MHz best | median |"
            rule = "|---|---|---|---|---|---|---|"
            for (k = 1; k <= traces[base]; k++) { line = line " cycles, " short(trace[base, k]) " |"; rule = rule "---|" }
            for (k = 1; k <= modes[base]; k++) { line = line " ns, " mode[base, k] " |"; rule = rule "---|" }
            print (tables++ ? "\n" : "") line "\n" rule
        }
        function preset(build) { sub(/:.*/, "", build); return build }
        FILENAME == "-" {
            base = preset($2)
            if ($1 == "size") {
                size[$2] = $3 " | " $4 " | " $5 " | " $6 " | " $7
                mhz[$2] = $7
            } else {
                cycles[$2, $3] = $4
                if (known[base, $3]++) next
                if ($1 == "trace") trace[base, ++traces[base]] = $3
                else mode[base, ++modes[base]] = $3
            }
            next
        }
        /^#/ || NF != 2 { next }
        {
            base = preset($2)
            if (base != last) head(base)
            last = base
            changes = $2
            sub(/^[^:]*:?/, "", changes)
            gsub(/,/, " ", changes)
            line = "| " $1 " | " (changes == "" ? "" : "`" changes "`") " | " \
                ($2 in size ? size[$2] : "- | - | - | - | -") " |"
            for (k = 1; k <= traces[base]; k++) line = line " " value(cycles[$2, trace[base, k]]) " |"
            for (k = 1; k <= modes[base]; k++) {
                mean = cycles[$2, mode[base, k]]
                line = line " " (mhz[$2] + 0 && mean + 0 ? sprintf("%.1f", 1000 * mean / mhz[$2]) : "-") " |"
            }
            print line
        }' - "$1"
}

if [ "${1-}" = --check ]; then
    check "$2"
    exit
fi
check "$1" || exit 2
table "$1" | sim/tools/splice.sh rtl/README.md explore

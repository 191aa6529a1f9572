#!/bin/bash
# synth_table.sh: print what `make synth` measured (build/synth/results.tsv) beside other MMUs, as
# a table for people. Without results it says how to get them.
# synth_table.sh --write: write it, and the sizes on all families, into README.md as Markdown.
#
# LUT and MHz of a peer are followed by its ratio to the preset that it is held against.
set -u
export LC_ALL=C

results=build/synth/results.tsv
peers=sim/tools/peers.tsv
if [ ! -s $results ]; then
    echo "area and clock: not measured yet; \`make synth\` does it"
    [ "${1-}" != --write ] || exit 2
    exit 0
fi

# The rows of presets, in the presets' order.
measured() {
    sed -n 's/^PRESET.\([a-z0-9]*\),.*/\1/p' model/arch/atlas_presets.def |
        awk -F '\t' 'FILENAME == "-" { name[++n] = $1; next }
            { rows[$1] = rows[$1] $0 "\n" }
            END { for (i = 1; i <= n; i++) printf "%s", rows[name[i]] }' - $results
}

# Rows "name, what, LUT4, FF, RAM, median, best, LUT ratio, MHz ratio", parted by tabs.
rows() {
    measured | awk -F '\t' -v OFS='\t' '
        function ratio(a, b) { return a + 0 && b + 0 ? sprintf("%.2f", a / b) : "-" }
        function clock(c) { return c + 0 ? sprintf("%.1f", c) : "-" }
        FILENAME == "-" {
            if ($2 != "hx8k") next
            lut[$1] = $3; mhz[$1] = $7
            print $1, "Atlas", $3, $4, $5, clock($7), clock($6), "", ""
            next
        }
        !/^#/ { print $1, $2 "; beside " $3, $4, $5, $6, $7, $8, ratio($4, lut[$3]), ratio($7, mhz[$3]) }
        ' - $peers
}

text() {
    printf 'area and clock, HX8K (synth.sh; ratios: of the peer to the preset it stands beside)\n'
    { printf 'unit\t\tLUT4\tFF\tRAM\tMHz median\tbest\tLUT4 x\tMHz x\n'
        rows; } | awk -F '\t' '{
        printf "  %-22s %-58s %6s %6s %4s %11s %7s %7s %6s\n", $1, $2, $3, $4, $5, $6, $7, $8, $9 }'
}

# Sizes and clocks of the presets on every family that was measured.
families() {
    measured | awk -F '\t' '
        !name[$1]++ { presets[++n] = $1 }
        !family[$2]++ { seen = seen " " $2 }
        { cell[$1, $2] = $3 ", " $4 ", " $5 ($7 == "-" ? "" : "; " sprintf("%.1f", $7) " MHz") }
        END {
            count = split(seen, list, " ")
            line = "| preset |"; rule = "|---|"
            for (k = 1; k <= count; k++) { line = line " " title(list[k]) " |"; rule = rule "---|" }
            print line "\n" rule
            for (i = 1; i <= n; i++) {
                line = "| `" presets[i] "` |"
                for (k = 1; k <= count; k++) {
                    value = cell[presets[i], list[k]]
                    line = line " " (value == "" ? "-" : value) " |"
                }
                print line
            }
        }
        function title(f) {
            return f == "hx8k" ? "iCE40 HX8K" : f == "up5k" ? "iCE40 UP5K" : \
                f == "ecp5" ? "ECP5-25, speed 6" : f == "gowin" ? "Gowin" : "Xilinx 7"
        }'
}

markdown() {
    echo "| unit, on HX8K | | LUT4 | flip-flops | RAMs | MHz, median (best) | LUT4 ratio | MHz ratio |"
    echo "|---|---|---|---|---|---|---|---|"
    rows | awk -F '\t' '{
        unit = $2 == "Atlas" ? "`" $1 "`" : $1
        clock = $6 == "-" ? "-" : $6 ($7 == $6 ? "" : " (" $7 ")")
        printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", unit, $2, $3, $4, $5, clock, $8, $9 }'
    echo
    families
}

case ${1-} in
'') text ;;
--write) markdown | sim/tools/splice.sh README.md synth ;;
*)
    echo "synth_table: '$1', expected nothing or --write" >&2
    exit 2
    ;;
esac

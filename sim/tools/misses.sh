#!/bin/bash
# misses.sh: what the presets' TLBs miss of the long sample traces, beside LRU, OPT and an infinite
# TLB (`atlas bench misses`), as a table in README.md. Some ten seconds.
set -eu
out=build/figures
mkdir -p $out
build/atlas bench misses $(ls tests/traces/*.txt.xz | grep -v '\.head\.') >$out/misses

{
    echo "| trace | preset | L1 misses: fetch, data | misses of all TLBs | LRU | OPT | infinite | entries | LRU needs | reach, LRU's (MiB) |"
    echo "|---|---|---|---|---|---|---|---|---|"
    awk 'NF != 11 || $4 !~ /^[0-9]+$/ { next }
        $3 == "fetch" { fetch = $5 }
        $3 == "data" { data = $5 }
        $3 == "all" {
            printf "| %s | `%s` | %s, %s | %s | %s | %s | %s | %s | %s | %.1f, %.1f |\n",
                $1, $2, fetch, data, $5, $6, $7, $8, $4, $9, $10, $11
        }' $out/misses
} >$out/misses.table
sim/tools/splice.sh README.md misses <$out/misses.table
cat $out/misses.table

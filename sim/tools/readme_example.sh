#!/bin/sh
# Compiles the first C program of README.md and compares what it prints with the block that the
# README shows. Run from the top folder; needs build/libatlas.a.
set -eu

out=build/readme_example
mkdir -p "$out"
awk '/^```c$/ { on = 1; next } /^```$/ { if (on) exit } on' README.md >"$out/first.c"
awk '/^hits the TLB:$/ { armed = 1 } armed && /^```$/ { if (on) exit; on = 1; next } on' README.md \
    >"$out/expected"
${CC:-gcc} -std=c11 -Wall -Wextra -Werror -Imodel "$out/first.c" build/libatlas.a -o "$out/first"
"$out/first" >"$out/printed"
diff "$out/expected" "$out/printed"

#!/bin/sh
# check_readme.sh: the C program in README.md compiles as the text says, and prints what the next
# block shows.
set -eu
out=build/readme
mkdir -p $out
awk -v out=$out '
    /^```/ {
        file = ""
        if ($0 == "```c" && !seen) { file = out "/first.c"; seen = 1 }
        else if ($0 == "```" && seen == 1 && !open) { file = out "/expected"; seen = 2 }
        open = !open
        next
    }
    file != "" { print > file }' README.md
${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror -Imodel $out/first.c build/libatlas.a -o $out/first
$out/first | diff -u $out/expected -
echo "check-readme: the program in README.md prints what it says"

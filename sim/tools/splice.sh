#!/bin/sh
# splice.sh FILE NAME < TEXT: replace what stands in FILE between the line
# "<!-- NAME: written by `make ...` -->" and the next "<!-- end -->".
set -eu
mkdir -p build
cat >build/splice.text
grep -q "^<!-- $2: written by .* -->\$" "$1" || {
    echo "$1: no line '<!-- $2: written by ... -->', expected one before the table" >&2
    exit 2
}
awk -v name="$2" '
    /^<!-- end -->$/ { skip = 0 }
    !skip { print }
    index($0, "<!-- " name ": written by ") == 1 {
        while ((getline line < "build/splice.text") > 0) print line
        skip = 1
    }' "$1" >build/splice.new
cp build/splice.new "$1"

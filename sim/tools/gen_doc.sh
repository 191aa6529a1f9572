#!/bin/sh
# gen_doc.sh FILE: print FILE with its generated tables as they should be. Such a table stands
# between a line "<!-- NAME: written by `make gen` -->" and "<!-- end -->".
awk '
    /^<!-- end -->$/ { skip = 0 }
    !skip { print }
    /^<!-- [a-z-]+: written by `make gen` -->$/ {
        name = $2
        sub(/:/, "", name)
        if (name == "presets") name = "preset-list"
        command = "build/gen " name
        while ((command | getline line) > 0) print line
        skip = 1
    }' "$1"

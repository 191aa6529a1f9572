#!/bin/bash
# requirements.sh: print tests/REQUIREMENTS.md: each id of tests/requirements.ids, the tests that
# cover it, and whether it is covered.
#
# A test names its ids in a comment right before it, or at the end of its first line, alone or
# before a colon and more text:
#     /* B1 B16 */                         /* F6: a short write is retried. */
#     static void name(void **state)       {"name of a row", ...}
# An id that is not in the list ends this with status 2.
set -u
export LC_ALL=C.UTF-8

find tests -name '*.[ch]' | sort | xargs -r awk '
    FNR == 1 { ids = "" }
    match($0, /\/\*[ \t]*[MLSPFKHXB][0-9]+([ \t,]+[MLSPFKHXB][0-9]+)*[ \t]*(:|\*\/)/) {
        ids = substr($0, RSTART, RLENGTH)
        gsub(/[\/*:,]/, " ", ids)
        where = FILENAME ":" FNR
    }
    ids != "" && /^(static )?(void|int|bool) [a-z0-9_]+\(/ {
        report($0)
    }
    ids != "" && match($0, /\{[ \t]*"[^"]*"/) {
        test = substr($0, RSTART, RLENGTH - 1)
        sub(/.*"/, "", test)
        found(test)
    }
    function report(line) {
        sub(/\(.*/, "", line)
        sub(/.* /, "", line)
        found(line)
    }
    function found(test,    n, i, id) {
        n = split(ids, id, " ")
        for (i = 1; i <= n; i++)
            printf "%s\t%s\t%s\t%s\n", id[i], FILENAME, test, where
        ids = ""
    }' | awk -F '\t' '
    NF == 4 {
        file = $2
        sub(/^tests\//, "", file)
        cover[$1] = cover[$1] (cover[$1] == "" ? "" : ", ") "`" file "` " $3
        where[$1] = $4
        next
    }
    !/^#/ && NF {
        id[++n] = $0
        sub(/ .*/, "", id[n])
        text[n] = substr($0, length(id[n]) + 2)
        known[id[n]] = 1
        done += id[n] in cover
    }
    END {
        for (i in cover)
            if (!(i in known)) {
                printf "%s: no such requirement: %s (see tests/requirements.ids)\n", where[i], i \
                    > "/dev/stderr"
                exit 2
            }
        print "# Requirements and the tests that cover them\n"
        print "Written by `make requirements` from the comments before the tests: do not edit.\n"
        printf "%d of %d are covered.\n\n", done, n
        print "| id | what | covered by | state |\n|---|---|---|---|"
        for (i = 1; i <= n; i++) {
            gsub(/\|/, "\\|", text[i])
            state = id[i] in cover ? "covered" : "open"
            printf "| %s | %s | %s | %s |\n", id[i], text[i], cover[id[i]], state
        }
    }' - tests/requirements.ids
exit "${PIPESTATUS[-1]}"

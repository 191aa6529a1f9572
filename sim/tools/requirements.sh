#!/bin/bash
# requirements.sh: print tests/REQUIREMENTS.md: each id of tests/requirements.ids, the tests that
# cover it, and whether it is covered.
#
# A test names its ids in a comment right before it, alone or before a colon and more text:
#     /* B1 B16 */                      /* F6: a short write is retried. */
#     static void name(void **state)    {"name of a row", ...}
# An id that is not in the list ends this with status 2.
set -u
export LC_ALL=C.UTF-8

find tests -name '*.[ch]' | sort | xargs -r awk '
    FNR == 1 { ids = "" }
    match($0, /^[ \t]*\/\*[ \t]*([MLSPFKHXB][0-9]+[ \t]*)+(:|\*\/)/) {
        ids = substr($0, RSTART, RLENGTH)
        gsub(/[\/*:]/, "", ids)
        where = FILENAME ":" FNR
    }
    ids != "" && match($0, /[A-Za-z_0-9]+\(void \*\*/) {
        report(substr($0, RSTART, RLENGTH - length("(void **")))
    }
    ids != "" && match($0, /^[ \t]*(\/\*.*\*\/)?[ \t]*\{[ \t]*"[^"]*"/) {
        report(substr($0, index($0, "\"") + 1, RSTART + RLENGTH - index($0, "\"") - 2))
    }
    function report(test,    n, i, id) {
        n = split(ids, id, " ")
        for (i = 1; i <= n; i++)
            printf "%s\t%s\t%s\t%s\n", id[i], FILENAME, test, where
        ids = ""
    }' | awk -F '\t' '
    FILENAME == "-" {
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
            printf "| %s | %s | %s | %s |\n", id[i], text[i], cover[id[i]],
                id[i] in cover ? "covered" : "open"
        }
    }' - tests/requirements.ids
exit "${PIPESTATUS[-1]}"

#!/bin/bash
# check_layers.sh: who may know whom (DESIGN, "Layout").
#
# 1. A file includes headers of its own and lower layers only.
# 2. The OS half, with what it uses of model/base and model/mem, needs no symbol of a C library
#    but memcpy, memmove, memset and memcmp, and vm_bug, which a board supplies.
# 3. libatlas prints nothing, never exits, and has no variable that can change.
# 4. libatlas.so offers its interface and nothing else, to C and to C++.
set -u
status=0

fail() {
    echo "check-layers: $*" >&2
    status=1
}

# Folder (longest match first), and what it may include, as a pattern of paths below model/.
os='arch|base|mem|os/kmem'
rules="
model/arch      arch/
model/base      (arch|base)/
model/mem       (arch|base|mem)/
model/oracle    (arch|base|oracle)/|mmu_port\.h
model/os/kmem   ($os)/|mmu_port\.h
model/os/paging ($os|os/paging)/|mmu_port\.h
model/os/space  ($os|os/(paging|space))/|mmu_port\.h
model/os/fault  ($os|os/(paging|space|fault))/|mmu_port\.h
model/os/swap   ($os|os/(paging|space|fault|swap))/|mmu_port\.h
model/os        ($os|os)/|mmu_port\.h
model           (arch|base|mem|mmu)/|mmu_port\.h|atlas\.h
sim             (arch|base|mem|mmu)/|mmu_port\.h|atlas\.h|sim:
host            .*"

allowed() {
    awk -v file="$1" '$1 != "" && index(file, $1 "/") == 1 && length($1) > best {
        best = length($1); pattern = $2 } END { print pattern }' <<<"$rules"
}

# The file that `#include "name"` in file $1 means, relative to model/, or "sim:..." or "host:...".
resolve() {
    local file=$1 name=$2 path
    for path in "$(dirname "$file")/$name" "model/$name" "sim/$name" "host/$name"; do
        [ -e "$path" ] || continue
        path=$(realpath --relative-to=. "$path")
        case $path in
        model/*) echo "${path#model/}" ;;
        *) echo "${path%%/*}:${path#*/}" ;;
        esac
        return
    done
    echo "nothing:$name"
}

while IFS=: read -r file line include; do
    [ "$file" != model/arch/gen.c ] || continue # a program of the build
    name=$(sed 's/.*"\(.*\)".*/\1/' <<<"$include")
    target=$(resolve "$file" "$name")
    [[ $target =~ ^($(allowed "$file")) ]] ||
        fail "$file:$line: includes \"$name\" ($target), which is no lower layer"
done < <(grep -rnE --include='*.[ch]' --include='*.cpp' '^[[:space:]]*#[[:space:]]*include "' model sim host)

# What is undefined once the OS half has taken what it uses from libatlas. vm_bug is the board's.
os_needs() {
    cp build/libatlas.a build/layers.a && ar d build/layers.a bug.o &&
        ld -r -o build/layers.o --whole-archive build/libatlas_os.a --no-whole-archive \
            build/layers.a && nm -u build/layers.o
}
if [ -n "$(ar t build/libatlas_os.a)" ]; then
    for symbol in $(os_needs | sed 's/^ *U *//'); do
        case $symbol in
        memcpy | memmove | memset | memcmp | vm_bug | _GLOBAL_OFFSET_TABLE_) ;;
        *) fail "the OS half needs $symbol, which is not freestanding" ;;
        esac
    done
fi

may_use='calloc|malloc|realloc|free|mem(cpy|move|set|cmp)|str(cmp|ncmp|len|chr)|v?snprintf|__assert_fail|_GLOBAL_OFFSET_TABLE_'
defined=$(nm build/libatlas.a | awk 'NF == 3 && $2 ~ /[A-Zti]/ { print $3 }' | sort -u)
# bug.o, the end of a broken promise, is what assert is: it reports and aborts.
for symbol in $(nm build/libatlas.a | sed '/^bug.o:/,/^$/d' | sed -n 's/^ *U *//p' | sort -u); do
    grep -qxF "$symbol" <<<"$defined" || [[ $symbol =~ ^($may_use)$ ]] ||
        fail "libatlas needs $symbol: it may not print, exit or do I/O"
done
# Constants that hold addresses (.data.rel.ro) become read-only when the program is loaded.
while read -r object symbol; do
    fail "libatlas has a variable that can change: $symbol ($object)"
done < <(objdump -t build/libatlas.a | awk '
    /file format/ { object = $1 }
    {
        kind = substr($0, 18, 7); section = substr($0, 26)
        if (section ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ &&
            section !~ /^\.data\.rel\.ro/ && kind !~ /d/)
            print object, $NF
    }')

for symbol in $(nm -D --defined-only build/libatlas.so | awk '{ print $3 }'); do
    [[ $symbol =~ ^(atlas_.*|cold_walk)$ ]] || fail "libatlas.so offers $symbol to all who load it"
done
[ "$(readelf -d build/libatlas.so | sed -n 's/.*soname: \[\(.*\)\]/\1/p')" = libatlas.so ] ||
    fail "libatlas.so does not bear its name"
g++ -x c++ -Imodel - -x none build/libatlas.so -o build/layers.cpp.out <<'EOF' ||
#include "atlas.h"
int main() { return atlas_preset("tiny", 0) && atlas_reason_name(0) && atlas_port(0).self; }
EOF
    fail "a C++ program cannot use libatlas"

[ $status -eq 0 ] && echo "check-layers: includes and symbols are as they should be"
exit $status

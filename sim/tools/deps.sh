#!/bin/sh
# deps.sh: see that the tools and libraries are there, and install on Debian 12 what is missing.
#
# Needs root, or sudo without a password; without either it prints the command to give, and ends
# with status 2. Never asks anything. On a system without dpkg it only looks for the tools.
set -u

PACKAGES="gcc g++ libc6-dev make ccache clang libclang-rt-14-dev
    clang-format cppcheck verilator python3 iverilog yosys nextpnr-ice40 z3 valgrind xz-utils
    libcmocka-dev libelf-dev libjansson-dev zlib1g-dev liblzma-dev libzstd-dev"
TOOLS="gcc g++ clang clang-format cppcheck verilator iverilog yosys nextpnr-ice40 z3 valgrind"

missing_tools() {
    for tool in $TOOLS; do
        command -v "$tool" >/dev/null || printf ' %s' "$tool"
    done
}

missing_packages() {
    installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $PACKAGES 2>/dev/null |
        sed -n 's/^.i  *//p')
    for package in $PACKAGES; do
        printf '%s\n' "$installed" | grep -qxF "$package" || printf ' %s' "$package"
    done
}

apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
        -o Dpkg::Use-Pty=0 "$@" </dev/null
}

if ! command -v dpkg-query >/dev/null; then
    missing=$(missing_tools)
    [ -z "$missing" ] && exit 0
    echo "deps: not found:$missing. Install them (on Debian 12 \`make deps\` does it)." >&2
    exit 2
fi

missing=$(missing_packages)
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "deps: not installed, and no right to install:$missing. As root:" >&2
    echo "    apt-get update && apt-get install -y --no-install-recommends$missing" >&2
    exit 2
fi

echo "deps: installing$missing"
apt update || echo "deps: apt-get update failed, trying with what is known" >&2
apt install --no-install-recommends $missing || exit 2
missing=$(missing_packages)
[ -z "$missing" ] && exit 0
echo "deps: still not installed:$missing" >&2
exit 2

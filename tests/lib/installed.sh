#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: installed.sh BUILD
# With the installed files alone, the examples compile as C and as C++, with the shared and with the
# static library, and run.
set -uo pipefail

HERE=$(dirname "$(realpath "$0")")
# shellcheck source=../guest/lib.sh
. "$HERE/../guest/lib.sh"

EXAMPLES=$HERE/../../lib/examples
ROOT=$(mktemp -d)
trap 'rm -rf "$ROOT"' EXIT
DESTDIR=$ROOT meson install -C "$1" --no-rebuild > "$ROOT/log" 2>&1 || {
	cat "$ROOT/log"
	exit 1
}
export PKG_CONFIG_SYSROOT_DIR=$ROOT
PKG_CONFIG_LIBDIR=$(dirname "$(find "$ROOT" -name libdaxplug.pc)"):$(pkg-config --variable pc_path pkg-config)
export PKG_CONFIG_LIBDIR
LIBRARY=$(dirname "$(find "$ROOT" -name 'libdaxplug.so.0')")

flags() { pkg-config "$@" libdaxplug | sed "s#$ROOT$ROOT#$ROOT#g"; }

needed_by_static() {
	local needed
	mapfile -t needed < <(pkg-config --print-requires-private libdaxplug | cut -d' ' -f1)
	pkg-config --libs "${needed[@]}"
}

# compiles NAME COMPILER FLAG...
compiles() {
	local name=$1
	shift
	# shellcheck disable=SC2046,SC2086 # flags are words
	"$@" -Wall -Wextra -Werror -pthread -o "$ROOT/$name" $FILE $(flags --cflags) $LIBRARIES 2>&1
}

for example in poll-loop threads; do
	FILE=$EXAMPLES/$example.c
	LIBRARIES=$(flags --libs)
	ok "$example: as C" compiles "$example" cc -std=c11 -D_GNU_SOURCE -pedantic
	FILE="-x c++ $EXAMPLES/$example.c -x none"
	ok "$example: as C++" compiles "$example-cxx" c++ -std=c++11 -pedantic
	if [[ -e $LIBRARY/libdaxplug.a ]]; then
		FILE=$EXAMPLES/$example.c
		# Debian has no static libkmod, so the libraries that libdaxplug needs stay shared.
		LIBRARIES="-L$LIBRARY -l:libdaxplug.a $(needed_by_static)"
		ok "$example: with the static library" compiles "$example-static" cc -std=c11 -D_GNU_SOURCE
	fi
done

status=0
OUTPUT=$(LD_LIBRARY_PATH=$LIBRARY "$ROOT/poll-loop" dax9.9 plug 2>&1) || status=$?
is "poll-loop: a device that is not there" "$status $OUTPUT" "1 dax9.9: no such device"
OUTPUT=$(LD_LIBRARY_PATH=$LIBRARY "$ROOT/threads" dax8.8 dax9.9 2>&1)
is "threads: devices that are not there" "$OUTPUT" $'dax8.8: unknown \ndax9.9: unknown '
if [[ -e $ROOT/poll-loop-static ]]; then
	is "the static program does not need libdaxplug.so" \
		"$(ldd "$ROOT/poll-loop-static" | grep -c daxplug)" 0
	is "the static program runs" "$("$ROOT/poll-loop-static" dax9.9 plug 2>&1)" "dax9.9: no such device"
fi
is "the SONAME" "$(objdump -p "$LIBRARY/libdaxplug.so.0" | awk '$1 == "SONAME" { print $2 }')" libdaxplug.so.0
# 2.31 is the version of Debian 11 and Ubuntu 20.04. The headers of a newer system bring in newer
# symbols.
ok "no glibc symbol for pidfds" eval "! objdump -T '$LIBRARY/libdaxplug.so.0' | grep -q pidfd"
done_testing

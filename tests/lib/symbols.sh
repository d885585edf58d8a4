#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: symbols.sh LIBRARY
# The shared library exports exactly the functions that its header declares, versioned.
set -uo pipefail

HERE=$(dirname "$(realpath "$0")")
# shellcheck source=../guest/lib.sh
. "$HERE/../guest/lib.sh"

declared() {
	sed 's#/\*.*\*/##; /^\/\*/,/\*\//d; /^typedef/d' "$HERE/../../lib/libdaxplug.h" |
		grep -oE '\bdaxplug_[a-z_]+\(' | tr -d '(' | sort -u
}
exported() { nm -D --defined-only "$1" | awk '$2 == "T" { print $3 }' | sort -u; }

is "the exported symbols are the declared ones, versioned" "$(exported "$1")" \
	"$(declared | sed 's/$/@@LIBDAXPLUG_0/')"
# Prints the variables in writable sections, without those of the compiler's start-up files, or "no
# symbols" for a stripped library.
writable() {
	nm --format=sysv "$1" | awk -F'|' '$7 ~ /^\.(data|bss|tdata|tbss)$/ { print $1 }
		$7 == ".text" { found = 1 }
		END { if (!found) print "no symbols" }' |
		grep -vE '^(__dso_handle|__TMC_END__|completed\.[0-9]+) *$'
}
is "the library has no writable variables" "$(writable "$1")" ""
done_testing

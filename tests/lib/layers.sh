#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: layers.sh STATIC_LIBRARY COMMAND
# Each file of the library calls only files above it in the list of lib/meson.build, so their calls
# form no circle. The calls of the command's files, whose list has no order, form no circle either.
set -uo pipefail

HERE=$(dirname "$(realpath "$0")")
# shellcheck source=../guest/lib.sh
. "$HERE/../guest/lib.sh"

# Prints "N FILE" for each file, in the order of the list.
files() { grep -oE "^  '[a-z_]+\.c'" "$HERE/../../lib/meson.build" | tr -d " '" | cat -n; }

# Prints "FILE T|U SYMBOL" for each symbol that a file defines or uses.
symbols() { nm -A "$1" | sed -nE 's#^.*[/:](lib_)?([a-z_]+\.c)\.o:.* ([TU]) (.*)#\2 \3 \4#p'; }

# calls_up LIBRARY: prints each call to a file further down the list.
calls_up() {
	awk 'NR == FNR { at[$2] = $1; next }
		$2 == "T" { owner[$3] = $1 }
		$2 == "U" { from[++calls] = $1; to[calls] = $3 }
		END { for (i = 1; i <= calls; i++) {
			file = owner[to[i]]
			if (at[from[i]] && at[file] > at[from[i]])
				print from[i], "calls", to[i], "of", file } }' <(files) <(symbols "$1")
}

# calls_of_command COMMAND: prints "FILE FILE" for each file and each other file that it uses.
calls_of_command() {
	nm -A "$1".p/*.c.o | sed -nE 's#^.*/([a-z_]+\.c)\.o:.* ([A-Z]) (.*)#\1 \2 \3#p' |
		awk '$2 != "U" { owner[$3] = $1; next }
			{ from[++calls] = $1; to[calls] = $3 }
			END { for (i = 1; i <= calls; i++)
				if (owner[to[i]])
					print from[i], owner[to[i]] }' | sort -u
}

ok "the files are known" test "$(files | wc -l)" -gt 30
ok "their symbols are known" test "$(symbols "$1" | wc -l)" -gt 300
is "no file calls one below it" "$(calls_up "$1")" ""
ok "the calls of the command are known" test "$(calls_of_command "$2" | wc -l)" -gt 50
is "no circle among the files of the command" \
	"$(calls_of_command "$2" | tsort 2>&1 > /dev/null)" ""
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The lab keeps an item in its cache if and only if it is complete, even where bash continues after a
# failure because a caller tests the status.
set -euo pipefail
. tests/guest/lib.sh

WORK=$(mktemp -d)
export DAXPLUG_BUILD=$WORK/build
. lab/lib/common.sh
. lab/lib/cache.sh
trap 'rm -rf "$WORK"' EXIT

whole() { mkdir "$1"; printf '%s\n' "$2" > "$1/it"; }
half() { mkdir "$1"; false; printf 'all the same\n' > "$1/it"; }
half_inside() { mkdir "$1"; (false; :); printf 'all the same\n' > "$1/it"; }
half_elsewhere() { whole "$1" it; cached "$BUILD/other" half; }
none_to_be_had() { mkdir "$1"; (exit 77) || exit; }

# Calls cached, and prints a line if the shell continues after it.
make() {
	cached "$BUILD/$1" "$1" "${@:2}"
	printf 'went on\n'
}

# Each way to call make sets STATUS, in a shell of its own, because a failing maker ends the shell.
plainly() {
	set +e
	(set -e; make "$@")
	STATUS=$?
	set -e
}
before_or() { STATUS=0; (make "$@") || STATUS=$?; }
after_if() { if (make "$@"); then STATUS=0; else STATUS=$?; fi; }
apart_before_or() { STATUS=0; apart make "$@" || STATUS=$?; }

# made WAY MAKER [ARG]: sets OUTPUT and STATUS.
made() {
	"$@" > "$WORK/out" 2> "$WORK/err"
	OUTPUT=$(< "$WORK/out")
}

# kept: prints the files below build/, without the locks.
kept() { (cd "$BUILD" && find . -type f ! -path './lock/*' | sort | paste -sd ' '); }

for way in plainly before_or after_if apart_before_or; do
	for maker in half half_inside half_elsewhere; do
		made "$way" "$maker"
		is "$way: a failure is not kept ($maker)" "$(kept)" ''
		is "$way: nothing goes on after a failure" "$STATUS $OUTPUT" "1 "
		is "$way: nothing is left in build/tmp" "$(ls "$BUILD/tmp")" ''
	done
	made "$way" none_to_be_had
	is "$way: the status is the maker's" "$STATUS $OUTPUT" "77 "
	made "$way" whole this
	is "$way: a success is kept" "$STATUS $OUTPUT $(kept) $(< "$BUILD/whole/it")" "0 went on ./whole/it this"
	made "$way" whole that
	is "$way: the item is not made again" "$STATUS $OUTPUT $(< "$BUILD/whole/it")" "0 went on this"
	rm -r "$BUILD/whole"
done

# The cache makes nothing where bash cannot be made to stop at failures.
substituted() {
	local output
	output=$(make half 2> "$WORK/err") || return
}
ok "in a substitution: the call fails" eval '! substituted'
is "in a substitution: nothing is kept" "$(kept)" ''
ok "in a substitution: the message says why" grep -q 'a failure would go unnoticed' "$WORK/err"
done_testing

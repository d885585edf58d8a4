# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the lab makes once is kept when it is complete, and only then: also where bash goes
# on after a failure, because somebody looks at the status of what calls the maker.
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

# What calls cached, with more to do after it.
make() {
	cached "$BUILD/$1" "$1" "${@:2}"
	printf 'went on\n'
}

# Each sets STATUS. In a shell of its own, because a failing maker ends it.
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

# kept: what there is below build/, but for locks.
kept() { (cd "$BUILD" && find . -type f ! -path './lock/*' | sort | paste -sd ' '); }

for way in plainly before_or after_if apart_before_or; do
	for maker in half half_inside half_elsewhere; do
		made "$way" "$maker"
		is "$way: what fails is not kept ($maker)" "$(kept)" ''
		is "$way: and nothing goes on without it" "$STATUS $OUTPUT" "1 "
		is "$way: nothing of it is left" "$(ls "$BUILD/tmp")" ''
	done
	made "$way" none_to_be_had
	is "$way: the maker's status is that of all" "$STATUS $OUTPUT" "77 "
	made "$way" whole this
	is "$way: what is made is kept" "$STATUS $OUTPUT $(kept) $(< "$BUILD/whole/it")" "0 went on ./whole/it this"
	made "$way" whole that
	is "$way: and not made again" "$STATUS $OUTPUT $(< "$BUILD/whole/it")" "0 went on this"
	rm -r "$BUILD/whole"
done

# Where bash cannot be made to heed failures, nothing is made.
substituted() {
	local output
	output=$(make half 2> "$WORK/err") || return
}
ok "in a substitution: it fails" eval '! substituted'
is "in a substitution: nothing is kept" "$(kept)" ''
ok "in a substitution: it says why" grep -q 'a failure would go unnoticed' "$WORK/err"
done_testing

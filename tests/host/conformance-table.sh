# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The table in docs/conformance.md matches the kept results, and each result has every
# promise. The suite refuses a device that it cannot check.
set -euo pipefail
. tests/guest/lib.sh
RUN=tests/conformance/run TABLE=tests/conformance/table

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# --- the table ---

cat > "$WORK/one-1.0.tap" <<- 'END'
	TAP version 13
	# Linux 1.0-x, driver kmem, 8 blocks, found offline
	ok 1 - first.one: the first promise
	not ok 2 - second.one: the second # of them
	# got: nothing
	ok 3 - third.one: the third # SKIP no perl
END
cat > "$WORK/two-2.0.tap" <<- 'END'
	# Linux 2.0-y, driver kmem, 8 blocks, found offline
	ok 1 - second.one: the second # of them
	ok 2 - fourth.one: the fourth
END
is "a table of two results" "$("$TABLE" "$WORK"/*.tap)" "\
| promise | | one, 1.0 | two, 2.0 |
| --- | --- | --- | --- |
| \`first.one\` | the first promise | yes | not checked |
| \`second.one\` | the second # of them | **no** | yes |
| \`third.one\` | the third | not checked | not checked |
| \`fourth.one\` | the fourth | not checked | yes |
| | kept, of those checked | 1 of 2 | 2 of 2 |
| | Linux | 1.0-x | 2.0-y |"
is "the rows of differences" "$("$TABLE" -d "$WORK"/*.tap | wc -l)" 8
cp "$WORK/two-2.0.tap" "$WORK/same-2.0.tap"
is "the rows without a difference" "$("$TABLE" -d "$WORK"/{two,same}-2.0.tap | grep -c '^| `')" 0

is "docs/conformance.md has the table" "$(sed '1,/^<!-- tests.conformance.table -->$/d' docs/conformance.md)" "$("$TABLE" -d)"
for result in tests/conformance/results/*.tap; do
	is "${result##*/} has each promise" "$(sed -nE 's/^(not )?ok [0-9]+ - ([^:]+): ?(.*)/\2 \3/p' "$result" | sed 's/ # SKIP .*//')" \
		"$("$RUN" --list | sed -E 's/ +/ /; s/ \(--risky\)$//')"
done
is "no id is used twice" "$("$RUN" --list | cut -d' ' -f1 | sort | uniq -d)" ''

# --- the suite ---

# refuses TEXT ARG...
refuses() {
	local status=0
	"$RUN" "${@:2}" > "$WORK/out" 2> "$WORK/err" || status=$?
	is "${*:2}: refused" "$status: $(< "$WORK/err")" "2: run: $1"
	is "${*:2}: nothing on standard output" "$(wc -c < "$WORK/out")" 0
}

refuses "name a device, such as dax0.0 (--help shows the options)"
refuses "name a device, such as dax0.0 (--help shows the options)" memory32
refuses "unknown option --frobnicate" --frobnicate dax0.0
refuses "there is no promise 'no.such' (--list shows them)" --only no.such dax0.0
refuses "there is no promise '' (--list shows them)" --only
refuses "there is no dax9.99" dax9.99
done_testing

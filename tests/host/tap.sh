# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The lab judges the output of a test correctly, even if points are missing.
set -euo pipefail
. tests/guest/lib.sh
. lab/lib/tap.sh

EXIT_SKIP=77 EXIT_SETUP=97 EXIT_NO_STATUS=98 EXIT_SPLAT=99 EXIT_TIMEOUT=124
DIR=$(mktemp -d)
trap 'rm -r "$DIR"' EXIT

# counts STATUS ERRORS LINE...: the passed, failed and skipped points of a test with this output.
counts() {
	printf '%s\n' "${@:3}" > "$DIR/out"
	printf '%s\n' "$2" > "$DIR/err"
	tap_verdict "$DIR/out" "$1" ours "$DIR/err" | sed -n 's/^count //p'
}

is "two points" "$(counts 0 '' 'ok 1 - a' 'ok 2 - b' '1..2')" "2 0 0"
is "a failed point" "$(counts 1 '' 'ok 1 - a' 'not ok 2 - b' '1..2')" "1 1 0"
is "a skipped point" "$(counts 0 '' 'ok 1 - a # SKIP none here' '1..1')" "0 0 1"
is "all skipped" "$(counts 0 '' '1..0 # SKIP none here')" "0 0 1"
is "no kernel" "$(counts 77 'no such kernel')" "0 0 1"
is "a TODO does not excuse daxplug's driver" "$(counts 0 '' 'not ok 1 - a # TODO stock: differs' '1..1')" "0 1 0"
is "fewer points than planned" "$(counts 0 '' 'ok 1 - a' '1..2')" "1 1 0"
is "no plan" "$(counts 0 '' 'ok 1 - a')" "1 1 0"
is "no points at all" "$(counts 0 '' '1..0')" "0 1 0"
is "a status that contradicts the points" "$(counts 1 '' 'ok 1 - a' '1..1')" "1 1 0"
is "points that are missing after an error in arithmetic" \
	"$(counts 0 'x.sh: line 3: * 4: syntax error: operand expected (error token is "* 4")' 'ok 1 - a' '1..1')" "1 1 0"
is "a function that does not exist" "$(counts 0 'x.sh: line 3: foo: command not found' 'ok 1 - a' '1..1')" "1 1 0"
is "a variable that is not set" "$(counts 0 'x.sh: line 3: foo: unbound variable' 'ok 1 - a' '1..1')" "1 1 0"
is "a failed point that looks skipped" "$(counts 1 '' 'not ok 1 - a # SKIP x' '1..1')" "0 1 0"
is "a point about #skips" "$(counts 0 '' 'ok 1 - counts #skips' '1..1')" "1 0 0"
is "a skip without a reason" "$(counts 0 '' 'ok 1 - a # SKIP' '1..1')" "0 1 0"
is "all skipped without a reason" "$(counts 0 '' '1..0 # SKIP')" "0 1 0"
is "status 77 after a point" "$(counts 77 '' 'ok 1 - a' '1..1')" "1 1 0"
is "a missing number" "$(counts 0 '' 'ok 1 - a' 'ok 3 - b' '1..2')" "2 1 0"
is "a number twice" "$(counts 0 '' 'ok 1 - a' 'ok 2 - b' 'ok 2 - c' '1..3')" "3 1 0"
is "two tests, one after the other" "$(counts 0 '' 'ok 1 - a' '1..1' 'ok 1 - b' '1..1')" "2 0 0"
done_testing

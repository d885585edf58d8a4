# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Functions with which a test prints its results (Test Anything Protocol).
#
#	ok "promise" command arg...	passes if the command succeeds
#	is "promise" "$got" "$wanted"	passes if both are equal
#	skip "promise" "reason"		reports a point that cannot be tested
#	stock_differs "how"		before a point that the stock driver may fail
#	done_testing			at the end; without it the test has failed

POINTS=0
FAILED=0
DIRECTIVE=''

# The kernel's own driver with the patches of upstream/ has to pass, too.
stock_differs() {
	[[ ${DRIVER-} != stock || ${KERNEL-} == series-* ]] || DIRECTIVE=" # TODO stock: $1"
}

# point STATUS DESCRIPTION
point() {
	local word=ok
	(($1 == 0)) || word='not ok'
	POINTS=$((POINTS + 1))
	printf '%s %d - %s%s\n' "$word" "$POINTS" "$2" "$DIRECTIVE"
	[[ $1 == 0 || $DIRECTIVE ]] || FAILED=$((FAILED + 1))
	DIRECTIVE=''
}

note() { printf '%s\n' "$*" | sed 's/^/# /'; }

ok() {
	local description=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	point "$status" "$description"
	((status == 0)) || note "status $status from: $*${output:+$'\n'}$output"
}

is() {
	if [[ $2 == "$3" ]]; then
		point 0 "$1"
	else
		point 1 "$1"
		note "got: $2"$'\n'"wanted: $3"
	fi
}

skip() {
	DIRECTIVE=" # SKIP $2"
	point 0 "$1"
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

done_testing() {
	printf '1..%d\n' "$POINTS"
	exit "$((FAILED > 0))"
}

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# spin visits all states of the driver's protocol (kernel/model/kmem.pml) and finds no wrong state; with
# any one of the driver's precautions left out, it finds one.
set -euo pipefail
. tests/guest/lib.sh

MODEL=$PWD/kernel/model/kmem.pml

# The tasks of each run. In runs named *_ends spin looks for a task that waits for ever, in the others
# for a wrong state.
declare -A ACTORS=(
	[all]="-DRANGES=2 -DHELD_PAGES=true -DWITH_REMOVER -DWITH_NEIGHBOUR"
	[bound]="-DRANGES=2 -DHELD_PAGES=true"
	[neighbour]="-DRANGES=1 -DWITH_NEIGHBOUR"
	[guard]="-DRANGES=1 -DWITH_GUARD"
	[writers]="-DRANGES=1 -DWRITERS=2"
	[reclaim]="-DRANGES=1 -DWRITERS=0 -DWITH_RECLAIMER"
	[sleep]="-DRANGES=1 -DWITH_SLEEPER"
	[cancel_ends]="-DRANGES=1 -DFAIR -DHELD_PAGES=true -DENDLESS=true"
	[sleep_ends]="-DRANGES=1 -DFAIR -DWITH_SLEEPER -DSLEEPS_FOR_EVER"
	[unbind_ends]="-DRANGES=1 -DFAIR -DHELD_PAGES=true"
	[unload_ends]="-DRANGES=1 -DFAIR -DWITH_REMOVER"
	[write_ends]="-DRANGES=1 -DFAIR"
)
RUNS=(all bound neighbour guard writers reclaim sleep cancel_ends sleep_ends unbind_ends unload_ends write_ends)

is_progress() { [[ $1 == *_ends ]]; }

build() {
	local actors search=(-DSAFETY -DNOCLAIM)
	read -ra actors <<< "${ACTORS[$1]}"
	! is_progress "$1" || search=()
	mkdir "$BUILT/$1"
	cd "$BUILT/$1"
	spin -a "${actors[@]}" "$MODEL" > spin.out
	gcc -O0 -w "${search[@]}" -o pan pan.c
}

# search RUN [PRECAUTION]: searches, with that precaution left out; sets STATES and FOUND.
search() {
	local claim=()
	! is_progress "$1" || claim=(-a -f -N "$1")
	cd "$BUILT/$1"
	LEFT_OUT=${2-0} ./pan -m1000000 "${claim[@]}" > pan.out 2>&1 || true
	STATES=$(sed -nE 's/ *([0-9.e+]+) states, stored.*/\1/p' pan.out)
	FOUND=$(sed -nE 's/^pan:[0-9]+: (.*) \(at depth .*/\1/p' pan.out)
}

is_complete() {
	grep -q 'errors: 0$' "$BUILT/$1/pan.out" &&
		! grep -E 'not completed|too small|out of memory|error:' "$BUILT/$1/pan.out"
}

no_error() {
	search "$1"
	ok "$1: all ${STATES:-0} states, none is wrong" is_complete "$1"
}

is_error() { [[ $FOUND =~ ^(assertion violated|acceptance cycle|invalid end state) ]]; }

# found NUMBER NAME RUN WHAT: without the precaution, spin finds an error.
found() {
	search "$3" "$1"
	ok "without $2 ($4): wrong after ${STATES:-0} states" is_error
	note "$FOUND"
}

type spin gcc > /dev/null 2>&1 || skip_all "spin or gcc is not installed"
BUILT=$(mktemp -d)
trap 'rm -rf "$BUILT"' EXIT

for run in "${RUNS[@]}"; do
	ok "$run: the search builds" build "$run"
	no_error "$run"
done

# "#define NAME PRECAUTION(NUMBER) /* RUN: WHAT */"
precautions() {
	sed -nE 's!^#define (\w+) PRECAUTION\(([0-9]+)\) /\* (\w+): (.*) \*/$!\2\t\1\t\3\t\4!p' "$MODEL"
}

while IFS=$'\t' read -r number name run what; do
	found "$number" "$name" "$run" "$what"
done < <(precautions)
ok "there are precautions" test "$(precautions | wc -l)" -ge 20
is "every precaution was left out once" "$(precautions | wc -l)" "$(grep -c 'PRECAUTION([0-9]' "$MODEL")"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab/results keeps the newest result of each test, and its table has the sums. The table in README is
# up to date.
REPO=$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")
. "$REPO/tests/guest/lib.sh"
WORK=$(mktemp -d)
trap 'rm -r "$WORK"' EXIT
mkdir -p "$WORK/lab/lib"
cp "$REPO/lab/results" "$WORK/lab/"
cp "$REPO/lab/lib/document.sh" "$WORK/lab/lib/"
printf '# a remark\n6.12\t6.12\tamd64\n7.9\t7.9\tamd64\n' > "$WORK/lab/kernels"

# run_of COMMIT LINE...: prints the output of lab/check for a run.
run_of() {
	printf 'daxplug %s\n' "$1"
	printf '6.12: Linux 6.12.1-2, gcc 12, QEMU 7\nlab/check: building kmem for Linux 6.12.1-2\n'
	printf '%s\n' "${@:2}" '1 passed, 0 failed, 0 skipped'
}

run_of aaa 'passed  unit: 63 passed, 0 failed, 0 skipped (9 s) [1/5]' \
	'passed  abi 6.12 ours -s 1G: 10 passed, 0 failed, 0 skipped (4 s) [2/5]' \
	'FAILED  race 6.12 ours: 3 passed, 2 failed, 1 skipped (4 s) [3/5]' \
	'passed  race 6.12 stock: 4 passed, 0 failed, 0 skipped (4 s) [4/5]' \
	'passed  takeover machine -r 13: 15 passed, 0 failed, 0 skipped (4 s) [5/5]' > "$WORK/first"
run_of bbb 'passed  race 6.12 ours: 5 passed, 0 failed, 1 skipped (4 s) [1/1]' > "$WORK/second"

row() { "$WORK/lab/results" "$@" | grep "^| $KERNEL_AND_DRIVER |"; }

KERNEL_AND_DRIVER='6.12 | ours'
is "a test that failed is in the table" "$(row "$WORK/first")" \
	'| 6.12 | ours | 6.12.1-2 | 2 | 13 | 2 | 1 | aaa |'
is "a newer result replaces an older one" "$(row "$WORK/second")" \
	'| 6.12 | ours | 6.12.1-2 | 2 | 15 | 0 | 1 | aaa, bbb |'
is "without new results the table is the same" "$(row)" '| 6.12 | ours | 6.12.1-2 | 2 | 15 | 0 | 1 | aaa, bbb |'
KERNEL_AND_DRIVER='6.12 | stock'
is "the kernel's own driver has a row of its own" "$(row)" '| 6.12 | stock | 6.12.1-2 | 1 | 4 | 0 | 0 | aaa |'
KERNEL_AND_DRIVER='machine | ours'
is "machines have a row of their own" "$(row)" '| machine | ours | - | 1 | 15 | 0 | 0 | aaa |'
is "a kernel without a result is in the table" "$("$WORK/lab/results" | grep 'not run')" '| 7.9 | | not run | | | | | |'
is "host tests are not kept" "$("$WORK/lab/results" | grep -c unit)" 0
printf '%s\n' before '<!-- lab/results -->' old '<!-- end -->' after > "$WORK/document"
ok "the table is written into a document" "$WORK/lab/results" -w "$WORK/document"
is "the rest of the document is unchanged" "$(grep -v '^|' "$WORK/document" | xargs)" 'before <!-- lab/results --> <!-- end --> after'
is "the document has the table" "$(grep '^|' "$WORK/document")" "$("$WORK/lab/results")"
ok "a document without a place for it is refused" eval '! '"'$WORK/lab/results' -w '$WORK/first' 2> '$WORK/err'"
printf '%s\n' '<!-- lab/results -->' rest > "$WORK/open"
ok "a document where that place has no end is refused" eval '! '"'$WORK/lab/results' -w '$WORK/open' 2> '$WORK/err'"
is "the refused document is unchanged" "$(tail -n 1 "$WORK/open")" rest
status=0
"$WORK/lab/results" --no-such > /dev/null 2>&1 || status=$?
is "an unknown option is a usage error" "$status" 2
is "README has the table" "$(sed -n '/^<!-- lab.results -->$/,/^<!-- end -->$/p' "$REPO/README.md" | grep '^|')" \
	"$("$REPO/lab/results")"
done_testing

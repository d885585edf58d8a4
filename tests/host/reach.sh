# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab/reach prints for each kernel whether the driver was booted or compiled with it, whether only the
# kernel's configuration was checked, or "unknown". The table in docs/install.md is up to date.
REPO=$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")
. "$REPO/tests/guest/lib.sh"
WORK=$(mktemp -d)
trap 'rm -r "$WORK"' EXIT
mkdir -p "$WORK/lab" "$WORK/tests/results"
cp -r "$REPO/lab/reach" "$REPO/lab/lib" "$WORK/lab/"
printf '%s\n' '# a remark' $'1.1\t1.1\tamd64' $'1.2\t1.2\tamd64' $'1.3\t1.3\tamd64' $'own\t1.3\tsource' > "$WORK/lab/kernels"
printf '%s\n' '# a remark' $'One\tsources\tits file' $'Two\tunknown\t' > "$WORK/lab/distributions"
printf '%s\n' '# a remark' $'1.1.5-2\tabc\t1\t0\t0\tabi' > "$WORK/tests/results/1.1-ours.tsv"
printf '%s\n' '# a remark' $'1.2.7-1\tabc\t1\t0\t0\tabi' > "$WORK/tests/results/1.2-stock.tsv"
printf '%s\n' '# a remark' $'1.2\t1.2.8-1\tdef' > "$WORK/tests/results/compiled"

row() { "$WORK/lab/reach" | grep "^| $1 |"; }

is "a kernel that tests ran on" "$(row 'Debian 1.1')" '| Debian 1.1 | booted here | 1.1.5-2 |'
is "a kernel that was compiled for, and booted with its own driver only" "$(row 'Debian 1.2')" '| Debian 1.2 | compiled here | 1.2.8-1 |'
is "a kernel that was neither booted nor compiled for" "$(row 'Debian 1.3')" '| Debian 1.3 | unknown |  |'
is "a distribution whose configuration was checked" "$(row One)" '| One | configuration checked only | its file |'
is "an unknown distribution" "$(row Two)" '| Two | unknown |  |'
is "a kernel that the lab builds from source is left out" "$("$WORK/lab/reach" | grep -c '| Debian own')" 0
is "docs/install.md has the table" "$(sed -n '/^<!-- lab.reach -->$/,/^<!-- end -->$/p' "$REPO/docs/install.md" | grep '^|')" "$("$REPO/lab/reach")"
done_testing

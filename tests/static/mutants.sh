# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each mutant of tests/mutants/list changes the present source, and names an existing test;
# docs/reliability.md gives the reason of each survivor, and names no other mutant.
set -euo pipefail
. tests/guest/lib.sh
. tests/mutants/lib.sh

NAMES=() SURVIVORS=()

# has_guest TEST [:N]: the test has at least N runs.
has_guest() {
	local number=${2#:}
	(($(grep -c '^# vm:' "tests/guest/$1.sh") >= ${number:-1}))
}

# mutant NAME TEST FILE FROM TO
mutant() {
	NAMES+=("$1")
	ok "$1: kernel/$3 has the precaution" mutate "kernel/$3" "$4" "$5"
	ok "$1: removing the precaution changes the file" test "$4" != "$5"
	ok "$1: $2 is a guest test" has_guest "${2%:*}" "${2#"${2%:*}"}"
}

survivor() {
	SURVIVORS+=("$1")
	mutant "$@"
}

# documented: prints the survivors that docs/reliability.md names.
# shellcheck disable=SC2016 # for sed
documented() { sed -nE '/^## Mutants/,/^## [^M]/s/^- `([a-z-]+)`.*/\1/p' docs/reliability.md | sort; }

. tests/mutants/list
ok "there are mutants" test "${#NAMES[@]}" -ge 40
is "no two mutants have the same name" "$(printf '%s\n' "${NAMES[@]}" | sort | uniq -d)" ''
is "docs/reliability.md has the survivors" "$(documented)" "$(printf '%s\n' "${SURVIVORS[@]}" | sort)"

file=$(mktemp)
trap 'rm -f "$file"' EXIT
printf 'one\ntwo\ntwo\n' > "$file"
is "a precaution is removed" "$(mutate "$file" $'one\ntwo' 1)" $'1\ntwo'
is "a missing precaution is detected" "$(mutate "$file" three '' 2>&1 || true)" "$file does not have this text: three"
is "an ambiguous precaution is detected" "$(mutate "$file" two '' 2>&1 || true)" "$file has this text more than once: two"
done_testing

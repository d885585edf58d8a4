# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each mutant of tests/mutants/list changes today's source, and names a test that is there; each
# survivor has its reason in docs/reliability.md, which names no others.
set -euo pipefail
. tests/guest/lib.sh
. tests/mutants/lib.sh

NAMES=() SURVIVORS=()

# has_guest TEST [:N]: the test asks for N guests at least.
has_guest() {
	local number=${2#:}
	(($(grep -c '^# vm:' "tests/guest/$1.sh") >= ${number:-1}))
}

# mutant NAME TEST FILE FROM TO
mutant() {
	NAMES+=("$1")
	ok "$1: kernel/$3 has the precaution" mutate "kernel/$3" "$4" "$5"
	ok "$1: taking it out changes the file" test "$4" != "$5"
	ok "$1: $2 is a guest test" has_guest "${2%:*}" "${2#"${2%:*}"}"
}

survivor() {
	SURVIVORS+=("$1")
	mutant "$@"
}

# documented: the survivors that docs/reliability.md has.
# shellcheck disable=SC2016 # for sed
documented() { sed -nE '/^## Mutants/,/^## [^M]/s/^- `([a-z-]+)`.*/\1/p' docs/reliability.md | sort; }

. tests/mutants/list
ok "there are mutants" test "${#NAMES[@]}" -ge 40
is "no two have the same name" "$(printf '%s\n' "${NAMES[@]}" | sort | uniq -d)" ''
is "docs/reliability.md has the survivors" "$(documented)" "$(printf '%s\n' "${SURVIVORS[@]}" | sort)"

file=$(mktemp)
trap 'rm -f "$file"' EXIT
printf 'one\ntwo\ntwo\n' > "$file"
is "a precaution is taken out" "$(mutate "$file" $'one\ntwo' 1)" $'1\ntwo'
is "a precaution that is gone is noticed" "$(mutate "$file" three '' 2>&1 || true)" "$file does not have this text: three"
is "an ambiguous one is noticed" "$(mutate "$file" two '' 2>&1 || true)" "$file has this text more than once: two"
done_testing

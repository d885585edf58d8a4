# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The comment before each block of commands in README and the manual names a test that runs them: that
# test reads the commands from the document, or contains them word for word. A block that no test runs
# says why.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/documents.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# accounted_for TEST WORDS COMMAND
accounted_for() {
	[[ -e $1 ]] || { echo "$1 does not exist"; return 1; }
	if grep -q 'commands\.pl' "$1"; then
		grep -qE "^# vm(-full)?: .*-- ${2%% *}\$" "$1" || { echo "$1 does not run for ${2%% *}"; return 1; }
	elif grep -q '^run_commands' "$1"; then
		[[ $2 != - ]] || set -- "$1" ''
		grep -qE "^run_commands [a-z_]+ $1${2:+ $2}\$" "$1" || { echo "$1 runs no blocks of $2"; return 1; }
	else
		grep -qF -- "$(sed -E 's/[[:space:]]+#.*//' <<< "$3")" "$1" || { echo "$1 does not contain the command"; return 1; }
	fi
}

find_commands() { perl tests/guest/helpers/commands.pl "${DOCUMENTS[@]}" > "$WORK/commands"; }

ok "each block has a language, and each shell block a test" find_commands
ok "there are commands to look for" test "$(wc -l < "$WORK/commands")" -gt 50
while IFS=$'\t' read -r file _ line test words _ command; do
	if [[ $test == - ]]; then
		skip "$file:$line: $command" "$words"
	else
		ok "$file:$line: $command" accounted_for "$test" "$words" "$command"
	fi
done < "$WORK/commands"

# --- faults that the checks detect ---

# document LINE...: makes a document of these lines; prints the complaints about it.
document() {
	printf '%s\n' "$@" > "$WORK/it.md"
	perl tests/guest/helpers/commands.pl "$WORK/it.md" 2>&1 > "$WORK/found" | sed 's/^.*it\.md://'
}

is "a block without a language" "$(document '```' 'ls' '```')" '1: a block without a language'
is "a block without a test" "$(document '```sh' 'ls' '```')" '1: no comment names the test that runs this block'
is "a block without an end" "$(document '```text' 'ls')" '1: a block without an end'
is "a console" "$(document '<!-- run: a/b c d -->' '```console' '$ one  # two' 'out' '(exit status 7)' '# three' '```'; \
	cut -f 2- "$WORK/found" | tr '\t' '|')" $'2|3|a/b|c d|7|one  # two\n2|6|a/b|c d|0|three'
is "a test that does not contain the command" "$(accounted_for tests/guest/lib.sh - 'no such command')" \
	"tests/guest/lib.sh does not contain the command"
is "a test that does not exist" "$(accounted_for tests/none.sh - ls)" "tests/none.sh does not exist"
is "a device for which the test does not run" "$(accounted_for tests/guest/documented.sh none ls)" \
	"tests/guest/documented.sh does not run for none"
is "words that the test does not take" "$(accounted_for tests/host/commands.sh kernel ls)" \
	"tests/host/commands.sh runs no blocks of kernel"
done_testing

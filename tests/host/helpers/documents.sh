# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Functions for tests that run documented commands. Needs tests/guest/lib.sh.

DOCUMENTS=(README.md CONTRIBUTING.md docs/*.md lab/README.md)

# commands_of TEST [WORDS]: prints "FILE LINE STATUS COMMAND", separated by tabs, for each command that
# is marked with TEST and WORDS.
commands_of() {
	perl tests/guest/helpers/commands.pl "${DOCUMENTS[@]}" |
		awk -F '\t' -v OFS='\t' -v test="$1" -v words="${2--}" '$4 == test && $5 == words { print $1, $3, $6, $7 }'
}

# copy_to DIR: copies the working tree to DIR as a clone in which nothing is built.
copy_to() {
	mkdir -p "$1"
	git -c safe.directory="$PWD" ls-files -z -co --exclude-standard | cpio --quiet -0 -pdm "$1"
	git -C "$1" init -q
	git -C "$1" add -A
}

# run_commands RUN TEST [WORDS]: each command, run by RUN with empty standard input, exits with the
# status that the document shows.
run_commands() {
	local file line wanted command output status count=0
	while IFS=$'\t' read -r file line wanted command <&3; do
		status=0 count=$((count + 1))
		output=$("$1" "$command" 2>&1 < /dev/null) || status=$?
		is "$file:$line: $command" "$status" "$wanted"
		[[ $status == "$wanted" ]] || note "$(tail -n 20 <<< "$output")"
	done 3< <(commands_of "${@:2}")
	ok "there were commands of $2${3:+ ($3)}" test "$count" -gt 0
}

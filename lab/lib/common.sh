# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by every command of the lab: paths, messages, temporary directories.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${DAXPLUG_BUILD:-$REPO/build}
COMMAND=lab/$(basename "$0")
export LC_ALL=C.UTF-8
shopt -s inherit_errexit

# Exit statuses of the lab itself, besides those of SCRIPT.
readonly EXIT_SKIP=77 EXIT_SETUP=97 EXIT_NO_STATUS=98 EXIT_SPLAT=99 EXIT_TIMEOUT=124

say() { printf '%s: %s\n' "$COMMAND" "$*" >&2; }

die() { die_with 1 "$@"; }

die_with() {
	local status=$1
	shift
	say "$*"
	exit "$status"
}

# temporary NAME: makes a temporary directory under build/, sets the variable NAME to it, and has it
# removed when this process ends. Its name contains the process ID, so that remove_abandoned
# recognises the directory of a killed process.
temporary() {
	local -n temporary_path=$1
	mkdir -p "$BUILD/tmp"
	temporary_path=$(mktemp -d "$BUILD/tmp/$$.XXXXXX")
	TEMPORARY+=("$temporary_path")
}

remove_temporary() {
	local dir
	for dir in "${TEMPORARY[@]}"; do
		rm -rf --one-file-system "$dir"
	done
	TEMPORARY=()
}

remove_abandoned() {
	local dir pid
	for dir in "$BUILD"/tmp/*.*; do
		[[ -d $dir ]] || continue
		pid=$(basename "${dir%.*}")
		[[ -d /proc/$pid ]] || rm -rf --one-file-system "$dir"
	done
}

# apart COMMAND...: runs COMMAND in a shell of its own that ends at the first command that fails,
# even where bash ignores set -e: before || or &&, and after if or !, bash ignores failures in all
# functions and subshells of the command, but not in a process substitution.
apart() {
	local output
	exec {output}< <(
		TEMPORARY=()
		trap remove_temporary EXIT
		must_heed_failures
		"$@"
	)
	cat <&"$output" # until the shell has ended
	exec {output}<&-
	wait "$!"
}

# Checks that set -e is in force here, which it is not in a command substitution before ||.
must_heed_failures() {
	# shellcheck disable=SC2155 # this tests whether the substitution fails
	local on=$(trap - ERR; false; echo on)
	[[ ! $on ]] || die "a failure would go unnoticed here: ${FUNCNAME[*]:2}"
}

remove_old_logs() {
	[[ ! -d $BUILD/log ]] || find "$BUILD/log" -mindepth 1 -mtime +14 -delete 2> /dev/null || true
}

# Makes every command of the lab that fails say where.
set -E
trap 'say "stopped by a failing command in ${BASH_SOURCE[0]##*/}, line $LINENO: $BASH_COMMAND"' ERR

TEMPORARY=()
trap remove_temporary EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
remove_abandoned
remove_old_logs

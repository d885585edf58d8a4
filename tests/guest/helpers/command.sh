# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Runs the command daxplug and checks its output.

# BACKEND is the backend that the command uses here.
if [[ $DRIVER == ours ]]; then
	BACKEND=state
elif [[ -e $DAX/state ]]; then
	BACKEND=state-upstream
else
	BACKEND=per-block
fi

# listed COLUMN: a value that daxplug list prints.
listed() { daxplug list --noheadings --raw --output "$1" dax0.0; }

# run DESCRIPTION STATUS ARG...: runs daxplug ARG..., which has to end with STATUS.
run() {
	local description=$1 wanted=$2 status=0
	shift 2
	OUTPUT=$(daxplug "$@" 2>&1) || status=$?
	is "$description: exit status" "$status" "$wanted"
	[[ ! $OUTPUT ]] || note "$OUTPUT"
}

# says DESCRIPTION TEXT: the last run printed one line, with TEXT.
says() {
	ok "the message says $1" grep -qF -- "$2" <<< "$OUTPUT"
	is "the message says $1, in one line" "$(wc -l <<< "$OUTPUT")" 1
}

# is_all_of DESCRIPTION STATE PATTERN: the listed state is STATE, and every block matches PATTERN.
is_all_of() {
	is "$1: state" "$(listed state)" "$2"
	is "$1: blocks" "$(count "$3")" "${#BLOCKS[@]}"
}

blocks_now() {
	local number
	for number in "${BLOCKS[@]}"; do
		look_at "$number"
		printf 'memory%d: %s\n' "$number" "$BLOCK_IS"
	done
}

is_as() { [[ $(blocks_now) == "$1" ]]; }

memory_total() { awk '/^MemTotal/ { print $2 }' /proc/meminfo; }

zones_by_lsmem() {
	lsmem --noheadings --raw --output BLOCK,ZONES --all |
		awk -v first="$FIRST" -v last="$LAST" '$1 >= first && $1 <= last { print $2 }' |
		sort -u
}

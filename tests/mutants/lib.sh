# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes a mutant of a source file.

# mutate FILE FROM TO: prints FILE with the text FROM, which must occur once, replaced by TO.
mutate() {
	local text before after
	text=$(< "$1")
	before=${text%%"$2"*}
	after=${text#*"$2"}
	[[ $before != "$text" ]] || { echo "$1 does not have this text: $2" >&2; return 1; }
	[[ $after != *"$2"* ]] || { echo "$1 has this text more than once: $2" >&2; return 1; }
	printf '%s\n' "$before$3$after"
}

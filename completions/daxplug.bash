# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of daxplug's command line for bash. Commands, options and columns are
# those that daxplug's own help lists.

_daxplug_commands() { daxplug --help | sed -nE 's/^  ([a-z]+) .*/\1/p'; }

# _daxplug_options COMMAND
_daxplug_options() { daxplug ${1:+"$1"} --help | sed -nE 's/^ +(-., )?(--[a-z-]+).*/\2/p'; }

# _daxplug_column NAME: prints the column's values. Uses $root.
_daxplug_column() {
	daxplug list "${root[@]}" --noheadings --raw --output "$1" 2> /dev/null | sort -u
}

_daxplug_orphans() {
	daxplug list "${root[@]}" 2> /dev/null | sed -nE '/^ORPHANED/,$ s/^([0-9a-f]+-[0-9a-f]+) .*/\1/p'
}

# _daxplug_columns TYPED: the columns not yet typed, in the case of the typed text.
_daxplug_columns() {
	local typed=$1 before='' column
	[[ $typed != +* ]] || before=+
	[[ $typed != *,* ]] || before=${typed%,*},
	typed=${typed#"$before"}
	while read -r column _; do
		[[ ,${before^^#+} != *",$column,"* ]] || continue
		[[ $typed != [a-z]* ]] || column=${column,,}
		printf '%s\n' "$before$column"
	done < <(daxplug list --help | sed '1,/^Columns:/d')
}

# _daxplug_values OPTION TYPED: prints the values that the option takes; fails if it takes none. Uses
# $command.
_daxplug_values() {
	case $1 in
	-o | --output)
		if [[ $command == record ]]; then compgen -f -- "$2"; else _daxplug_columns "$2"; fi
		;;
	-x | --sort) _daxplug_columns '' | grep -i "^${2%%,*}" ;;
	--node) _daxplug_column NODE ;;
	--region) _daxplug_column REGION; _daxplug_column REGION-NAME ;;
	--timeout) printf '%s\n' 10s 30s 1min 5min infinity ;;
	--since) printf '%s\n' today yesterday ;;
	--progress) printf '%s\n' auto never json ;;
	--color) printf '%s\n' auto always never ;;
	--device) _daxplug_column DEVICE ;;
	--sysroot) compgen -d -- "$2" ;;
	*) return 1 ;;
	esac
}

# _daxplug_arguments COMMAND: its arguments besides options.
_daxplug_arguments() {
	case $1 in
	'') _daxplug_commands ;;
	help) _daxplug_commands ;;
	reclaim) _daxplug_orphans; echo all ;;
	apply) compgen -f -- "$current" ;;
	metrics | record) ;;
	*) _daxplug_column DEVICE; echo all ;;
	esac
}

# bash takes "=" for a word; "--node=1" is completed as "--node 1" is.
_daxplug_split() {
	local word
	words=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
		[[ $word == = ]] || words+=("$word")
	done
	[[ ${COMP_WORDS[COMP_CWORD]} != = ]] || words+=('')
}

# _daxplug_offer TYPED CANDIDATES: sets COMPREPLY to those that begin so. compgen -W would
# run a command substitution in a name.
_daxplug_offer() {
	local candidate
	COMPREPLY=()
	while IFS= read -r candidate; do
		[[ $candidate && $candidate == "$1"* ]] || continue
		[[ $candidate != *[!A-Za-z0-9_@%+=:,./-]* ]] || printf -v candidate %q "$candidate"
		COMPREPLY+=("$candidate")
	done <<< "$2"
}

_daxplug() {
	local words=() root=() command='' previous='' current i only_names='' candidates
	_daxplug_split
	current=${words[-1]}
	for ((i = 0; i + 1 < ${#words[@]}; i++)); do
		[[ ! $only_names ]] || continue
		case ${words[i]} in
		--) only_names=1 ;;
		--sysroot) root=(--sysroot "${words[i + 1]}") ;;
		-*) ;;
		*) [[ $command || $previous == --sysroot ]] || command=${words[i]} ;;
		esac
		previous=${words[i]}
	done
	if [[ ! $only_names ]] && candidates=$(_daxplug_values "$previous" "$current"); then
		:
	elif [[ ! $only_names && $current == -* ]]; then
		candidates=$(_daxplug_options "$command")
	else
		candidates=$(_daxplug_arguments "$command")
	fi
	_daxplug_offer "$current" "$candidates"
}

complete -F _daxplug daxplug

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of daxplug's command line for bash.

_daxplug_devices() {
	daxplug list --noheadings --raw --output DEVICE 2> /dev/null
	echo all
}

_daxplug_column() { daxplug list --noheadings --raw --output "$1" 2> /dev/null | sort -u; }

_daxplug_options() {
	local change='--timeout --dry-run --force --quiet --json --node --region --help'
	case $1 in
	list) echo '--output --output-all --noheadings --bytes --raw --tree --json --node --region --sysroot --help' ;;
	show) echo '--bytes --json --node --region --sysroot --help' ;;
	plug | replug) echo "--movable --kernel --auto $change" ;;
	unplug) echo "$change" ;;
	monitor) echo '--json --sysroot --help' ;;
	esac
}

_daxplug_commands='list show plug unplug replug monitor'

_daxplug_words() {
	local command=$1 current=$2 previous=$3
	case $previous in
	--node) _daxplug_column NODE; return ;;
	--region) _daxplug_column REGION; _daxplug_column REGION-NAME; return ;;
	--timeout) echo '10s 30s 1m 5m'; return ;;
	esac
	if [[ $current == -* ]]; then
		_daxplug_options "$command"
	elif [[ $command != monitor ]]; then
		_daxplug_devices
	fi
}

_daxplug_complete_columns() {
	local current=$1 column before=''
	[[ $current != *,* ]] || before=${current%,*},
	while read -r column _; do
		[[ ${before,,} == *"${column,,},"* ]] || printf '%s\n' "$before$column"
	done < <(daxplug list --help | sed '1,/^Columns:/d')
}

_daxplug() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
	if ((COMP_CWORD == 1)); then
		words="$_daxplug_commands --help --version"
	elif [[ $previous == @(-o|--output) ]]; then
		words=$(_daxplug_complete_columns "$current")
	elif [[ $previous == --sysroot ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
	else
		words=$(_daxplug_words "${COMP_WORDS[1]}" "$current" "$previous")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _daxplug daxplug

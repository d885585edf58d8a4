#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The command on recorded trees: cli.sh DAXPLUG MAKE_FIXTURE
set -uo pipefail

DAXPLUG=$(realpath "$1")
MAKE_FIXTURE=$(realpath "$2")
HERE=$(dirname "$(realpath "$0")")
# shellcheck source=../guest/lib.sh
. "$HERE/../guest/lib.sh"

WORK=$(mktemp -d)
ROOTS=()
trap 'rm -rf "$WORK" "${ROOTS[@]}"' EXIT

# status_of COMMAND...: prints its exit status; its output is in $WORK/out and err.
status_of() {
	local status=0
	"$@" > "$WORK/out" 2> "$WORK/err" || status=$?
	printf '%d\n' "$status"
}

on() { "$DAXPLUG" "$1" --sysroot "$ROOT" "${@:2}"; }
listed() { on list --noheadings --raw --output "$1" dax0.0; }

# --- each way in which a device can be driven, as recorded in a guest ---

# recorded NAME BACKEND STATE BLOCKS
recorded() {
	ROOT=$("$MAKE_FIXTURE" "$HERE/records/$1")
	ROOTS+=("$ROOT")
	is "$1: backend" "$(listed backend)" "$2"
	is "$1: state" "$(listed state)" "$3"
	is "$1: blocks" "$(listed blocks)" "$4"
	is "$1: kind" "$(listed kind)" hmem
	is "$1: list says the same as JSON" "$(on list --json | jq -r '.[0].memory_state')" "$3"
	is "$1: show has every block" "$(on show --json dax0.0 | jq '.[0].memblocks | length')" \
		"${4#*/}"
	is "$1: a change of a record is refused" "$(status_of on replug dax0.0 --auto --force)" 8
	is "$1: in one line" "$(wc -l < "$WORK/err")" 1
}

recorded ours-6.12-mixed state mixed 3/8
recorded ours-6.12-movable state online_movable 8/8
recorded ours-6.12-kernel state online_kernel 8/8
recorded stock-6.12-offline per-block offline 0/8
recorded stock-6.12-kernel per-block online_kernel 8/8
recorded stock-7.3-movable state-upstream online_movable 8/8
# Its own word, online_movable, is not the truth.
recorded stock-7.3-offline state-upstream offline 0/8

# --- options ---

ROOT=${ROOTS[0]}
is "columns" "$(on list -o device,node,region-name | xargs)" "DEVICE NODE REGION-NAME dax0.0 1 hmem.0"
is "every column" "$(on list --output-all | head -n 1 | wc -w)" \
	"$("$DAXPLUG" list --help | sed '1,/^Columns:/d' | wc -l)"
is "size in bytes" "$(on list -bn -o size)" 1073741824
is "size for people" "$(on list -nr -o size)" 1G
is "a tree" "$(LC_ALL=C on list -nT -o device | xargs -d '\n')" 'region 0 (hmem.0) `-dax0.0'
is "a column that is none" "$(status_of on list -o device,nonsense)" 2
is "no column" "$(status_of on list -o '')" 2
is "a column that is none, and JSON" "$(status_of on list -J -o nonsense)" 2
is "an option that is none" "$(status_of on list --nonsense)" 2
is "no command" "$(status_of "$DAXPLUG")" 2
is "a command that is none" "$(status_of "$DAXPLUG" nonsense)" 2
is "help" "$(status_of "$DAXPLUG" --help)" 0
for verb in list show plug unplug replug monitor; do
	is "help for $verb" "$(status_of "$DAXPLUG" "$verb" --help)" 0
	ok "it says how it is used" grep -q "^usage: daxplug $verb" "$WORK/out"
done
is "a time that is none" "$(status_of on plug dax0.0 --timeout 3x)" 2
is "a negative time" "$(status_of on plug dax0.0 --timeout -3s)" 2
is "a zone for unplug" "$(status_of on unplug dax0.0 --movable)" 2
is "no device" "$(status_of on plug)" 2
is "a device that is none" "$(status_of on plug dax7.0)" 3
is "a path is no device" "$(status_of on show ../dax0.0)" 3
is "a node" "$(on list -n -o device --node 1)" dax0.0
is "a node without a device" "$(status_of on list --node 0)" 3
is "a node that is none" "$(status_of on list --node x)" 2
is "a region by its number" "$(on list -n -o device --region 0)" dax0.0
is "a region by its name" "$(on list -n -o device --region hmem.0)" dax0.0
is "a root that is none" "$(status_of "$DAXPLUG" list --sysroot /nonexistent)" 1
ROOT=$WORK
is "no device at all: list" "$(status_of on list)" 0
is "no device at all: JSON" "$(on list --json | jq -c .)" "[]"
is "no device at all: show" "$(status_of on show all)" 3
ROOT=${ROOTS[0]}

# --- the map ---

is "the map" "$(on show dax0.0 | sed -nE 's/^  memory[0-9]+ +//p')" oMoMoMoo
is "without colours in a file" "$(on show dax0.0 | grep -c $'\033')" 0
COLUMNS=200 script -qec "$(printf '%q ' "$DAXPLUG" show --sysroot "$ROOT" dax0.0)" /dev/null \
	> "$WORK/terminal" < /dev/null
ok "with colours on a terminal" grep -q $'\033\[32mM' "$WORK/terminal"

# --- surroundings ---

is "a full disk" "$(on list 2> /dev/null > /dev/full; echo $?)" 1
is "standard output closed" "$(on list >&- 2> "$WORK/err"; echo "$? $(< "$WORK/err")")" "0 "
is "everything closed" "$(on list <&- >&- 2>&-; echo $?)" 0
is "a reader that has gone" "$(on list 2> /dev/null | true; echo "${PIPESTATUS[1]}")" 0
is "no environment" "$(env -i "$DAXPLUG" list --sysroot "$ROOT" -no device)" dax0.0
is "an unknown locale" "$(LC_ALL=xx_YY.nonsense on list -no device)" dax0.0

# --- monitor ---

"$DAXPLUG" monitor --json --sysroot "$ROOT" > "$WORK/events" &
monitor=$!
sleep 0.5
rm -r "$ROOT/sys/devices/platform/hmem.0" "$ROOT/sys/bus/dax/devices/dax0.0"
for _ in {1..50}; do
	[[ ! -s $WORK/events ]] || break
	sleep 0.1
done
kill -TERM "$monitor"
status=0
wait "$monitor" || status=$?
is "monitor ends well when told to" "$status" 0
is "it has told" "$(jq -r '.event + " " + .chardev + " " + .memory_state_before' "$WORK/events")" \
	"removed dax0.0 mixed"

# What nohup, or a script's "&", has ignored stays so.
nohup "$DAXPLUG" monitor --sysroot "$ROOT" > /dev/null 2>&1 &
monitor=$!
sleep 0.5
kill -HUP "$monitor"
kill -INT "$monitor"
sleep 0.3
ok "monitor with nohup goes on after a hangup" kill -TERM "$monitor"
status=0
wait "$monitor" || status=$?
is "and ends when told to" "$status" 0

# --- completion ---

# completes WORD...: what bash would offer for the last word.
completes() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_daxplug
	echo "${COMPREPLY[*]}"
}
ROOT=${ROOTS[1]}
# shellcheck disable=SC2317 # called by the completion
daxplug() { on "$@"; }
# shellcheck source=../../completions/daxplug.bash
. "$HERE/../../completions/daxplug.bash"
is "completion of commands" "$(completes daxplug un)" unplug
is "completion of devices" "$(completes daxplug plug da)" dax0.0
is "completion of options" "$(completes daxplug plug --k)" --kernel
is "completion of nodes" "$(completes daxplug list --node '')" 1
is "completion of columns" "$(completes daxplug list -o DEVICE,KI)" DEVICE,KIND

# checked DESCRIPTION PROGRAM ARG...: PROGRAM takes it, where there is such a program.
checked() {
	if type "$2" > /dev/null 2>&1; then
		ok "$@"
	else
		skip "$1" "no $2 on this machine"
	fi
}
checked "fish takes its completions" fish -n "$HERE/../../completions/daxplug.fish"
checked "zsh takes its completions" zsh -n "$HERE/../../completions/_daxplug"
checked "the man pages are well-formed" mandoc -T lint -W warning "$HERE"/../../man/*.[38]
done_testing

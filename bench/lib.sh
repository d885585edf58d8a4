# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Functions that all measurements share. Sourced by bench/NAME.sh, which is run by bench/run
# on a real machine or by lab/vm in a guest, with
#
# DAX         sysfs directory of the device, e.g. /sys/bus/dax/devices/dax0.0
# OUR_KMEM    daxplug's kmem.ko
# STOCK_KMEM  the kernel's own
#
# A measurement is a line of JSON on standard output: the measured operation (what), the driver
# (who), the way in which the driver was operated (way), the number of the pair (round), and the
# duration (ms) or the error (failed).
set -euo pipefail
shopt -s nullglob

DEVICE=$(basename "$DAX")
KMEM=/sys/bus/dax/drivers/kmem
MEMORY=/sys/devices/system/memory
BLOCK=$((16#$(< "$MEMORY/block_size_bytes")))
ERRORS=$(mktemp)
EXTRA='{}' # more members for each line
trap 'rm -f "$ERRORS"' EXIT

die() { echo "${0##*/}: $*" >&2; exit 1; }

now_us() { printf -v "$1" '%s' "${EPOCHREALTIME/[.,]/}"; }

# --- the device ---

# find_blocks: sets BLOCKS, the numbers of the device's memory blocks when it is plugged.
find_blocks() {
	local mapping start end
	BLOCKS=()
	for mapping in "$DAX"/mapping[0-9]*; do
		start=$((($(< "$mapping/start") + BLOCK - 1) / BLOCK))
		end=$((($(< "$mapping/end") + 1) / BLOCK))
		while ((start < end)); do
			BLOCKS+=("$((start++))")
		done
	done
}

# count_online: sets ONLINE, the number of BLOCKS that are online.
count_online() {
	local files=("${BLOCKS[@]/#/$MEMORY/memory}")
	ONLINE=$(cat "${files[@]/%//state}" 2> /dev/null | grep -cx online || true)
}

# drives_whole: succeeds if the loaded driver has a state file.
drives_whole() { [[ -e $DAX/state ]]; }

way() { if drives_whole; then echo state; else echo daxctl; fi; }

bind() { [[ $DAX/driver -ef $KMEM ]] || echo "$DEVICE" > "$KMEM/bind"; }
unbind() { [[ ! -e $DAX/driver ]] || echo "$DEVICE" > "$DAX/driver/unbind"; }

# plug and unplug each leave the device in the state that the other starts from. They
# use the state file of the kernel's own driver where it has one (7.3), else daxctl:
# bind adds the blocks and daxctl onlines them; daxctl offlines them and unbind
# removes them.
plug() {
	if drives_whole; then
		echo online_movable > "$DAX/state"
	else
		bind && daxctl online-memory "$DEVICE" > /dev/null
	fi
}

unplug() {
	if drives_whole; then
		echo unplugged > "$DAX/state"
	else
		daxctl offline-memory "$DEVICE" > /dev/null && unbind
	fi
}

# begin_absent: after load or unplug, brings the device to the state that plug starts from.
begin_absent() {
	if drives_whole; then
		echo unplugged > "$DAX/state"
	else
		unbind
	fi
}

policy() { echo "$1" > "$MEMORY/auto_online_blocks"; }

# load FILE: replaces the loaded driver with the one in FILE and binds the device to it; the policy
# leaves the device's memory offline.
load() {
	[[ ! -e /sys/module/kmem ]] || rmmod kmem
	insmod "$1"
	bind 2> /dev/null || { echo "$DEVICE" > "$KMEM/new_id"; bind; }
}

# --- measuring ---

# record ROUND WHO WAY WHAT MEMBERS: prints a line of JSON.
record() {
	jq -cn --arg kernel "$(uname -r)" --arg who "$2" --arg way "$3" --arg what "$4" \
		--argjson size "$((${#BLOCKS[@]} * BLOCK))" --argjson block "$BLOCK" \
		--argjson ranges "$RANGE_COUNT" --argjson emulated "$EMULATED" --argjson erms "$ERMS" \
		--arg boot "$BOOT" --argjson round "$1" --argjson extra "$EXTRA" --argjson members "$5" \
		'{kernel: $kernel, who: $who, way: $way, what: $what, size: $size, block: $block,
		  ranges: $ranges, emulated: $emulated, erms: $erms, boot: $boot, round: $round} + $extra + $members'
}

# measure ROUND WHO WAY WHAT WANTED COMMAND...: records how long COMMAND takes, after
# which WANTED blocks of the device must be online. Round 0 is a warm-up and not
# recorded. Records a failure as well, and returns it.
measure() {
	local round=$1 who=$2 way=$3 what=$4 wanted=$5 begin end failed=''
	shift 5
	now_us begin
	"$@" 2> "$ERRORS" || failed="$(tail -n 1 "$ERRORS")"
	now_us end
	count_online
	((ONLINE == wanted)) || failed="${failed:+$failed; }$ONLINE blocks online, wanted $wanted"
	if [[ $failed ]]; then
		record "$round" "$who" "$way" "$what" "$(jq -cn --arg why "$failed" '{failed: $why}')"
		return 1
	elif ((round > 0)); then
		record "$round" "$who" "$way" "$what" "$(jq -n "{ms: ($((end - begin)) / 1000)}")"
	fi
}

# Ends the measurement if the device cannot be unplugged.
must_be_unplugged() {
	count_online
	((ONLINE == 0)) && return
	unplug || true
	count_online
	((ONLINE == 0)) || die "$DEVICE: $ONLINE memory blocks stay online; giving up"
}

# alternate PAIRS FUNCTION [WHO]: loads both drivers alternately, or only WHO's, and runs
# FUNCTION ROUND WHO with each: a warm-up, then PAIRS times. Each pair starts with the other driver,
# so that the order favours neither.
alternate() {
	local pairs=$1 function=$2 only=${3-} round who order=('stock ours' 'ours stock')
	must_be_unplugged
	for ((round = 0; round <= pairs; round++)); do
		for who in ${only:-${order[round % 2]}}; do
			if [[ $who == stock ]]; then
				load "$STOCK_KMEM"
			else
				load "$OUR_KMEM"
			fi
			"$function" "$round" "$who"
			must_be_unplugged
		done
	done
}

# An emulated serial console costs a task that prints a message 0.1 ms per character.
# Warnings and errors are still printed.
hush_console() { dmesg --console-level warn; }

# has_erms: succeeds if the kernel clears and copies by "rep stosb" and "rep movsb", which
# QEMU emulates byte by byte.
has_erms() { grep -qE '^flags.* erms( |$)' /proc/cpuinfo; }
is_emulated() { grep -q '^model name.*QEMU TCG' /proc/cpuinfo; }

find_blocks
RANGE_COUNT=$(set -- "$DAX"/mapping[0-9]*; echo $#)
BOOT=$(< /proc/sys/kernel/random/boot_id)
ERMS=false
! has_erms || ERMS=true
EMULATED=false
if is_emulated; then
	EMULATED=true
	hush_console
fi

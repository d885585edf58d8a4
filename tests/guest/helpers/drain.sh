# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Puts live memory on a device, and drains the device. Needs device.sh and command.sh.

LIVE=$LAB/programs/live

node_kib() { awk -v key="$1:" '$3 == key { print $4 }' "/sys/devices/system/node/node$NODE/meminfo"; }
free_mib() { awk '$3 == "MemFree:" { print int($4 / 1024) }' "/sys/devices/system/node/node$1/meminfo"; }

# live NAME KIND MIB [FILE]: starts a process that writes to memory on the device until it is killed.
declare -A LIVES
live() {
	: > "/tmp/live.$1"
	"$LIVE" "$2" "$3" "$NODE" ${4+"$4"} > "/tmp/live.$1" 2>&1 &
	LIVES[$1]=$!
	wait_until grep -q ready "/tmp/live.$1"
}

# end_lives DESCRIPTION: ends the processes; each has found its memory intact.
end_lives() {
	local name
	for name in "${!LIVES[@]}"; do
		kill -TERM "${LIVES[$name]}"
		wait "${LIVES[$name]}"
		is "$1: live memory is intact: $name" "$(sed -n 's/^\(intact\) .*/\1/p' "/tmp/live.$name")" intact
		note "$name: $(tail -n 1 "/tmp/live.$name")"
	done
	LIVES=()
}

# dry [OPTION...]: prints the exit status of a dry run; its JSON is in /tmp/dry.
# shellcheck disable=SC2120 # the options are the caller's
dry() {
	local status=0
	daxplug unplug dax0.0 --drain --dry-run --json "$@" > /tmp/dry 2> /dev/null || status=$?
	echo "$status"
}

drained() { jq -r ".[0].drain.$1" /tmp/result; }
outcome() { jq -r ".[0].$1" /tmp/result; }

# drain [OPTION...]: drains and unplugs the device; sets STATUS; the JSON is in /tmp/result.
drain() {
	STATUS=0
	daxplug unplug dax0.0 --drain --json "$@" > /tmp/result 2> /tmp/errors || STATUS=$?
	note "$(jq -c '.[0] | {outcome, duration_ms, message, drain}' /tmp/result) $(< /tmp/errors)"
}

plugged() { daxplug plug -q dax0.0; }

HUGE=hugepages/hugepages-2048kB/nr_hugepages
POOL=/sys/devices/system/node/node$NODE/$HUGE
POOL_0=/sys/devices/system/node/node0/$HUGE

blocks_as_before() { is "$1: every block is online" "$(count 'online Movable')" "${#BLOCKS[@]}"; }

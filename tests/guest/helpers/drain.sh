# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Live memory on a device, and drains of it. After device.sh and command.sh.

LIVE=$LAB/programs/live

node_kib() { awk -v key="$1:" '$3 == key { print $4 }' "/sys/devices/system/node/node$NODE/meminfo"; }
free_mib() { awk '$3 == "MemFree:" { print int($4 / 1024) }' "/sys/devices/system/node/node$1/meminfo"; }

# live NAME KIND MIB [FILE]: live memory on the device, written to until it is ended.
declare -A LIVES
live() {
	: > "/tmp/live.$1"
	"$LIVE" "$2" "$3" "$NODE" ${4+"$4"} > "/tmp/live.$1" 2>&1 &
	LIVES[$1]=$!
	wait_until grep -q ready "/tmp/live.$1"
}

# end_lives: each has been intact all the time.
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

# dry [OPTION...]: the exit status of a dry run; its JSON is in /tmp/dry.
# shellcheck disable=SC2120 # the options are the caller's
dry() {
	local status=0
	daxplug unplug dax0.0 --drain --dry-run --json "$@" > /tmp/dry 2> /dev/null || status=$?
	echo "$status"
}

drained() { jq -r ".[0].drain.$1" /tmp/result; }
outcome() { jq -r ".[0].$1" /tmp/result; }

# drain [OPTION...]: sets STATUS; its JSON is in /tmp/result.
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

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# unplug --drain: memory that is written to meanwhile is moved before the unplug and stays
# intact; what was moved, of which process, and what was left are reported.
# vm: -s 1G -t 400
# driver: ours stock
# driver-full: stock-7.3
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"

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

drained() { jq -r ".[0].drain.$1" /tmp/result; }
outcome() { jq -r ".[0].$1" /tmp/result; }

# drain [OPTION...]: sets STATUS; its JSON is in /tmp/result.
drain() {
	STATUS=0
	daxplug unplug dax0.0 --drain --json "$@" > /tmp/result 2> /tmp/errors || STATUS=$?
	note "$(jq -c '.[0] | {outcome, duration_ms, message, drain}' /tmp/result) $(< /tmp/errors)"
}

plugged() { daxplug plug -q dax0.0; }

# --- anonymous memory ---

plugged
live one anon 150
live two anon 100
live three thp 64
drain
is "anonymous memory: the exit status" "$STATUS" 0
is "anonymous memory: unplugged" "$(outcome outcome)" "done"
ok "anonymous memory: nearly all of it was moved by the drain" test "$(drained moved_bytes.anon)" -ge $((300 << 20))
is "anonymous memory: the process with most is named first" "$(drained 'processes[0].pid')" "${LIVES[one]}"
ok "anonymous memory: with what it has" test "$(drained 'processes[0].bytes')" -ge $((149 << 20))
end_lives "anonymous memory"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Under signals, timeouts, a second daxplug, memory in use and a full disk, the command daxplug
# makes the whole change or changes nothing.
# vm: -s 1G -t 300
# driver: ours stock
# full
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"

WORK=$(mktemp -d)
let_kernel_choose_movable
load_fault

# --- signals and timeouts ---

# interrupted DESCRIPTION STATUS SIGNAL VERB...: SIGNAL arrives while the fourth block is held.
interrupted() {
	local description=$1 wanted=$2 name=$3 before status=0
	shift 3
	before=$(blocks_now)
	fault hold=1 times=1 skip=3
	# bash starts background commands with SIGINT ignored, and daxplug keeps it ignored.
	env --default-signal=INT daxplug "$@" dax0.0 > "$WORK/out" 2> "$WORK/err" &
	local pid=$!
	ok "$description: under way" wait_until is_held
	kill "-$name" "$pid"
	pause 0.3
	let_go
	wait "$pid" || status=$?
	is "$description: exit status" "$status" "$wanted"
	wait_until is_as "$before"
	no_fault
	is "$description: all is as before" "$(blocks_now)" "$before"
}

run "plugged" 0 plug dax0.0
interrupted "SIGINT in an unplug" 130 INT unplug
interrupted "SIGTERM in an unplug" 143 TERM unplug
interrupted "SIGKILL in an unplug" 137 KILL unplug
interrupted "SIGINT in a replug" 130 INT replug --kernel
run "unplugged" 0 unplug dax0.0
interrupted "SIGINT in a plug" 130 INT plug
interrupted "SIGKILL in a plug" 137 KILL plug
run "plugged" 0 plug dax0.0

before=$(blocks_now)
fault delay_ms=300
run "out of time" 5 unplug dax0.0 --timeout 500ms
no_fault
is "out of time: all is as before" "$(blocks_now)" "$before"

# --- two at once ---

daxplug replug dax0.0 --auto > "$WORK/out1" 2>&1 &
first=$!
daxplug replug dax0.0 --movable > "$WORK/out2" 2>&1 &
second=$!
status=0
wait "$first" || status=$?
wait "$second" || status=$?
is "two at once: both succeed" "$status" 0
note "$(cat "$WORK/out1" "$WORK/out2")"
is "two at once: every block is online" "$(count 'online Movable')" "${#BLOCKS[@]}"

# --- live data moves away ---

run "unplugged" 0 unplug dax0.0
run "plugged" 0 plug dax0.0
mkdir "$WORK/held"
mount -t tmpfs -o "size=300m,mpol=bind:$NODE" held "$WORK/held"
head -c 200M /dev/urandom > "$WORK/held/data"
before=$(sha256sum < "$WORK/held/data")
ok "show reports the memory in use" test "$(daxplug show --json dax0.0 |
	jq '[.[0].memblocks[].use_percent] | add')" -gt 100
mount -o remount,mpol=default "$WORK/held"
run "unplug moves the pages in use" 0 unplug dax0.0
is "the data is intact" "$(sha256sum < "$WORK/held/data")" "$before"
umount "$WORK/held"

# --- events ---

daxplug monitor --json > "$WORK/events" 2> "$WORK/err" &
monitor=$!
ok "monitor is ready" wait_until grep -q '"event":"ready"' "$WORK/events"
run "plugged" 0 plug dax0.0
run "unplugged" 0 unplug dax0.0
wait_until grep -q '"memory_state":"unplugged"' "$WORK/events"
kill -TERM "$monitor"
status=0
wait "$monitor" || status=$?
is "the signal ends monitor" "$status" 143
ok "every event is a line of JSON" jq -e -s 'all(.chardev == "dax0.0" or .event == "ready")' "$WORK/events"
ok "one event is the plug" grep -q '"memory_state":"online_movable"' "$WORK/events"
is "the first event: present" "$(head -n 1 "$WORK/events" | jq -r .event)" present
is "the last event: unplugged" "$(tail -n 1 "$WORK/events" | jq -r .memory_state)" unplugged

# --- hostile environments ---

status=0
daxplug plug dax0.0 <&- >&- 2>&- || status=$?
is "without standard files" "$status" 0
is_all_of "without standard files" online_movable "online Movable"
status=0
daxplug list > /dev/full 2> "$WORK/err" || status=$?
is "a full disk: exit status and message" "$status $(< "$WORK/err")" \
	"1 daxplug: cannot write to standard output: No space left on device"
is "without an environment" "$(env -i "$(type -P daxplug)" list -no device)" dax0.0
status=0
daxplug unplug --json dax0.0 > /dev/full 2> /dev/null || status=$?
is "JSON to a full disk: the exit status is that of the change" "$status" 0
is_all_of "JSON to a full disk: the change is made" unplugged absent
done_testing

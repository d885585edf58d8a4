# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The command daxplug: the same verbs, results and exit statuses whatever drives
# the device, compared with what daxctl, lsmem and /proc say.
# vm: -s 1G -t 240
# driver: ours stock
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"

WORK=$(mktemp -d)
let_kernel_choose_movable

# --- reading ---

is "the backend" "$(listed backend)" "$BACKEND"
is "the state, after a bind with policy offline" "$(listed state)" offline
is "blocks" "$(listed blocks)" "0/${#BLOCKS[@]}"
is "the kind" "$(listed kind)" hmem

for key in chardev size target_node align mode online_memblocks total_memblocks; do
	is "as daxctl says: $key" "$(daxplug list --json | jq ".[0].$key")" \
		"$(daxctl list -d dax0.0 | jq ".[0].$key")"
done
for key in start end size page_offset; do
	is "as daxctl says: $key of the range" \
		"$(daxplug show --json dax0.0 | jq ".[0].mappings[0].$key")" \
		"$(daxctl list -M -d dax0.0 | jq ".[0].mappings[0].$key")"
done

# --- there and back, each way ---

before=$(memory_total)
run "plug from offline" 0 plug dax0.0
is_all_of "plugged" online_movable "online Movable"
is "as lsmem says: ZONES" "$(zones_by_lsmem)" Movable
is "as daxctl says: movable" "$(daxplug list --json | jq '.[0].movable')" \
	"$(daxctl list -d dax0.0 | jq '.[0].movable')"
is "the machine has that much more" "$(memory_total)" "$((before + SIZE / 1024))"
run "plug when plugged" 0 plug dax0.0
says "that it is already" already
run "plug in another zone" 7 plug dax0.0 --kernel
says "what to do" replug
is_all_of "refused" online_movable "online Movable"

run "replug, the kernel choosing" 0 replug dax0.0 --auto
is "replugged: blocks" "$(count 'online Movable')" "${#BLOCKS[@]}"
run "replug into ZONE_MOVABLE" 0 replug dax0.0 --movable
is_all_of "replugged" online_movable "online Movable"
run "a dry run" 0 unplug dax0.0 --dry-run
says "what it would do" "would be unplugged"
is_all_of "a dry run" online_movable "online Movable"

run "unplug" 0 unplug dax0.0
is_all_of "unplugged" unplugged absent
is "the machine has as much as before" "$(memory_total)" "$before"
run "unplug when unplugged" 0 unplug dax0.0
run "plug from unplugged, the kernel choosing" 0 plug dax0.0 --auto
is "plugged: blocks" "$(count 'online *')" "${#BLOCKS[@]}"
run "unplug again" 0 unplug all
run "plug by node" 0 plug --node "$NODE"
is_all_of "plugged by node" online_movable "online Movable"
run "unplug by region" 0 unplug --region hmem.0
is_all_of "unplugged by region" unplugged absent

# --- what goes wrong ---

run "no such device" 3 plug dax9.9
run "no device named" 2 plug
run "no such zone" 2 plug --highmem dax0.0
run "no such node" 3 plug --node 7

as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; }
is "not root: list" "$(as_nobody daxplug list -no device --raw)" dax0.0
status=0
as_nobody daxplug plug dax0.0 > /dev/null 2>&1 || status=$?
is "not root: plug" "$status" 4

load_fault
# At the first, a middle and the last block.
for block in "$FIRST" "$MIDDLE" "$LAST"; do
	run "plugged for the next" 0 plug dax0.0
	before=$(blocks_now)
	fault what=offline "block=$block" err=16 times=-1
	run "memory$block refuses to go offline" 1 unplug dax0.0
	if [[ $BACKEND == state-upstream ]]; then
		skip "it says the block" "7.3 does not say which"
	else
		says "the block" "memory$block"
	fi
	no_fault
	is "all is as before" "$(blocks_now)" "$before"
	run "unplugged for the next" 0 unplug dax0.0
	fault what=online "block=$block" err=12 times=-1
	run "memory$block refuses to go online" 1 plug dax0.0
	no_fault
	is_all_of "nothing is left of the plug" unplugged absent
done

# --- in the middle ---

# interrupted DESCRIPTION STATUS SIGNAL VERB...: while the fourth block is held.
interrupted() {
	local description=$1 wanted=$2 name=$3 before status=0
	shift 3
	before=$(blocks_now)
	fault hold=1 times=1 skip=3
	daxplug "$@" dax0.0 > "$WORK/out" 2> "$WORK/err" &
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
interrupted "SIGTERM in an unplug" 130 TERM unplug
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
is "two at once: both end well" "$status" 0
note "$(cat "$WORK/out1" "$WORK/out2")"
is "two at once: every block is online" "$(count 'online Movable')" "${#BLOCKS[@]}"

# --- live data moves away ---

run "unplugged" 0 unplug dax0.0
run "plugged" 0 plug dax0.0
mkdir "$WORK/held"
mount -t tmpfs -o "size=300m,mpol=bind:$NODE" held "$WORK/held"
head -c 200M /dev/urandom > "$WORK/held/data"
before=$(sha256sum < "$WORK/held/data")
ok "show sees that it is in use" test "$(daxplug show --json dax0.0 |
	jq '[.[0].memblocks[].use_percent] | add')" -gt 100
mount -o remount,mpol=default "$WORK/held"
run "unplug moves what is in use" 0 unplug dax0.0
is "and it is intact" "$(sha256sum < "$WORK/held/data")" "$before"
umount "$WORK/held"

# --- events ---

daxplug monitor --json > "$WORK/events" 2> "$WORK/err" &
monitor=$!
pause 0.5
run "plugged" 0 plug dax0.0
run "unplugged" 0 unplug dax0.0
wait_until grep -q '"memory_state":"unplugged"' "$WORK/events"
kill -INT "$monitor"
status=0
wait "$monitor" || status=$?
is "monitor ends when interrupted" "$status" 0
ok "every event is a line of JSON" jq -e -s 'all(.chardev == "dax0.0")' "$WORK/events"
is "the last is the last state" "$(tail -n 1 "$WORK/events" | jq -r .memory_state)" unplugged

# --- hostile surroundings ---

status=0
daxplug plug dax0.0 <&- >&- 2>&- || status=$?
is "without standard files" "$status" 0
is_all_of "without standard files" online_movable "online Movable"
status=0
daxplug list > /dev/full 2> "$WORK/err" || status=$?
is "a full disk is told" "$status $(< "$WORK/err")" "1 daxplug: cannot write to standard output"
is "without an environment" "$(env -i "$(type -P daxplug)" list -no device)" dax0.0
status=0
daxplug unplug --json dax0.0 > /dev/full 2> /dev/null || status=$?
is_all_of "a result that nobody can read is one" unplugged absent

# --- kernel zones: the kernel may keep what it gets there ---

run "plug into a kernel zone" 0 plug dax0.0 --kernel
is_all_of "plugged into a kernel zone" online_kernel "online Normal"
before=$(blocks_now)
status=0
OUTPUT=$(daxplug replug dax0.0 --movable 2>&1) || status=$?
note "$OUTPUT"
if ((status == 0)); then
	is_all_of "out of a kernel zone" online_movable "online Movable"
else
	is "out of a kernel zone: exit status" "$status" 1
	says "why" "--movable"
	is "out of a kernel zone: all is as before" "$(blocks_now)" "$before"
fi
done_testing

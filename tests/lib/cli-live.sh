# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The command changes devices: in a mount namespace with a fixture at /sys, where a preloaded write()
# imitates the kernel. Part of cli.sh.

state_now() { listed state; }

ROOT=$MOVABLE
if [[ $( (at_work cat /sys/bus/dax/devices/dax0.0/state) 2> /dev/null) != online_movable ]]; then
	skip "changes" "mount namespaces are not available"
	return
fi

new_root ours-6.12-movable
is "unplug" "$(status_of change unplug --force dax0.0)" 0
ok "unplug: the message" grep -qE '^dax0.0: unplugged, 8 memory blocks \(1G\) in [0-9.]+ s$' "$WORK/out"
is "unplug: nothing on standard error" "$(error)" ""
is "unplugged" "$(state_now)" unplugged
is "unplug again" "$(status_of change unplug --force dax0.0) $(< "$WORK/out")" "0 dax0.0: already unplugged"
valid "unplug again, JSON" results change unplug --force --json dax0.0
is "unchanged" "$(jq -r '.[0].outcome' "$WORK/json")" unchanged
valid "a dry run" results change plug --dry-run --json dax0.0
is "dry-run" "$(jq -r '.[0].outcome' "$WORK/json")" dry-run
is "a dry run changes nothing" "$(state_now)" unplugged
valid "plug, JSON" results change plug --json dax0.0
is "done" "$(jq -r '.[0] | .outcome + " " + .state_before + " " + .memory_state' "$WORK/json")" \
	"done unplugged online_movable"

# --- drained first ---

valid "unplug --drain, JSON" results change unplug --force --drain --json dax0.0
is "unplug --drain: the result" "$(jq -r '.[0] | .outcome + " " + (.drain | keys | join(","))' "$WORK/json")" \
	"done dropped_bytes,duration_ms,left_bytes,moved_bytes,processes,refill,swapped_bytes"
is "plug for the next" "$(status_of change plug -q dax0.0)" 0
is "unplug --drain" "$(status_of change unplug --force --drain dax0.0)" 0
ok "unplug --drain: the output has the memory moved" grep -qE '^dax0.0: drained 0B in [0-9.]+ s' "$WORK/out"
is "plug for the next" "$(status_of change plug -q dax0.0)" 0
change unplug --force --drain --progress=json dax0.0 > "$WORK/out" 2> "$WORK/err"
ok "unplug --drain: its progress" jq -es \
	'map(select(.phase == "draining")) | length > 0 and all(.total_bytes >= .done_bytes)' "$WORK/err"
is "plug for the next" "$(status_of change plug -q dax0.0)" 0

# The drain has taken 30 free pages out of the pool.
pool=$ROOT/sys/devices/system/node/node1/hugepages/hugepages-2048kB
mkdir -p "$pool"
echo 50 > "$pool/nr_hugepages"
echo 30 > "$pool/free_hugepages"
echo 0 > "$pool/surplus_hugepages"
FAKE_MOST_POOL=20 FAKE_FAIL=unplugged:16 change unplug --force --drain dax0.0 > "$WORK/out" 2> "$WORK/err"
is "a pool that cannot be restored: the pages are reported once" \
	"$(grep -o '[0-9]* huge page[a-z0-9 ]* could not be given back' "$WORK/err")" \
	"30 huge pages of node 1 could not be given back"
ok "a drain whose unplug fails: the error output has the memory moved" \
	grep -qE '^dax0.0: drained 0B in [0-9.]+ s' "$WORK/err"
rm -r "$pool"

# --- release ---

# may_bind: adds the driver's files that the command writes to.
may_bind() {
	mkdir -p "$ROOT/sys/bus/dax/drivers/kmem"
	touch "$ROOT/sys/bus/dax/drivers/kmem/"{bind,unbind,new_id,remove_id}
}
may_bind
is "unplug --release" "$(status_of change unplug --force --release dax0.0)" 0
is "released" "$(listed mode)" disabled
is "released already" "$(status_of change unplug --force --release dax0.0)" 0
is "plug binds it" "$(status_of change plug dax0.0) $(listed mode) $(state_now)" "0 system-ram online_movable"

new_root stock-6.12-kernel
may_bind
valid "unplug, block by block" results change unplug --force --json dax0.0
is "block by block: no driver is left" "$(jq -r '.[0] | .outcome + " " + .mode' "$WORK/json")" "done disabled"
is "block by block: plug" "$(status_of change plug dax0.0) $(state_now)" "0 online_movable"

# --- orphaned memory ---

new_root ours-6.12-movable
orphan=$ROOT/sys/bus/dax/drivers/kmem/stranded/180000000-1bfffffff
mkdir -p "$orphan"
echo 0x180000000 > "$orphan/start"
echo 1073741824 > "$orphan/size"
echo 8 | tee "$orphan/blocks_total" > "$orphan/blocks_online"
echo 0 > "$orphan/quarantined"
touch "$orphan/reclaim"
rm "$ROOT/sys/bus/dax/devices/dax0.0"
is "reclaim --no-wait, a dry run" "$(status_of change reclaim --dry-run --no-wait all)" 0
valid "reclaim" reclaim change reclaim --no-wait --json all
is "reclaimed" "$(jq -r '.[0] | "\(.action) \(.outcome) \(.orphan)"' "$WORK/json")" \
	"reclaim done 180000000-1bfffffff"
is "nothing is left" "$(on list)" ""
is "nothing to reclaim" "$(status_of change reclaim all) $(< "$WORK/out")" "0 no orphaned memory"

new_root ours-6.12-movable

# --- standard output that cannot be written ---

is "unplugged, and a full disk" "$(change unplug --force dax0.0 > /dev/full 2> "$WORK/err"; echo $?)" 0
ok "the message names standard output" said 'cannot write to standard output'
is "the change was made" "$(state_now)" unplugged
is "plugged, and no process reads" "$(reader_gone change plug dax0.0)" "0 "
is "the change was made although no process reads" "$(state_now)" online_movable

# --- failures ---

export FAKE_FAIL=unplugged:16
is "refused by the kernel" "$(status_of change unplug --force dax0.0)" 1
is "in one line" "$(wc -l < "$WORK/err")" 1
valid "a failure" results change unplug --force --json dax0.0
is "rolled-back" "$(jq -r '.[0] | "\(.outcome) \(.exit_status)"' "$WORK/json")" "rolled-back 1"
# With the words of daxplug's driver.
failure='wanted=unplugged error=-EBUSY reason=slab block=memory51 address=0x198000000 pfn=0x198003'
echo "$failure" > "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem/last_failure"
valid "a failure that the driver explains" results change unplug --force --json dax0.0
is "block, address, page and reason" \
	"$(jq -r '.[0] | "\(.block) \(.address) \(.pfn) \(.reason)"' "$WORK/json")" \
	"51 6845104128 1671171 slab"
ok "the line has them" said '^daxplug: dax0.0: .*memory51.*slab.*\(pfn 0x198003\); rolled back'
unset FAKE_FAIL
export FAKE_SLOW_MS=20000
is "a timeout" "$(status_of change unplug --force --timeout 300ms dax0.0)" 5
is "everything is as before" "$(state_now)" online_movable
valid "progress as JSON" 'progress*' eval "change unplug --force --timeout 900ms --progress=json -q dax0.0 2>&1 |
	grep '^{'"

# --- signals ---

for signal in INT:130 TERM:143 HUP:129; do
	begin_change unplug --force dax0.0
	end_by "${signal%:*}"
	is "SIG${signal%:*} kills the command" "$STATUS" "${signal#*:}"
done
is "everything is as before the signal" "$(state_now)" online_movable

# The rollback of the first of two devices is incomplete, and a signal arrives.
add_device dax9.0 platform/hmem.9 2 200 2 '' ''
line=$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem/last_failure
cp "$line" "$WORK/line"
echo 'wanted=unplugged error=-EBUSY reason=slab rollback=incomplete' > "$line"
FAKE_DEAF=1 FAKE_SLOW_MS=10000 FAKE_FAIL=unplugged:16 \
	begin_change unplug --force dax0.0 dax9.0
end_by INT
is "a signal does not hide that a rollback is incomplete" "$STATUS" 6
ok "the message says that the other device was not attempted" said 'dax9.0 not attempted'
mv "$WORK/line" "$line"
rm "$ROOT/sys/bus/dax/devices/dax9.0"

# A shell ends its loop only if the process has died of the signal.
loop() {
	# shellcheck disable=SC2016 # the inner shell's
	at_work setsid env LD_PRELOAD="$PRELOAD" bash -c \
		'for i in 1 2; do echo "$i"; "$@" unplug --force dax0.0; done' loop "$DAXPLUG"
}
rm "$WORK/began"
FAKE_BEGAN=$WORK/began loop > "$WORK/out" 2> "$WORK/err" &
loop=$!
within "the change" test -e "$WORK/began"
kill -INT -- "-$loop"
wait "$loop" 2> /dev/null
is "Ctrl-C ends a shell's loop" "$(xargs < "$WORK/out")" 1

# --- another daxplug ---

begin_change unplug --force dax0.0
other=$CHANGE
is "another daxplug is changing the device: a timeout" "$(status_of change unplug --force --timeout 500ms dax0.0)" 5
ok "the message names the process that it waits for" said 'waiting for another daxplug \(PID [0-9]+\)'
change unplug --force --timeout 500ms --progress=json dax0.0 > "$WORK/out" 2> "$WORK/err"
ok "progress has the process that it waits for" grep -qE '"phase": ?"waiting", ?"waits_for": ?[0-9]+,' "$WORK/err"
is "another daxplug is changing the device: --no-wait" "$(status_of change unplug --force --no-wait dax0.0)" 5
ok "the refusal names the process at work" said 'another daxplug works on it \(PID [0-9]+\)'
: > "$WORK/err" # names the other already
change_now unplug --force dax0.0 > "$WORK/out" 2> "$WORK/err" &
CHANGE=$!
ok "a command waits for another" within "the message" said 'waiting for another'
end_by INT
is "SIGINT kills a command that waits for another" "$STATUS" 130
kill -TERM "$other"
wait "$other" 2> /dev/null
is "the other is rolled back" "$(state_now)" online_movable
unset FAKE_SLOW_MS

# --- progress on a terminal ---

# at_work_in_terminal COLUMNS
at_work_in_terminal() {
	# shellcheck disable=SC2016 # the inner shell's
	FAKE_SLOW_MS=2500 in_terminal "$1" unshare --mount \
		bash -c 'mount --bind "$1/sys" /sys && shift && exec "$@"' at_work "$ROOT" \
		env LD_PRELOAD="$PRELOAD" "$DAXPLUG" unplug --force dax0.0
}
longest=$(at_work_in_terminal 36 | tr '\r' '\n' | sed 's/\x1b\[K//' | grep unplugging | wc -L)
ok "a line of progress" test "$longest" -gt 10
ok "the line of progress fits on the terminal" test "$longest" -le 35
is "plugged again" "$(status_of change plug dax0.0)" 0
is "no line of progress on a dumb terminal" \
	"$(TERM=dumb at_work_in_terminal 80 | grep -c $'\033')" 0

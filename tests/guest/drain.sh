# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# unplug --drain: memory that is written to meanwhile is moved before the unplug and stays
# intact; the report has the memory that was moved, of which process, and the memory that was left.
# vm: -s 1G -t 400
# driver: ours
# driver-full: stock
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

HUGE=hugepages/hugepages-2048kB/nr_hugepages
POOL=/sys/devices/system/node/node$NODE/$HUGE
POOL_0=/sys/devices/system/node/node0/$HUGE

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

# --- shared memory, files in memory that no process maps or has open, page cache, huge pages ---

plugged
mkdir -p /run/use /run/disk
mount -t tmpfs -o size=200M use /run/use
mount -t erofs -o ro /dev/vda /run/disk
head -c 60M /dev/urandom > /tmp/pattern
echo 40 > "$POOL"
live shared shared 50
live mapped file 40 /run/use/mapped
live huge huge 40
numactl --preferred="$NODE" cp /tmp/pattern /run/use/unmapped
# Page cache of files on a disk, of which a process has one open.
# shellcheck disable=SC2016 # the inner shell's variable
numactl --preferred="$NODE" sh -c 'for file in /run/disk/usr/bin/*; do [ ! -f "$file" ] || cat "$file"; done > /dev/null'
exec {OPEN}< /run/disk/usr/bin/perl
ok "files: they are on the device" test "$(node_kib FilePages)" -ge $((140 << 10))
note "on the device: $(node_kib FilePages) kB of files, $(node_kib Shmem) kB of them in memory"
drain
exec {OPEN}<&-
is "files: the exit status" "$STATUS" 0
ok "files: shared memory was moved by the drain" test "$(drained moved_bytes.shared)" -ge $((145 << 20))
ok "files: so were huge pages in use" test "$(drained moved_bytes.huge)" -ge $((36 << 20))
note "page cache: $(drained moved_bytes.cache) moved, $(drained dropped_bytes) dropped"
ok "files: so was page cache of an open file" test "$(($(drained moved_bytes.cache) + $(drained dropped_bytes)))" -ge $((1 << 20))
ok "files: a file that no process maps is intact" cmp /tmp/pattern /run/use/unmapped
end_lives files
umount /run/use /run/disk
echo 0 > "$POOL_0"

# --- processes whose pages cannot be moved ---

plugged
mkdir -p /run/cgroup
mount -t cgroup2 cgroup /run/cgroup
if echo +cpuset > /run/cgroup/cgroup.subtree_control; then
	mkdir /run/cgroup/bound
	echo "$NODE" > /run/cgroup/bound/cpuset.mems
	live bound anon 30
	live free anon 30
	echo "${LIVES[bound]}" > /run/cgroup/bound/cgroup.procs
	drain
	is "a cpuset without another node: unplugged all the same" "$STATUS" 0
	is "a cpuset without another node: the process is named" \
		"$(drained 'processes[] | select(.error) | "\(.pid) \(.error)"')" "${LIVES[bound]} cpuset"
	ok "a cpuset without another node: its memory was left to the unplug" \
		test "$(drained left_bytes.anon)" -ge $((25 << 20))
	ok "a cpuset without another node: the others were moved" test "$(drained moved_bytes.anon)" -ge $((29 << 20))
	end_lives "a cpuset without another node"
	rmdir /run/cgroup/bound
else
	skip "a cpuset without another node" "the kernel was built without cpusets"
fi

# --- how a drain ends ---

blocks_as_before() { is "$1: every block is online" "$(count 'online Movable')" "${#BLOCKS[@]}"; }

plugged
live one anon 60
perl "$LAB/guest/hold" io "$NODE" > /tmp/hold &
HOLDER=$!
wait_until grep -q holding /tmp/hold
begin=${EPOCHREALTIME/./}
drain --timeout 8s
took=$(((${EPOCHREALTIME/./} - begin) / 1000))
if [[ $BACKEND == state ]]; then
	is "a page lent to I/O: its time is up" "$STATUS" 5
	ok "a page lent to I/O: the deadline was kept" test "$took" -lt $((12000 * SLOW))
	blocks_as_before "a page lent to I/O"
else
	note "without daxplug's driver: status $STATUS"
fi
note "that took $took ms"
ok "it is said that pages stay where they went" grep -q 'stays on other nodes' /tmp/errors
kill "$HOLDER"
wait "$HOLDER"
daxplug plug -q dax0.0 2> /tmp/answer
end_lives "a page lent to I/O"

# interrupt SIGNAL: once a drain has moved something; sets STATUS.
interrupt() {
	# A job in the background ignores SIGINT otherwise.
	env --default-signal=INT daxplug unplug dax0.0 --drain --no-refill --progress=json > /tmp/result 2> /tmp/errors &
	local pid=$!
	ok "SIG$1: a drain is under way" wait_until grep -q '"draining".*"done_bytes": *[1-9]' /tmp/errors
	REFILL_MEANWHILE=$(< /proc/sys/kernel/numa_balancing)
	kill -"$1" "$pid"
	STATUS=0
	wait "$pid" || STATUS=$?
	note "$(grep -v '^{' /tmp/errors)"
}
no_worker() { ! pgrep -f 'daxplug unplug' > /dev/null && ! pgrep '^daxplug:' > /dev/null; }

echo 1 > /proc/sys/kernel/numa_balancing
for signal in INT KILL; do
	plugged
	live one anon 200
	live two anon 200
	live three anon 200
	interrupt $signal
	is "SIG$signal: NUMA balancing was off meanwhile" "$REFILL_MEANWHILE" 0
	ok "SIG$signal: no process is left" wait_until no_worker
	is "SIG$signal: NUMA balancing is as before" "$(< /proc/sys/kernel/numa_balancing)" 1
	is "SIG$signal: the exit status" "$STATUS" $((128 + $(kill -l "$signal")))
	blocks_as_before "SIG$signal"
	end_lives "SIG$signal"
done
echo 0 > /proc/sys/kernel/numa_balancing

# --- no room ---

plugged
live one anon 300
echo $((($(free_mib 0) - 150) / 2)) > "$POOL_0"
note "$(free_mib 0) MiB free on node 0"
drain
is "no room: refused" "$STATUS" 7
ok "no room: the message says how much is missing" grep -qE 'too little|no room|have room' /tmp/errors
blocks_as_before "no room"
echo 0 > "$POOL_0"
drain
is "with room: unplugged" "$STATUS" 0
end_lives "no room"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# unplug --drain moves memory off the device before the unplug, even memory that is being written
# to, and keeps its contents intact; the report has the moved memory of each process, and the memory
# that could not be moved. Settings that would refill the device are off during the drain, and
# restored even after SIGKILL.
# vm: -s 1G -t 560
# driver: ours
# driver-full: stock
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"
. "$LAB/tests/guest/helpers/drain.sh"

# segment MIB: a segment of shared memory, four times as large, that no process has attached; its
# ID is in SEGMENT.
segment() {
	# shellcheck disable=SC2016 # Perl's variables
	SEGMENT=$(numactl --preferred="$NODE" perl -e '
		my $id = shmget(0, 4 * $ARGV[0] << 20, 01600) // die;
		shmwrite($id, pack("N", $_) x 1024, $_ << 12, 4096) or die for 0 .. ($ARGV[0] << 8) - 1;
		print $id' "$1")
}

segment_is_intact() {
	# shellcheck disable=SC2016 # Perl's variables
	perl -e 'my ($id, $pages, $page) = (@ARGV, "");
		for (0 .. $pages - 1) {
			shmread($id, $page, $_ << 12, 4096) or die;
			$page eq pack("N", $_) x 1024 or die "page $_";
		}' "$SEGMENT" $(($1 << 8))
}

segment_mib() { awk -v id="$SEGMENT" '$2 == id { print int($15 / 1048576) }' /proc/sysvipc/shm; }

# --- anonymous memory ---

plugged
live one anon 150
live two anon 100
live three thp 64
drain
is "anonymous memory: the exit status" "$STATUS" 0
is "anonymous memory: unplugged" "$(outcome outcome)" "done"
ok "anonymous memory: the drain moved nearly all of it" test "$(drained moved_bytes.anon)" -ge $((300 << 20))
is "anonymous memory: the process with most is named first" "$(drained 'processes[0].pid')" "${LIVES[one]}"
ok "anonymous memory: with the size of its memory" test "$(drained 'processes[0].bytes')" -ge $((149 << 20))
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
segment 20
# Page cache of files on a disk, of which a process has one open.
# shellcheck disable=SC2016 # the inner shell's variable
numactl --preferred="$NODE" sh -c 'for file in /run/disk/usr/bin/*; do [ ! -f "$file" ] || cat "$file"; done > /dev/null'
exec {OPEN}< /run/disk/usr/bin/perl
ok "files: they are on the device" test "$(node_kib FilePages)" -ge $((140 << 10))
note "on the device: $(node_kib FilePages) kB of files, $(node_kib Shmem) kB of them in memory"
drain
exec {OPEN}<&-
is "files: the exit status" "$STATUS" 0
ok "files: the drain moved shared memory" test "$(drained moved_bytes.shared)" -ge $((165 << 20))
ok "files: the drain moved huge pages in use" test "$(drained moved_bytes.huge)" -ge $((36 << 20))
note "page cache: $(drained moved_bytes.cache) moved, $(drained dropped_bytes) dropped"
ok "files: the drain moved or dropped the page cache of an open file" test "$(($(drained moved_bytes.cache) + $(drained dropped_bytes)))" -ge $((1 << 20))
ok "files: a file that no process maps is intact" cmp /tmp/pattern /run/use/unmapped
is "files: the holes of a segment that no process has attached are not filled" "$(segment_mib)" 20
ok "files: the contents of that segment are intact" segment_is_intact 20
ipcrm -m "$SEGMENT"
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
	is "a cpuset without another node: a dry run" "$(dry)" 0
	is "a cpuset without another node: predicted" \
		"$(jq -r '.[0].findings[] | select(.id == "confined") | .text | test("\\(PID '"${LIVES[bound]}"'\\)")' /tmp/dry)" true
	drain
	is "a cpuset without another node: unplugged" "$STATUS" 0
	is "a cpuset without another node: the process is named" \
		"$(drained 'processes[] | select(.error) | "\(.pid) \(.error)"')" "${LIVES[bound]} cpuset"
	ok "a cpuset without another node: the drain left the memory to the unplug" \
		test "$(drained left_bytes.anon)" -ge $((25 << 20))
	ok "a cpuset without another node: the drain moved the other processes" test "$(drained moved_bytes.anon)" -ge $((29 << 20))
	end_lives "a cpuset without another node"
	plugged
	live one anon 30
	mkdir /run/cgroup/own
	echo "$NODE" > /run/cgroup/own/cpuset.mems
	(echo "$BASHPID" > /run/cgroup/own/cgroup.procs; dry > /tmp/own)
	is "daxplug in such a cpuset: predicted" \
		"$(< /tmp/own) $(jq -r '.[0].reason' /tmp/dry)" "4 permission"
	(echo "$BASHPID" > /run/cgroup/own/cgroup.procs; drain; echo "$STATUS" > /tmp/own)
	is "daxplug in such a cpuset: refused" "$(< /tmp/own) $(outcome outcome) $(outcome reason)" "4 refused permission"
	end_lives "daxplug in such a cpuset"
	rmdir /run/cgroup/bound /run/cgroup/own
else
	skip "a cpuset without another node" "the kernel was built without cpusets"
fi

# --- how a drain ends ---

plugged
live one anon 60
perl "$LAB/guest/hold" io "$NODE" > /tmp/hold &
HOLDER=$!
wait_until grep -q holding /tmp/hold
begin=${EPOCHREALTIME/./}
drain --timeout 8s
took=$(((${EPOCHREALTIME/./} - begin) / 1000))
if [[ $BACKEND == state ]]; then
	is "a page pinned for I/O: the timeout expires" "$STATUS" 5
	ok "a page pinned for I/O: the deadline was kept" test "$took" -lt $((12000 * SLOW))
	blocks_as_before "a page pinned for I/O"
else
	note "without daxplug's driver: status $STATUS"
fi
note "that took $took ms"
ok "a message says that pages stay where they went" grep -q 'stays on other nodes' /tmp/errors
kill "$HOLDER"
wait "$HOLDER"
daxplug plug -q dax0.0 2> /tmp/answer
end_lives "a page pinned for I/O"

# interrupt SIGNAL: sends SIGNAL once a drain has moved some memory; sets STATUS.
interrupt() {
	# Otherwise a background job ignores SIGINT.
	env --default-signal=INT daxplug unplug dax0.0 --drain --no-refill --progress=json > /tmp/result 2> /tmp/errors &
	local pid=$!
	ok "SIG$1: a drain is under way" wait_until grep -q '"draining".*"done_bytes": *[1-9]' /tmp/errors
	REFILL_MEANWHILE=$(refills)
	kill -"$1" "$pid"
	STATUS=0
	wait "$pid" || STATUS=$?
	note "$(grep -v '^{' /tmp/errors)"
}
no_worker() { ! pgrep -f 'daxplug unplug' > /dev/null && ! pgrep '^daxplug:' > /dev/null; }

# REFILLS: the settings of this kernel that let it move pages to the device, "FILE VALUE OFF" each.
BALANCING=/proc/sys/kernel/numa_balancing
DEMOTION=/sys/kernel/mm/numa/demotion_enabled
WEIGHTS=/sys/kernel/mm/mempolicy/weighted_interleave
REFILLS=("$BALANCING 1 0")
[[ ! -e $DEMOTION ]] || REFILLS+=("$DEMOTION true false")
[[ ! -e $WEIGHTS/node$NODE ]] || REFILLS+=("$WEIGHTS/node$NODE 5 1")
NAMED=numa-balancing
[[ ! -e $DEMOTION ]] || NAMED="demotion $NAMED"
[[ ! -e $WEIGHTS/node$NODE ]] || NAMED="$NAMED interleave-weight"
note "settings that may refill the device here: ${REFILLS[*]}"

set_refills() {
	local file value off
	for refill in "${REFILLS[@]}"; do
		read -r file value off <<< "$refill"
		echo "$value" > "$file"
	done
}
refills() {
	local file
	for refill in "${REFILLS[@]}"; do
		file=${refill%% *}
		[[ ! -e $file ]] || echo "$file $(< "$file")"
	done
}
refills_on() { printf '%s\n' "${REFILLS[@]}" | cut -d' ' -f 1,2; }
refills_off() { printf '%s\n' "${REFILLS[@]}" | cut -d' ' -f 1,3; }

# The kernel patches its code when NUMA balancing is switched. An emulated second processor may then
# execute a breakpoint that the first one has already removed ("Oops: int3").
echo 0 > /sys/devices/system/cpu/cpu1/online
for signal in INT KILL; do
	plugged
	set_refills
	live one anon 200
	live two anon 200
	live three anon 200
	interrupt $signal
	is "SIG$signal: the settings that refill the device were off meanwhile" "$REFILL_MEANWHILE" "$(refills_off)"
	ok "SIG$signal: no process is left" wait_until no_worker
	is "SIG$signal: the settings that refill the device are as before" "$(refills)" "$(refills_on)"
	is "SIG$signal: the exit status" "$STATUS" $((128 + $(kill -l "$signal")))
	blocks_as_before "SIG$signal"
	end_lives "SIG$signal"
done
is "a dry run names the settings that may refill the device" \
	"$(dry > /dev/null; jq -r '.[0].findings[].id' /tmp/dry | grep -xE 'demotion|numa-balancing|interleave-weight' | sort | xargs)" \
	"$(xargs -n 1 <<< "$NAMED" | sort | xargs)"
drain
is "the report names the settings that may refill the device" "$(drained 'refill | sort | join(" ")')" "$(xargs -n 1 <<< "$NAMED" | sort | xargs)"
is "without --no-refill the settings stay on" "$(drained refill_off)" false
echo 0 > "$BALANCING"
echo 1 > /sys/devices/system/cpu/cpu1/online
[[ ! -e $DEMOTION ]] || echo false > "$DEMOTION"
done_testing

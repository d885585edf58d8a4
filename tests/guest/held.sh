# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A transition that times out names the page that kept its block online, and other tasks get the
# hotplug lock meanwhile.
# vm: -s 1G -t 300
# full
. "$LAB/tests/guest/helpers/device.sh"

TRACE=/sys/kernel/tracing
HUGE=/sys/devices/system/node/node%d/hugepages/hugepages-2048kB/nr_hugepages

failure() { tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n "s/^$1=//p"; }
timeout_ms() { echo "$1" > "$DAX/kmem/timeout_ms"; }

# huge_pages NODE COUNT
huge_pages() {
	local file
	# shellcheck disable=SC2059 # the format has a place for the node
	printf -v file "$HUGE" "$1"
	echo "$2" > "$file"
}

# spare MIB: starts a process that the OOM killer kills first. The moved memory leaves so little free
# memory that a small allocation of the driver can invoke the OOM killer.
spare() {
	perl -e 'open(my $score, ">", "/proc/self/oom_score_adj"); print $score 1000; close $score;
		my $memory = "x" x ($ARGV[0] << 20); $| = 1; print "spare\n"; sleep' "$1" >> /tmp/spares &
	SPARE+=($!)
	disown
}

are_spare() { (($(grep -c spare /tmp/spares) == ${#SPARE[@]})); }

spare_all_others() {
	local score
	for score in /proc/[0-9]*/oom_score_adj; do
		write_file "$score" -1000 > /tmp/answer
	done
}

# Like attempt, but frees memory on node 0 before it prints the answer, because printing needs memory.
unplug_and_make_room() {
	local file
	# shellcheck disable=SC2059 # the format has a place for the node
	printf -v file "$HUGE" 0
	# shellcheck disable=SC2016 # perl's variables
	errno_name "$(perl -e '
		syscall(151, 3); # mlockall, so that the code of this process is not evicted either
		open(my $state, ">", $ARGV[0]) or die;
		open(my $pages, ">", $ARGV[1]) or die;
		my $answer = defined syswrite($state, "unplugged") ? "done" : "$!";
		syswrite($pages, "0\n");
		print $answer;' "$DAX/state" "$file")"
}

free_mib() { awk '$1 == "Node" && $2 == '"$1"' && $3 == "MemFree:" { print int($4 / 1024) }' "/sys/devices/system/node/node$1/meminfo"; }

is_last_online() { (($(< "$DAX/kmem/blocks_online") == 1)); }

# hold WHAT: holds pages until $HOLDER is killed.
hold() {
	: > /tmp/hold
	perl "$LAB/guest/hold" "$1" "$NODE" > /tmp/hold &
	HOLDER=$!
	disown
	wait_until grep -q holding /tmp/hold
}

release() {
	kill "$HOLDER"
	until has_ended "$HOLDER"; do pause 0.02; done
}

# Prints a block of the machine's own memory that can go offline.
unrelated() {
	local file
	for file in "$MEMORY"/memory*/; do
		[[ $(< "$file/valid_zones") != none && $(< "$file/phys_device") == 0 && -e ${file}node0 ]] || continue
		! echo offline 2> /dev/null > "$file/state" || { printf '%s\n' "$file"; return 0; }
	done
	return 1
}

attempt unplugged > /tmp/answer
is "plugged" "$(attempt online_movable)" "done"

# --- a page that I/O has pinned, which the core tries to migrate for ever ---
hold io
block=$(unrelated)
ok "a block of the machine's own memory can go offline" test -n "$block"
is "the block of the machine's own memory goes online again" "$(write_file "$block/state" online)" "done"
echo 1 > $TRACE/events/dax_kmem/enable
timeout_ms $((24000 * SLOW))
begin_write it unplugged
ok "pinned by I/O: the others are offline" wait_until is_last_online
begin=${EPOCHREALTIME/./}
is "meanwhile that block goes offline" "$(write_file "$block/state" offline)" "done"
is "meanwhile that block goes online again" "$(write_file "$block/state" online)" "done"
took=$(((${EPOCHREALTIME/./} - begin) / 1000))
ok "the unplug is not over by then" eval '! has_result it'
note "going offline and online took $took ms"
end_write it
is "pinned by I/O: the timeout expires" "$RESULT" ETIMEDOUT
note "$(< "$DAX/kmem/last_failure")"
is "pinned by I/O: the reason, and the obstacle" "$(failure reason) $(failure held)" "timeout pinned"
is "pinned by I/O: the page is in the block" "memory$(($(failure pfn) * 4096 / $(block_size)))" "$(failure block)"
is_all "pinned by I/O: rolled back" online_movable 'online Movable'
echo 0 > $TRACE/events/dax_kmem/enable
longest=$(sed -n 's/.*transition_end: .*longest_us=\([0-9]*\).*/\1/p' $TRACE/trace)
slowest=$(sed -nE 's/.*(block_switch|range_change): .* us=([0-9]*) .*/\2/p' $TRACE/trace | sort -n | tail -n 1)
is "the longest hold is in the trace" "$longest" "$slowest"
ok "no hold was longer than the slices" test "$longest" -lt $((6500000 * SLOW))
release
timeout_ms 0
is "no longer pinned: unplugged" "$(attempt unplugged)" "done"

# --- a signal in place of the timeout ---
is "plugged" "$(attempt online_movable)" "done"
hold io
begin_write it unplugged TERM
ok "pinned by I/O: the others are offline" wait_until is_last_online
pause 1.5
signal it TERM
end_write it
is "a signal: EINTR" "$RESULT" EINTR
is "a signal: the reason, and the obstacle" "$(failure reason) $(failure held)" "signal pinned"
release

# --- a transition that is cancelled before its first block names no page ---
load_fault
fault what=offline err=16 times=-1
is "refused by a notifier" "$(attempt unplugged) $(failure reason)" "EBUSY refused"
fault what=listen delay_ms=$((700 * SLOW)) times=1
begin_write it unplugged INT
ok "the next unplug has not begun" wait_until has_matched 1
signal it INT
end_write it
is "cancelled before it began: EINTR" "$RESULT" EINTR
is "cancelled before it began: no obstacle" "$(failure reason) $(failure held)" "signal "
no_fault

# --- huge pages that a process has reserved, with no others on any node ---
huge_pages "$NODE" 4
perl -e 'use constant { MAP_FAILED => -1 };
	my $address = syscall(9, 0, 4 << 21, 3, 0x40022, -1, 0); # mmap, of huge pages, not touched
	die "mmap: $!" if $address == MAP_FAILED;
	$| = 1; print "promised\n"; sleep;' > /tmp/promised &
PROMISED=$!
disown
wait_until grep -q promised /tmp/promised
is "huge pages: refused" "$(attempt unplugged)" EBUSY
is "huge pages: the reason" "$(failure reason)" huge_page
kill "$PROMISED"
until has_ended "$PROMISED"; do pause 0.02; done
huge_pages "$NODE" 0
is "no huge pages: unplugged" "$(attempt unplugged)" "done"

# --- more memory in use than other nodes have room for ---
is "plugged" "$(attempt online_movable)" "done"
mkdir /tmp/full
mount -t tmpfs -o "size=2G,mpol=bind:$NODE" tmpfs /tmp/full
dd if=/dev/zero of=/tmp/full/file bs=1M count=500 status=none
swapoff -a
spare_all_others
# KASAN needs an eighth of each block that goes online again, page owner some more.
for _ in "${BLOCKS[@]}"; do spare 24; done
ok "spare memory is in use" wait_until are_spare
huge_pages 0 $((($(free_mib 0) - 150) / 2))
before=$(count 'online Movable')
timeout_ms 8000
is "nowhere to go: the timeout expires" "$(unplug_and_make_room)" ETIMEDOUT
note "$(< "$DAX/kmem/last_failure")"
is "nowhere to go: the reason, and the obstacle" "$(failure reason) $(failure held)" "timeout no_memory"
is "nowhere to go: rolled back" "$(count 'online Movable')" "$before"
kill "${SPARE[@]}" 2> /dev/null || true
timeout_ms 0
is "room again: unplugged" "$(attempt unplugged)" "done"

# --- the tracepoints, as docs/abi.md shows them ---
echo > $TRACE/trace
echo 1 > $TRACE/events/dax_kmem/enable
is "plugged" "$(attempt online_movable)" "done"
echo 0 > $TRACE/events/dax_kmem/enable
ok "the trace has the begin, the steps and the end" test \
	"$(grep -cE 'transition_begin|range_change: .* add error=0|block_switch|transition_end' $TRACE/trace)" -ge $((${#BLOCKS[@]} + 3))
done_testing

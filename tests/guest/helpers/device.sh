# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Reads and switches the device and its memory blocks.
. "$LAB/tests/guest/lib.sh"
. "$LAB/settings" # the options of lab/vm
set -u

MEMORY=/sys/devices/system/memory
FAULT=/sys/module/fault/parameters
KMEM=/sys/bus/dax/drivers/kmem

# --- the device ---

state() { cat "$DAX/state"; }

# attempt WORD: writes WORD to state; prints "done" or the name of the errno.
attempt() { write_file "$DAX/state" "$1"; }

# write_file FILE WORD: does the same with any file.
write_file() {
	local message
	if message=$( { printf '%s' "$2" > "$1"; } 2>&1); then
		printf 'done\n'
	else
		errno_name "${message##*: }"
	fi
}

errno_name() {
	case $1 in
	done) printf 'done\n' ;;
	'Device or resource busy') printf 'EBUSY\n' ;;
	'Invalid argument') printf 'EINVAL\n' ;;
	'Interrupted system call') printf 'EINTR\n' ;;
	'Operation canceled') printf 'ECANCELED\n' ;;
	'Operation not permitted') printf 'EPERM\n' ;;
	'Permission denied') printf 'EACCES\n' ;;
	'Cannot allocate memory') printf 'ENOMEM\n' ;;
	'Input/output error') printf 'EIO\n' ;;
	'Resource temporarily unavailable') printf 'EAGAIN\n' ;;
	'File exists') printf 'EEXIST\n' ;;
	'No such device') printf 'ENODEV\n' ;;
	'No such device or address') printf 'ENXIO\n' ;;
	'Connection timed out') printf 'ETIMEDOUT\n' ;;
	'Numerical result out of range') printf 'ERANGE\n' ;;
	'No such file or directory') printf 'ENOENT\n' ;;
	*) printf '%s\n' "$1" ;;
	esac
}

bind() { write_file "$KMEM/bind" "${DAX##*/}"; }
unbind() { write_file "$KMEM/unbind" "${DAX##*/}"; }
is_bound() { [[ -e $DAX/driver ]]; }

# load_kmem [OPTION...]: loads the module and binds the device to it. Before Linux 6.6 a driver binds
# only devices that were written to new_id.
load_kmem() {
	modprobe kmem "$@" || return
	is_bound || echo dax0.0 > "$KMEM/new_id"
	is_bound || echo dax0.0 > "$KMEM/bind"
}

# Makes the kernel choose ZONE_MOVABLE for a plain "online".
let_kernel_choose_movable() {
	echo auto-movable > /sys/module/memory_hotplug/parameters/online_policy
	[[ ! -e /sys/module/memory_hotplug/parameters/auto_movable_numa_aware ]] ||
		echo 0 > /sys/module/memory_hotplug/parameters/auto_movable_numa_aware
}

exec {NEVER}<> <(:)

# pause SECONDS: sleeps without a fork.
pause() { read -rt "$1" -u "$NEVER" || true; }

# The factor by which a kernel with sanitizers is slower.
SLOW=1
[[ $KERNEL != @(debug|kcsan)* ]] || SLOW=6

# wait_until COMMAND...: waits until COMMAND succeeds, for at most 20 s.
wait_until() {
	local try
	for ((try = 0; try < 1000 * SLOW; try++)); do
		! "$@" > /dev/null 2>&1 || return 0
		pause 0.02
	done
	note "timed out waiting for: $*"
	return 1
}

# offer_to DRIVER: writes the device to another driver's new_id, so that the driver tries to bind it.
offer_to() {
	local word
	for word in new_id bind remove_id; do
		write_file "/sys/bus/dax/drivers/$1/$word" "${DAX##*/}"
	done > /tmp/answer
}

# need_outside WHAT: skips the test unless the driver is a module outside the kernel tree; WHAT completes
# the reason.
need_outside() {
	[[ $OUR_KMEM == */updates/kmem.ko ]] || skip_all "the driver is in the kernel tree, where $1"
}

# --- its memory blocks ---
# Guests fork slowly, so the functions below avoid forks where that matters.

block_size() { printf '%d\n' "0x$(< "$MEMORY/block_size_bytes")"; }

# A new device appears before its ranges do.
has_its_ranges() {
	local mapping bytes=0
	for mapping in "$DAX"/mapping[0-9]*; do
		bytes=$((bytes + $(< "$mapping/end") - $(< "$mapping/start") + 1))
	done
	((bytes == $(< "$DAX/size")))
} 2> /dev/null

# find_blocks: sets BLOCKS to the numbers of the memory blocks that the device has when plugged,
# ascending.
find_blocks() {
	local mapping start end size
	size=$(block_size)
	BLOCKS=()
	wait_until has_its_ranges
	for mapping in "$DAX"/mapping[0-9]*; do
		start=$((($(< "$mapping/start") + size - 1) / size))
		end=$((($(< "$mapping/end") + 1) / size))
		while ((start < end)); do
			BLOCKS+=("$((start++))")
		done
	done
	((${#BLOCKS[@]})) || return 0
	mapfile -t BLOCKS < <(printf '%s\n' "${BLOCKS[@]}" | sort -n)
	FIRST=${BLOCKS[0]}
	MIDDLE=${BLOCKS[${#BLOCKS[@]} / 2]}
	LAST=${BLOCKS[-1]}
}
find_blocks

# look_at N: sets BLOCK_IS to the block's state and zone: "online Movable".
look_at() {
	local state zones
	BLOCK_IS=absent
	{ read -r state < "$MEMORY/memory$1/state"; } 2> /dev/null || return 0
	{ read -r zones < "$MEMORY/memory$1/valid_zones"; } 2> /dev/null || return 0
	BLOCK_IS="$state $zones"
}

# count PATTERN: the number of blocks that are "absent", "online Movable", "offline*".
count() {
	local number found=0
	for number in "${BLOCKS[@]}"; do
		look_at "$number"
		# shellcheck disable=SC2053 # a pattern
		[[ $BLOCK_IS != $1 ]] || ((found += 1))
	done
	printf '%d\n' "$found"
}

# switch N WORD: writes WORD to a block's own state.
switch() { write_file "$MEMORY/memory$1/state" "$2"; }

switch_all() {
	local number
	for number in "${BLOCKS[@]}"; do
		switch "$number" "$1"
	done | sort -u
}

# files_there: prints the kB of files on the device's node.
files_there() { awk '/ FilePages:/ { print $4 }' "/sys/devices/system/node/node$NODE/meminfo"; }

# tier_of NODE: prints the memory tiers that list the node.
tier_of() {
	local tier
	for tier in /sys/devices/virtual/memory_tiering/memory_tier*; do
		! grep -qxE "(.*,)?$1(,.*)?" "$tier/nodelist" || basename "$tier"
	done
}

# --- everything that a transition changes, and must not change if it fails ---

snapshot() {
	local number
	printf 'state: '
	cat "$DAX/state"
	for number in "${BLOCKS[@]}"; do
		look_at "$number"
		printf 'memory%d: %s\n' "$number" "$BLOCK_IS"
	done
	cat /proc/iomem
	awk '/^MemTotal/
		/^Node/ { zone = $0 }
		$1 ~ /^(spanned|present|managed|start_pfn:)$/ { print zone, $1, $2 }' \
		/proc/meminfo /proc/zoneinfo
}

# is_unchanged DESCRIPTION BEFORE
is_unchanged() {
	local now
	now=$(snapshot)
	if [[ $now == "$2" ]]; then
		point 0 "$1"
	else
		point 1 "$1"
		note "$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$now"))"
	fi
}

# is_all DESCRIPTION WORD PATTERN: state reads WORD, and every block matches PATTERN.
is_all() {
	local description=$1 word=$2 pattern=$3
	is "$description: state" "$(state)" "$word"
	is "$description: blocks" "$(count "$pattern")" "${#BLOCKS[@]}"
}

# is_unplugged DESCRIPTION: no memory of the device is left.
is_unplugged() {
	is "$1: state" "$(state)" unplugged
	is "$1: blocks" "$(count absent)" "${#BLOCKS[@]}"
	is "$1: reservations" "$(left_over)" 0
}

reservations() { grep -c "System RAM (kmem)" /proc/iomem; }
left_over() { grep -cE ": (System RAM \(kmem\)|${DAX##*/})$" /proc/iomem; }

# --- faults; see tests/fault ---

load_fault() { insmod "$LAB/modules/fault.ko"; }

# fault NAME=VALUE...: sets these parameters, resets all others to their defaults, and resets the counters.
fault() {
	local setting defaults=(what=any block=-1 skip=0 again=-1 err=0 delay_ms=0 hold=0 page=0 times=0)
	for setting in "${defaults[@]}" "$@"; do
		[[ $setting == times=* ]] || echo "${setting#*=}" > "$FAULT/${setting%%=*}"
	done
	for setting in times=0 "$@"; do
		[[ $setting != times=* ]] || echo "${setting#*=}" > "$FAULT/times"
	done
}

no_fault() { fault times=0; }

is_held() { [[ $(< "$FAULT/holding") == Y ]]; }
has_matched() { (($(< "$FAULT/matched") >= $1)); }
let_go() { echo 0 > "$FAULT/hold"; }

# --- writers in the background, which can be sent signals ---

declare -A WRITERS=() # process by name

# begin_write NAME WORD [SIGNAL|SIGNAL=DEFAULT|SIGNAL=IGNORE...]: starts a writer with handlers
# for the signals (so that it survives them), which writes once and keeps the result. A background
# process ignores SIGINT unless the arguments name it. WRITE_TO is the file if it is not state.
begin_write() {
	local name=$1 word=$2
	shift 2
	rm -f "/tmp/result.$name"
	# shellcheck disable=SC2016 # perl's variables
	perl -e 'my ($state, $word, $result, @signals) = @ARGV;
		for (@signals) {
			my ($signal, $action) = split(/=/);
			$SIG{$signal} = $action || sub {};
		}
		open(my $out, ">", $state) or die "$state: $!";
		my $answer = defined syswrite($out, $word) ? "done" : $!;
		open(my $kept, ">", "$result.new") or die "$result: $!";
		print $kept "$answer\n";
		close($kept);
		rename("$result.new", $result);' "${WRITE_TO-$DAX/state}" "$word" "/tmp/result.$name" "$@" &
	WRITERS[$name]=$!
	disown # otherwise bash reports its end
}

signal() { kill "-$2" "${WRITERS[$1]}"; }
has_result() { [[ -s /tmp/result.$1 ]]; }

# is_writing NAME: the writer is in the middle of write(2), according to /proc.
is_writing() { [[ $(< "/proc/${WRITERS[$1]}/syscall") == 1\ * ]]; }

# in_store NAME: it waits in the driver.
in_store() {
	[[ $(awk '$1 == "State:" { print $2 }' "/proc/${WRITERS[$1]}/status") == [SD] ]] &&
		grep -qE 'kmem_transition_run|mutex|run' "/proc/${WRITERS[$1]}/stack"
}

# has_ended PID: succeeds for a zombie, too, because bash sometimes fails to reap one.
has_ended() {
	local stat
	{ read -r stat < "/proc/$1/stat"; } 2> /dev/null || return 0
	[[ $stat == *') Z '* ]]
}

# end_write NAME: sets RESULT to "done", the errno's name, or "killed".
end_write() {
	until has_ended "${WRITERS[$1]}"; do pause 0.01; done
	RESULT=killed
	! has_result "$1" || RESULT=$(errno_name "$(< "/tmp/result.$1")")
}

# is_awaited: a task that unbinds a device or suspends the system waits for the end of a transition.
is_awaited() { grep -qsE 'kernfs_drain|power_event|fall_asleep' /proc/[0-9]*/stack; }

# state_at_once: prints the state while a block is held, which lasts a minute: the read must not wait.
state_at_once() { timeout $((20 * SLOW)) cat "$DAX/state"; }

# is_cancelled: the driver has told the thread that carries out a transition to stop.
is_cancelled() {
	local comm comms
	mapfile -t comms < <(grep -lsx 'kmem/.*' /proc/[0-9]*/comm)
	for comm in "${comms[@]}"; do
		! grep -qs '^SigPnd:.*[1-9a-f]' "${comm%comm}status" || return 0
	done
	return 1
}

# caught WORD COMMAND...: runs COMMAND while a block is in the middle of a switch. Sets RESULT (of
# the writer), STATUS and ANSWER (of the command).
caught() {
	local word=$1
	shift
	fault hold=1 times=1 skip=3
	begin_write it "$word"
	ok "$word under way" wait_until is_held
	"$@" > /tmp/answer 2>&1 &
	ok "$*, in the middle of $word: the command waits" wait_until is_awaited
	let_go
	STATUS=0
	wait $! || STATUS=$?
	ANSWER=$(< /tmp/answer)
	end_write it
	no_fault
}

# --- the kernel log ---

mark_log() { printf 'test: %s\n' "$1" > /dev/kmsg; }

# log_since MARK PATTERN: prints the lines since mark_log that match. Status 1 if there is none, 2
# if the mark is missing.
log_since() {
	local log
	log=$(dmesg | sed -n "\\%test: $1\$%,\$p")
	[[ $log ]] || { echo "the log has no mark '$1'" >&2; return 2; }
	grep -E -e "$2" <<< "$log"
}

# times_since MARK PATTERN: prints the number of such lines, or nothing if the mark is missing.
times_since() {
	local lines
	lines=$(log_since "$@")
	(($? < 2)) || return
	grep -c . <<< "$lines"
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: drain.sh [PAIRS [KIND:PERCENT[:OPTION]...]]
#
# Unplugs memory that is in use: with daxplug's driver by "daxplug unplug --drain", with the
# kernel's own driver without a drain. Measures how long that takes, how long the kernel-wide locks
# are held, how fast the processes are in that time, and how long memcpy() and memset() take for the
# same amount of memory.
#
# KIND:
#   anon, shared, huge  memory that the program tests/live writes to all the time, and checks
#   mixed               all three
#   cache               files of a disk that a process has open
#   idle                no memory
# OPTION:
#   one                 one processor
#   tiering             demotion and NUMA balancing are on
#   stopped             the processes are stopped during the unplug, so it has both processors
. "${BENCH-$LAB/bench}/lib.sh"
. "${BENCH-$LAB/bench}/locks.sh"

PROGRAMS=${LAB-}/programs
PROCESSES=2
DISK=/run/disk
DEMOTION=/sys/kernel/mm/numa/demotion_enabled
BALANCING=/proc/sys/kernel/numa_balancing
SECOND=/sys/devices/system/cpu/cpu1/online

[[ -x $PROGRAMS/live ]] || die "$PROGRAMS/live is missing: run this by lab/bench"
NODE=$(< "$DAX/target_node")

# --- the processes ---

start() { # COMMAND...
	local log
	log=$(mktemp)
	"$@" > "$log" 2>&1 &
	LIVES[$!]=$log
	until grep -q ready "$log"; do
		kill -0 $! || die "$*: $(< "$log")"
		sleep 0.05
	done
}

# start_reader MIB: starts a process that reads MIB of files on the guest's disk and keeps them
# open. The process answers signals as tests/live does; the files are intact if a second reading has
# the same sum.
start_reader() {
	mkdir -p "$DISK"
	mount -t erofs -o ro /dev/vda "$DISK"
	# shellcheck disable=SC2016 # perl's variables
	start numactl --preferred="$NODE" perl -e '
		my ($room, @files) = (shift() << 20);
		my ($ends, $tells);
		($SIG{TERM}, $SIG{USR1}) = (sub { $ends = 1 }, sub { $tells = 1 });
		sub sum {
			my $sum = 0;
			for (@files) {
				sysseek($_, 0, 0);
				while (sysread($_, my $piece, 1 << 20)) { $sum += unpack("%32C*", $piece) }
			}
			return $sum;
		}
		for (split("\0", qx(find /run/disk -xdev -type f -size +100k -print0))) {
			last if $room <= 0 or @files > 900;
			open(my $file, "<", $_) or die "$_: $!";
			push(@files, $file);
			$room -= -s $file;
		}
		my $sum = sum();
		$| = 1;
		print "ready\n";
		until ($ends) {
			select(undef, undef, undef, 0.01);
			if ($tells) {
				$tells = 0;
				print "written 0\n";
			}
		}
		print $sum == sum() ? "intact\n" : "damaged\n"' "$1"
}

used_mib() {
	awk '$3 == "MemUsed:" { print int($4 / 1024) }' "/sys/devices/system/node/node$NODE/meminfo"
}

# start_load KIND PERCENT: starts PROCESSES processes for each kind, which use PERCENT of the device.
# Sets LIVE_MIB.
start_load() {
	local kinds=("$1") kind i mib
	case $1 in
	idle) kinds=() ;;
	mixed) kinds=(anon shared huge) ;;
	esac
	declare -gA LIVES=()
	mib=$((${#BLOCKS[@]} * (BLOCK >> 20) * $2 / 100))
	[[ $1 != cache ]] || { start_reader "$mib"; kinds=(); }
	((${#kinds[@]} == 0)) || mib=$((mib / ${#kinds[@]} / PROCESSES / 2 * 2))
	[[ " ${kinds[*]} " != *' huge '* ]] ||
		echo $((mib * PROCESSES / 2)) > "/sys/devices/system/node/node$NODE/hugepages/hugepages-2048kB/nr_hugepages"
	for kind in "${kinds[@]}"; do
		for ((i = 0; i < PROCESSES; i++)); do
			start "$PROGRAMS/live" "$kind" "$mib" "$NODE"
		done
	done
	LIVE_MIB=$(used_mib)
}

# count_written: sets WRITTEN, the number of pages that all processes have written.
count_written() {
	local pid before
	WRITTEN=0
	for pid in "${!LIVES[@]}"; do
		before=$(grep -c written "${LIVES[$pid]}") || true
		kill -USR1 "$pid"
		until (($(grep -c written "${LIVES[$pid]}") > before)); do sleep 0.01; done
		WRITTEN=$((WRITTEN + $(sed -n '$s/written //p' "${LIVES[$pid]}")))
	done
}

end_load() {
	local pid
	for pid in "${!LIVES[@]}"; do
		kill -TERM "$pid"
		wait "$pid" || true
		grep -q intact "${LIVES[$pid]}" || die "$DEVICE: data damaged: $(tail -n 1 "${LIVES[$pid]}")"
		rm "${LIVES[$pid]}"
	done
	! mountpoint -q "$DISK" || umount "$DISK"
	echo 0 | tee /sys/devices/system/node/node*/hugepages/hugepages-2048kB/nr_hugepages > /dev/null
}

# --- one processor, tiering ---

begin_option() { # OPTION
	case $1 in
	one) echo 0 > "$SECOND" ;;
	tiering)
		BALANCED=$(< "$BALANCING")
		echo 2 > "$BALANCING"
		echo 1 > "$DEMOTION"
		;;
	esac
}

end_option() { # OPTION
	case $1 in
	one) echo 1 > "$SECOND" ;;
	tiering)
		echo 0 > "$DEMOTION"
		echo "$BALANCED" > "$BALANCING"
		;;
	esac
}

# --- giving the memory back ---

give_back() { # WHO
	if [[ $1 == ours ]]; then
		daxplug unplug --quiet --drain --no-refill "$DEVICE"
	else
		unplug
	fi
}

# record_speed ROUND WHO WAY WHAT BEGIN: records how long 1000 pages have taken since BEGIN.
record_speed() {
	local end before=$WRITTEN
	count_written
	now_us end
	(($1 == 0 || WRITTEN == before)) ||
		record "$1" "$2" "$3" "$4" "$(jq -n "{ms: (($end - $5) / ($WRITTEN - $before))}")"
}

# record_undisturbed: like record_speed, for a second in which nothing else happens.
record_undisturbed() { # ROUND WHO WAY WHAT
	local begin
	count_written
	now_us begin
	sleep 1
	record_speed "$@" "$begin"
}

# record_floor ROUND WAY WHAT: records the least time that moving the memory can take: the kernel
# has to copy it, and by default (Debian's init_on_alloc) clears the new pages first.
record_floor() {
	local copied cleared
	(($1 > 0 && LIVE_MIB > 16)) || return 0
	read -r copied cleared < <("$PROGRAMS/copy" "$LIVE_MIB")
	record "$1" ours "$2" "$3: memcpy() of the same size" "$(jq -n "{ms: ($copied / 1000)}")"
	record "$1" ours "$2" "$3: memset() of the same size" "$(jq -n "{ms: ($cleared / 1000)}")"
}

# one_case ROUND WHO CASE: measures one case.
one_case() {
	local way what begin kind percent option
	IFS=: read -r kind percent option <<< "$3"
	way=$(way)
	what="drain, $percent % in use, $kind"
	case $option in
	one) what+=', one processor' ;;
	tiering) what+=', tiering' ;;
	stopped) what+=', processes stopped' ;;
	esac
	begin_option "$option"
	begin_absent
	plug
	start_load "$kind" "$percent"
	EXTRA="{\"live\": $((LIVE_MIB << 20))}"
	if [[ $option == stopped ]]; then
		kill -STOP "${!LIVES[@]}"
		measure_held "$1" "$2" "$way" "$what" 0 give_back "$2" || true
		kill -CONT "${!LIVES[@]}"
	else
		record_undisturbed "$1" "$2" "$way" "$what: 1000 pages written by the processes, undisturbed"
		count_written
		now_us begin
		measure_held "$1" "$2" "$way" "$what" 0 give_back "$2" || true
		record_speed "$1" "$2" "$way" "$what: 1000 pages written by the processes" "$begin"
	fi
	end_load
	must_be_unplugged
	[[ $2 != ours ]] || record_floor "$1" "$way" "$what"
	EXTRA='{}'
	end_option "$option"
}

round() { # ROUND WHO: the first case warms up.
	local case
	for case in "${CASES[@]}"; do
		one_case "$1" "$2" "$case"
		(($1 > 0)) || return 0
	done
}

CASES=("${@:2}")
((${#CASES[@]})) || CASES=(idle:0 anon:25 anon:50 anon:90 shared:50 cache:25 huge:50 mixed:50
	anon:50:one anon:50:tiering anon:25:stopped anon:50:stopped anon:90:stopped shared:50:stopped)
policy offline
set_probes
alternate "${1-5}" round

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: drain.sh [PAIRS [KIND PERCENT]...]
#
# Memory of processes that write to it all the time and check it, given back: by
# "daxplug unplug --drain" with daxplug's driver, and without a drain by the kernel's own
# driver; how long the kernel-wide locks are held, and how fast the processes are meanwhile.
# KIND is anon, shared or huge (lab/vm brings the program tests/live), or mixed: all three.
. "${BENCH-$LAB/bench}/lib.sh"
. "${BENCH-$LAB/bench}/locks.sh"

LIVE=${LAB-}/programs/live
PROCESSES=2

[[ -x $LIVE ]] || die "there is no program tests/live; lab/bench has it"
NODE=$(< "$DAX/target_node")

# --- the processes ---

start() { # KIND MIB
	local log
	log=$(mktemp)
	"$LIVE" "$1" "$2" "$NODE" > "$log" 2>&1 &
	LIVES[$!]=$log
	until grep -q ready "$log"; do
		kill -0 $! || die "$1, $2 MiB: $(< "$log")"
		sleep 0.05
	done
}

# start_load KIND PERCENT: of the device, in PROCESSES processes for each kind.
start_load() {
	local kinds=("$1") kind i mib
	[[ $1 != mixed ]] || kinds=(anon shared huge)
	mib=$((${#BLOCKS[@]} * (BLOCK >> 20) * $2 / 100 / ${#kinds[@]} / PROCESSES / 2 * 2))
	declare -gA LIVES=()
	[[ " ${kinds[*]} " != *' huge '* ]] ||
		echo $((mib * PROCESSES / 2)) > "/sys/devices/system/node/node$NODE/hugepages/hugepages-2048kB/nr_hugepages"
	for kind in "${kinds[@]}"; do
		for ((i = 0; i < PROCESSES; i++)); do
			start "$kind" "$mib"
		done
	done
}

# count_written: sets WRITTEN, the pages that all of them have written.
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
	echo 0 | tee /sys/devices/system/node/node*/hugepages/hugepages-2048kB/nr_hugepages > /dev/null
}

# --- giving the memory back ---

give_back() { # WHO
	if [[ $1 == ours ]]; then
		daxplug unplug --quiet --drain "$DEVICE"
	else
		unplug
	fi
}

# record_speed ROUND WHO WAY WHAT BEGIN: how long 1000 pages have taken since then.
record_speed() {
	local end before=$WRITTEN
	count_written
	now_us end
	(($1 == 0 || WRITTEN == before)) ||
		record "$1" "$2" "$3" "$4: 1000 pages written by the processes" \
			"$(jq -n "{ms: (($end - $5) / ($WRITTEN - $before))}")"
}

round() { # ROUND WHO
	local way what begin i
	way=$(way)
	for ((i = 0; i < ${#CASES[@]}; i += 2)); do
		what="drain, ${CASES[i + 1]} % in use, ${CASES[i]}"
		begin_absent
		plug
		start_load "${CASES[@]:i:2}"
		count_written
		now_us begin
		measure_held "$1" "$2" "$way" "$what" 0 give_back "$2" || true
		record_speed "$1" "$2" "$way" "$what" "$begin"
		end_load
		must_be_unplugged
	done
}

CASES=("${@:2}")
((${#CASES[@]})) || CASES=(anon 25 anon 50 anon 90 shared 50 huge 50 mixed 50)
policy offline
set_probes
alternate "${1-5}" round

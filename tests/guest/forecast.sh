# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A forecast against what then happens: each kind of load on the device, what is said to
# have to move and what moved, the verdict and the outcome of the unplug. One without room is
# refused beforehand: forced, it would keep the machine busy for as long as its timeout says.
# vm: -s 1G -t 300
# driver: ours
# driver-full: stock
. "$LAB/tests/guest/helpers/device.sh"

HUGE=hugepages/hugepages-2048kB/nr_hugepages
POOL=/sys/devices/system/node/node$NODE/$HUGE
free_mib() { awk '$3 == "MemFree:" { print int($4 / 1024) }' /sys/devices/system/node/node0/meminfo; }

# --- the loads: each leaves the device in use, on a machine with room or without ---

load_nothing() { :; }
load_tmpfs() {
	mkdir -p /run/use
	mount -t tmpfs -o "size=2G,mpol=bind:$NODE" use /run/use
	dd if=/dev/zero of=/run/use/file bs=1M count="$1" status=none
}
load_shared() { load_tmpfs 300; }
load_too_much() {
	load_tmpfs 500
	# Others leave 200 MiB of ordinary memory.
	echo $((($(free_mib) - 200) / 2)) > "/sys/devices/system/node/node0/$HUGE"
}
load_free_huge() { echo 100 > "$POOL"; }
load_used_huge() {
	echo 50 > "$POOL"
	mkdir -p /run/huge
	mount -t hugetlbfs -o pagesize=2M,size=100M huge /run/huge
	fallocate -l 100M /run/huge/file
}
unload() {
	umount /run/use /run/huge 2> /dev/null
	echo 0 > "/sys/devices/system/node/node0/$HUGE"
	[[ ! -e $POOL ]] || echo 0 > "$POOL"
}

# --- forecast and fact ---

# forecast KEY: of the dry run.
forecast() { jq -r ".[0].forecast.$1" <<< "$DRY"; }

# try LOAD: loads a plugged device, asks, unplugs by force; one line of the table.
try() {
	local load=$1 before must outcome verdict moved
	daxplug plug -q dax0.0
	"load_$load"
	DRY=$(daxplug unplug dax0.0 --dry-run --json 2> /tmp/err)
	verdict=$(forecast verdict)
	must=$(($(forecast must_move.total) >> 20))
	before=$(free_mib)
	outcome=$(daxplug unplug dax0.0 --timeout 20s --json 2> /tmp/err | jq -r '.[0].outcome')
	moved=$((before - $(free_mib)))
	note "$(printf '%-10s forecast: %-8s %4d MiB must move, %d MiB of room, %s lost; fact: %-12s %4d MiB less free' \
		"$load" "$verdict" "$must" "$(($(forecast room) >> 20))" \
		"$(forecast lost_hugepages | jq -c 'length')" "$outcome" "$moved")"
	verdict_of_the_last=$verdict
	case $verdict in
	go) is "$load: would go, and goes" "$outcome" "done" ;;
	refused)
		is "$load: would be refused, and is" "$outcome" refused
		is "$load: nothing has changed" "$(state)" online_movable
		;;
	*) ok "$load: cannot tell, and has an outcome" test -n "$outcome" ;;
	esac
	if [[ $outcome == "done" ]]; then
		ok "$load: what moved is what was said, within 40 MiB" test \
			"$((moved - must < 40 && must - moved < 40))" = 1
	fi
	unload
	daxplug unplug -q dax0.0
}

for load in nothing shared free_huge used_huge too_much; do
	try "$load"
done
is "without room: refused" "$verdict_of_the_last" refused
done_testing

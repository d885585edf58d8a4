# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A forecast agrees with the unplug that follows: for each kind of load on the device, the memory
# that must move agrees with the memory that moved, and the verdict with the outcome. An unplug
# without room is refused beforehand; forced, it would keep the machine busy until its timeout.
# vm: -s 1G -t 300
# driver: ours
# driver-full: stock
. "$LAB/tests/guest/helpers/device.sh"

HUGE=hugepages/hugepages-2048kB/nr_hugepages
POOL=/sys/devices/system/node/node$NODE/$HUGE
free_mib() { awk '$3 == "MemFree:" { print int($4 / 1024) }' /sys/devices/system/node/node0/meminfo; }

meminfo() { awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo; }
HOLDER=

# holder SCRIPT ARG...: a perl program that says "ready" and sleeps until it is killed.
holder() {
	perl -e "$1"' $| = 1; print "ready\n"; sleep' "${@:2}" > /tmp/holder &
	HOLDER=$!
	disown
	wait_until grep -q ready /tmp/holder
}

# shellcheck disable=SC2016 # perl's variables
hold_memory() { # MIB NODE
	holder 'syscall(238, 2, pack("Q", 1 << $ARGV[1]), 64) and die "set_mempolicy: $!";
		my $memory = "x" x ($ARGV[0] << 20);' "$@"
}

# shellcheck disable=SC2016 # perl's variables
hold_promise() { # KB
	holder 'my $at = syscall(9, 0, $ARGV[0] << 10, 3, 0x22, -1, 0); die "mmap: $!" if $at == -1;' "$1"
}

# --- the loads: each uses memory of the device, and leaves or takes the room on other nodes ---

load_nothing() { :; }
load_tmpfs() {
	mkdir -p /run/use
	mount -t tmpfs -o "size=2G,mpol=bind:$NODE" use /run/use
	dd if=/dev/zero of=/run/use/file bs=1M count="$1" status=none
}
load_shared() { load_tmpfs 300; }
load_anonymous() { hold_memory 300 "$NODE"; }
# A program has mapped more memory than the machine has without the device, and touched none of it.
load_promised() {
	echo 80 > /proc/sys/vm/overcommit_ratio
	echo 2 > /proc/sys/vm/overcommit_memory
	hold_promise $(($(meminfo CommitLimit) - $(meminfo Committed_AS) - SIZE / 2048))
}
load_too_much() {
	load_tmpfs 500
	# Other programs leave 200 MiB of ordinary memory.
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
	echo 0 > /proc/sys/vm/overcommit_memory
	[[ ! $HOLDER ]] || kill "$HOLDER"
	HOLDER=
	umount /run/use /run/huge 2> /dev/null
	echo 0 > "/sys/devices/system/node/node0/$HUGE"
	[[ ! -e $POOL ]] || echo 0 > "$POOL"
}

# --- forecast and outcome ---

# forecast KEY: prints a value of the dry run's forecast.
forecast() { jq -r ".[0].forecast.$1" <<< "$DRY"; }

# try LOAD: puts the load on a plugged device, makes a forecast, unplugs, and prints a line of the
# table.
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
	go) is "$load: forecast go, and succeeds" "$outcome" "done" ;;
	refused)
		is "$load: forecast refused, and is refused" "$outcome" refused
		is "$load: nothing has changed" "$(state)" online_movable
		;;
	unknown) ok "$load: forecast unknown, and has an outcome" test -n "$outcome" ;;
	*) ok "$load: the forecast has a verdict, not '$verdict'" false ;;
	esac
	if [[ $outcome == "done" ]]; then
		ok "$load: the forecast of the memory that moves is right within 40 MiB" test \
			"$((moved - must < 40 && must - moved < 40))" = 1
	fi
	unload
	daxplug unplug -q dax0.0
}

for load in nothing anonymous shared free_huge used_huge promised too_much; do
	try "$load"
done
is "without room: refused" "$verdict_of_the_last" refused
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Other projects' tests for the kernel's own driver (ndctl's test of kmem devices, the kernel's
# selftest of memory hotplug) pass with daxplug's driver wherever they pass with the kernel's own.
# NDCTL_SOURCE and LINUX_SOURCE name their sources; the default is /usr/src.
set -euo pipefail
. tests/guest/lib.sh

LINUX_TEST=tools/testing/selftests/memory-hotplug/mem-on-off-test.sh
NDCTL_TEST=test/daxctl-devices.sh
KERNEL=${KERNEL:-6.12}

# find_source NAME GIVEN TEST: sets SOURCE to the source that has TEST, or to nothing.
find_source() {
	local dir
	SOURCE=
	for dir in ${2:+"$2"} /usr/src/"$1"*/; do
		[[ ! -e $dir/$3 ]] || SOURCE=${SOURCE:-$dir}
	done
	[[ $SOURCE || ! $2 ]] || note "there is no $3 in $2"
}

find_source linux- "${LINUX_SOURCE-}" "$LINUX_TEST"
LINUX=$SOURCE
find_source ndctl- "${NDCTL_SOURCE-}" "$NDCTL_TEST"
NDCTL=$SOURCE
[[ $LINUX || $NDCTL ]] ||
	skip_all "no source of ndctl or of the kernel in /usr/src (set NDCTL_SOURCE or LINUX_SOURCE)"

WORK=$(mktemp -d)
trap 'rm -r "$WORK"' EXIT

# Prints the script for the guest, which contains the files of the tests.
guest_script() {
	mkdir "$WORK/linux" "$WORK/ndctl"
	[[ ! $LINUX ]] || cp "$LINUX/$LINUX_TEST" "$WORK/linux"
	[[ ! $NDCTL ]] || cp "$NDCTL/$NDCTL_TEST" "$NDCTL/test/common" "$WORK/ndctl"
	printf 'base64 -d <<- END | tar -C /tmp -xz\n'
	tar -C "$WORK" -cz linux ndctl | base64
	printf 'END\n'
	sed '1,/^# --- in the guest ---$/d' "$1"
}

# result NAME: prints the status of one test with the last driver.
result() { sed -n "s/^$1: status //p" "$WORK/out"; }

# tested NAME SOURCE DESCRIPTION: the test passes with both drivers; skips it if it fails with the
# kernel's own.
tested() {
	local stock=${RESULTS["$1 stock"]} ours=${RESULTS["$1 ours"]}
	if [[ ! $2 ]]; then
		skip "$3" "no source of this test (set NDCTL_SOURCE or LINUX_SOURCE)"
	elif [[ $stock == [1-9]* && $stock != @(124|126|127) ]]; then # timed out; cannot be run
		skip "$3" "the test exits with status $stock with the kernel's own driver"
	else
		is "$3" "$stock $ours" "0 0"
	fi
}

guest_script "$0" > "$WORK/script.sh"
declare -A RESULTS=()
for driver in stock ours; do
	ok "a guest with $driver" eval \
		"lab/vm -k '$KERNEL' -n -d $driver -v nvdimm -s 5G -t 900 '$WORK/script.sh' > '$WORK/out'"
	sed "s/^/# $driver: /" "$WORK/out"
	for name in selftest ndctl newer-ndctl; do
		RESULTS["$name $driver"]=$(result "$name")
	done
done
tested selftest "$LINUX" "the kernel's selftest of memory hotplug"
tested ndctl "$NDCTL" "ndctl's test of kmem devices, with the guest's own daxctl"
tested newer-ndctl "$NDCTL" "ndctl's test of kmem devices, with the newest daxctl"
done_testing

# --- in the guest ---
# shellcheck disable=SC2317 # not reached here
run() {
	local name=$1 status=0
	shift
	timeout 300 "$@" > /tmp/log 2>&1 < /dev/null || status=$?
	((status == 0)) || tail -n 20 /tmp/log
	printf '%s: status %d\n' "$name" "$status"
}

# as TOOL: makes a file that runs the newer program of that name.
as() {
	printf '#!/bin/sh\nexec chroot /newer %s "$@"\n' "$1" > "/tmp/newer-$1"
	chmod +x "/tmp/newer-$1"
}

if [[ -e /tmp/linux/mem-on-off-test.sh ]]; then
	echo auto-movable > /sys/module/memory_hotplug/parameters/online_policy
	run selftest bash /tmp/linux/mem-on-off-test.sh
	daxctl offline-memory dax0.0
fi
# ndctl's test needs room for a namespace of its own.
make_room() {
	daxctl offline-memory dax0.0
	echo dax0.0 > /sys/bus/dax/drivers/kmem/unbind
	ndctl destroy-namespace --force all
} > /tmp/log 2>&1

if [[ -e /tmp/ndctl/daxctl-devices.sh ]]; then
	make_room || cat /tmp/log
	export CXL=/bin/true TEST_PATH=/tmp/ndctl
	NDCTL=$(type -p ndctl) DAXCTL=$(type -p daxctl) run ndctl bash /tmp/ndctl/daxctl-devices.sh
	as ndctl
	as daxctl
	NDCTL=/tmp/newer-ndctl DAXCTL=/tmp/newer-daxctl run newer-ndctl bash /tmp/ndctl/daxctl-devices.sh
fi

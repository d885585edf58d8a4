# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The tools for the kernel's own driver (daxctl, ndctl and cxl, of the guest and the newest; lsmem and
# chmem) do and print the same with daxplug's, verb by verb; with the guard on the driver refuses them,
# and nothing changes.
# full
# vm: -n -s 1G -t 1200
# vm: -v cxl -s 512M -t 600
# vm: -n -v nvdimm -s 1G -t 600
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"
. "$LAB/tests/guest/helpers/stock.sh"

ADDRESSES=$(printf '0x%x-0x%x' $((FIRST * BLOCK)) $(((LAST + 1) * BLOCK - 1)))

let_kernel_choose_movable
modprobe device_dax

# verb COMMAND...: runs a command, in ROOT if that is not empty, and prints the command, its output,
# its status, and the state of all devices and blocks.
verb() {
	local status=0
	printf '=== %s\n' "$*"
	${ROOT:+chroot "$ROOT"} "$@" 2>&1 || status=$?
	printf 'status %d\n' "$status"
	settled_facts
}

# A device may appear after the command that makes it has ended.
settled_facts() {
	local before now
	now=$(facts)
	until [[ $now == "${before-}" ]]; do
		before=$now
		pause 0.2
		now=$(facts)
	done
	printf '%s\n' "$now"
}

facts() {
	local dax number
	for dax in /sys/bus/dax/devices/*; do
		printf '%s: %s, %s bytes\n' "${dax##*/}" "$(DAX=$dax bound_to)" "$(< "$dax/size")"
	done
	for number in "${BLOCKS[@]}"; do
		look_at "$number"
		printf 'memory%d: %s\n' "$number" "$BLOCK_IS"
	done
	grep -E 'dax|kmem' /proc/iomem
}

# Each verb starts from the state that the previous one has left; the last restores the initial state.
daxctl_verbs() {
	verb daxctl list
	verb daxctl list -RDMiu
	verb daxctl list -d dax0.0 -u
	verb daxctl online-memory dax0.0
	verb daxctl online-memory dax0.0
	verb daxctl list -M
	verb daxctl offline-memory dax0.0
	verb daxctl offline-memory dax0.0
	switch "$MIDDLE" online_movable
	verb daxctl list
	verb daxctl online-memory dax0.0
	switch "$MIDDLE" offline
	verb daxctl offline-memory -v dax0.0
	verb daxctl reconfigure-device --mode=system-ram dax0.0
	verb daxctl reconfigure-device --mode=system-ram --no-online dax0.0
	verb daxctl offline-memory dax0.0

	verb daxctl reconfigure-device --mode=devdax dax0.0
	verb daxctl online-memory dax0.0
	verb daxctl offline-memory dax0.0
	verb daxctl list -u
	verb daxctl reconfigure-device --mode=system-ram --no-online dax0.0
	verb daxctl reconfigure-device --mode=devdax dax0.0
	verb daxctl reconfigure-device --mode=system-ram --human dax0.0
	verb daxctl reconfigure-device --mode=devdax dax0.0
	verb daxctl reconfigure-device --mode=devdax --force dax0.0
	verb daxctl reconfigure-device --mode=system-ram --region=0 all
	verb daxctl reconfigure-device --mode=hmem dax0.0
	verb daxctl reconfigure-device --check-config dax0.0

	verb daxctl disable-device dax0.0
	verb daxctl offline-memory dax0.0
	verb daxctl reconfigure-device --size=536870912 dax0.0
	verb daxctl destroy-device dax0.0
	verb daxctl disable-device dax0.0
	verb daxctl disable-device dax0.0
	verb daxctl enable-device dax0.0
	verb daxctl enable-device dax0.0
	verb daxctl disable-device all

	verb daxctl reconfigure-device --size=536870912 dax0.0
	verb daxctl create-device --region=0 --size=256M
	verb daxctl create-device --region=0 --size=1G
	verb daxctl create-device --region=0
	verb daxctl list -Ru
	verb daxctl list -u
	verb daxctl reconfigure-device --mode=system-ram --no-online dax0.1
	verb daxctl reconfigure-device --mode=devdax --force dax0.1
	verb daxctl reconfigure-device --mode=system-ram all
	verb daxctl offline-memory all
	verb daxctl online-memory dax0.1 dax0.2
	verb daxctl destroy-device dax0.1
	verb daxctl destroy-device --force dax0.1
	verb daxctl offline-memory all
	verb daxctl destroy-device --force dax0.1
	verb daxctl disable-device dax0.2
	verb daxctl destroy-device dax0.2
	verb daxctl destroy-device all
	verb daxctl disable-device all
	verb daxctl destroy-device dax0.1
	verb daxctl reconfigure-device --size=1073741824 dax0.0
	verb daxctl enable-device dax0.0

	echo online > "$MEMORY/auto_online_blocks"
	verb daxctl reconfigure-device --mode=devdax --force dax0.0
	verb daxctl reconfigure-device --mode=system-ram dax0.0
	verb daxctl reconfigure-device --mode=system-ram --no-online dax0.0
	verb daxctl reconfigure-device --mode=system-ram --force dax0.0
	verb daxctl reconfigure-device --mode=devdax dax0.0
	echo offline > "$MEMORY/auto_online_blocks"
	verb daxctl reconfigure-device --mode=devdax --force dax0.0
	verb daxctl reconfigure-device --mode=system-ram --no-online dax0.0
}

memory_verbs() {
	verb lsmem
	verb lsmem --json --all --output-all
	verb chmem --enable "$ADDRESSES"
	verb chmem --disable "$ADDRESSES"
	verb chmem --enable --zone Movable "$ADDRESSES"
	verb lsmem --output RANGE,SIZE,STATE,REMOVABLE,BLOCK,NODE,ZONES
	verb chmem --enable --zone Movable "$ADDRESSES"
	verb chmem --disable --blocks "$FIRST-$MIDDLE"
	verb chmem --disable 128M
	verb chmem --enable --zone Movable 256M
	verb chmem --disable "$ADDRESSES"
	verb chmem --disable "$ADDRESSES"
	verb lsmem --summary
}

cxl_verbs() {
	local create=(cxl create-region --memdevs --type=ram --decoder=decoder0.0 mem0)
	verb cxl list --regions
	verb cxl disable-region region0
	verb cxl enable-region region0
	verb daxctl online-memory dax0.0
	verb cxl disable-region region0
	verb cxl enable-region region0
	switch "$MIDDLE" online_movable
	verb cxl disable-region region0
	verb cxl destroy-region region0
	verb "${create[@]}"
	verb daxctl online-memory dax0.0
	verb cxl destroy-region region0
	verb cxl destroy-region --force region0
	verb "${create[@]}"
	verb daxctl disable-device dax0.0
	verb cxl disable-region region0
	verb cxl enable-region region0
}

ndctl_verbs() {
	local create=(ndctl create-namespace --force --reconfig=namespace0.0 --mode=devdax --map=mem)
	verb daxctl online-memory dax0.0
	verb ndctl disable-namespace namespace0.0
	verb ndctl destroy-namespace namespace0.0
	verb ndctl destroy-namespace --force namespace0.0
	verb_without_uuid "${create[@]}"
	verb daxctl offline-memory dax0.0
	verb ndctl destroy-namespace namespace0.0
	verb ndctl disable-namespace namespace0.0
	verb ndctl enable-namespace namespace0.0
	verb daxctl reconfigure-device --mode=system-ram dax0.0
	verb ndctl disable-region all
	verb daxctl reconfigure-device --mode=devdax --force dax0.0
	verb_without_uuid "${create[@]}"
	verb daxctl reconfigure-device --mode=system-ram --no-online dax0.0
}

verb_without_uuid() { verb "$@" | sed '/"uuid"/d'; }

# with_driver FILE COMMAND...: runs a command with the driver in FILE.
with_driver() {
	local file=$1
	shift
	attempt unplugged > /tmp/answer # where there is a state file
	unbind > /tmp/answer
	# Without this check a driver could be compared with itself.
	if ! rmmod kmem || ! insmod "$file"; then exit 1; fi
	to_kmem > /tmp/answer
	"$@"
}

# compare DESCRIPTION ROOT COMMAND: a point for each verb.
compare() {
	local description=$1 ROOT=$2 index same
	shift 2
	with_driver "$STOCK_KMEM" "$@" > /tmp/stock
	with_driver "$OUR_KMEM" "$@" > /tmp/ours
	ok "$description: at least one verb succeeds" grep -qx 'status 0' /tmp/stock
	is "$description: the number of verbs" "$(grep -c '^===' /tmp/ours)" "$(grep -c '^===' /tmp/stock)"
	for ((index = 1; index <= $(grep -c '^===' /tmp/stock); index++)); do
		same=$(nth "$index" /tmp/stock)
		is "$description: ${same%%$'\n'*}" "$(nth "$index" /tmp/ours)" "$same"
	done
}

nth() { awk -v wanted="$1" '/^===/ { n++ } n == wanted' "$2"; }

version() { ${ROOT:+chroot "$ROOT"} "$@" --version; }

for ROOT in '' /newer; do
	case $DEVICE in
	hmem)
		compare "daxctl $(version daxctl)" "$ROOT" daxctl_verbs
		[[ $ROOT ]] || compare "$(version lsmem)" "$ROOT" memory_verbs
		;;
	cxl) [[ ! $ROOT ]] || compare "cxl $(version cxl)" "$ROOT" cxl_verbs ;;
	nvdimm) compare "ndctl $(version ndctl)" "$ROOT" ndctl_verbs ;;
	esac
done

fails() { ! ${ROOT:+chroot "$ROOT"} "$@"; }

# refused WORD COMMAND...: the guard refuses a command on a device in state WORD.
refused() {
	local word=$1 before refusals
	shift
	before=$(facts)
	refusals=$(< "$DAX/kmem/refusals")
	ok "guard: refused: $* ($word)" fails "$@"
	is "guard: nothing has changed: $* ($word)" "$(facts)" "$before"
	ok "guard: the refusal is counted: $* ($word)" test "$(< "$DAX/kmem/refusals")" -gt "$refusals"
}

for ROOT in '' /newer; do
	attempt unplugged > /tmp/answer
	is "offline" "$(unbind) $(bind) $(state)" "done done offline"
	echo 1 > "$DAX/kmem/guard"
	refused offline daxctl online-memory dax0.0
	[[ $ROOT ]] || refused offline chmem --enable "$ADDRESSES"
	is "guard: unplugged" "$(attempt unplugged)" "done"
	is "guard: online_movable" "$(attempt online_movable)" "done"
	refused online_movable daxctl offline-memory dax0.0
	[[ $ROOT ]] || refused online_movable chmem --disable "$ADDRESSES"
	refused online_movable daxctl reconfigure-device --mode=devdax --force dax0.0
	[[ $DEVICE != cxl || ! $ROOT ]] || refused online_movable cxl disable-region region0
	echo 0 > "$DAX/kmem/guard"
	ok "guard lifted: daxctl offline-memory" ${ROOT:+chroot "$ROOT"} daxctl offline-memory dax0.0
done
done_testing

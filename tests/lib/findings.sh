#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # expanded by eval
# usage: findings.sh DAXPLUG MAKE_FIXTURE PRELOAD NO_MEMORY
# check, and the forecast of a dry run, find what is named, on recorded machines that are changed for
# each finding; without the change the finding is absent.

# shellcheck source=tests/lib/cli-lib.sh
. "$(dirname "$(realpath "$0")")/cli-lib.sh"

DEVICE=sys/devices/platform/hmem.0/dax0.0
POLICY=sys/devices/system/memory/auto_online_blocks

# machine ID: prints the findings of check with that id.
machine() { on check --json | jq -r --arg id "$1" '.findings[] | select(.id == $id) | "\(.severity) \(.chardev // "-") \(.text)"'; }

# forecast VERB...: a function that prints the findings of the verb's dry run with the id $1.
forecast() {
	on "${@:2}" --dry-run --json dax0.0 2> "$WORK/err" |
		jq -r --arg id "$1" '.[0].findings[] | select(.id == $id) | "\(.severity) \(.chardev // "-") \(.text)"'
}
plug() { forecast "$1" plug; }
unplug() { forecast "$1" unplug; }
drain() { forecast "$1" unplug --drain; }

# finds LIST RECORD ID CHANGE WANTED: LIST, a function above, finds ID as WANTED only after CHANGE, a
# command, has been made to the machine RECORD.
finds() {
	local list=$1 id=$3 change=$4 wanted=$5
	new_root "$2"
	is "$id: without the cause" "$("$list" "$id")" ''
	(cd "$ROOT" && eval "$change") || note "the change failed: $change"
	is "$id: found" "$("$list" "$id")" "$wanted"
}

# --- the machine ---

finds machine ours-6.12-movable alignment-loss \
	"echo 0x1bfff0fff > $DEVICE/mapping0/end; echo $((0x3fff1000)) > $DEVICE/size" \
	"info dax0.0 127.9M at the ends of its ranges fill no memory block of 128M and stay unused"
finds machine ours-6.12-movable memmap-not-on-memory \
	"echo 1 > $DEVICE/memmap_on_memory; mkdir -p sys/module/memory_hotplug/parameters; echo N > sys/module/memory_hotplug/parameters/memmap_on_memory" \
	"info dax0.0 the device asks for its page structs on its own memory, but the kernel takes them from other nodes"
finds machine ours-6.12-movable poisoned-pages "echo 3 > $DEVICE/kmem/pages_poisoned" \
	"warning dax0.0 pages with a hardware fault: 3"
finds machine ours-6.12-movable policy-online "echo online_movable > $POLICY" \
	"info - the policy 'online_movable' puts new memory online at once"
finds machine ours-6.12-movable default-state "mkdir -p sys/module/kmem/parameters; echo online_movable > sys/module/kmem/parameters/default_state" \
	"info - the driver puts devices in the state 'online_movable' when they are bound"

# no_device: a machine without a DAX device.
no_device='rm -r sys/bus/dax/devices/dax0.0'
finds machine ours-6.12-movable pmem-without-devdax \
	"$no_device; mkdir -p sys/bus/nd/devices/namespace0.0" \
	"info - 1 namespace of persistent memory is not in devdax mode; changing the mode destroys the data stored there"
finds machine ours-6.12-movable soft-reserved-unused \
	"$no_device; echo '180000000-1bfffffff : Soft Reserved' > proc/iomem" \
	"info - firmware has reserved memory that no DAX device covers"
finds machine ours-6.12-movable driver-missing \
	"rm -r sys/bus/dax/drivers/kmem sys/module/kmem $DEVICE/driver $DEVICE/state $DEVICE/kmem
	mkdir -p proc/sys/kernel lib/modules/6.12.0; echo 6.12.0 > proc/sys/kernel/osrelease; : > lib/modules/6.12.0/modules.dep" \
	"warning - this kernel has no kmem driver, and daxplug's is not installed"

# --- a change ---

finds plug stock-6.12-offline alignment \
	"echo 0x1bfff0fff > $DEVICE/mapping0/end; echo $((0x3fff1000)) > $DEVICE/size" \
	"info dax0.0 127.9 MiB at the ends of its ranges fill no memory block of 128 MiB and stay unused"
finds plug stock-6.12-offline state 'for block in sys/devices/system/memory/memory*; do echo online > $block/state; echo Normal > $block/valid_zones; done' \
	"error dax0.0 it is online_kernel, and must be unplugged first"
finds unplug ours-6.12-movable blocks-unknown 'rm sys/devices/system/memory/memory48/valid_zones' \
	"unsure dax0.0 cannot tell the state or the zone of 1 memory block"
finds unplug ours-6.12-movable mode-unknown "rm $DEVICE/driver; echo > $DEVICE/driver" \
	"unsure dax0.0 cannot tell which driver it is bound to"
finds unplug ours-6.12-movable huge-pages-unknown \
	'mkdir -p sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages' \
	"unsure - cannot read the pools of huge pages of node 1"
done_testing

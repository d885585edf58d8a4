# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Persistent memory that shares node 0 with ordinary memory (memmap=nn!ss) can be plugged and
# unplugged like any other device; and a forecast takes into account that the kernel moves pages
# only to another node if there is one with memory.
# full
# vm: -s 512M -a memmap=1G!4G -t 300
# driver: ours
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"
. "$LAB/tests/guest/helpers/command.sh"
has_namespace() { compgen -G '/sys/bus/nd/devices/namespace*' > /tmp/namespaces; }

# fill MIB: makes a file in memory, wherever the kernel puts it, and remembers its sum.
fill() {
	mkdir -p /run/use
	mountpoint -q /run/use || mount -t tmpfs -o size=3G use /run/use
	dd if=/dev/zero of=/run/use/bulk bs=1M count=$(($1 - 16)) status=none
	dd if=/dev/urandom of=/run/use/file bs=1M count=16 status=none
	SUM=$(md5sum < /run/use/file)
}

modprobe -a nd_e820 nd_pmem dax_pmem device_dax || skip_all "the kernel has no driver for memmap=nn!ss"
is "dax0.0, on another node: unplugged" "$(attempt unplugged)" "done"
ok "persistent memory by memmap=" wait_until has_namespace
namespace=$(ndctl list --namespaces --idle | jq -r 'if type == "array" then .[0].dev else .dev end')
ok "$namespace: to devdax" ndctl create-namespace --force --reconfig="$namespace" --mode=devdax --map=mem
name=$(daxctl list | jq -r 'if type == "array" then .[] else . end | select(.mode == "devdax").chardev')
ok "$name: to kmem" daxctl reconfigure-device --mode=system-ram --no-online "$name"
choose "$name"
is "$name is on node 0" "$(< "$DAX/target_node")" 0

run "alone: plug" 0 plug "$name"
is_all "alone: plugged" online_movable 'online Movable'
fill 300
run "alone: unplug" 0 unplug "$name" --timeout 60s
is "alone: the file is intact" "$(md5sum < /run/use/file)" "$SUM"
rm /run/use/*

run "again: plug" 0 plug "$name"
fill 700
run "dax0.0: plug" 0 plug dax0.0
dry=0
daxplug unplug "$name" --dry-run > /tmp/dry 2>&1 || dry=$?
note "$(< /tmp/dry)"
ok "beside another node: the dry run foresees success or a refusal" test "$dry" -eq 0 -o "$dry" -eq 7
status=0
daxplug unplug "$name" > /tmp/out 2>&1 || status=$?
note "$(< /tmp/out)"
is "beside another node: the dry run predicts the result" "$status" "$dry"
is "beside another node: the file is intact" "$(md5sum < /run/use/file)" "$SUM"
done_testing

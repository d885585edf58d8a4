# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Two devices on one node: a forecast does not count free memory of the device's own node, where the
# kernel moves no pages, or of a device that the same command unplugs; and "all" skips a device that a
# file system uses.
# vm: -s 1G -t 300
# driver: ours
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"
. "$LAB/tests/guest/helpers/command.sh"
modprobe device_dax

HALF=$((SIZE / 2 >> 20))M
ORDINARY_POOL=/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages
free_mib() { awk '$3 == "MemFree:" { print int($4 / 1024) }' "/sys/devices/system/node/node$1/meminfo"; }

# leave_free MIB: uses ordinary memory until MIB are free.
leave_free() { echo $((($(free_mib 0) - $1) / 2)) > "$ORDINARY_POOL"; }

# fill NAME MIB: makes a file on the node of the devices.
fill() {
	mkdir -p "/run/$1"
	mount -t tmpfs -o "size=2G,mpol=bind:$NODE" "$1" "/run/$1"
	dd if=/dev/zero of="/run/$1/file" bs=1M count="$2" status=none
}

states() { daxplug list -n -r -o device,state | paste -sd ' '; }

is "unplugged" "$(attempt unplugged)" "done"
is "unbound" "$(write_file "$KMEM/unbind" dax0.0)" "done"
ok "dax0.0 is made smaller" daxctl reconfigure-device --size="$HALF" dax0.0
ok "dax0.1 has the rest" daxctl create-device --region=0 --size="$HALF"
for name in dax0.0 dax0.1; do
	ok "$name: to kmem" daxctl reconfigure-device --mode=system-ram --no-online "$name"
done

run "the first, plugged" 0 plug dax0.0
fill first 400
run "the second, plugged and empty" 0 plug dax0.1
leave_free 200
run "400 MiB, and 200 MiB free on other nodes: a dry run" 7 unplug dax0.0 --dry-run
run "400 MiB, and 200 MiB free on other nodes: unplug" 7 unplug dax0.0
is "refused: nothing has changed" "$(states)" "dax0.0 online_movable dax0.1 online_movable"

echo 0 > "$ORDINARY_POOL"
fill second 400
leave_free 720
run "room for one device: the first" 0 unplug dax0.0 --dry-run
run "room for one device: the second" 0 unplug dax0.1 --dry-run
run "room for one device: a dry run for both" 7 unplug all --dry-run
run "room for one device: unplug both" 7 unplug all --timeout 30s
is "refused: neither is unplugged" "$(states)" "dax0.0 online_movable dax0.1 online_movable"
echo 0 > "$ORDINARY_POOL"
run "room for both devices: unplug both" 0 unplug all
is "both are unplugged" "$(states)" "dax0.0 unplugged dax0.1 unplugged"

file_system_mode() {
	choose dax0.1
	[[ ! -e $DAX/driver ]] || echo dax0.1 > "$DAX/driver/unbind"
	write_file /sys/bus/dax/drivers/fsdev_dax/bind dax0.1 > /tmp/answer
	is "dax0.1 has the driver for file systems" "$(bound_to)" fsdev_dax
	run "plug it by its name" 7 plug dax0.1
	ok "the refusal names the use of the device" grep -q famfs <<< "$OUTPUT"
	ok "the refusal names the command that changes it" grep -q daxctl <<< "$OUTPUT"
	run "plug all" 0 plug all
	is "only the other device is plugged" "$(states)" "dax0.0 online_movable dax0.1 unplugged"
	is "the file system keeps its device" "$(bound_to)" fsdev_dax
}
if modprobe fsdev_dax 2> /dev/null; then
	file_system_mode
else
	skip "a device for a file system" "Linux $KERNEL has no fsdev_dax"
fi
done_testing

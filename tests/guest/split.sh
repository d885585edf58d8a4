# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A part of the memory can be unplugged: its region is divided into several devices, each of which
# can be plugged and unplugged independently, as docs/operate.md shows.
# full
# vm: -s 1G
# vm: -v cxl -s 512M
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"

REGION=${DAX##*/dax}
REGION=${REGION%.*}
HALF=$((SIZE / 2))
modprobe device_dax

memory_total() { awk '/MemTotal/ { print $2 * 1024 }' /proc/meminfo; }

# undone DEVICE: unplugs and unbinds the device, so that its size can be changed.
undone() {
	choose "$1"
	is "$1: unplugged" "$(attempt unplugged)" "done"
	is "$1: unbind" "$(write_file "$KMEM/unbind" "$1")" "done"
}

is "unplugged" "$(attempt unplugged)" "done"
without=$(memory_total)
undone dax0.0
ok "dax0.0 is made smaller" daxctl reconfigure-device --size="$((HALF >> 20))M" dax0.0
ok "another device has the rest" daxctl create-device --region="$REGION" --size="$((HALF >> 20))M"
for name in dax0.0 dax0.1; do
	choose "$name"
	is "$name: size" "$(< "$DAX/size")" "$HALF"
	ok "$name: the device binds" daxctl reconfigure-device --mode=system-ram --no-online "$name"
	is "$name: to kmem" "$(bound_to)" kmem
	comes_and_goes "$name"
done
is "both are in use" "$(memory_total)" $((without + SIZE))

for name in dax0.1 dax0.0; do
	choose "$name"
	is "$name: unplugged" "$(attempt unplugged)" "done"
	is "$name: half of the memory is left" "$(memory_total)" $((without + HALF))
	is "$name: the other device is as before" \
		"$(choose "$([[ $name == dax0.0 ]] && echo dax0.1 || echo dax0.0)"; state)" online_movable
	is "$name: plugged again" "$(attempt online_movable)" "done"
done

undone dax0.1
ok "dax0.1 is destroyed" daxctl destroy-device dax0.1
undone dax0.0
ok "dax0.0 has all of it again" daxctl reconfigure-device --size="$SIZE" dax0.0
choose dax0.0
is "whole: the device binds" "$(to_kmem)" "done"
comes_and_goes "whole"
is "whole: size" $((${#BLOCKS[@]} * BLOCK)) "$SIZE"
done_testing

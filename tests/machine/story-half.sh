# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -v cxl -s 2G -a memhp_default_state=online
# One half of an expander is RAM, the other half a devdax device for a program that shares memory, or
# for famfs; neither half disturbs the other.
. "$LAB/tests/machine/lib.sh"

cat > /etc/daxplug.conf << 'END'
[half]
device = dax0.0
state = online_movable
guard = on

[rest]
kind = cxl
state = unplugged
END
ok "the driver has the states at bind" daxplug apply --boot
ok "a region over the expander" cxl create-region --type=ram --decoder=decoder0.0 --memdevs mem0
ok "its memory is plugged" eventually device_is online_movable
ok "apply has seen the device" eventually grep -qx 1 "$DAX/kmem/guard"

ok "the memory is unplugged" daxplug unplug --release dax0.0
ok "the device keeps one half" daxctl reconfigure-device --size=1G dax0.0
ok "another device gets the other half" daxctl create-device --region=0 --size=1G
ok "the other device is in devdax mode" daxctl reconfigure-device --mode=devdax dax0.1
ok "the first half is RAM again" daxplug apply
SIZE=$((1 << 30))
is "the state of the first half" "$(< "$DAX/state")" online_movable
ok "all of the first half is online" has_memory
is "the driver of the second half" "$(basename "$(realpath /sys/bus/dax/devices/dax0.1/driver)")" device_dax
is "apply has nothing to do" "$(daxplug apply 2>&1)" ''
ok "the first half is unplugged and plugged" eval 'daxplug unplug dax0.0 && daxplug apply'
is "the second half is unchanged" "$(basename "$(realpath /sys/bus/dax/devices/dax0.1/driver)")" device_dax
done_testing

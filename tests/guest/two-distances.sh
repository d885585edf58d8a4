# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A node keeps its memory type as long as a device on it is bound or has memory online, even if
# the kernel reports another abstract distance for the next device on the node.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/resize.sh"

grep -q ' register_mt_adistance_algorithm$' /proc/kallsyms ||
	skip_all "Linux $KERNEL has no algorithms for abstract distances"

# Distances 128 to 255 are tier 1, 256 to 383 tier 2, and so on.
NEAR=1000 NEAR_TIER=memory_tier7
FAR=2000 FAR_TIER=memory_tier15
DISTANCE=/sys/module/distance/parameters/distance

state_of() { cat "$DEVICES/$1/state"; }
change() { write_file "$DEVICES/$1/state" "$2"; }

unplugs() { is "$1: unplugged" "$(change "$1" unplugged)" "done"; }
unbinds() { is "$1: unbind" "$(write_file "$KMEM/unbind" "$1")" "done"; }

# plugs DEVICE: plugs a device that is offline, as after bind, or unplugged.
plugs() {
	change "$1" unplugged > /tmp/answer
	is "$1: online_movable" "$(change "$1" online_movable)" "done"
}

# binds DEVICE DISTANCE: binds DEVICE while the kernel reports DISTANCE for the node.
binds() {
	echo "$2" > "$DISTANCE"
	is "$1: bind, at distance $2" "$(bind_to_kmem "$1")" "done"
}

is_in_tier() { is "$1: the node's tier" "$(tier_of "$NODE")" "$2"; }

is "unbind" "$(unbind)" "done"
resize dax0.0 $((SIZE / 2))
new_device $((SIZE / 2))
OTHER=$DEVICE
ok "a module reports the distance" insmod "$LAB/modules/distance.ko" node="$NODE"

binds dax0.0 "$NEAR"
plugs dax0.0
is_in_tier "the first device" "$NEAR_TIER"
binds "$OTHER" "$FAR"
plugs "$OTHER"
is_in_tier "two devices" "$NEAR_TIER"

# --- the first device goes while the second one's memory is online ---
unplugs dax0.0
unbinds dax0.0
is_in_tier "the first has gone" "$NEAR_TIER"
unplugs "$OTHER"
is_in_tier "no memory is left" ''
plugs "$OTHER"
is_in_tier "plugged again" "$NEAR_TIER"
unplugs "$OTHER"
unbinds "$OTHER"

# --- with no device left the driver asks for the distance again ---
binds "$OTHER" "$FAR"
plugs "$OTHER"
is_in_tier "bound again" "$FAR_TIER"
unplugs "$OTHER"

# --- the second device is unbound, and has had no memory online ---
binds dax0.0 "$NEAR"
unbinds "$OTHER"
unplugs dax0.0
unbinds dax0.0

# --- stranded memory keeps the type as well ---
binds dax0.0 "$NEAR"
plugs dax0.0
unbinds dax0.0
binds "$OTHER" "$FAR"
plugs "$OTHER"
is_in_tier "beside memory without a device" "$NEAR_TIER"
binds dax0.0 "$FAR"
is "adopted" "$(state_of dax0.0)" online_movable
unplugs dax0.0
unplugs "$OTHER"
is_in_tier "in the end" ''
unbinds dax0.0
unbinds "$OTHER"
ok "the module can be unloaded" rmmod kmem
done_testing

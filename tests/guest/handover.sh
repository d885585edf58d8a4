# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# The driver finds and can reclaim memory that the kernel's own driver left behind without a device;
# and the memory can be handed back to the kernel's own driver.
# full
# vm: -s 1G -t 240
. "$LAB/tests/guest/helpers/stranded.sh"
. "$LAB/tests/guest/helpers/stock.sh"
load_fault
START=$(($(< "$DAX/mapping0/start")))
NAME=$(name_of "$START" "$SIZE")
TOTAL=${#BLOCKS[@]}

# The kernel's own driver leaves all of the memory behind.
given_up() {
	! lsmod | grep -q '^kmem ' || rmmod kmem
	load_stock
	online_all
	is "the kernel's own driver: unbind" "$(unbind)" "done"
	unload_stock
}

is_found() {
	is "$1: the memory is listed" "$(facts "$NAME")" "$(printf 'start=%#x size=%d blocks_total=%d blocks_online=%d quarantined=0 ' \
		"$START" "$SIZE" "$TOTAL" "$TOTAL")"
	ok "$1: the module is in use" test "$(refcount)" -gt 0
}

is_reclaimed() {
	is "$1: reclaim" "$(reclaim "$NAME")" "done"
	is "$1: reclaimed: nothing is stranded" "$(stranded)" ''
	is "$1: reclaimed: blocks" "$(count absent)" "$TOTAL"
	is "$1: reclaimed: no memory is left" "$(reservations)" 0
	is "$1: reclaimed: the module is free" "$(refcount)" 0
}

comes_and_goes() {
	is "$1: unplugged" "$(attempt unplugged)" "done"
	is "$1: online_movable" "$(attempt online_movable)" "done"
	is_all "$1: plugged" online_movable 'online Movable'
	is "$1: unplugged again" "$(attempt unplugged)" "done"
	is "$1: no memory is left" "$(reservations)" 0
}

device_back() {
	modprobe dax_hmem
	wait_until test -e "$DAX"
	is_bound || echo dax0.0 > "$KMEM/new_id" 2> /dev/null || true
	is_bound || bind > /tmp/answer
}

# --- the device is gone ---
given_up
rmmod dax_hmem
mark_log found
load_ours
is_found "no device"
is "no device: the log says so once" "$(times_since found 'left by another driver')" 1
fault what=offline "block=$MIDDLE" err=16 times=1
is "no device: reclaim, with a block refused" "$(reclaim "$NAME")" EBUSY
no_fault
is_found "no device, refused"
is "no device, refused: every block is as before" "$(count 'online Movable')" "$TOTAL"
is_reclaimed "no device"
device_back
comes_and_goes "no device, until now"

# --- the device comes back later ---
given_up
rmmod dax_hmem
load_ours
is_found "device to come"
device_back
is_all "device to come: taken over" online_movable 'online Movable'
is "device to come: nothing is stranded" "$(stranded)" ''
comes_and_goes "device to come"

# --- the device comes back with another size ---
given_up
is "smaller" "$(write_file "$DAX/size" $((SIZE / 2)))" "done"
load_ours
ok "smaller: the device is not bound" eval '! is_bound'
is_found "smaller"
is_reclaimed "smaller"
is "smaller: bind" "$(bind)" "done"
is "smaller: its blocks" "$(count 'offline*')" "$((TOTAL / 2))"
is "unbind" "$(unbind)" "done"
is "the device gets its size back" "$(write_file "$DAX/size" "$SIZE")" "done"
is "bind" "$(bind)" "done"

# --- back to the kernel's own driver; both modules have one name, so only one can be loaded ---
attempt unplugged > /tmp/answer
is "online_movable" "$(attempt online_movable)" "done"
before=$(snapshot)
ok "back, online: the kernel's own driver cannot be loaded" eval '! insmod "$STOCK_KMEM"'
ok "back, online: daxplug's driver cannot be unloaded" eval '! rmmod kmem'
is_unchanged "back, online: nothing has changed" "$before"
is "back: blocks offline by hand" "$(switch_all offline)" "done"
ok "back: unload" rmmod kmem
is "back: no block is left" "$(count absent)" "$TOTAL"
load_stock
online_all
is "back: the kernel's own driver has the memory" "$(count 'online Movable')" "$TOTAL"
is "back: the memory is present once" "$(reservations)" 1

. "$LAB/tests/guest/helpers/resize.sh"

# --- the kernel's own driver has left the lower half behind, daxplug's the upper half of another
# device: bind refuses the device, and both halves can be reclaimed ---
is "halves: offline" "$(switch_all offline)" "done"
is "halves: unbound" "$(unbind)" "done"
rmmod kmem
resize dax0.0 $((SIZE / 2))
find_blocks
load_stock
online_all
is "halves: unbind" "$(unbind)" "done"
unload_stock
new_device $((SIZE / 2))
resize dax0.0 0
load_ours
is "halves: the upper one is plugged" \
	"$(bind_to_kmem "$DEVICE"; write_file "$DEVICES/$DEVICE/state" unplugged; write_file "$DEVICES/$DEVICE/state" online_movable)" \
	"$(printf 'done\n%.0s' 1 2 3)"
delete_device "$DEVICE"
resize dax0.0 "$SIZE"
find_blocks
is "halves: bind" "$(bind_to_kmem dax0.0)" EBUSY
lower=$(name_of "$START" $((SIZE / 2)))
upper=$(name_of $((START + SIZE / 2)) $((SIZE / 2)))
are_stranded() { [[ $(stranded) == "$*" ]]; }
ok "halves: both are stranded" wait_until are_stranded "$lower" "$upper"
is "halves: the lower one is reclaimed" "$(reclaim "$lower")" "done"
is "halves: the upper one is reclaimed" "$(reclaim "$upper")" "done"
# The reservation of the kernel's own driver stays in /proc/iomem and blocks a larger device.
resize dax0.0 $((SIZE / 2))
is "halves: the lower one is bound again" "$(bind_to_kmem dax0.0)" "done"
done_testing

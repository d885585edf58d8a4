# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval and perl
# The driver takes over memory that the kernel's own driver holds, or has left behind, without a
# reboot.
# vm: -s 1G
# vm-full: -s 1G -r 2
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/stock.sh"

blocks() { grep -H . "$MEMORY"/memory[0-9]*/{state,valid_zones}; }

comes_and_goes() {
	is "$1: unplugged" "$(attempt unplugged)" "done"
	is "$1: blocks gone" "$(count absent)" "${#BLOCKS[@]}"
	is "$1: no memory left" "$(reservations)" 0
	is "$1: plugged again" "$(attempt online_movable)" "done"
	is_all "$1: plugged again" online_movable "online Movable"
	is "$1: unplugged again" "$(attempt unplugged)" "done"
}

# --- left behind by the kernel's own driver ---
rmmod kmem
load_stock
online_all
unbind > /dev/null
ok "the kernel's own driver says that a reboot is needed" eval "dmesg | grep -qE 'until (the next )?reboot'"
is "the kernel's own driver cannot bind again" "$(bind)" EBUSY
unload_stock
mark_log adopted
load_ours
is_all "taken over" online_movable "online Movable"
is "the log says that the memory is taken over" "$(times_since adopted 'took over memory')" 1
is "the module cannot be unloaded while the memory is online" "$(rmmod kmem 2> /dev/null && echo gone || echo stays)" stays
comes_and_goes "left behind"

# --- still bound to the kernel's own driver, with some blocks offline and one in a kernel zone ---
rmmod kmem
load_stock
online_all
echo offline > "$MEMORY/memory$MIDDLE/state"
echo offline > "$MEMORY/memory$FIRST/state"
echo online_kernel > "$MEMORY/memory$FIRST/state"
before=$(blocks)
unload_stock
load_ours
is "taken over as it is" "$(blocks)" "$before"
is "the state is mixed" "$(state)" mixed
is "blocks_online" "$(cat "$DAX/kmem/blocks_online")" "$((${#BLOCKS[@]} - 1))"
comes_and_goes "still bound"

# --- never a part of a range that was added as a whole: removing a part would crash the kernel ---
rmmod kmem
load_stock
online_all
unload_stock
size=$(cat "$DAX/size")
is "the device is made smaller" "$(write_file "$DAX/size" $((size / 2)))" "done"
mark_log smaller
load_ours
ok "its memory is not taken over" eval '[[ ! -e $DAX/state ]]'
ok "the log says that it is not" eval '[[ $(log_since smaller "not taken over") ]]'
is "the blocks are as before" "$(count 'online Movable')" "${#BLOCKS[@]}"
is "the device gets its size back" "$(write_file "$DAX/size" "$size")" "done"
bind > /dev/null
is_all "with its first size, its memory is taken over" online_movable "online Movable"
is "unplugged" "$(attempt unplugged)" "done"

# --- back: the kernel's own driver can bind an unplugged device ---
rmmod kmem
ok "the module can be unloaded" eval '! lsmod | grep -q ^kmem'
load_stock
online_all
is "the kernel's own driver has the memory again" "$(count 'online Movable')" "${#BLOCKS[@]}"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# In a kernel whose memory blocks the driver cannot switch, the module refuses to load; if the module
# is already loaded, the core onlines a new device's memory by the system's policy.
# vm: -s 1G -p online_movable
# vm-full: -s 1G -r 2 -p online_movable
. "$LAB/tests/guest/helpers/device.sh"
need_outside "it switches blocks by the core's own functions"
load_fault

# onlined_by_policy DESCRIPTION: bind lets the core put the device online, and refuses nothing.
onlined_by_policy() {
	is "$1: bind" "$(bind)" "done"
	is_all "$1" online_movable 'online Movable'
	is "$1: nothing is refused" "$(cat "$DAX/kmem/refusals")" 0
}

# goes_again DESCRIPTION: the device can be unplugged and unbound.
goes_again() {
	is "$1: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "$1"
	is "$1: unbind" "$(unbind)" "done"
}

is "the policy" "$(< "$MEMORY/auto_online_blocks")" online_movable
goes_again "at first"

# --- at bind ---
ok "no block can be switched" insmod "$LAB/modules/unswitchable.ko"
is "a block cannot be switched by its own file" "$(switch 0 offline)" EIO
onlined_by_policy "no block can be switched"
before=$(snapshot)
is "no block can be switched: an unplug fails" "$(attempt unplugged)" ENXIO
is_unchanged "no block can be switched: nothing has changed" "$before"
rmmod unswitchable
goes_again "blocks can be switched again"

# --- the driver reads the policy from the block, which it looks up by name ---
fault what=lookup err=2 times=-1
onlined_by_policy "no policy can be read"
no_fault
goes_again "the policy can be read again"

# --- at load ---
ok "unload" rmmod kmem
insmod "$LAB/modules/unswitchable.ko"
mark_log load
ok "no block can be switched: the module is not loaded" eval '! modprobe kmem'
ok "no block can be switched: the log has one line that says so" \
	eval '[[ $(times_since load "^\[[^]]*\] kmem: ") == 1 ]] && log_since load "kmem: .*memory block"'
ok "no block can be switched: no driver is registered" test ! -e "$KMEM"
is "no block can be switched: no memory is added" "$(count absent)" "${#BLOCKS[@]}"
rmmod unswitchable
ok "blocks can be switched again: load" load_kmem
is_all "blocks can be switched again" online_movable 'online Movable'
goes_again "in the end"
done_testing

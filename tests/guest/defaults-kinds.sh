# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A default state selects persistent memory by kind and UUID, and CXL memory by kind and serial
# number; a signal interrupts a bind that looks these up.
# full
# vm: -v nvdimm -s 1G
# vm: -v cxl -s 512M
. "$LAB/tests/guest/helpers/device.sh"

LIST=/sys/module/kmem/parameters/default_state

defaults() { write_file "$LIST" "$1"; }

# gives SELECTOR: an entry with SELECTOR makes the device online_movable at bind, while the entries
# for all other kinds say unplugged.
gives() {
	is "$1" "$(defaults "$others,$1=online_movable,any=offline")" "done"
	attempt unplugged > /tmp/answer
	unbind > /tmp/answer
	is "$1: bind" "$(bind)" "done"
	is_all "$1" online_movable 'online Movable'
}

# interrupted DESCRIPTION: a signal arrives while bind waits for a task that changes CXL regions.
interrupted() {
	local before
	before=$(count absent)
	mark_log "$1"
	fault what=serial err=4 times=1
	is "$1: EINTR" "$(bind)" EINTR
	is "$1: bind was looking up the serial number" "$(< "$FAULT/hits")" 1
	no_fault
	is "$1: nothing is added" "$(count absent) $(is_bound || echo unbound)" "$before unbound"
	ok "$1: the log says that bind was interrupted" test -n "$(log_since "$1" 'kmem dax0\.0: interrupted while .*; bind again')"
}

# A signal ends the look-up before bind adds any memory.
bind_interrupted() {
	load_fault
	is "the list" "$(defaults "serial:$serial=online_movable,any=offline")" "done"
	attempt unplugged > /tmp/answer
	is "unplugged, unbind" "$(unbind)" "done"
	interrupted "bind"
	is "bind again" "$(bind)" "done"
	is_all "bind: again" online_movable 'online Movable'
	is "online, unbind" "$(unbind)" "done"
	interrupted "adoption"
	is "adoption: all is online" "$(count 'online Movable')" "${#BLOCKS[@]}"
	ok "adoption: the range is still listed" test -e "$KMEM"/stranded/*/reclaim
	is "adoption: bind again" "$(bind)" "done"
	is_all "adoption: again" online_movable 'online Movable'
}

case $DEVICE in
nvdimm)
	[[ -e $DAX/mapping0 ]] || skip_all "this kernel does not show the addresses of the device"
	others=hmem=unplugged,cxl=unplugged,uuid:00000000-0000-0000-0000-000000000001=unplugged,serial:1=unplugged
	uuid=$(ndctl list --namespaces | jq -r 'if type == "array" then .[0].uuid else .uuid end')
	is "the command shows the same UUID" "$(daxplug list -no uuid dax0.0)" "$uuid"
	gives pmem
	gives "uuid:$uuid"
	gives "uuid:${uuid^^}"
	;;
cxl)
	others=hmem=unplugged,pmem=unplugged,uuid:00000000-0000-0000-0000-000000000001=unplugged,serial:77=unplugged
	serial=$(< /sys/bus/cxl/devices/mem0/serial)
	gives cxl
	gives "serial:$serial"
	others+=,serial:$(< /sys/bus/cxl/devices/mem1/serial)=unplugged
	gives "serial:$((serial))"
	bind_interrupted
	;;
esac
is "the list can be emptied" "$(defaults $'\n')" "done"
attempt unplugged > /tmp/answer
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A default state for persistent memory by its kind and UUID, for CXL memory by its
# kind and serial number.
# full
# vm: -v nvdimm -s 1G
# vm: -v cxl -s 512M
. "$LAB/tests/guest/helpers/device.sh"

LIST=/sys/module/kmem/parameters/default_state

defaults() { write_file "$LIST" "$1"; }

# gives SELECTOR: that alone makes it online_movable at bind; all others, unplugged.
gives() {
	is "$1" "$(defaults "$others,$1=online_movable,any=offline")" "done"
	attempt unplugged > /tmp/answer
	unbind > /tmp/answer
	is "$1: bind" "$(bind)" "done"
	is_all "$1" online_movable 'online Movable'
}

case $DEVICE in
nvdimm)
	[[ -e $DAX/mapping0 ]] || skip_all "this kernel does not say which addresses the device has"
	others=hmem=unplugged,cxl=unplugged,uuid:00000000-0000-0000-0000-000000000001=unplugged,serial:1=unplugged
	uuid=$(ndctl list --namespaces | jq -r 'if type == "array" then .[0].uuid else .uuid end')
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
	;;
esac
is "the list can be emptied" "$(defaults $'\n')" "done"
attempt unplugged > /tmp/answer
done_testing

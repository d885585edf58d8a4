# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# The module refuses to load in a kernel where a member of the dax core's structures has another
# kind or size, or a callback another prototype, even if all offsets are the same.
# vm: -s 256M -t 240
. "$LAB/tests/guest/helpers/device.sh"
need_outside "it has the DAX core's types from the tree's headers"

RUNNING=/sys/kernel/btf/vmlinux
TRIED=0

# refuses STRUCT MEMBER CHANGE: the module does not load if the kernel seems to differ in a member.
refuses() {
	local what="$1.$2 as $3" status=0
	perl "$LAB/tests/guest/helpers/alter_btf.pl" "$RUNNING" "$1" "$2" "$3" > /tmp/btf 2> /tmp/why || status=$?
	case $status in
	0) TRIED=$((TRIED + 1)) ;;
	3) skip "$what" "$(< /tmp/why)"; return ;;
	*) is "$what: altered" "status $status: $(< /tmp/why)" "status 0: "; return ;;
	esac
	mount --bind /tmp/btf "$RUNNING"
	mark_log "$what"
	ok "$what: the module is not loaded" eval '! modprobe kmem'
	umount "$RUNNING"
	ok "$what: the log says why" log_since "$what" "kmem: .*$1\.$2 "
	rmmod kmem 2> /dev/null || true
}

is "unplugged" "$(attempt unplugged)" "done"
ok "unload" rmmod kmem
refuses dev_dax ranges array
refuses dev_dax nr_range int8
refuses dev_dax nr_range pointer
refuses dev_dax target_node int2
refuses dev_dax dev pointer
refuses dev_dax memmap_on_memory bits
refuses dev_dax memmap_on_memory pointer
refuses dev_dax_range range pointer
refuses dax_device_driver drv pointer
refuses dax_device_driver probe function2
refuses dax_device_driver probe struct
refuses dax_device_driver remove function2
ok "a change was tried" test "$TRIED" -gt 0
ok "the module loads in the unchanged kernel" load_kmem
is "the device is bound" "$(state)" offline
done_testing

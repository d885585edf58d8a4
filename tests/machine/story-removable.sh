# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -v cxl -s 1G -a memhp_default_state=online
# CXL memory stays removable: a file of four lines keeps an expander in ZONE_MOVABLE, although the
# kernel's policy would put it into a kernel zone, and keeps other tools from its memory blocks;
# then the region can be destroyed, and the expander pulled.
. "$LAB/tests/machine/lib.sh"

cat > /etc/daxplug.conf << 'END'
[expanders]
kind = cxl
state = online_movable
guard = on
END
ok "the driver has the states at bind" daxplug apply --boot

# has_no_warning: check succeeds and reports neither drift nor a section without a device; other
# findings are fine.
has_no_warning() {
	local findings
	findings=$(daxplug check) || return
	! grep -E '\[(drift|section-unmatched)\]$' <<< "$findings"
}

for time in "the first time" "when the expander is back"; do
	ok "$time: a region over the expander" \
		cxl create-region --type=ram --decoder=decoder0.0 --memdevs mem0
	ok "$time: its memory is plugged automatically" eventually device_is online_movable
	ok "$time: all its memory is online" has_memory
	ok "$time: the guard is on" eventually grep -qx 1 "$DAX/kmem/guard"
	ok "$time: no other tool takes a block offline" eval '! daxctl offline-memory dax0.0'
	ok "$time: the device is as before" device_is online_movable
	ok "$time: check finds no drift and no section without a device" has_no_warning

	ok "$time: the memory is released" daxplug unplug --release --drain --timeout 60s dax0.0
	ok "$time: the region is disabled" cxl disable-region region0
	ok "$time: the region is destroyed" cxl destroy-region region0
	ok "$time: no DAX device is left" test ! -e "$DAX"
done
done_testing

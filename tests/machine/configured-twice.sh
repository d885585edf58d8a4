# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -v nvdimm -s 1G
# Persistent memory that daxctl.conf and daxplug.conf both configure: the device ends as daxplug.conf
# declares, no unit fails in the boot, and check names both files.
. "$LAB/tests/machine/lib.sh"

failed() { systemctl list-units --state=failed --plain --no-legend; }
finding() { daxplug check | grep -F "[$1]"; }

# declare_state STATE: in both files.
declare_state() {
	mkdir -p /etc/daxctl.conf.d
	cat > /etc/daxctl.conf.d/pmem.conf <<- EOF
	[reconfigure-device pmem]
	nvdimm.uuid = "$UUID"
	mode = "system-ram"
	online = true
	movable = true
	EOF
	printf '%s\n' '[pmem]' "uuid = $UUID" "state = $1" > /etc/daxplug.conf
}

refuses_boot() {
	local said
	! said=$(daxplug apply --boot 2>&1) && [[ $said == *"/etc/daxctl.conf.d/pmem.conf:2 "* ]]
}

case $BOOT in
1)
	ok "there is a namespace" make_namespace
	UUID=$(ndctl list -N | sed -n 's/.*"uuid":"\(.*\)".*/\1/p')
	ok "it has a UUID" test "$UUID"
	declare_state online_movable
	ok "the driver has the states at bind" daxplug apply --boot
	next_boot ''
	;;
2)
	ok "online: as daxplug.conf declares" eventually device_is online_movable
	udevadm settle
	is "online: no unit has failed" "$(failed)" ''
	ok "online: check names both files" eval "finding configured-twice | grep -F /etc/daxctl.conf.d/pmem.conf | grep -qF /etc/daxplug.conf"
	is "online: apply has nothing to do" "$(daxplug apply 2>&1)" ''
	UUID=$(ndctl list -N | sed -n 's/.*"uuid":"\(.*\)".*/\1/p')
	declare_state unplugged
	ok "unplugged: --boot refuses what would make daxctl's service fail" refuses_boot
	next_boot ''
	;;
3)
	ok "unplugged: as daxplug.conf declares" eventually device_is unplugged
	udevadm settle
	is "unplugged: no unit has failed" "$(failed)" ''
	done_testing
	;;
esac

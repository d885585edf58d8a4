# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -v nvdimm -s 1G
# Persistent memory that daxctl.conf and daxplug.conf both configure: the device ends as daxplug.conf
# declares, no unit fails in the boot, and check names both files.
. "$LAB/tests/machine/lib.sh"

failed() { systemctl list-units --state=failed --plain --no-legend || echo "systemctl: $?"; }
finding() { daxplug check | grep -F "[$1]"; }
declare_state() { printf '%s\n' '[pmem]' "uuid = $UUID" "state = $1" > /etc/daxplug.conf; }

# refuses_boot: apply --boot fails, and names the line of daxctl's file.
refuses_boot() {
	local said
	! said=$(daxplug apply --boot 2>&1) && [[ $said == *"/etc/daxctl.conf.d/pmem.conf:2 "* ]]
}

# Both files have the UUID that "ndctl list" prints.
ok "a namespace is created" make_namespace
UUID=$(ndctl list --namespaces | sed -n 's/.*"uuid":"\([^"]*\)".*/\1/p')
ok "the namespace is disabled" ndctl disable-namespace namespace0.0
mkdir -p /etc/daxctl.conf.d
cat > /etc/daxctl.conf.d/pmem.conf << END
[reconfigure-device pmem]
nvdimm.uuid = "$UUID"
mode = "system-ram"
online = true
movable = true
END
declare_state unplugged
ok "--boot refuses a state that would make daxctl's service fail" refuses_boot
declare_state online_movable
ok "--boot accepts the state that daxctl.conf configures" daxplug apply --boot

# The namespace appears as it does in a boot: udev starts the services of both.
ok "the namespace appears" ndctl enable-namespace namespace0.0
udevadm settle
# as_declared: the device is as declared, or apply names the commands that make it so: Debian 13 has
# daxctl's udev rule without the service that the rule starts.
as_declared() {
	local reason="the package of daxctl has no daxdev-reconfigure@.service"
	if systemctl cat 'daxdev-reconfigure@.service' > /dev/null 2>&1; then
		ok "daxctl's service leaves the device as daxplug.conf declares" eventually device_is online_movable
		is "apply has nothing to do" "$(daxplug apply 2>&1)" ''
	else
		skip "daxctl's service leaves the device as daxplug.conf declares" "$reason"
		ok "apply names two commands" eval "daxplug apply | grep -qF 'daxctl disable-device dax0.0 && daxplug apply'"
		ok "the first command takes the device out of devdax mode" daxctl disable-device dax0.0
		ok "the second command makes the device RAM" daxplug apply
		is "the device is as daxplug.conf declares" "$(< "$DAX/state")" online_movable
		is "apply has nothing to do" "$(daxplug apply 2>&1)" ''
	fi
}
as_declared
is "no unit has failed" "$(failed)" ''
ok "check names both files" eval \
	"finding configured-twice | grep -F /etc/daxctl.conf.d/pmem.conf | grep -qF /etc/daxplug.conf"
done_testing

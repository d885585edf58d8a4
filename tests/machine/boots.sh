# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 13 -a memhp_default_state=online
# usage: boots.sh [BOOTS]
#
# Each of 50 boots ends in the state that four lines of daxplug.conf declare, although the
# kernel's policy and a udev rule online each new block in another zone.
. "$LAB/tests/machine/lib.sh"
BOOTS=${1-50}
STATE=/sys/bus/dax/devices/dax0.0/state

declare_state() {
	printf '%s\n' '[hbm]' 'kind = hmem' 'state = online_movable' 'guard = on' > /etc/daxplug.conf
}

# Adds a rule that distributions have: udev puts each offline block online.
add_rule() {
	echo 'SUBSYSTEM=="memory", ATTR{state}=="offline", ATTR{state}="online"' > \
		/etc/udev/rules.d/40-online.rules
}

guard_is_on() { [[ $(< "$DAX/kmem/guard") == 1 ]]; }

# drift: prints the number of keys in which the device differs from its section.
drift() { daxplug metrics | sed -n 's/^daxplug_device_drift.* //p'; }

# is_as_declared NAME: the device is as declared, apply has nothing to do, and the metrics count no
# drift. No unit of the boot waits for apply, so apply may set the guard a moment later.
is_as_declared() {
	is "$1: state" "$(< $STATE)" online_movable
	ok "$1: the guard is on" eventually guard_is_on
	ok "$1: all memory of the device is online" has_memory
	is "$1: apply prints nothing" "$(daxplug apply 2>&1)" ''
	is "$1: nothing has drifted" "$(drift)" 0
}

has_no_job() { [[ -z $(systemctl list-jobs --no-legend) ]]; }

# waits_for_daxplug: prints how many units of daxplug the login prompt is ordered after.
waits_for_daxplug() {
	local units
	units=$(systemctl list-dependencies --after --all --plain multi-user.target) && grep -c daxplug <<< "$units"
}

if ((BOOT == 1)); then
	declare_state
	add_rule
	ok "apply --boot" daxplug apply --boot
	next_boot memhp_default_state=online
elif ((BOOT <= BOOTS)); then
	is_as_declared "boot $BOOT"
	next_boot memhp_default_state=online
else
	is_as_declared "boot $BOOT"
	is "nothing in the boot waits for daxplug" "$(waits_for_daxplug)" 0
	daxplug unplug -q dax0.0
	udevadm settle
	ok "no job of systemd is left" eventually has_no_job
	is "an unplug by hand is not undone" "$(< $STATE)" unplugged
	is "the metrics show the drift" "$(drift)" 1
	ok "apply" daxplug apply
	is_as_declared "after apply"
	done_testing
fi

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 12 -t 1800 -e kexec-tools -a memhp_default_state=online_movable
# machine-full: -p -r 13 -t 2700 -e kexec-tools -a memhp_default_state=online_movable
# Nothing that starts, stops or replaces daxplug's unit, its package or the system changes memory: a
# start and a stop of the unit, a removal of its configuration, a reinstallation, a removal, a
# soft-reboot, a kexec and a shutdown. None of them waits for daxplug.
. "$LAB/tests/machine/lib.sh"
UNIT=daxplug-apply@dev-dax0.0.service

# memory: prints the device's state, its online blocks, and the driver's counts of transitions.
memory() { cat "$DAX/state" "$DAX"/kmem/{blocks_online,transitions_done,transitions_failed,transitions_cancelled} | xargs; }

# changes_nothing WHAT COMMAND...: COMMAND succeeds within SOON seconds and changes no memory.
SOON=60
changes_nothing() {
	local before
	before=$(memory)
	ok "$1: succeeds within $SOON s" timeout "$SOON" "${@:2}"
	udevadm settle
	is "$1: memory is as before" "$(memory)" "$before"
}

# ended_well: the previous boot ended without a change of memory, and systemd had to kill no unit. The
# driver logs each transition.
ended_well() {
	# Keeps the log from the point where systemd began to end the boot.
	journalctl -b -1 -o cat | tac | sed '/^Stopped target.*[Mm]ulti-[Uu]ser/q' | tac > /run/ended
	ok "boot $BOOT: the journal has the end of the last boot" \
		grep -q '^Stopped target.*[Mm]ulti-[Uu]ser' /run/ended
	is "boot $BOOT: the end of the last boot changed no memory" "$(grep -cE 'kmem dax.*(unplugged|plugged|online)' /run/ended)" 0
	is "boot $BOOT: no unit had to be killed" "$(grep -cE '^[^ ]+\.(service|scope|mount|socket): .*timed out|Killing process' /run/ended)" 0
}

# end_boot COMMAND...: prints the plan of this boot's points, and ends the boot with COMMAND.
end_boot() {
	note "$(memory)"
	memory > /root/memory
	printf '1..%d\n' "$POINTS"
	sync
	"$@" || exit 1
	exit 0
}

has_soft_reboot() { systemctl --help | grep -q soft-reboot; }

case $BOOT in
1)
	serves ours
	printf '%s\n' '[hbm]' 'kind = hmem' 'state = online_movable' > /etc/daxplug.conf
	ok "apply" daxplug apply
	is "the device is as declared" "$(< "$DAX/state")" online_movable
	changes_nothing "start of the unit" systemctl start "$UNIT"
	changes_nothing "stop of the unit" systemctl stop "$UNIT"
	changes_nothing "the device appears again to udev" udevadm trigger --settle --subsystem-match=dax
	changes_nothing "reload of systemd" systemctl daemon-reload
	mv /etc/daxplug.conf /root/
	changes_nothing "removal of the configuration" systemctl start "$UNIT"
	mv /root/daxplug.conf /etc/
	SOON=600
	changes_nothing "reinstallation of the package" dpkg -i /packages/daxplug_*.deb
	changes_nothing "removal of the package" dpkg --remove --force-depends daxplug
	changes_nothing "installation of the package" dpkg -i /packages/daxplug_*.deb
	if has_soft_reboot; then
		end_boot systemctl soft-reboot
	fi
	skip "a soft-reboot" "systemd of Debian $RELEASE has none"
	end_boot systemctl reboot
	;;
2)
	! has_soft_reboot || is "a soft-reboot changes no memory" "$(memory)" "$(< /root/memory)"
	serves ours
	has_soft_reboot || ended_well
	ok "a kernel for kexec" kexec -l "/boot/vmlinuz-$(uname -r)" \
		--initrd="/boot/initrd.img-$(uname -r)" --reuse-cmdline
	end_boot systemctl kexec
	;;
3)
	serves ours
	ended_well
	end_boot systemctl reboot
	;;
4)
	serves ours
	ended_well
	boot_waits_for_nothing
	done_testing
	;;
esac

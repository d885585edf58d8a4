# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 12 -e kexec-tools -a memhp_default_state=online_movable
# machine-full: -p -r 13 -e kexec-tools -a memhp_default_state=online_movable
# Nothing that starts, stops or replaces daxplug's units, its package, or the system changes memory:
# a stop of the unit, a removal of its configuration, a reinstallation, a removal, a soft-reboot, a
# kexec and a shutdown. None of them waits for daxplug.
. "$LAB/tests/machine/lib.sh"
UNIT=daxplug-apply@dev-dax0.0.service

# memory: the device's state, its blocks, and the transitions that the driver counts.
memory() { cat "$DAX/state" "$DAX"/kmem/{blocks_online,transitions_done,transitions_failed,transitions_cancelled} | xargs; }

# changes_nothing WHAT COMMAND...: COMMAND succeeds within a minute and changes no memory.
changes_nothing() {
	local before
	before=$(memory)
	ok "$1: it succeeds, and soon" timeout 60 "${@:2}"
	udevadm settle
	is "$1: memory is as before" "$(memory)" "$before"
}

# ended_well: the boot before this one ended without a change of memory, and no unit of daxplug's took
# long to stop. The driver logs each transition.
ended_well() {
	journalctl -b -1 -o cat > /run/ended
	# From where systemd began to end the boot.
	sed -i '1,/^\(Stopped target.*[Mm]ulti-[Uu]ser\|Removed slice\|Stopping\)/d' /run/ended
	is "boot $BOOT: the end of the last boot changed no memory" "$(grep -cE 'kmem dax.*(unplugged|plugged|online)' /run/ended)" 0
	is "boot $BOOT: no unit had to be killed" "$(grep -cE 'timed out|Killing process' /run/ended)" 0
}

# end_boot COMMAND...: this boot's points are complete; COMMAND ends it.
end_boot() {
	note "$(memory)"
	memory > /root/memory
	printf '1..%d\n' "$POINTS"
	sync
	"$@"
	exit 0
}

has_soft_reboot() { systemctl --help | grep -q soft-reboot; }

case $BOOT in
1)
	serves ours
	printf '%s\n' '[hbm]' 'kind = hmem' 'state = online_movable' > /etc/daxplug.conf
	ok "apply" daxplug apply
	is "it is as declared" "$(< "$DAX/state")" online_movable
	changes_nothing "start of the unit" systemctl start "$UNIT"
	changes_nothing "stop of the unit" systemctl stop "$UNIT"
	changes_nothing "the device appears again to udev" udevadm trigger --settle --subsystem-match=dax
	changes_nothing "reload of systemd" systemctl daemon-reload
	mv /etc/daxplug.conf /root/
	changes_nothing "removal of the configuration" systemctl start "$UNIT"
	mv /root/daxplug.conf /etc/
	changes_nothing "the package again" dpkg -i /packages/daxplug_*.deb
	changes_nothing "removal of the package" dpkg --remove --force-depends daxplug
	changes_nothing "the package once more" dpkg -i /packages/daxplug_*.deb
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
	ok "a kernel for kexec" kexec -l /vmlinuz --initrd=/initrd.img --reuse-cmdline
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
	is "nothing in the boot waits for daxplug" "$(systemd-analyze critical-chain | grep -c daxplug)" 0
	done_testing
	;;
esac

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 12 -t 3600 -a memhp_default_state=online_movable
# machine-full: -p -r 13 -t 3600 -a memhp_default_state=online_movable
# An upgrade and a downgrade of the driver with its memory online change no memory: the loaded
# driver stays until it can be unloaded, and "daxplug check" says so. Then takeover, or the next
# boot, uses the installed one.
. "$LAB/tests/machine/lib.sh"

# Builds the package of a later version of the driver, from the same source.
newer_package() {
	local tree=/run/newer
	dpkg-deb -R /packages/daxplug-dkms_*.deb $tree &&
		mv $tree/usr/src/daxplug-* $tree/usr/src/daxplug-9.0 &&
		sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="9.0"/' $tree/usr/src/daxplug-9.0/dkms.conf &&
		sed -i 's/^MODULE_VERSION(.*/MODULE_VERSION("9.0");/' $tree/usr/src/daxplug-9.0/kernel/main.c &&
		sed -i 's/^Version:.*/Version: 9.0/' $tree/DEBIAN/control &&
		rm $tree/DEBIAN/md5sums && dpkg-deb -b $tree /run/daxplug-dkms_9.0_all.deb
}

loaded_version() { cat /sys/module/kmem/version; }
installed_version() { modinfo -F version daxplug_kmem; }
says_outdated() { daxplug check | grep -E "version $1: .*\\[driver-outdated\\]$"; }

# stays_loaded VERSION: the loaded driver is still of VERSION, and its memory is online.
stays_loaded() {
	is "the loaded driver stays" "$(loaded_version)" "$1"
	is "memory is as before" "$(< "$DAX/state") $(online_blocks)" "$BEFORE"
}

case $BOOT in
1)
	serves ours
	OLD=$(loaded_version)
	BEFORE="$(< "$DAX/state") $(online_blocks)"
	is "check does not mention another build" "$(daxplug check | grep -c driver-outdated)" 0
	ok "a package of a later version" newer_package
	ok "dpkg upgrades the driver" dpkg -i /run/daxplug-dkms_9.0_all.deb
	is "the later version is installed" "$(installed_version)" 9.0
	stays_loaded "$OLD"
	ok "check says that the loaded driver is not the installed one" says_outdated 9.0
	said=$(daxplug takeover 2>&1) && status=0 || status=$?
	is "takeover refuses while memory is online" "$status" 1
	ok "takeover says why" grep -q 'in use; it stays until its memory is unplugged' <<< "$said"
	stays_loaded "$OLD"
	ok "unplug" daxplug unplug dax0.0
	ok "takeover" daxplug takeover
	is "the later version is loaded" "$(loaded_version)" 9.0
	is "the device is still unplugged" "$(< "$DAX/state")" unplugged
	ok "plug" daxplug plug dax0.0
	serves ours
	ok "dpkg downgrades the driver" dpkg -i /packages/daxplug-dkms_*.deb
	is "the earlier version is installed" "$(installed_version)" "$OLD"
	stays_loaded 9.0
	ok "check says so again" says_outdated "$OLD"
	next_boot memhp_default_state=online_movable
	;;
2)
	serves ours
	is "the next boot has the installed version" "$(loaded_version)" "$(installed_version)"
	is "check does not mention another build" "$(daxplug check | grep -c driver-outdated)" 0
	done_testing
	;;
esac

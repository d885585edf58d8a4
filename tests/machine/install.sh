# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -r 12 -t 3600 -a memhp_default_state=online_movable
# machine-full: -r 13 -t 3600 -a memhp_default_state=online_movable
# Two commands install daxplug on a fresh machine and replace the kernel's own driver with daxplug's
# while all memory is online; the next boot uses daxplug's driver; after the package is removed the
# next boot uses the kernel's own.
. "$LAB/tests/machine/lib.sh"

# Prepares README's command: a clone in which "make deb" has run, and an apt that does not ask.
clone_with_packages() {
	export DEBIAN_FRONTEND=noninteractive
	echo 'APT::Get::Assume-Yes "true";' > /etc/apt/apt.conf.d/90assume-yes
	mkdir -p /run/clone/build
	ln -s /packages /run/clone/build/deb
	cd /run/clone || return
}

own_kmem() { echo "/lib/modules/$(uname -r)"/kernel/drivers/dax/kmem.ko*; }

case $BOOT in
1)
	serves stock
	boot_waits_for_nothing
	before=$(sha256sum "$(own_kmem)")
	clone_with_packages
	ok "apt installs the packages" apt-get install ./build/deb/*.deb
	is "installing changes no driver" "$(driver)" stock
	is "the kernel's own module is unchanged" "$(sha256sum "$(own_kmem)")" "$before"
	ok "takeover" daxplug takeover
	serves ours
	is "state has the state" "$(< "$DAX/state")" online_movable
	next_boot ''
	;;
2)
	serves ours
	boot_waits_for_nothing
	ok "unplug" daxplug unplug dax0.0
	ok "plug" daxplug plug dax0.0
	ok "handback" daxplug handback
	serves stock
	ok "takeover again" daxplug takeover
	ok "apt removes the driver" apt-get remove -y daxplug-dkms
	is "removing changes no driver" "$(driver)" ours
	is "no module of daxplug's is left" "$(find "/lib/modules/$(uname -r)" -name 'daxplug_kmem*')" ''
	next_boot ''
	;;
3)
	serves stock
	is "the log does not mention a driver that is not installed" "$(dmesg | grep -c daxplug)" 0
	done_testing
	;;
esac

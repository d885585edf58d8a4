# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 12
# machine-full: -p -r 13
# If daxplug's driver is switched off, refused or missing, the next boot uses the kernel's own driver,
# the logs say why, and takeover refuses before it unloads anything. Each boot prepares the fault of
# the next one.
. "$LAB/tests/machine/lib.sh"

case $BOOT in
1)
	serves ours
	next_boot daxplug=off
	;;
2)
	fell_back 'daxplug=off is on the kernel command line'
	refuses_takeover 'daxplug=off is on the kernel command line'
	next_boot module.sig_enforce=1
	;;
3)
	fell_back "could not insert 'daxplug_kmem': (Key was rejected by service|Required key not available|Operation not permitted)"
	refuses_takeover 'the kernel refuses the signature'
	echo 'options kmem default_state=nonsense' > "$RULES"
	next_boot ''
	;;
4)
	fell_back "could not insert 'daxplug_kmem': Invalid argument"
	refuses_takeover "default_state=nonsense: 'nonsense': it is not SELECTOR=STATE"
	rm "$RULES"
	# Of two lines for a module modprobe takes that of the first file.
	echo 'install kmem modprobe --ignore-install kmem' > /etc/modprobe.d/a-test.conf
	refuses_takeover '"modprobe kmem" would not run /usr/lib/daxplug/load-kmem'
	rm /etc/modprobe.d/a-test.conf
	echo 'options kmem no_such_option=1' > "$RULES"
	refuses_takeover 'no_such_option=1: the driver has no such option'
	echo 'install daxplug_kmem /bin/true' > "$RULES"
	next_boot ''
	;;
5)
	fell_back 'loaded nothing'
	refuses_takeover '"modprobe daxplug_kmem" would not load'
	rm "$RULES" "$(modinfo -F filename daxplug_kmem)"
	depmod
	next_boot ''
	;;
6)
	fell_back 'it is not built for Linux'
	refuses_takeover 'not built for Linux'
	remedy=$(check_says_why 'not built for Linux')
	echo 'options kmem fallback=none' > "$RULES"
	ok "the kernel's own driver is unloaded" rmmod kmem
	modprobe kmem && status=0 || status=$?
	is "with fallback=none modprobe fails" "$status" 1
	is "with fallback=none there is no driver" "$(driver)" none
	rm "$RULES"
	ok "the remedy that check printed" sh -c "$remedy"
	serves ours
	done_testing
	;;
esac

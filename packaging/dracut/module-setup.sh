#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Adds the program of daxplug's modprobe rule to every initramfs, and daxplug's driver to one that
# will hold kmem.

check() { return 0; }

# Succeeds if the initramfs will hold kmem. dracut copies the drivers and the directories of drivers
# that these options name only after it has called all modules, so they are not in initdir yet.
# shellcheck disable=SC2154 # dracut sets initdir
holds_kmem() {
	[[ " ${drivers-} ${add_drivers-} ${force_drivers-} " =~ [[:space:]](kmem|=(drivers/)?dax/?)[[:space:]] ]] ||
		find "$initdir" -name 'kmem.ko*' | grep -q .
}

# The number makes dracut call this module after those that copy drivers, such as 90kernel-modules.
installkernel() { ! holds_kmem || hostonly='' instmods daxplug_kmem; }

# Always: kmem can get into initdir after dracut has called install().
install() {
	inst /usr/lib/daxplug/load-kmem
	# load-kmem then reports the lack of the driver. dracut may not have made the directory yet.
	! /usr/lib/daxplug/load-kmem --is-installed ||
		{ mkdir -p "$initdir/usr/lib/daxplug" && : > "$initdir/usr/lib/daxplug/installed"; }
}

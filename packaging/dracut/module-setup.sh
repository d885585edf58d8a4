#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An initramfs that holds kmem gets daxplug's driver as well, and the program of its modprobe rule.

check() { return 0; }

# Succeeds if the initramfs will hold kmem. dracut copies the drivers that these options name only
# after it has called all modules, so they are not in initdir yet.
# shellcheck disable=SC2154 # dracut sets initdir
holds_kmem() {
	[[ " ${drivers-} ${add_drivers-} ${force_drivers-} " =~ [[:space:]]kmem[[:space:]] ]] ||
		find "$initdir" -name 'kmem.ko*' | grep -q .
}

# The number of this module makes dracut call it after its other modules.
installkernel() { ! holds_kmem || hostonly='' instmods daxplug_kmem; }

# Always: kmem can get into initdir after dracut has called install().
install() { inst /usr/lib/daxplug/load-kmem; }

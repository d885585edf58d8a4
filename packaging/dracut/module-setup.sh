#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An initramfs that holds kmem gets daxplug's driver and the program of its modprobe rule.

check() { return 0; }

# shellcheck disable=SC2154 # dracut sets initdir
holds_kmem() { find "$initdir" -name 'kmem.ko*' | grep -q .; }

# The number of this module makes dracut call it after its other modules.
installkernel() { ! holds_kmem || hostonly='' instmods daxplug_kmem; }

install() { ! holds_kmem || inst_script /usr/lib/daxplug/load-kmem; }

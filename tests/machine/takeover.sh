# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machine-full: -p -r 12 -a memhp_default_state=online_movable
# machine-full: -p -r 13 -a memhp_default_state=online_movable
# A boot with the packages installed uses daxplug's driver. handback replaces it with the kernel's
# own, and takeover restores daxplug's, while the memory is online and in use.
. "$LAB/tests/machine/lib.sh"

use_memory() {
	mkdir -p /run/used
	mount -t tmpfs -o "mpol=bind:$(< "$DAX/target_node"),size=300m" used /run/used
	head -c 200M /dev/urandom > /run/used/file
}

serves ours
ok "handback" daxplug handback
serves stock
ok "memory of the device is in use" use_memory
before=$(sha256sum /run/used/file)
ok "takeover" daxplug takeover
serves ours
is "the content of the memory is unchanged" "$(sha256sum /run/used/file)" "$before"
is "a second takeover has nothing to do" "$(/usr/lib/daxplug/takeover | grep -c 'in use already')" 1
done_testing

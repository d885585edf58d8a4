# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Functions that takeover and handback share: the loaded driver, and its devices.

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C
KMEM=/sys/bus/dax/drivers/kmem

say() { printf 'daxplug: %s\n' "$*"; }

die() {
	printf 'daxplug: %s\n' "$*" >&2
	exit 1
}

need_root() { [ "$(id -u)" -eq 0 ] || die "only root can change the driver"; }

# The kernel's own module has no version.
is_loaded() { [ -d /sys/module/kmem ]; }
is_ours() { [ -e /sys/module/kmem/version ]; }

bound_devices() {
	for link in "$KMEM"/dax*; do
		[ ! -e "$link" ] || printf '%s\n' "${link##*/}"
	done
}

# unload DRIVER: unloads the loaded kmem, which DRIVER names in messages. The kernel's own driver can
# be unloaded at any time, daxplug's only if none of its memory is online.
unload() {
	stays=
	! is_ours || stays='it stays until its memory is unplugged, or until the next boot; '
	problem=$(rmmod kmem 2>&1) ||
		die "$1 cannot be unloaded: ${problem#rmmod: ERROR: }; ${stays}nothing has been changed"
}

# bind DEVICE...: binds the devices. Before Linux 6.6 a newly loaded driver does not bind them itself.
bind() {
	for device; do
		bind_one "$device" 2> /dev/null || :
		if is_bound "$device"; then
			say "$device: $(cat "/sys/bus/dax/devices/$device/state" 2> /dev/null || echo "bound to the kernel's own driver")"
		else
			printf 'daxplug: %s: the driver did not bind; the kernel log says why\n' "$device" >&2
			failed=1
		fi
	done
}

is_bound() { [ -e "$KMEM/$1" ]; }

bind_one() {
	! is_bound "$1" || return 0
	[ ! -e "/sys/bus/dax/devices/$1/driver" ] || echo "$1" > "/sys/bus/dax/devices/$1/driver/unbind"
	echo "$1" > "$KMEM/new_id"
	is_bound "$1" || echo "$1" > "$KMEM/bind"
}

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Functions that takeover and handback share: the loaded driver, its devices, and their states.

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C
KMEM=/sys/bus/dax/drivers/kmem
DEVICES=/sys/bus/dax/devices
MEMORY=/sys/devices/system/memory
POLICY=$MEMORY/auto_online_blocks
# Lines DEVICE=STATE and policy=POLICY: what takeover or handback found and has to bring back. If one
# of them was killed, its record remains, and the next run uses it.
RECORD=/run/daxplug/replacing

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

# Records the bound devices; a device that is in the record already keeps its line.
record_devices() {
	{ mkdir -p "${RECORD%/*}" && touch "$RECORD"; } || die "cannot write $RECORD; nothing has been changed"
	for device in $(bound_devices); do
		grep -q "^$device=" "$RECORD" || echo "$device=$(state_of "$device")" >> "$RECORD"
	done
}

# recorded STATE: prints the recorded devices whose state matches this regular expression.
recorded() { sed -nE "s/^(dax[^=]*)=($1)\$/\1/p" "$RECORD"; }

# Removes the record, unless a device in it has lost its driver.
drop_record() {
	for device in $(recorded '.*'); do
		[ ! -e "$DEVICES/$device" ] || is_bound "$device" || return 0
	done
	rm -f "$RECORD"
}

# Prints the state of a device. With the kernel's own driver, prints nothing if all its memory is
# online, or if that is unknown: the memory then stays as it is.
state_of() {
	if is_ours; then
		cat "$DEVICES/$1/state"
		return
	fi
	blocks=$(block_states "$1" 2> /dev/null) || return
	case $blocks in
	*offline*online* | *online*offline*) echo mixed ;;
	*online*) ;;
	*offline*) echo offline ;;
	*) echo unplugged ;;
	esac
}

# Prints the state of each memory block of a device that is present.
block_states() {
	size=$((0x$(cat "$MEMORY/block_size_bytes"))) || return
	for mapping in "$DEVICES/$1"/mapping*; do
		read -r start < "$mapping/start" || return
		read -r end < "$mapping/end" || return
		block=$(((start + size - 1) / size))
		while [ $(((block + 1) * size - 1)) -le $((end)) ]; do
			if [ -e "$MEMORY/memory$block" ]; then
				read -r state < "$MEMORY/memory$block/state" || return
				echo "$state"
			fi
			block=$((block + 1))
		done
	done
}

# Brings each recorded device back to its state.
restore() {
	for device in $(recorded '.+'); do
		wanted=$(sed -n "s/^$device=//p" "$RECORD")
		file=$DEVICES/$device/state
		if [ "$(cat "$file" 2> /dev/null)" = "$wanted" ] || set_state "$file" "$wanted" 2> /dev/null; then
			say "$device: $wanted, as before"
		else
			printf 'daxplug: %s was %s, and is %s now; the kernel log says why\n' "$device" \
				"$wanted" "$(cat "$file" 2> /dev/null || echo unknown)" >&2
			failed=1
		fi
	done
}

# The driver plugs only an unplugged device; no write takes a device to offline or mixed.
set_state() {
	case $2 in
	unplugged) echo unplugged > "$1" ;;
	online*) echo unplugged > "$1" && echo "$2" > "$1" ;;
	*) return 1 ;;
	esac
}

# Sets the policy to offline, so that memory that a bind plugs can be unplugged again. The record has
# the policy until release_policy.
hold_policy() {
	grep -q '^policy=' "$RECORD" || echo "policy=$(cat "$POLICY")" >> "$RECORD"
	{ grep -q '^policy=.' "$RECORD" && echo offline > "$POLICY"; } ||
		die "cannot set the policy for new memory in $POLICY; nothing has been changed"
}

release_policy() {
	grep -q '^policy=' "$RECORD" || return 0
	sed -n 's/^policy=//p' "$RECORD" > "$POLICY"
	sed -i '/^policy=/d' "$RECORD"
}

# A signal between the unload and the last bind would leave the machine without a driver, or a device
# without one.
ignore_signals() { trap '' HUP INT QUIT PIPE TERM; }

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
		[ -e "$DEVICES/$device" ] || continue
		bind_one "$device" 2> /dev/null || :
		if is_bound "$device"; then
			say "$device: $(cat "$DEVICES/$device/state" 2> /dev/null || echo "bound to the kernel's own driver")"
		else
			printf 'daxplug: %s: the driver did not bind; the kernel log says why\n' "$device" >&2
			failed=1
		fi
	done
}

is_bound() { [ -e "$KMEM/$1" ]; }

bind_one() {
	! is_bound "$1" || return 0
	[ ! -e "$DEVICES/$1/driver" ] || echo "$1" > "$DEVICES/$1/driver/unbind"
	echo "$1" > "$KMEM/new_id"
	is_bound "$1" || echo "$1" > "$KMEM/bind"
}

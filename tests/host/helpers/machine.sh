# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Functions for tests that run the driver's scripts on a fake machine: WORK/usr is an overlay over
# /usr, and /sys, /run and /boot are those in WORK. The test starts itself again in a mount namespace.
# Needs tests/guest/lib.sh.

if [[ ! ${APART-} ]]; then
	((EUID == 0)) || skip_all "needs root"
	unshare --mount true 2> /dev/null || skip_all "needs a mount namespace"
	APART=1 exec unshare --mount bash "$0" "$@"
fi

WORK=$(mktemp -d)
export WORK
trap 'rm -rf --one-file-system "$WORK" 2> /dev/null || true' EXIT
mkdir -p "$WORK"/{usr/sbin,usr/bin,usr/lib/daxplug,usr/lib/modules,sys,run,boot}

# fake NAME: makes /usr/sbin/NAME a script with its standard input; WORK/calls records each call.
fake() {
	local file=$WORK/usr/sbin/$1
	# shellcheck disable=SC2016 # the fake's
	{ printf '#!/bin/sh\necho "%s $*" >> "$WORK/calls"\n' "$1"; cat; } > "$file"
	chmod +x "$file"
	cp "$file" "$WORK/usr/bin/$1"
}

# become_machine: mounts the fakes and the directories over the host's.
become_machine() {
	cp packaging/{takeover,handback,driver.sh,build-driver,renew-initramfs} "$WORK/usr/lib/daxplug/"
	mount -t overlay -o "lowerdir=$WORK/usr:/usr" overlay /usr
	mount --bind "$WORK/run" /run
	mount --bind "$WORK/boot" /boot
	mount --bind "$WORK/sys" /sys
}

# called COMMAND: prints how often a fake was called like that since WORK/calls was emptied.
called() { grep -c "^$1" "$WORK/calls" || true; }

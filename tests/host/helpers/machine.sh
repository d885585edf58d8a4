# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For tests that run the driver's scripts on a made-up machine, besides tests/guest/lib.sh: /usr has
# what is in WORK/usr besides, /sys, /run and /boot are WORK's. The test starts itself again in a
# mount namespace.

if [[ ! ${APART-} ]]; then
	((EUID == 0)) || skip_all "needs root"
	unshare --mount true 2> /dev/null || skip_all "needs a mount namespace"
	APART=1 exec unshare --mount bash "$0" "$@"
fi

WORK=$(mktemp -d)
export WORK
trap 'rm -rf --one-file-system "$WORK" 2> /dev/null || true' EXIT
mkdir -p "$WORK"/{usr/sbin,usr/bin,usr/lib/daxplug,usr/lib/modules,sys,run,boot}

# fake NAME: makes /usr/sbin/NAME of its standard input; each call is noted in WORK/calls.
fake() {
	local file=$WORK/usr/sbin/$1
	# shellcheck disable=SC2016 # the fake's
	{ printf '#!/bin/sh\necho "%s $*" >> "$WORK/calls"\n' "$1"; cat; } > "$file"
	chmod +x "$file"
	cp "$file" "$WORK/usr/bin/$1"
}

# become_machine: the fakes and the directories take the place of the host's.
become_machine() {
	cp packaging/{takeover,handback,driver.sh,build-driver} "$WORK/usr/lib/daxplug/"
	mount -t overlay -o "lowerdir=$WORK/usr:/usr" overlay /usr
	mount --bind "$WORK/run" /run
	mount --bind "$WORK/boot" /boot
	mount --bind "$WORK/sys" /sys
}

# called COMMAND: how often a fake was called like that since WORK/calls was made empty.
called() { grep -c "^$1" "$WORK/calls" || true; }

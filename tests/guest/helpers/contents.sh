# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Something to be remembered in the memory of the device: a file in a tmpfs that
# takes its pages from the device's node.

CONTENTS=/run/contents

# fill_device MIB: fills in so much, of random content.
fill_device() {
	mkdir -p "$CONTENTS"
	ok "a file system on the device's node" mount -t tmpfs -o "mpol=bind:$NODE" contents "$CONTENTS"
	head -c "$1M" /dev/urandom > "$CONTENTS/file"
	ok "its pages are the device's" eval \
		"((\$(awk '/Shmem:/ { print \$4 }' /sys/devices/system/node/node$NODE/meminfo) >= $1 * 1000))" # per-CPU counts lag
	CHECKSUM=$(md5sum < "$CONTENTS/file")
}

contents_are_kept() { [[ $(md5sum < "$CONTENTS/file") == "$CHECKSUM" ]]; }

drop_contents() { umount "$CONTENTS"; }

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Keeps data in the memory of the device: a file in a tmpfs on the device's node.

CONTENTS=/run/contents

# fill_device MIB: makes a file of MIB random bytes.
fill_device() {
	mkdir -p "$CONTENTS"
	ok "a file system on the device's node" mount -t tmpfs -o "mpol=bind:$NODE" contents "$CONTENTS"
	head -c "$1M" /dev/urandom > "$CONTENTS/file"
	ok "the pages of the file are the device's" eval \
		"((\$(awk '/Shmem:/ { print \$4 }' /sys/devices/system/node/node$NODE/meminfo) >= $1 * 1000))" # per-CPU counts lag
	CHECKSUM=$(md5sum < "$CONTENTS/file")
}

contents_are_kept() { [[ $(md5sum < "$CONTENTS/file") == "$CHECKSUM" ]]; }

drop_contents() { umount "$CONTENTS"; }

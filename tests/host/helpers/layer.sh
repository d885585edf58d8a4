# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Functions for tests that run commands in a root of the lab without changing it: an overlay in
# WORK/upper gets all writes. Needs tests/guest/lib.sh.

. tests/host/helpers/documents.sh
for part in common cache packages archive source root kmem disk deb; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done

temporary WORK
trap 'rm -rf "$WORK/clone"; remove_temporary' EXIT

# new_layer: makes a fresh clone and an empty overlay.
new_layer() {
	rm -rf --one-file-system "$WORK"/{clone,upper,work,root}
	mkdir "$WORK"/{upper,work,root}
	copy_to "$WORK/clone"
}

# in_layer ROOT COMMAND: runs COMMAND in the clone, in the overlay over ROOT.
in_layer() {
	local root=$1 command=$2
	# shellcheck disable=SC2016 # for the inner shells to expand
	unshare --mount bash -c '
		mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root" &&
		mkdir -p "$2/root/clone" "$2/root/lib/modules" && mount --bind "$2/clone" "$2/root/clone" &&
		mount -t proc proc "$2/root/proc" && cd / &&
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1 \
			DEB_BUILD_OPTIONS=nocheck DEBIAN_FRONTEND=noninteractive \
			chroot "$2/root" bash -c "cd /clone && $3"' bash "$root" "$WORK" "$command"
}

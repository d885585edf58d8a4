# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# The commands of the documents that build and install the driver succeed in a root with a kernel's
# headers, those of the library, the command and the packages in one with what debian/control names.
# Both roots are the lab's, and stay as they are.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/documents.sh
for part in common cache packages archive source root kmem disk deb; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done

temporary WORK
trap 'rm -rf "$WORK/clone"; remove_temporary' EXIT

# in_layer ROOT COMMAND: runs it in the clone, in a root whose changes go to
# WORK/upper. The root's kernel takes the place of the running one.
in_layer() {
	local root=$1 command=$2
	# shellcheck disable=SC2016 # for the inner shells to expand
	unshare --mount bash -c '
		mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root" &&
		mkdir -p "$2/root/clone" "$2/root/lib/modules" && mount --bind "$2/clone" "$2/root/clone" &&
		mount -t proc proc "$2/root/proc" && cd / &&
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1 \
			DEB_BUILD_OPTIONS=nocheck chroot "$2/root" bash -c "cd /clone && $3"' bash "$root" "$WORK" "$command"
}

# The running kernel is not that of the root: its name leads to the root's.
in_kernels_layer() {
	in_layer "$KERNEL_ROOT" "ln -sfn $KERNEL_RELEASE /lib/modules/$(uname -r); ${1/KERNEL=+([^ ])/KERNEL=$KERNEL_RELEASE}"
}

in_debians_layer() { in_layer "$DEBIAN_ROOT" "$1"; }

# new_layer: a fresh clone, and nothing written to the root yet.
new_layer() {
	rm -rf "$WORK"/{clone,upper,work,root}
	mkdir "$WORK"/{upper,work,root}
	copy_to "$WORK/clone"
}

debian_root() {
	local suites packages
	read -ra suites <<< "${MACHINE_SUITES[12]}"
	mapfile -t packages < <(build_dependencies)
	packages+=(build-essential)
	DEBIAN_ROOT=$BUILD/root/deb-12-$(key "${suites[@]}" "${packages[@]}")
	cached "$DEBIAN_ROOT" make_root "what builds the packages for Debian 12" "${suites[*]}" "${packages[@]}"
}

shopt -s extglob
kernel_root 6.12
new_layer
run_commands in_kernels_layer tests/host/from-source.sh kernel
ok "the driver is installed" test -e "$WORK/upper/usr/lib/modules/$KERNEL_RELEASE/updates/daxplug_kmem.ko"
debian_root
new_layer
run_commands in_debians_layer tests/host/from-source.sh debian
ok "the command is installed" test -e "$WORK/upper/usr/local/bin/daxplug"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# The newest command works with the oldest driver of daxplug and with the kernel's own, and the
# oldest command with the newest driver and with the kernel's own: each verb succeeds, or fails with
# one line and changes nothing.
set -euo pipefail
. tests/guest/lib.sh
KERNEL=${KERNEL:-6.12}

# The oldest release. Until there is one: the first commit whose driver loads without a warning, and
# the first commit whose command the present lab can build.
RELEASE=$(git tag --sort=v:refname 2> /dev/null | head -n 1 || true)
OLD_DRIVER=${RELEASE:-59b656b}
OLD_COMMAND=${RELEASE:-22a11c7}
COMMAND_PARTS=(lib cli man completions kernel/core meson.build meson_options.txt)

WORK=$(mktemp -d)
trap 'rm -r "$WORK"' EXIT

# get COMMIT DIR PATH...: copies the files of that commit, and the present lab to build them, to DIR.
get() {
	mkdir "$2"
	git -c safe.directory="$PWD" archive "$1" "${@:3}" 2> "$WORK/error" | tar -x -C "$2" 2> /dev/null ||
		skip_all "the commit $1 is not in this clone: $(head -n 1 "$WORK/error")"
	cp -r lab "$2/"
}

# build_old: makes $WORK/disk, with the old driver and the old command.
build_old() (
	for part in common cache packages archive source root image kmem command; do
		# shellcheck source=/dev/null
		. "$PWD/lab/lib/$part.sh"
	done
	kernel_root "$KERNEL"
	REPO=$WORK/driver
	build_kmem
	REPO=$WORK/command
	COMMAND_SOURCES=("${COMMAND_PARTS[@]}")
	COMMAND_PACKAGES+=(libdaxctl-dev) # needed by the library at that commit
	build_command
	mkdir "$WORK/old"
	cp "$KMEM_TREE/updates/kmem.ko" "$WORK/old/"
	cp -r "$COMMAND_TREE" "$WORK/old/command"
	make_erofs "$WORK/disk" "$WORK/old"
)

((EUID == 0)) || skip_all "needs root"
get "$OLD_DRIVER" "$WORK/driver" kernel
get "$OLD_COMMAND" "$WORK/command" "${COMMAND_PARTS[@]}"
build_old > "$WORK/log" 2>&1 || {
	note "$(tail -n 20 "$WORK/log")"
	ok "the old driver and the old command are built" false
	done_testing
}
lab/vm -k "$KERNEL" -s 1G -t 300 \
	-q "-drive if=none,id=old,file=$WORK/disk,format=raw,readonly=on -device virtio-blk-pci,drive=old,serial=old" \
	tests/host/helpers/skew.sh

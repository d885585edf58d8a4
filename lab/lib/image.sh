# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes the files that a guest boots from: two read-only images (the userland, shared
# by all kernels; the kernel's modules) and an initramfs that assembles the root from
# them.

EARLY_MODULES=(virtio_pci virtio_blk virtio_console erofs overlay)

# guest_images: sets KERNEL_IMAGE, USERLAND_IMAGE, MODULES_IMAGE, INITRAMFS from
# the roots.
guest_images() {
	local root userland key
	root=$(basename "$KERNEL_ROOT") userland=$(basename "$USERLAND_ROOT")
	key=$(script_key image.sh)
	if starts_directly; then
		KERNEL_IMAGE=$BUILD/image/vmlinux-$root-$(script_key vmlinux.sh)
	else
		KERNEL_IMAGE=$KERNEL_ROOT/boot/vmlinuz-$KERNEL_RELEASE
	fi
	USERLAND_IMAGE=$BUILD/image/$userland-$key.erofs
	MODULES_IMAGE=$BUILD/image/modules-$root-$key.erofs
	INITRAMFS=$BUILD/image/early-$root-$(key "$userland" "$key").cpio
	cached "$KERNEL_IMAGE" make_vmlinux "$KERNEL_ROOT/boot/vmlinuz-$KERNEL_RELEASE"
	cached "$USERLAND_IMAGE" make_erofs "$USERLAND_ROOT"
	cached "$MODULES_IMAGE" make_erofs "$KERNEL_ROOT/lib/modules/$KERNEL_RELEASE"
	cached "$INITRAMFS" make_early_initramfs
}

# Linux 7.3 with KASAN triple-faults if QEMU starts its vmlinux directly, so it boots from its
# compressed image.
starts_directly() { [[ $(basename "$KERNEL_ROOT") != debug-7.* ]]; }

# script_key NAME: prints a short hash of lab/lib/NAME.
script_key() { (cd "$REPO/lab/lib" && key_of_files "$1"); }

# The image is not compressed: it stays in the host's page cache, and the guest, which
# may be emulated, need not decompress it.
make_erofs() { mkfs.erofs "$1" "$2" > /dev/null; }

make_early_initramfs() {
	local new=$1 tree=$1.tree module number=100
	mkdir -p "$tree"/{bin,dev,proc,sys,modules}
	cp "$USERLAND_ROOT/bin/busybox" "$tree/bin/"
	while read -r module; do
		unpacked_module "$module" > "$tree/modules/$number.ko"
		((number += 1))
	done < <(early_module_files)
	archive_tree "$tree" > "$new"
	rm -r "$tree"
}

# Prints the modules' files in the order in which they must be loaded.
early_module_files() {
	local module
	for module in "${EARLY_MODULES[@]}"; do
		modprobe -d "$KERNEL_ROOT" -S "$KERNEL_RELEASE" --show-depends "$module"
	done | sed -nE 's/^insmod (.*\.ko[.a-z]*) .*/\1/p' | awk '!seen[$0]++'
}

unpacked_module() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dqc "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

# archive_tree DIR: prints DIR as a cpio archive in the format of an initramfs.
archive_tree() { (cd "$1" && find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0); }

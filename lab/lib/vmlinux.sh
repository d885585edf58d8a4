# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Extracts vmlinux from the compressed image that a distribution ships. QEMU starts it
# directly, which saves an emulated guest a second.

# make_vmlinux NEW VMLINUZ
make_vmlinux() {
	local new=$1 image=$2 sectors offset length
	sectors=$(image_number "$image" $((0x1f1)) 1)
	offset=$(((sectors + 1) * 512 + $(image_number "$image" $((0x248)) 4)))
	length=$(image_number "$image" $((0x24c)) 4)
	dd if="$image" of="$new.packed" bs=1M iflag=skip_bytes,count_bytes status=none \
		skip="$offset" count="$length"
	unpack_any "$new.packed" > "$new"
	rm "$new.packed"
	[[ $(head -c 4 "$new" | tail -c 3) == ELF ]] ||
		die "$image: no ELF kernel inside (is its compression one that lab/lib/vmlinux.sh knows?)"
}

# image_number IMAGE OFFSET SIZE: prints a number of SIZE bytes from the image's boot header.
image_number() { od -An -v -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# Removes the last four bytes, the uncompressed size, unless the format is gzip, where the size is
# part of the format.
unpack_any() {
	case $(od -An -v -t x1 -N 4 "$1" | tr -d ' ') in
	28b52ffd) head -c -4 "$1" | zstd -dqc ;;
	fd377a58) head -c -4 "$1" | xz -dc ;;
	1f8b*) gzip -dc "$1" ;;
	esac
}

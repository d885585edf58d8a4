# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes a machine with UEFI and Secure Boot: firmware with Microsoft's keys, Debian's signed shim,
# grub and kernel, and a machine owner key (MOK), which is enrolled in the firmware's variables
# before the first boot. DKMS on the machine signs with that key.

SECURE_BOOT_PACKAGES=(shim-signed grub-efi-amd64-signed mokutil openssl)
FIRMWARE_SUITES=(trixie trixie-security)
FIRMWARE_PACKAGES=(ovmf python3-virt-firmware openssl)
MOK_OWNER=605dab50-e046-4300-abb6-3dd810dd8b23 # shim's GUID, the owner of the variable

# firmware: sets FIRMWARE to a directory with code.fd, vars.fd, mok.key and mok.pub.
firmware() {
	local root
	root=$BUILD/root/firmware-$(key "${FIRMWARE_SUITES[@]}" "${FIRMWARE_PACKAGES[@]}")
	cached "$root" make_root "UEFI firmware" "${FIRMWARE_SUITES[*]}" "${FIRMWARE_PACKAGES[@]}"
	FIRMWARE=$BUILD/image/$(basename "$root")-$(script_key secureboot.sh)
	cached "$FIRMWARE" make_firmware "$root"
}

make_firmware() {
	local new=$1 root=$2 scratch
	scratch=$(mktemp -d "$root/tmp/firmware.XXXXXX")
	TEMPORARY+=("$scratch")
	# shellcheck disable=SC2016 # the inner shell expands it
	in_root "$root" sh -ec '
		cd "$1"
		cp /usr/share/OVMF/OVMF_CODE_4M.ms.fd code.fd
		openssl req -new -x509 -newkey rsa:2048 -nodes -days 36500 -subj "/CN=the lab/" \
			-keyout mok.key -outform DER -out mok.pub
		openssl x509 -inform DER -in mok.pub -out mok.pem
		virt-fw-vars --input /usr/share/OVMF/OVMF_VARS_4M.ms.fd --output vars.fd \
			--add-mok "$2" mok.pem' sh "/tmp/$(basename "$scratch")" "$MOK_OWNER" > "$scratch.log" 2>&1 ||
		{ cat "$scratch.log" >&2; die "the firmware's variables could not be made: see above"; }
	rm -f "$scratch.log"
	mv "$scratch" "$new"
}

# place_key ROOT: puts the key where DKMS looks for an existing one.
place_key() {
	install -D -m 600 "$FIRMWARE/mok.key" "$1/var/lib/dkms/mok.key"
	install -D -m 644 "$FIRMWARE/mok.pub" "$1/var/lib/dkms/mok.pub"
}

# make_boot_disk RUN ARGUMENTS: makes the EFI system partition that the firmware boots from, whose grub
# starts the root's own kernel.
make_boot_disk() {
	local disk=$1/esp arguments=$2
	rm -f "$disk"
	truncate -s 64M "$disk"
	printf '%s\n' 'search --no-floppy --label --set=root root' \
		"linux /boot/vmlinuz-$BOOT_VERSION $arguments" "initrd /boot/initrd.img-$BOOT_VERSION" boot > "$1/grub.cfg"
	mformat -i "$disk" -F ::
	mmd -i "$disk" ::/EFI ::/EFI/BOOT ::/EFI/debian
	mcopy -i "$disk" "$KERNEL_ROOT/usr/lib/shim/shimx64.efi.signed" ::/EFI/BOOT/BOOTX64.EFI
	mcopy -i "$disk" "$KERNEL_ROOT/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" ::/EFI/BOOT/grubx64.efi
	mcopy -i "$disk" "$1/grub.cfg" ::/EFI/debian/grub.cfg
}

# add_firmware RUN: adds the firmware and the boot disk to ARGS.
add_firmware() {
	[[ -e $1/vars.fd ]] || cp "$FIRMWARE/vars.fd" "$1/vars.fd"
	ARGS+=(-M smm=on -global driver=cfi.pflash01,property=secure,value=on
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$FIRMWARE/code.fd"
		-drive "if=pflash,unit=1,format=raw,file=$1/vars.fd")
	add_disk esp "$1/esp" cache=unsafe
	ARGS+=(-boot order=c)
}

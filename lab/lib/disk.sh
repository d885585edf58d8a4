# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes the disk of a complete Debian machine: a root of a release with systemd and a kernel, and
# a filesystem image of that root, which each run copies.

declare -A MACHINE_SUITES=([12]="bookworm bookworm-security" [13]="trixie trixie-security")
declare -A MACHINE_KERNEL=([12]=6.1 [13]=6.12)
# With everything that the packages depend on, because their installation has no archive.
MACHINE_PACKAGES=(systemd systemd-sysv dbus udev kmod e2fsprogs iproute2 procps less
	daxctl ndctl gcc libc6-dev make dkms lz4 xz-utils zstd ca-certificates libeconf0)
MACHINE_HOST_PACKAGES=(qemu-system-x86 mmdebstrap debian-archive-keyring erofs-utils
	e2fsprogs cpio kmod)
DISK_SIZE=6G

# machine_disk RELEASE [KERNEL] initramfs-tools|dracut: sets MACHINE_DISK, KERNEL_ROOT and
# KERNEL_RELEASE. Without KERNEL the machine has the release's own kernel, by its metapackages.
machine_disk() {
	local release=$1 kernel=$2 tool=$3 name suites packages
	read -ra suites <<< "${MACHINE_SUITES[$release]}"
	packages=("${MACHINE_PACKAGES[@]}" "$tool")
	[[ ! $SECURE_BOOT ]] || packages+=("${SECURE_BOOT_PACKAGES[@]}")
	machine_kernel "$kernel"
	name=machine-$release-$(key "${suites[@]}" "${packages[@]}")
	KERNEL_ROOT=$BUILD/root/$name
	cached "$KERNEL_ROOT" make_machine_root "Debian $release with $tool" "$tool" "${suites[*]}" "${packages[@]}"
	KERNEL_RELEASE=$(basename "$KERNEL_ROOT"/lib/modules/*)
	MACHINE_DISK=$BUILD/image/$name-$(key "$(cd "$REPO/lab" && key_of_files disk/* lib/disk.sh)" \
		"${SECURE_BOOT:+$FIRMWARE}" "${INSTALLED:+$DEBS}").ext4
	cached "$MACHINE_DISK" make_disk "$KERNEL_ROOT"
}

# machine_kernel [KERNEL]: adds the kernel's packages and suites to packages and suites.
machine_kernel() {
	local image version more
	if [[ ! $1 ]]; then
		packages+=(linux-image-amd64 linux-headers-amd64)
		return
	fi
	more=$(kernel_in_archive "$1" 1440) || exit
	read -r image version <<< "$more"
	packages+=("$image=$version" "${image/image/headers}=$version")
	read -ra more <<< "$(kernel_suites "$1")"
	mapfile -t suites < <(printf '%s\n' "${suites[@]}" "${more[@]}" | awk '!seen[$0]++')
}

# make_machine_root NEW WHAT TOOL "SUITE..." PACKAGE...
make_machine_root() {
	local new=$1 what=$2 tool=$3 release
	shift 3
	make_root "$new" "$what" "$@"
	release=$(basename "$new"/lib/modules/*)
	say "making the initramfs of $what"
	case $tool in
	initramfs-tools) in_root "$new" update-initramfs -c -k "$release" ;;
	# --no-hostonly, because the host's hardware is not the machine's.
	dracut) in_root "$new" dracut --quiet --force --no-hostonly "/boot/initrd.img-$release" "$release" ;;
	esac > "$new.log" 2>&1 || { cat "$new.log" >&2; die "$tool failed: see above"; }
	rm -f "$new.log"
}

# place_lab ROOT: adds the services that start SCRIPT, the network's configuration and apt's settings.
place_lab() {
	local root=$1 disk=$REPO/lab/disk unit
	install -m 644 "$disk"/lab.service "$disk"/lab-cpu.service "$root/etc/systemd/system/"
	install -D -m 755 "$disk/lab-start" "$root/usr/local/lib/lab-start"
	apt_fetch_options > "$root/etc/apt/apt.conf.d/99lab"
	printf 'lab\n' > "$root/etc/hostname"
	printf '127.0.0.1 localhost lab\n' > "$root/etc/hosts"
	printf 'nameserver 10.0.2.3\n' > "$root/etc/resolv.conf"
	mkdir -p "$root/var/log/journal"
	ln -s /lab/packages "$root/packages"
	in_root "$root" systemd-machine-id-setup > /dev/null 2>&1
	in_root "$root" systemctl --quiet enable lab.service lab-cpu.service
	in_root "$root" systemctl --quiet set-default multi-user.target
	# A getty would hang up the console while SCRIPT writes to it; the timers would compete
	# with SCRIPT for apt's lock and the processors.
	for unit in serial-getty@ttyS0.service \
		apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
		ndctl-monitor.service; do
		in_root "$root" systemctl --quiet mask "$unit"
	done
}

# make_disk NEW ROOT
make_disk() {
	local new=$1 tree=$1.tree
	say "making a disk of $(basename "$2")"
	cp -a --reflink=auto "$2" "$tree"
	place_lab "$tree"
	[[ ! $SECURE_BOOT ]] || place_key "$tree"
	[[ ! $INSTALLED ]] || install_debs "$tree"
	mke2fs -q -t ext4 -L root -d "$tree" "$new" "$DISK_SIZE"
	rm -r "$tree"
}

# install_debs ROOT: installs the packages in ROOT, which is faster than in the emulated machine.
install_debs() {
	mkdir "$1/tmp/packages"
	cp "$DEBS"/*.deb "$1/tmp/packages/"
	in_root "$1" sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y /tmp/packages/*.deb' > "$1.log" 2>&1 ||
		{ cat "$1.log" >&2; die "the packages could not be installed: see above"; }
	rm -r "$1.log" "$1/tmp/packages"
}

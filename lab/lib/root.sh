# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes the root directories that the lab needs: one for each kernel (its files, its headers, its
# compiler) and one that becomes the userland of every guest.

USERLAND_SUITES=(bookworm bookworm-security)
USERLAND_PACKAGES=(bash bc bsdextrautils busybox-static coreutils daxctl
	findutils gawk grep hostname iproute2 jq kmod libeconf0 mawk mount ndctl numactl procps sed strace
	stress-ng udev util-linux xxd xz-utils)
CRASH_PACKAGES=(kdump-tools kexec-tools makedumpfile)
BUILD_PACKAGES=(dwarves gcc kmod libc6-dev make xz-utils)

# kernel_root NAME: sets KERNEL_ROOT, KERNEL_VERSION (the package's) and KERNEL_RELEASE (the name
# in /lib/modules). The lab looks for a newer version in the archive once a day, and before it makes
# a root.
kernel_root() {
	local minutes=1440
	[[ ! ${LAB_UPDATE-} ]] || minutes=10
	describe_kernel_root "$1" "$minutes"
	[[ -e $KERNEL_ROOT ]] || describe_kernel_root "$1" 10
	cached "$KERNEL_ROOT" make_kernel_root "$1"
	KERNEL_RELEASE=$(basename "$KERNEL_ROOT"/lib/modules/*)
}

describe_kernel_root() {
	local name=$1 kernel image suites build
	kernel=$(kernel_in_archive "$name" "$2") || exit
	read -r image KERNEL_VERSION <<< "$kernel"
	read -ra suites <<< "$(kernel_suites "$name")"
	if kernel_is_built "$name"; then
		build=$(build_key "$name") || exit
		KERNEL_RECIPE=("${suites[*]}" "$(source_package "$name")=$KERNEL_VERSION"
			"${SOURCE_PACKAGES[@]}" "${BUILD_PACKAGES[@]}")
		KERNEL_ROOT=$BUILD/root/$name-$KERNEL_VERSION-$(key "$build" "${KERNEL_RECIPE[@]}")
	else
		KERNEL_RECIPE=("${suites[*]}" "$image=$KERNEL_VERSION"
			"${image/image/headers}=$KERNEL_VERSION" "${BUILD_PACKAGES[@]}")
		KERNEL_ROOT=$BUILD/root/linux-$KERNEL_VERSION-$(key "$name" "${KERNEL_RECIPE[@]}")
	fi
}

make_kernel_root() {
	local new=$1 name=$2
	make_root "$new" "Linux $KERNEL_VERSION with compiler" "${KERNEL_RECIPE[@]}"
	! kernel_is_built "$name" || build_kernel "$new" "$name"
}

# userland_root [NAME]: sets USERLAND_ROOT. With NAME it has the tools for crash dumps of that kernel,
# from the kernel's own release, because older tools may not know the kernel.
userland_root() {
	local what='userland of the guests' suites=("${USERLAND_SUITES[@]}") packages=("${USERLAND_PACKAGES[@]}")
	if (($#)); then
		what="userland for crash dumps of $1"
		read -ra suites <<< "$(kernel_suites "$1")"
		packages+=("${CRASH_PACKAGES[@]}")
	fi
	USERLAND_ROOT=$BUILD/root/userland-$(key "${suites[@]}" "${packages[@]}")
	cached "$USERLAND_ROOT" make_root "$what" "${suites[*]}" "${packages[@]}"
}

# make_root PATH WHAT "SUITE..." PACKAGE...
make_root() {
	local path=$1 what=$2 suites archives=$BUILD/apt/archives options sources preferences log
	read -ra suites <<< "$3"
	shift 3
	mkdir -p "$archives"
	options=$(dirname "$path")/apt.conf
	sources=$(dirname "$path")/sources.list
	preferences=$(dirname "$path")/preferences
	log=$(dirname "$path")/log
	apt_fetch_options > "$options"
	apt_sources "${suites[@]}" > "$sources" || exit
	printf 'Package: linux-*\nPin: version *\nPin-Priority: 990\n' > "$preferences"
	say "making a root: $what (a minute or so)"
	INITRD=No mmdebstrap --variant=apt --format=directory \
		--include="$(IFS=,; echo "$*")" \
		--keyring="$KEYRING" --aptopt="$options" \
		--dpkgopt=force-unsafe-io --dpkgopt=path-exclude=/usr/share/doc/* \
		--dpkgopt=path-exclude=/usr/share/man/* --dpkgopt=path-exclude=/usr/share/locale/* \
		--skip=download/empty,essential/unlink,cleanup/apt/cache \
		--setup-hook="cp '$preferences' \"\$1/etc/apt/preferences.d/newest-linux\"" \
		--setup-hook="mkdir -p \"\$1/var/cache/apt/archives\"; find '$archives' -name '*.deb' -exec ln -t \"\$1/var/cache/apt/archives\" {} +" \
		--customize-hook="find \"\$1/var/cache/apt/archives\" -maxdepth 1 -name '*.deb' -exec ln -ft '$archives' {} + ; rm -f \"\$1\"/var/cache/apt/archives/*.deb" \
		"" "$path" "$sources" > "$log" 2>&1 || {
		cat "$log" >&2
		die "mmdebstrap could not make a root: $what: see above"
	}
	rm -f "$options" "$sources" "$preferences" "$log"
}

# in_root ROOT COMMAND...: runs COMMAND in ROOT with a /proc, which objtool of newer kernels reads, and
# with the directory ROOT_MNT, if it is set, as /mnt, in a mount namespace of its own.
in_root() {
	# shellcheck disable=SC2016 # the inner shell expands it
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 MNT="${ROOT_MNT-}" \
		unshare --mount sh -c '
			mount -t proc proc "$1/proc" || exit
			[ ! "$MNT" ] || mount --bind "$MNT" "$1/mnt" || exit
			exec chroot "$@"' sh "$@"
}

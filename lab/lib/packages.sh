# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The packages that the host needs from its own distribution.

VM_PACKAGES=(qemu-system-x86 mmdebstrap debian-archive-keyring erofs-utils
	cpio kmod jq xz-utils zstd)
CHECK_PACKAGES=("${VM_PACKAGES[@]}" gcc libc6-dev make libcmocka-dev
	pkg-config shellcheck meson ninja-build libkmod-dev libudev-dev libjson-c-dev
	libsmartcols-dev libeconf-dev spin)

# need_packages PACKAGE...: installs the missing packages. If the user is not root, prints the apt-get
# command that installs them, and exits.
need_packages() {
	local missing
	mapfile -t missing < <(missing_packages "$@")
	((${#missing[@]})) || return 0
	say "packages needed from the distribution: ${missing[*]}"
	((EUID == 0)) || die "not root; please run: sudo apt-get install --no-install-recommends ${missing[*]}"
	install_packages "${missing[@]}"
}

missing_packages() {
	comm -23 <(printf '%s\n' "$@" | sort -u) <(installed_packages "$@" | sort -u)
}

installed_packages() {
	{ dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2> /dev/null || true; } |
		sed -n 's/^installed //p'
}

install_packages() {
	apt_install "$@" && return
	say "that failed; trying again with fresh package lists"
	apt-get update >&2 || die "apt-get update failed: see above"
	apt_install "$@" || die "apt-get could not install ${*}: see above"
}

# Waits while another process holds dpkg's lock, which may be another command of the lab.
apt_install() {
	DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
		install -y --no-install-recommends "$@" >&2
}

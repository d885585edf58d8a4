# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Gets programs that are newer than those of the host and of the guests' userland: each set in a
# root of its own, from a newer suite.

QEMU_SUITES=(trixie trixie-security)
TOOLS_SUITES=(sid)
TOOLS_PACKAGES=(bash coreutils cxl daxctl grep jq kmod ndctl sed util-linux)

# qemu_for_cxl: sets QEMU to one that can emulate CXL with volatile memory: the host's own from 8.1
# on, else Debian 13's.
qemu_for_cxl() {
	local root lib
	! has_volatile_cxl || return 0
	root=$BUILD/root/qemu-$(key "${QEMU_SUITES[@]}")
	newer_root "$root" "a newer QEMU" "${QEMU_SUITES[*]}" qemu-system-x86
	lib=$root/usr/lib/x86_64-linux-gnu
	QEMU=(env "QEMU_MODULE_DIR=$lib/qemu" "$root/lib64/ld-linux-x86-64.so.2" --library-path "$lib"
		"$root/usr/bin/qemu-system-x86_64" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios")
	has_volatile_cxl || die "the QEMU in $root cannot emulate volatile CXL memory"
}

has_volatile_cxl() { "${QEMU[@]}" -device cxl-type3,help 2> /dev/null | grep -q volatile-memdev; }

# newer_tools: sets TOOLS_IMAGE to an image of the tools, which guests mount at /newer.
newer_tools() {
	local root
	root=$BUILD/root/tools-$(key "${TOOLS_SUITES[@]}" "${TOOLS_PACKAGES[@]}")
	newer_root "$root" "the newest daxctl, cxl and ndctl" "${TOOLS_SUITES[*]}" "${TOOLS_PACKAGES[@]}"
	TOOLS_IMAGE=$BUILD/image/$(basename "$root")-$(script_key image.sh).erofs
	cached "$TOOLS_IMAGE" make_erofs "$root"
}

# newer_root PATH WHAT "SUITE..." PACKAGE...: makes the root, or skips the run that needs it.
newer_root() {
	local path=$1
	shift
	apart cached "$path" make_root "$@" || die_with "$EXIT_SKIP" "$1: could not be installed"
}

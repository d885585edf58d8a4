# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The build finds the BTF of a kernel that is not running wherever distributions put the kernel, never
# uses another kernel's BTF, and names a missing tool.
set -euo pipefail
. tests/guest/lib.sh

type gcc objcopy readelf xz zstd gzip > /dev/null 2>&1 || skip_all "gcc, binutils, xz, zstd or gzip is not installed"

FIND=$(find kernel -name find-btf)
CHECK=$(find kernel -name check-tools)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
RELEASE=6.6.6-test

# make_vmlinux FILE RELEASE [without]: makes an ELF file that contains RELEASE, with or without BTF.
make_vmlinux() {
	printf 'const char banner[] = "Linux version %s (made up)";\n' "$2" | gcc -c -x c -o "$1" -
	printf 'BTF of %s' "$2" > "$WORK/btf"
	[[ ${3-} ]] || objcopy --add-section .BTF="$WORK/btf" "$1"
}

# make_image FILE VMLINUX COMPRESSOR...: makes an image with the compressed kernel between other bytes.
make_image() {
	{ head -c 3000 /dev/zero; "${@:3}" < "$2"; head -c 500 /dev/zero; } > "$1"
}

# tree PATH: makes a new machine with headers, and PATH's directory; sets ROOT, KDIR, AT.
tree() {
	ROOT=$WORK/root KDIR=$WORK/kdir AT=$WORK/root$1
	rm -rf "$ROOT" "$KDIR" "$WORK/script"
	mkdir -p "$ROOT" "$KDIR/include/generated" "$(dirname "$AT")" "$WORK/script"
	printf '#define UTS_RELEASE "%s"\n' "$RELEASE" > "$KDIR/include/generated/utsrelease.h"
	cp "$FIND" "$WORK/script/find-btf"
}

# find_btf: sets FOUND to the file or to the message.
find_btf() { FOUND=$(SYSROOT=$ROOT RUNNING=${RUNNING-none} "$WORK/script/find-btf" "$KDIR" 2>&1) || true; }

# finds WHAT PATH: find-btf finds PATH, which contains the BTF of the kernel.
finds() {
	find_btf
	is "$1: found" "$FOUND" "$2"
	[[ ! -e $FOUND ]] || is "$1: the BTF of that kernel" "$(objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc "$FOUND" /dev/stdout)" "BTF of $RELEASE"
}

make_vmlinux "$WORK/vmlinux" "$RELEASE"
make_vmlinux "$WORK/other" 6.6.7-other
make_vmlinux "$WORK/bare" "$RELEASE" without

tree /nothing
cp "$WORK/vmlinux" "$KDIR/vmlinux"
finds "a header package's vmlinux" "$KDIR/vmlinux"

tree /boot/vmlinuz-$RELEASE
cp "$WORK/bare" "$KDIR/vmlinux"
make_image "$AT" "$WORK/vmlinux" xz -c --check=crc32
finds "a build directory whose vmlinux has no BTF, and /boot" "$WORK/script/vmlinux-$RELEASE"

tree /sys/kernel/btf/vmlinux
cp "$WORK/btf" "$AT"
RUNNING=$RELEASE find_btf
is "the running kernel's" "$FOUND" "$AT"
RUNNING=6.6.7-other find_btf
ok "BTF of another running kernel is not used" test "$FOUND" != "$AT"

for path in /usr/lib/debug/boot/vmlinux-$RELEASE /usr/lib/debug/lib/modules/$RELEASE/vmlinux \
	/usr/lib/modules/$RELEASE/vmlinux /boot/vmlinux-$RELEASE; do
	tree "$path"
	cp "$WORK/vmlinux" "$AT"
	finds "$path" "$AT"
done

ID=0123456789abcdef0123456789abcdef
for path in /boot/vmlinuz-$RELEASE /lib/modules/$RELEASE/vmlinuz /usr/lib/modules/$RELEASE/vmlinuz \
	/boot/kernel-$RELEASE /boot/kernel-genkernel-x86_64-$RELEASE /boot/$ID/$RELEASE/linux \
	/efi/$ID/$RELEASE/linux /boot/efi/$ID/$RELEASE/linux /efi/EFI/Linux/$ID-$RELEASE.efi \
	/boot/vmlinuz-linux; do
	tree "$path"
	make_image "$AT" "$WORK/vmlinux" zstd -qc
	finds "$path" "$WORK/script/vmlinux-$RELEASE"
done
for suffix in xz:xz zst:zstd gz:gzip; do
	tree "/boot/vmlinux-$RELEASE.${suffix%:*}"
	"${suffix#*:}" -c < "$WORK/vmlinux" > "$AT"
	finds "/boot/vmlinux-RELEASE.${suffix%:*}" "$WORK/script/vmlinux-$RELEASE"
done

tree /nothing
mkdir -p "$KDIR/arch/x86/boot"
make_image "$KDIR/arch/x86/boot/bzImage" "$WORK/vmlinux" gzip -c
finds "a build directory's image" "$WORK/script/vmlinux-$RELEASE"

tree /boot/vmlinuz-linux
make_image "$AT" "$WORK/other" zstd -qc
find_btf
ok "an image of another release is not used" grep -q "no BTF of Linux $RELEASE in" <<< "$FOUND"

tree /boot/vmlinuz-$RELEASE
make_image "$AT" "$WORK/bare" zstd -qc
find_btf
ok "a kernel without BTF: the message names CONFIG_DEBUG_INFO_BTF" grep -q CONFIG_DEBUG_INFO_BTF <<< "$FOUND"
is "no incomplete file is left" "$(ls "$WORK/script")" find-btf

tree /nothing
find_btf
ok "no kernel found: the message says how to name a file" grep -q 'make BTF=FILE' <<< "$FOUND"
rm -r "$KDIR/include"
find_btf
ok "missing headers are named" grep -q 'linux-headers' <<< "$FOUND"

# A kernel image may be compressed by any of these programs; gzip is on every machine.
mapfile -t programs < <(sed -nE 's/.*for format in (.*); do/\1/p' "$FIND" | grep -oE '[a-z0-9]+ -dc' | cut -d ' ' -f 1)
ok "there are programs to look for" test "${#programs[@]}" -ge 4
for program in "${programs[@]}"; do
	[[ $program != gzip ]] || continue
	ok "the Debian package of the driver depends on $program" \
		grep -qE "^ $program(-utils)?,$" <(sed -n '/^Package: daxplug-dkms$/,/^$/p' debian/control)
	ok "the RPM package of the driver depends on $program" \
		grep -qE "^Requires: +$program$" <(sed -n '/^%package dkms$/,/^%description/p' packaging/daxplug.spec)
done

# compiler_without HEADER: a compiler that does not find HEADER.
compiler_without() {
	printf '#!/bin/sh\n! grep -q "<%s>"\n' "$1" > "$WORK/cc"
	chmod +x "$WORK/cc"
	printf '%s\n' "$WORK/cc"
}
check_tools() { HOSTCC=$1 "$CHECK" "$KDIR" 2>&1; }
mkdir -p "$KDIR/include/config"
ok "nothing is missing" check_tools "$(compiler_without none.h)"
echo CONFIG_OBJTOOL=y > "$KDIR/include/config/auto.conf"
ok "a missing compiler is named" grep -q 'compiler no-such-cc is missing' <(check_tools no-such-cc)
ok "missing headers of the C library are named" grep -q libc6-dev <(check_tools "$(compiler_without elf.h)")
ok "missing headers of libelf are named" grep -q libelf-dev <(check_tools "$(compiler_without gelf.h)")
echo CONFIG_CC_IS_CLANG=y > "$KDIR/include/config/auto.conf"
ok "a kernel built by clang is named" grep -q LLVM=1 <(check_tools "$(compiler_without none.h)")
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The kernel packages' hooks build the driver where the installed one is missing, old or for another
# kernel, and never fail: a failed build leaves the installed driver in place, and prints a line to
# standard error and to the log. A removal leaves no driver, in an initramfs either. Runs on a fake
# machine.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/machine.sh

fake dkms << 'END'
[ -d "${TMPDIR:-/tmp}" ] || exit 1
[ "$1" != build ] || [ -z "${PROBLEM-}" ] || { echo "$PROBLEM"; exit 10; }
END
# DRIVER is the file that modprobe would load; it contains its version and fingerprint.
fake modinfo << 'END'
case "$*" in
*' -F filename daxplug_kmem') [ "${DRIVER-}" ] && echo "$DRIVER" ;;
'-F version '*) cut -d ' ' -f 1 "$3" ;;
'-F dax_btf '*) cut -d ' ' -f 2 "$3" ;;
esac
END
fake depmod < /dev/null
fake logger < /dev/null
fake update-initramfs << 'END'
[ -z "${FULL-}" ]
END
fake lsinitramfs << 'END'
[ -z "${BROKEN-}" ] || { echo 'no cpio archive'; exit 1; }
cat "$1"
END
cat > "$WORK/usr/lib/daxplug/dax-layout" << 'END'
#!/bin/sh
echo "#define DAX_LAYOUT_BTF \"$(cat "$1")\""
END
chmod +x "$WORK/usr/lib/daxplug/dax-layout"
MODULES=$WORK/usr/lib/modules
mkdir -p "$WORK/usr/src/daxplug-0.1.0" "$MODULES"/{6.12.0,5.10.0}/build/include "$MODULES"/6.13.0/{kernel,updates/dkms}
: > "$WORK/usr/src/daxplug-0.1.0/dkms.conf"
echo 1111 > "$MODULES/6.12.0/build/vmlinux"
echo kernel/drivers/dax/kmem.ko.xz > "$WORK/boot/initrd.img-6.12.0"
become_machine
mkdir -p "$WORK/lib/dkms/daxplug"
mount --bind "$WORK/lib" /var/lib
mount --bind "$MODULES" /usr/lib/modules

# run VARIABLE=VALUE... -- COMMAND...: sets STATUS and SAID.
run() {
	local variables=()
	while [[ $1 != -- ]]; do variables+=("$1"); shift; done
	: > "$WORK/calls"
	STATUS=0
	SAID=$(env "${variables[@]}" sh "${@:2}" 2>&1) || STATUS=$?
}

dkms_calls() { grep '^dkms' "$WORK/calls" || true; }
BUILT='dkms build -m daxplug -v 0.1.0 -k 6.12.0 --force
dkms install -m daxplug -v 0.1.0 -k 6.12.0 --force'

for hook in "packaging/kernel/postinst 6.12.0" "packaging/kernel/install add 6.12.0"; do
	read -ra command <<< "$hook"
	run -- "${command[@]}"
	is "$hook: status" "$STATUS" 0
	is "$hook: the driver is built, then installed" "$(dkms_calls)" "$BUILT"
	is "$hook: an initramfs with kmem is rebuilt" "$(called 'update-initramfs -u -k 6.12.0')" 1
	run PROBLEM='error: no such function' -- "${command[@]}"
	is "$hook, a build that fails: status" "$STATUS" 0
	is "$hook, a build that fails: nothing is installed" "$(called 'dkms install')" 0
	ok "$hook, a build that fails: the compiler's message" grep -q 'no such function' <<< "$SAID"
	ok "$hook, a build that fails: the message names the driver that will be used" grep -q 'Linux 6.12.0, which will use its own kmem' <<< "$SAID"
	is "$hook, a build that fails: the log has it as an error" "$(called 'logger -t daxplug -p daemon.err could not build the driver for Linux 6.12.0')" 1
	is "$hook, a build that fails: the initramfs is not rebuilt" "$(called update-initramfs)" 0
	run FULL=1 -- "${command[@]}"
	is "$hook, an initramfs that cannot be rebuilt: status" "$STATUS" 0
	ok "$hook, an initramfs that cannot be rebuilt: the message says so, and names the command to run" \
		grep -q "could not rebuild the initramfs of Linux 6.12.0 .*: run update-initramfs -u -k 6.12.0" <<< "$SAID"
	run BROKEN=1 -- "${command[@]}"
	is "$hook, an initramfs that cannot be read: status" "$STATUS" 0
	ok "$hook, an initramfs that cannot be read: the message says why" \
		grep -q 'cannot tell whether /boot/initrd.img-6.12.0 holds kmem.ko: no cpio archive' <<< "$SAID"
done
run -- packaging/kernel/install remove 6.12.0
is "a removed kernel: nothing is run" "$STATUS $(called dkms)" "0 0"
run -- packaging/kernel/postinst 6.13.0
is "a kernel without headers: status" "$STATUS" 0
ok "a kernel without headers: the message says so" grep -q 'headers of Linux 6.13.0 are not installed' <<< "$SAID"
run -- packaging/kernel/postinst 5.10.0
is "a kernel that is too old: nothing is built" "$STATUS $(called 'dkms install')" "0 0"

driver=$WORK/daxplug_kmem.ko
run DRIVER="$driver" -- packaging/kernel/postinst 6.12.0
is "the installed file is gone: the driver is built" "$(dkms_calls)" "$BUILT"
run DRIVER="$driver" PROBLEM=error -- packaging/kernel/postinst 6.12.0
ok "the installed file is gone, and the build fails: the kernel will use its own" grep -q 'which will use its own kmem' <<< "$SAID"
echo 0.1.0 1111 > "$driver"
run DRIVER="$driver" -- packaging/kernel/postinst 6.12.0
is "installed already: nothing is built" "$STATUS $(called dkms)" "0 0"
run DRIVER="$driver" -- packaging/build-driver --force 6.12.0
is "--force: the driver is built" "$(dkms_calls)" "$BUILT"
rm "$MODULES/6.12.0/build/vmlinux"
run DRIVER="$driver" -- packaging/kernel/postinst 6.12.0
is "the kernel's BTF is in its image only: nothing is built" "$STATUS $(called dkms)" "0 0"
echo 2222 > "$MODULES/6.12.0/build/vmlinux"
run DRIVER="$driver" -- packaging/kernel/postinst 6.12.0
is "another kernel of the same release: the driver is built" "$(dkms_calls)" "$BUILT"
run DRIVER="$driver" PROBLEM=error -- packaging/kernel/postinst 6.12.0
ok "a build that fails beside an installed driver: the message names that driver" grep -q 'Linux 6.12.0, which keeps the driver that it has' <<< "$SAID"
echo 0.0.9 2222 > "$driver"
run DRIVER="$driver" -- packaging/kernel/postinst 6.12.0
is "another version is installed: the driver is built" "$(dkms_calls)" "$BUILT"
run -- packaging/build-driver
is "without a release: each kernel with headers that is new enough" "$(dkms_calls)" "$BUILT"
run TMPDIR=/nonexistent -- packaging/kernel/postinst 6.12.0
is "TMPDIR does not exist: the driver is built" "$(dkms_calls)" "$BUILT"

# An upgrade to 0.1.0 has removed the source of 0.0.9; Linux 6.13.0 still has its driver.
tree=/var/lib/dkms/daxplug
mkdir -p "$tree"/{0.0.9/6.13.0/x86_64,0.1.0}
ln -s /usr/src/daxplug-0.0.9 "$tree/0.0.9/source"
ln -s /usr/src/daxplug-0.1.0 "$tree/0.1.0/source"
ln -s 0.0.9/6.13.0/x86_64 "$tree/kernel-6.13.0-x86_64"
: > "$MODULES/6.13.0/updates/dkms/daxplug_kmem.ko.xz"
run -- packaging/build-driver
is "after an upgrade: DKMS knows the new version only" "$(cd "$tree" && echo ?.*)" 0.1.0
ok "after an upgrade: a kernel without a new driver has the old one" test -e "$MODULES/6.13.0/updates/dkms/daxplug_kmem.ko.xz"

mkdir "$MODULES/6.15.0"
echo updates/dkms/daxplug_kmem.ko.xz > "$WORK/boot/initrd.img-6.15.0"
rm -r "$tree/0.1.0"
run -- packaging/remove-driver 0.1.0
is "removal: status" "$STATUS" 0
is "removal: DKMS removes the version" "$(called 'dkms remove -m daxplug -v 0.1.0 --all')" 1
ok "removal: the old version's driver is gone" test ! -e "$MODULES/6.13.0/updates/dkms/daxplug_kmem.ko.xz"
is "removal: modprobe no longer finds it" "$(called 'depmod 6.13.0')" 1
ok "removal: no record is left" test ! -e "$tree"
is "removal: an initramfs with the driver is rebuilt, no other" "$(grep '^update-initramfs' "$WORK/calls")" "update-initramfs -u -k 6.15.0"
done_testing

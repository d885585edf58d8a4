# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The kernel packages' hooks build the driver and never fail: a failed build prints a line to standard
# error and to the log. Runs on a fake machine.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/machine.sh

fake dkms << 'END'
case "$1" in
status) [ "${INSTALLED-}" ] && echo 'daxplug/0.1.0, 6.12.0, x86_64: installed' ;;
install) [ -z "${PROBLEM-}" ] || { echo "$PROBLEM"; exit 10; } ;;
esac
exit 0
END
fake logger < /dev/null
fake update-initramfs << 'END'
[ -z "${FULL-}" ]
END
fake lsinitramfs << 'END'
cat "$1"
END
mkdir -p "$WORK/usr/src/daxplug-0.1.0" "$WORK"/usr/lib/modules/{6.12.0,5.10.0}/build/include "$WORK/usr/lib/modules/6.13.0"
: > "$WORK/usr/src/daxplug-0.1.0/dkms.conf"
echo kernel/drivers/dax/kmem.ko.xz > "$WORK/boot/initrd.img-6.12.0"
become_machine

# run VARIABLE=VALUE... -- COMMAND...: sets STATUS and SAID.
run() {
	local variables=()
	while [[ $1 != -- ]]; do variables+=("$1"); shift; done
	: > "$WORK/calls"
	STATUS=0
	SAID=$(env "${variables[@]}" sh "${@:2}" 2>&1) || STATUS=$?
}

for hook in "packaging/kernel/postinst 6.12.0" "packaging/kernel/install add 6.12.0"; do
	read -ra command <<< "$hook"
	run -- "${command[@]}"
	is "$hook: status" "$STATUS" 0
	is "$hook: the driver is built" "$(called 'dkms install -m daxplug -v 0.1.0 -k 6.12.0')" 1
	is "$hook: an initramfs with kmem is rebuilt" "$(called 'update-initramfs -u -k 6.12.0')" 1
	run PROBLEM='error: no such function' -- "${command[@]}"
	is "$hook, a build that fails: status" "$STATUS" 0
	ok "$hook, a build that fails: the compiler's message" grep -q 'no such function' <<< "$SAID"
	ok "$hook, a build that fails: the message names the driver that will be used" grep -q 'Linux 6.12.0, which will use its own kmem' <<< "$SAID"
	is "$hook, a build that fails: the log has it as an error" "$(called 'logger -t daxplug -p daemon.err could not build the driver for Linux 6.12.0')" 1
	is "$hook, a build that fails: the initramfs is not rebuilt" "$(called update-initramfs)" 0
	run FULL=1 -- "${command[@]}"
	is "$hook, an initramfs that cannot be rebuilt: status" "$STATUS" 0
	ok "$hook, an initramfs that cannot be rebuilt: the message says so" grep -q "could not rebuild the initramfs of Linux 6.12.0" <<< "$SAID"
done
run -- packaging/kernel/install remove 6.12.0
is "a removed kernel: nothing is run" "$STATUS $(called dkms)" "0 0"
run -- packaging/kernel/postinst 6.13.0
is "a kernel without headers: status" "$STATUS" 0
ok "a kernel without headers: the message says so" grep -q 'headers of Linux 6.13.0 are not installed' <<< "$SAID"
run -- packaging/kernel/postinst 5.10.0
is "a kernel that is too old: nothing is built" "$STATUS $(called 'dkms install')" "0 0"
run INSTALLED=1 -- packaging/kernel/postinst 6.12.0
is "built already: nothing is built" "$STATUS $(called 'dkms install')" "0 0"
run -- packaging/build-driver
is "without a release: each kernel with headers that is new enough" "$(grep '^dkms install' "$WORK/calls")" "dkms install -m daxplug -v 0.1.0 -k 6.12.0"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# takeover checks that the new module can be loaded before it unloads anything: it finds each fault
# while the kernel's own driver is still loaded. Runs on a fake machine.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/machine.sh
RELEASE=$(uname -r)

# The fields of the installed file; with an empty VERMAGIC no file is installed.
fake modinfo << 'END'
case "$*" in
*filename*) [ "${VERMAGIC-}" ] && echo /lib/modules/daxplug_kmem.ko ;;
*vermagic*) echo "$VERMAGIC SMP" ;;
*dax_btf*) echo "$BUILT_BTF" ;;
*srcversion*) echo "$SRCVERSION" ;;
*parm*) printf '%s\n' 'default_state:text' 'guard:text (bool)' ;;
esac
END
fake insmod << 'END'
[ "$*" = /lib/modules/daxplug_kmem.ko ] || ANSWER="$*: No such file or directory"
if [ ! -e /sys/module/kmem ] && [ -z "${DAMAGED-}" ]; then
	mkdir -p /sys/module/kmem && echo 2.0 > /sys/module/kmem/version
	exit
fi
echo "insmod: ERROR: could not insert module: $ANSWER" >&2
exit 1
END
fake modprobe << 'END'
case "$*" in
--showconfig) printf '%s\n' 'options other x=1' "$OPTIONS" ;;
'--show-depends kmem') echo "install $RULE" ;;
'--show-depends daxplug_kmem') echo "$LOADS " ;;
kmem) # the rule, if the driver refuses its options
	if [ "${REFUSES-}" ]; then
		mkdir -p /sys/module/kmem /run/daxplug
		echo "daxplug: its kmem driver is not in use: $REFUSES; the kernel's own kmem is loaded instead" > /run/daxplug/fallback
		exit
	fi
	mkdir -p /sys/module/kmem && echo 2.0 > /sys/module/kmem/version ;;
esac
END
fake rmmod << 'END'
[ -z "${BUSY-}" ] || { echo 'rmmod: ERROR: Module kmem is in use' >&2; exit 1; }
rm -r /sys/module/kmem
END
make -s install-programs DESTDIR="$WORK"
printf '#!/bin/sh\necho "#define DAX_LAYOUT_BTF \\"abc\\""\n' > "$WORK/usr/lib/daxplug/dax-layout"
chmod +x "$WORK/usr/lib/daxplug/dax-layout"
: > "$WORK/usr/lib/modules/daxplug_kmem.ko"
mkdir -p "$WORK"/sys/{bus/dax/drivers/kmem,kernel/btf,devices/system/memory}
echo online > "$WORK/sys/devices/system/memory/auto_online_blocks"
become_machine

# start DRIVER [VARIABLE=VALUE...]: runs takeover on a machine with that driver and only the faults
# that the variables make; sets STATUS and SAID.
start() {
	local driver=$1
	rm -rf /sys/module/kmem
	: > "$WORK/calls"
	mkdir -p /sys/module/kmem
	[[ $driver == stock ]] || { echo 1.0 > /sys/module/kmem/version; echo old > /sys/module/kmem/srcversion; }
	STATUS=0
	SAID=$(env VERMAGIC="$RELEASE" BUILT_BTF=abc SRCVERSION=new OPTIONS='options kmem default_state=any=online' \
		ANSWER='File exists' RULE='[ -x /usr/lib/daxplug/load-kmem ] && /usr/lib/daxplug/load-kmem' \
		LOADS='insmod /lib/modules/daxplug_kmem.ko' "${@:2}" sh /usr/lib/daxplug/takeover 2>&1) || STATUS=$?
}

# refuses WHAT TEXT VARIABLE=VALUE...
refuses() {
	start stock "${@:3}"
	is "$1: refused" "$STATUS" 1
	ok "$1: the message" grep -q -- "$2" <<< "$SAID"
	is "$1: nothing is unloaded" "$(called rmmod)" 0
	is "$1: nothing is loaded" "$(called 'modprobe kmem')" 0
}

start stock
is "no fault: status" "$STATUS" 0
is "no fault: the kernel's own is unloaded" "$(called rmmod)" 1
ok "no fault: the message names the driver in use" grep -q "daxplug's driver, version 2.0, is in use" <<< "$SAID"

refuses "not built" "is not built for Linux $RELEASE" VERMAGIC=
refuses "built for another release" "is built for Linux 1.2.3" VERMAGIC=1.2.3
refuses "another BTF" "its BTF is def, the running kernel's abc" BUILT_BTF=def
refuses "a signature that is not trusted" "refuses the signature" ANSWER='Key was rejected by service'
refuses "lockdown" "refuses the signature" ANSWER='Operation not permitted'
refuses "another refusal" "Invalid module format" ANSWER='Invalid module format'
refuses "an unknown option" "speed=9: the driver has no such option" OPTIONS='options kmem speed=9'
refuses "a misspelt fallback" "fallback=non: must be stock or none" OPTIONS='options kmem fallback=non'
mkdir "$WORK/sysctl"
refuses "a default_state that is no list" "default_state=nonsense: 'nonsense': it is not SELECTOR=STATE" \
	OPTIONS='options kmem default_state=nonsense'
refuses "a wrong state in a quoted list" "'pmem=away': its state is not one of" OPTIONS='options kmem default_state="any=online pmem=away"'
refuses "a guard that is no switch" "guard=maybe: must be 0 or 1" OPTIONS='options daxplug_kmem guard=maybe'
refuses "another rule for kmem" "would not run /usr/lib/daxplug/load-kmem" RULE=/bin/true
refuses "another rule for the driver" "would not load /lib/modules/daxplug_kmem.ko" LOADS='install /bin/true'
refuses "another file of the driver" "would not load /lib/modules/daxplug_kmem.ko" LOADS='insmod /lib/modules/other/daxplug_kmem.ko'
echo 1 > "$WORK/sysctl/modules_disabled"
mount --bind "$WORK/sysctl" /proc/sys/kernel
refuses "no more modules" "kernel.modules_disabled is set" ANSWER='Operation not permitted'
umount /proc/sys/kernel
start stock OPTIONS='options kmem  fallback=none '
is "fallback=none, with more spaces than needed: status" "$STATUS" 0
start stock OPTIONS='options kmem default_state="any=online,pmem=policy cxl=offline" guard=on'
is "a quoted list: status" "$STATUS" 0

start stock REFUSES='could not insert: Invalid argument'
is "refused after all: status" "$STATUS" 1
ok "refused after all: the message says why" grep -q 'it did not load with them: could not insert: Invalid argument$' <<< "$SAID"
ok "refused after all: it is loaded without options" grep -q "version 2.0, is in use" <<< "$SAID"
is "refused after all: there was no fallback" "$(find /run/daxplug -name fallback)" ''
start stock REFUSES='could not insert: Invalid argument' DAMAGED=1
is "no load at all: status" "$STATUS" 1
ok "no load at all: the message" grep -q "did not load, and the kernel's own is in use: could not insert: Invalid argument$" <<< "$SAID"

echo "root=/dev/sda daxplug=off" > "$WORK/cmdline"
mount --bind "$WORK/cmdline" /proc/cmdline
refuses "switched off" "daxplug=off is on the kernel command line"
umount /proc/cmdline

start ours SRCVERSION=old
is "the installed build is loaded: status" "$STATUS" 0
ok "the installed build is loaded: the message says so" grep -q "version 1.0, is in use already" <<< "$SAID"
is "the installed build is loaded: nothing is unloaded" "$(called rmmod)" 0
start ours BUSY=1
is "an older build with memory online: status" "$STATUS" 1
ok "an older build with memory online: the message says that it stays" grep -q "in use; it stays until its memory is unplugged.*nothing has been changed" <<< "$SAID"
start ours
is "an older build: status" "$STATUS" 0
is "an older build: the driver is replaced" "$(called rmmod) $(cat /sys/module/kmem/version)" "1 2.0"
done_testing

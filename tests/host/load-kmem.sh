# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The modprobe rule for kmem loads daxplug's driver if possible, and otherwise the kernel's own, with
# one line that says why. Runs in a mount namespace, with a fake modprobe.
set -euo pipefail
. tests/guest/lib.sh

if [[ ! ${APART-} ]]; then
	((EUID == 0)) || skip_all "needs root"
	unshare --mount true 2> /dev/null || skip_all "needs a mount namespace"
	APART=1 exec unshare --mount bash "$0" "$@"
fi

WORK=$(mktemp -d)
trap 'rm -rf "$WORK" 2> /dev/null || true' EXIT
mkdir "$WORK"/{module,src,modules,run}
: > "$WORK/kmsg"

# The fake modprobe records in /sys/module/kmem which driver it has loaded.
cat > "$WORK/modprobe" << 'END'
#!/bin/bash
echo "$*" >> "$WORK/asked"
# As with option -b, a blacklisted name loads nothing.
[[ ${MODPROBE_OPTIONS-} != *b* || $* != daxplug_kmem* ]] || exit 0
case "$*" in
"--ignore-install kmem"*) mkdir -p /sys/module/kmem ;;
daxplug_kmem*)
	[[ ! ${PROBLEM-} ]] || { echo "modprobe: $PROBLEM" >&2; exit 1; }
	[[ ! ${LOADS_NOTHING-} ]] || exit 0
	mkdir -p /sys/module/kmem
	echo 0.1.0 > /sys/module/kmem/version
	;;
esac
END
chmod +x "$WORK/modprobe"
export WORK
mount --bind "$WORK/modprobe" "$(realpath "$(type -p modprobe)")"
mount --bind "$WORK/module" /sys/module
mount --bind "$WORK/src" /usr/src
mount --bind "$WORK/kmsg" /dev/kmsg
mount --bind "$WORK/run" /run

# start [VARIABLE=VALUE...] [-- OPTION...]: runs the rule as in a boot with CMDLINE; sets STATUS.
CMDLINE=''
start() {
	local variables=()
	while (($#)) && [[ $1 != -- ]]; do variables+=("$1"); shift; done
	rm -rf "$WORK/module/kmem" "$WORK/run/daxplug" "$WORK/asked"
	: > "$WORK/kmsg"
	echo "root=/dev/sda $CMDLINE quiet" > "$WORK/cmdline"
	mount --bind "$WORK/cmdline" /proc/cmdline
	STATUS=0
	env "${variables[@]}" sh packaging/load-kmem "${@:2}" || STATUS=$?
	umount /proc/cmdline
}

driver() {
	if [[ -e $WORK/module/kmem/version ]]; then echo ours; elif [[ -d $WORK/module/kmem ]]; then echo stock; else echo none; fi
}

# expect WHAT DRIVER STATUS LINES
expect() {
	is "$1: the driver" "$(driver)" "$2"
	is "$1: the status" "$STATUS" "$3"
	is "$1: lines in the log" "$(grep -c . "$WORK/kmsg" || true)" "$4"
}

start
expect "not installed" stock 0 0

mkdir "$WORK/src/daxplug-0.1.0"
: > "$WORK/src/daxplug-0.1.0/dkms.conf"
start -- default_state=pmem=unplugged,any=online 'default_state=any=online pmem=policy' fallback=none
expect "installed" ours 0 0
is "options are passed on" "$(< "$WORK/asked")" \
	"daxplug_kmem default_state=pmem=unplugged,any=online default_state=any=online pmem=policy"

start PROBLEM="ERROR: could not insert 'daxplug_kmem': Key was rejected by service"
expect "refused" stock 0 1
ok "the log has the reason" grep -qF "<3>daxplug: its kmem driver is not in use: ERROR: could not insert 'daxplug_kmem': Key was rejected by service;" "$WORK/kmsg"
ok "/run/daxplug/fallback has the reason" grep -q 'Key was rejected' "$WORK/run/daxplug/fallback"
PROBLEM=other sh packaging/load-kmem
is "the log has the reason once per boot" "$(grep -c . "$WORK/kmsg")" 1
sh packaging/load-kmem
ok "loading the driver removes /run/daxplug/fallback" test ! -e "$WORK/run/daxplug/fallback"

start PROBLEM="FATAL: Module daxplug_kmem not found in directory /lib/modules/6.12"
expect "not built" stock 0 1
ok "not built: the kernel is named" grep -q "not built for Linux $(uname -r)" "$WORK/kmsg"

start LOADS_NOTHING=1
expect "blacklisted" stock 0 1

start MODPROBE_OPTIONS=-qb
expect "in an initramfs" ours 0 0

CMDLINE=daxplug=off start
expect "switched off" stock 0 1
CMDLINE=daxplug=off start -- fallback=none
expect "switched off, with fallback=none" stock 0 1
CMDLINE=daxplug=offline start
expect "another word" ours 0 0

start PROBLEM=refused -- fallback=none
expect "without fallback" none 1 1
start PROBLEM=refused -- fallback=stock
expect "with fallback" stock 0 1
start -- fallback=stock
is "fallback=stock is not passed on" "$(< "$WORK/asked")" daxplug_kmem
start -- fallback=non
expect "a misspelt fallback" stock 0 1
ok "a misspelt fallback: the log names it" grep -q 'fallback=non: must be stock or none' "$WORK/kmsg"

# Without a writable /run the reason is still in the log.
mkdir "$WORK/full"
mount -t tmpfs -o ro none "$WORK/full"
mount --bind "$WORK/full" /run
start PROBLEM=refused
expect "no writable /run" stock 0 1
umount /run
mount --bind "$WORK/full" /proc/sys/kernel
start
expect "no readable release" ours 0 0
start PROBLEM="FATAL: Module daxplug_kmem not found in directory"
expect "no readable release, and not built" stock 0 1
umount /proc/sys/kernel

# An initramfs has no sources; DKMS on Fedora and RHEL installs below extra/.
rm -r "$WORK/src/daxplug-0.1.0"
mkdir "$WORK"/{upper,scratch}
lib=$(realpath /lib)
if mount -t overlay -o "lowerdir=$lib,upperdir=$WORK/upper,workdir=$WORK/scratch" none "$lib"; then
	mkdir -p /lib/modules/6.1/extra
	: > /lib/modules/6.1/extra/daxplug_kmem.ko.xz
	start PROBLEM=refused
	expect "only extra/ has the driver" stock 0 1
	rm -r /lib/modules/6.1
	mkdir -p /lib/daxplug
	sh packaging/load-kmem --is-installed && status=0 || status=$?
	is "not installed: --is-installed" "$status" 1
	: > /lib/daxplug/installed
	start PROBLEM="FATAL: Module daxplug_kmem not found in directory /lib/modules/6.1"
	expect "an initramfs without the driver" stock 0 1
	start PROBLEM="FATAL: Module daxplug_kmem not found in directory /lib/modules/6.1" -- fallback=none
	expect "an initramfs without the driver, without fallback" none 1 1
	umount --lazy "$lib"
else
	skip "only extra/ has the driver" "needs an overlay over /lib"
fi
done_testing

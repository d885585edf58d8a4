# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# apply changes devices and settings: in a mount namespace with a fixture at /sys, where a preloaded
# write() imitates the kernel. Part of apply.sh.

new_root ours-6.12-movable
if [[ $( (at_work cat /sys/bus/dax/devices/dax0.0/state) 2> /dev/null) != online_movable ]]; then
	skip "changes" "mount namespaces are not available"
	return
fi

CONF=$WORK/live.conf
declares_live() { printf '%s\n' "${@:1}" > "$CONF"; }
kmem_has() { cat "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem/$1"; }

# --- devices are brought to the declared state, once ---

declares_live '[hbm]' 'kind = hmem' 'state = online_kernel' 'guard = on' 'timeout = 30s'
is "apply" "$(status_of change apply "$CONF") $(error)" "0 "
is "the device is in the declared state" "$(listed state)" online_kernel
is "the guard is on" "$(kmem_has guard)" 1
is "the timeout is set" "$(kmem_has timeout_ms)" 30000
is "the output names each change" "$(sed 's/ in .*//' "$WORK/out")" "dax0.0: guard is on, was off
dax0.0: timeout is 30s, was infinity
dax0.0: online_kernel, 8 memory blocks (1G)"
is "again: nothing is printed" "$(status_of change apply "$CONF") $(cat "$WORK/out" "$WORK/err")" "0 "
declares_live '[hbm]' 'kind = hmem' 'state = unplugged' 'timeout = infinity'
valid "apply, JSON" apply change apply -J "$CONF"
is "changed" "$(jq -r '.devices[0] | "\(.outcome) \(.memory_state) \([.changes[].key] | join(","))"' "$WORK/json")" \
	"changed unplugged state,timeout"
valid "again, JSON" apply change apply -J "$CONF"
is "unchanged" "$(jq -r '.devices[0].outcome' "$WORK/json")" unchanged
is "guard, which is not declared, stays" "$(kmem_has guard)" 1
declares_live '[hbm]' 'kind = hmem' 'state = online_movable' 'stat = x'
is "a fault changes nothing" "$(status_of change apply "$CONF") $(listed state)" "2 unplugged"

# --- failures ---

declares_live '[hbm]' 'kind = hmem' 'state = online_movable' 'guard = off'
export FAKE_FAIL=online_movable:16
valid "a plug that is refused" apply change apply -J "$CONF"
is "failed" "$(jq -r '.devices[0] | "\(.outcome) \(.exit_status) \(.message | startswith("dax0.0: "))"' "$WORK/json")" \
	"failed 6 true"
is "a refused plug: the exit status" "$(status_of change apply "$CONF")" 1
is "a refused plug: the message is one line" "$(wc -l < "$WORK/err")" 1
unset FAKE_FAIL
echo 1 > "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem/guard"
export FAKE_FAIL_SETTING=13
is "a setting that is refused" "$(status_of change apply "$CONF")" 4
is "the message names the setting and the remedy" "$(error)" "daxplug: dax0.0: guard = off: Permission denied; run it as root"
is "the state is unchanged" "$(listed state)" unplugged
unset FAKE_FAIL_SETTING

# Of two devices, the one with a driver that the fixture does not know fails.
add_device dax1.0 platform/hmem.1 2 64 4 device_dax ''
declares_live '[a]' 'device = dax1.0' 'state = online_movable' '[b]' 'device = dax0.0' 'state = online_movable'
valid "one of two fails" apply change apply -J "$CONF"
is "one of two fails: the output has each" "$(jq -r '.devices[] | "\(.chardev) \(.outcome) \(.reason // "-")"' "$WORK/json" | xargs)" \
	"dax0.0 changed - dax1.0 failed mode"
is "one of two fails: the other is changed" "$(listed state)" online_movable
is "one of two fails: the exit status" "$(status_of change apply "$CONF")" 64
ok "the message has the remedy" said 'daxctl reconfigure-device'

# A signal rolls back the change under way, and ends the command before the next device.
new_root ours-6.12-movable
add_device dax1.0 platform/hmem.1 2 64 4 kmem online Movable
declares_live '[a]' 'kind = hmem' 'state = online_kernel'
export FAKE_SLOW_MS=20000
begin_change apply "$CONF"
end_by TERM
unset FAKE_SLOW_MS
is "a signal kills the command" "$STATUS" 143
is "a signal: all is as before" "$(listed state)" online_movable
ok "a signal: the message names the device that was not attempted" said '^daxplug: interrupted; dax1.0 and later devices not attempted$'

# The kernel's own driver has no guard.
new_root stock-6.12-kernel
declares_live '[a]' 'kind = hmem' 'guard = off' 'timeout = 30s'
is "another driver: no guard is declared" "$(status_of change apply "$CONF") $(cat "$WORK/out" "$WORK/err")" "0 "
declares_live '[a]' 'kind = hmem' 'guard = on'
is "another driver: a guard" "$(status_of change apply -n "$CONF")" 65
ok "the output has the present value" said 'guard would be on, was unsupported$'

# A plug binds the device, and only then the driver's settings exist.
unbound() {
	new_root "$1"
	change unplug --release dax0.0 > /dev/null
	is "$1: no driver has the device" "$(listed mode)" disabled
}
unbound ours-6.12-movable
mkdir -p "$ROOT/sys/bus/dax/drivers/kmem/stranded"
mv "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem" "$WORK/kmem"
declares_live '[a]' 'kind = hmem' 'state = online_movable' 'guard = on' 'timeout = 30s'
is "unbound: a dry run" "$(status_of change apply -n "$CONF") $(< "$WORK/out")" \
	"65 dax0.0: state would be online_movable, was unplugged
dax0.0: guard would be on, was off
dax0.0: timeout would be 30s, was infinity"
valid "unbound: a dry run, JSON" apply change apply -n -J "$CONF"
is "unbound: a dry run, JSON" "$(jq -r '.devices[0].changes[] | "\(.key) \(.before)"' "$WORK/json" | xargs)" \
	"state unplugged guard off timeout infinity"
mv "$WORK/kmem" "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem"
declares_live '[a]' 'kind = hmem' 'state = unplugged' 'guard = on' 'timeout = 30s'
is "unbound, and declared so" "$(status_of change apply "$CONF") $(cat "$WORK/out" "$WORK/err")" "0 "
unbound stock-6.12-kernel
declares_live '[a]' 'kind = hmem' 'state = online_movable' 'guard = on'
is "unbound, another driver: not everything is as before" "$(status_of change apply "$CONF") $(listed state)" "6 online_movable"
is "unbound, another driver: the message" "$(error)" "daxplug: dax0.0: guard = on: its driver has no such setting"
is "now it is bound: nothing is changed" "$(status_of change apply "$CONF")" 8

# --- module options, with a directory of the test at /etc/modprobe.d ---

mkdir -p "$WORK/modprobe.d" "$WORK/bin" "$WORK/boot" "$WORK/lib/modules/"{6.1.0,6.12.0,7.0.0}
# at_boot COMMAND...: runs COMMAND with the directories of the test at /etc/modprobe.d and /boot, and
# with its kernels besides those below /lib/modules.
at_boot() {
	(
		# shellcheck disable=SC2016 # the inner shell's
		exec unshare --mount bash -c 'mount --bind "$1/modprobe.d" /etc/modprobe.d &&
			mount --bind "$1/boot" /boot && lib=$(realpath /lib) &&
			mount -t overlay -o "lowerdir=$1/lib:$lib" overlay "$lib" && shift && exec "$@"' \
			at_boot "$WORK" "$@"
	)
}
# boot ARG...: apply --boot with the programs of $WORK/bin.
boot() { at_boot env PATH="$WORK/bin:/usr/bin:/bin" "$DAXPLUG" apply --boot "$@" "$CONF"; }
# program NAME LINE: a shell script.
program() {
	printf '#!/bin/sh\n%s\n' "$2" > "$WORK/bin/$1"
	chmod +x "$WORK/bin/$1"
}
OPTIONS=$WORK/modprobe.d/daxplug-boot.conf
declares_live '[a]' 'kind = hmem' 'state = online_movable'
touch "$WORK/boot/initrd.img-"{6.1.0,6.1.0.old-dkms,6.12.0,7.0.0}
# Of three kernels, two have the driver in their initramfs.
KMEM=usr/lib/modules/x/kernel/drivers/dax/kmem.ko
program lsinitramfs "[ -e \"\$1\" ] || exit 1; case \$1 in *-7.0.0) ;; *) echo $KMEM ;; esac"
program update-initramfs "echo \"\$*\" >> $WORK/rebuilt; grep SigIgn /proc/self/status > $WORK/ignored"
if ! at_boot true 2> /dev/null; then
	skip "--boot" "no /etc/modprobe.d, no /boot or no overlayfs on this machine"
	return
fi
is "--boot" "$(status_of boot) $(error)" "0 "
is "--boot: the line written" "$(tail -n 1 "$OPTIONS")" "options kmem default_state=hmem=online_movable"
is "--boot: any user may read it" "$(stat -c %a "$OPTIONS")" 644
is "--boot: nothing is left over" "$(ls "$WORK/modprobe.d")" daxplug-boot.conf
is "--boot: each initramfs that holds the driver is rebuilt, and no other" "$(cat "$WORK/rebuilt")" \
	"-u -k 6.1.0
-u -k 6.12.0"
# SIGPIPE is signal 13. A script that ignores it may not end with the reader of its pipe.
is "--boot: the program that rebuilds it does not ignore SIGPIPE" \
	"$((16#$(awk '{ print $2 }' "$WORK/ignored") >> 12 & 1))" 0
ok "--boot: the message says which initramfs is rebuilt" said '^the initramfs of 6.12.0 holds kmem and is rebuilt: update-initramfs -u -k 6.12.0$'
rm "$WORK/rebuilt"
is "--boot again: nothing is printed" "$(status_of boot) $(cat "$WORK/out" "$WORK/err")" "0 "
declares_live '[a]' 'kind = hmem' 'state = unplugged'
program lsinitramfs 'echo usr/lib/modules/x/kernel/drivers/dax/dax_hmem.ko'
is "--boot: an initramfs without the driver" "$(status_of boot) $(test -e "$WORK/rebuilt" || echo untouched)" "0 untouched"

# retried LINE DESCRIPTION: "apply --boot" fails because update-initramfs runs LINE; the next one,
# with the options unchanged, rebuilds again.
retried() {
	program update-initramfs "$1"
	ok "--boot: $2: it fails" test "$(status_of boot)" != 0
	is "--boot: $2: a dry run" "$(status_of boot -n) $(< "$WORK/out")" \
		"65 each initramfs that holds kmem would be rebuilt, as the last rebuild did not end"
	program update-initramfs "echo \"\$*\" > $WORK/rebuilt"
	rm -f "$WORK/rebuilt"
	is "--boot: $2: the next run rebuilds" "$(status_of boot) $(cat "$WORK/rebuilt")" "0 -u -k 6.12.0"
	is "--boot: $2: once" "$(status_of boot) $(cat "$WORK/out" "$WORK/err")" "0 "
}
rm "$WORK/boot/initrd.img-6.1.0"
program lsinitramfs "[ -e \"\$1\" ] || exit 1; echo $KMEM"
declares_live '[a]' 'kind = hmem' 'state = online'
program update-initramfs 'exit 1'
is "--boot: a rebuild that fails" "$(status_of boot)" 1
is "the message has the remedy" "$(head -n 1 "$WORK/err")" "daxplug: update-initramfs -u -k 6.12.0 failed: this initramfs still has the old options; run again: daxplug apply --boot"
rm "$WORK/boot/initrd.img-7.0.0"
retried 'exit 1' "a rebuild that fails"
declares_live '[a]' 'kind = hmem' 'state = online_kernel'
# The parent of update-initramfs is the command.
# shellcheck disable=SC2016 # the program's
retried 'kill -9 $PPID' "killed during a rebuild"
: > "$CONF"
is "--boot: nothing is declared: the file is removed" "$(status_of boot) $(ls "$WORK/modprobe.d")" "0 "
ok "--boot: the message says that the file is removed" said '^/etc/modprobe.d/daxplug-boot.conf: removed, as nothing is declared$'
declares_live '[a]' 'kind = hmem' 'state = online'
is "--boot: written again" "$(status_of boot)" 0
: > "$CONF"
retried 'exit 1' "a rebuild that fails after the removal"

# dracut finds the images itself.
rm "$WORK/bin/"*
program lsinitrd "[ \"\$*\" = '-k 6.12.0' ] && echo $KMEM"
program dracut "echo \"\$*\" >> $WORK/dracut"
declares_live '[a]' 'kind = hmem' 'state = online'
is "--boot: dracut" "$(status_of boot) $(cat "$WORK/dracut")" "0 --force --kver 6.12.0"
ok "--boot: dracut: an unknown image" said '^cannot tell whether the initramfs of 6.1.0 holds kmem; if it does, rebuild it$'

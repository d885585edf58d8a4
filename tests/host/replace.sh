# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# takeover and handback keep the state of each device, undo a failure, ignore signals while no driver
# is loaded, and finish the work of a killed run. Runs on a fake machine with two devices, whose
# drivers bind them when they are loaded, as from Linux 6.6 on.
set -euo pipefail
. tests/guest/lib.sh
. tests/host/helpers/machine.sh
RELEASE=$(uname -r)
MEMORY=/sys/devices/system/memory
DAX=/sys/bus/dax
export RELEASE MEMORY DAX

fake modinfo << 'END'
case "$*" in
*filename*) echo /lib/modules/daxplug_kmem.ko ;;
*vermagic*) echo "$RELEASE SMP" ;;
*dax_btf*) echo abc ;;
*srcversion*) echo new ;;
*parm*) echo 'default_state:text' ;;
esac
END
fake insmod << 'END'
echo "insmod: ERROR: could not insert module: File exists" >&2
exit 1
END

# Loads a driver, which plugs the devices as the policy says, unless their memory is there.
fake modprobe << 'END'
case "$*" in
'--show-depends kmem') echo 'install /usr/lib/daxplug/load-kmem' ;;
'--show-depends daxplug_kmem') echo 'insmod /lib/modules/daxplug_kmem.ko ' ;;
*kmem | kmem\ faulty_pages=*)
	[ -z "${FAILS-}" ] || exit 1
	echo "policy $(cat $MEMORY/auto_online_blocks)" >> "$WORK/calls"
	echo "loaded $*" >> "$WORK/calls"
	mkdir -p /sys/module/kmem
	[ "$1" != kmem ] || { echo 2.0 > /sys/module/kmem/version; echo new > /sys/module/kmem/srcversion; }
	[ -z "${BINDS_NONE-}" ] || exit 0
	for number in 0 1; do
		block=$MEMORY/memory$((48 + number))
		[ -e $block ] || { mkdir $block; cat $MEMORY/auto_online_blocks > $block/state; }
		ln -s ../../devices/dax$number.0 $DAX/drivers/kmem/
		[ "$1" != kmem ] || cp $block/state $DAX/devices/dax$number.0/
	done
	;;
esac
END

# Unloads the driver, which removes memory that is offline. daxplug's stays while memory is online.
fake rmmod << 'END'
! grep -qsx online $DAX/devices/*/state || BUSY=1
[ -z "${BUSY-}" ] || { echo 'rmmod: ERROR: Module kmem is in use' >&2; exit 1; }
[ -z "${SIGNAL-}" ] || kill -s "$SIGNAL" 0
for number in 0 1; do
	block=$MEMORY/memory$((48 + number)) state=$DAX/devices/dax$number.0/state
	if grep -qsx unplugged $state || grep -qsx offline $block/state; then rm -rf $block; fi
done
rm -rf /sys/module/kmem $DAX/drivers/kmem/dax* $DAX/devices/*/state
[ -z "${KILLED-}" ] || kill -s KILL 0
END

make -s install-programs DESTDIR="$WORK"
printf '#!/bin/sh\necho "#define DAX_LAYOUT_BTF \\"abc\\""\n' > "$WORK/usr/lib/daxplug/dax-layout"
: > "$WORK/usr/lib/modules/daxplug_kmem.ko"
become_machine

# machine ours|stock STATE STATE: a machine with this driver, whose two devices are in these states.
machine() {
	local driver=$1 number device block
	! mountpoint -q $DAX/devices/dax1.0/state || umount $DAX/devices/dax1.0/state
	rm -rf /sys/* /run/daxplug
	: > "$WORK/calls"
	mkdir -p /sys/module/kmem /sys/kernel/btf $DAX/drivers/kmem $MEMORY
	echo 8000000 > $MEMORY/block_size_bytes
	echo online > $MEMORY/auto_online_blocks
	[[ $driver == stock ]] || { echo 1.0 > /sys/module/kmem/version; echo old > /sys/module/kmem/srcversion; }
	shift
	for number in 0 1; do
		device=$DAX/devices/dax$number.0 block=$MEMORY/memory$((48 + number))
		mkdir -p $device/mapping0 $block
		printf '0x%x\n' $(((48 + number) << 27)) > $device/mapping0/start
		printf '0x%x\n' $(((49 + number << 27) - 1)) > $device/mapping0/end
		ln -s ../../devices/dax$number.0 $DAX/drivers/kmem/
		echo "$1" | tee $block/state > $device/state
		[[ $driver == ours ]] || rm $device/state
		[[ $1 != unplugged ]] || rm -r $block
		shift
	done
}

# run SCRIPT [VARIABLE=VALUE...]: sets STATUS and SAID. In a process group of its own, because the fakes
# send it signals.
run() {
	STATUS=0
	SAID=$(env "${@:2}" setsid --wait sh "/usr/lib/daxplug/$1" 2>&1) || STATUS=$?
}

states() { cat $DAX/devices/dax{0,1}.0/state 2> /dev/null | xargs; }
policies() { echo "$(sed -n 's/^policy //p' "$WORK/calls" | xargs), then $(< $MEMORY/auto_online_blocks)"; }
driver() { if [[ -e /sys/module/kmem/version ]]; then cat /sys/module/kmem/version; elif [[ -d /sys/module/kmem ]]; then echo stock; else echo none; fi; }
said() { grep -q -- "$1" <<< "$SAID"; }
refuse_write() { mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"; }

# --- takeover ---

machine stock online online
run takeover
is "all memory online: status" "$STATUS" 0
is "all memory online: the states" "$(states)" "online online"
is "all memory online: the policy" "$(policies)" "online, then online"

machine stock offline online
run takeover
is "one device offline: status" "$STATUS" 0
is "one device offline: the states" "$(states)" "offline online"
is "one device offline: the policy" "$(policies)" "offline, then online"

machine stock unplugged online
run takeover
is "one device unplugged: status" "$STATUS" 0
is "one device unplugged: the states" "$(states)" "unplugged online"
is "one device unplugged: the policy" "$(policies)" "offline, then online"

machine ours unplugged offline
run takeover
is "another build: status" "$STATUS" 0
is "another build: the states" "$(states)" "unplugged offline"
is "another build: no record is left" "$(find /run/daxplug -type f)" ''

machine ours unplugged offline
mkdir /sys/module/kmem/parameters
echo 0x1000-0x1fff,0x5000-0x5fff > /sys/module/kmem/parameters/faulty_pages
run takeover
is "faulty pages: status" "$STATUS" 0
is "faulty pages: the new driver gets the list" "$(grep ^loaded "$WORK/calls")" \
	"loaded kmem faulty_pages=0x1000-0x1fff,0x5000-0x5fff"

machine ours unplugged offline
mkdir -p /sys/module/kmem/parameters/faulty_pages
run takeover
is "a list of faulty pages that cannot be read: status" "$STATUS" 1
ok "a list of faulty pages that cannot be read: the message" said "cannot read .*faulty_pages.* nothing has been changed"
is "a list of faulty pages that cannot be read: the driver" "$(driver)" 1.0

machine ours online offline
run takeover BUSY=1
is "a driver that stays: status" "$STATUS" 1
is "a driver that stays: the policy" "$(policies)" ", then online"
is "a driver that stays: no record is left" "$(find /run/daxplug -type f)" ''

for signal in HUP INT QUIT PIPE TERM; do
	machine stock offline online
	run takeover SIGNAL=$signal
	is "SIG$signal after the unload: status" "$STATUS" 0
	is "SIG$signal after the unload: the states" "$(states)" "offline online"
done

# killed SCRIPT: SCRIPT is killed when it has unloaded the driver.
killed() {
	run "$1" KILLED=1
	is "$1 killed: status" "$STATUS" 137
	is "$1 killed: there is no driver" "$(driver)" none
}

machine stock unplugged online
killed takeover
run takeover
is "takeover after a killed one: status" "$STATUS" 0
is "takeover after a killed one: the states" "$(states)" "unplugged online"
run takeover
ok "the next takeover has nothing to do" said "in use already"

machine stock unplugged online
killed takeover
modprobe kmem
is "the policy that the killed takeover has left" "$(policies)" "offline, then offline"
run takeover
is "takeover after a killed one, with the devices bound: status" "$STATUS" 0
is "takeover after a killed one, with the devices bound: the states" "$(states)" "unplugged online"
is "takeover after a killed one, with the devices bound: the policy" "$(policies)" "offline, then online"

# Before Linux 6.6 a loaded driver binds no device.
machine stock online online
killed takeover
BINDS_NONE=1 modprobe kmem
run takeover
is "takeover after a killed one, with the driver loaded: the devices to bind" \
	"$(cat $DAX/drivers/kmem/new_id)" dax1.0
ok "a device that is not bound: the message" said "dax0.0: the driver did not bind"
is "a device that is not bound: status" "$STATUS" 1
ok "a device that is not bound stays in the record" grep -q '^dax0.0=' /run/daxplug/replacing

# --- handback ---

machine ours online online
run handback
is "handback: status" "$STATUS" 0
is "handback: the driver" "$(driver)" stock
is "handback: the policy" "$(policies)" "online, then online"
is "handback: no record is left" "$(find /run/daxplug -type f)" ''

machine ours unplugged online
run handback
is "handback with a device unplugged: status" "$STATUS" 0
is "handback with a device unplugged: the policy" "$(policies)" "offline, then online"
is "handback with a device unplugged: its memory is offline" "$(< $MEMORY/memory48/state)" offline
ok "handback with a device unplugged: the message" said "dax0.0: offline, because the kernel's own driver plugs"
is "handback with a device unplugged: the other is bound again" "$(cat $DAX/drivers/kmem/unbind)" dax1.0

machine ours online online
refuse_write $DAX/devices/dax1.0/state
run handback
is "a device that cannot be unplugged: status" "$STATUS" 1
ok "a device that cannot be unplugged: the message" said "dax1.0: still online"
is "a device that cannot be unplugged: the states" "$(states)" "online online"
ok "a device that cannot be unplugged: the other is plugged again" said "dax0.0: online, as before"
is "a device that cannot be unplugged: nothing is unloaded" "$(called rmmod)" 0

machine ours online unplugged
run handback BUSY=1
is "a driver that cannot be unloaded: status" "$STATUS" 1
is "a driver that cannot be unloaded: the states" "$(states)" "online unplugged"
is "a driver that cannot be unloaded: the policy" "$(policies)" ", then online"

# The reclaim waits until the signal.
machine ours online unplugged
mkdir -p $DAX/drivers/kmem/stranded/0
mkfifo $DAX/drivers/kmem/stranded/0/reclaim
setsid sh /usr/lib/daxplug/handback > "$WORK/said" 2>&1 &
handback=$!
for ((try = 0; try < 600; try++)); do
	[[ $(states) != "unplugged unplugged" ]] || break
	sleep 0.1
done
kill -s TERM -- -$handback
wait $handback && STATUS=0 || STATUS=$?
is "SIGTERM before the unload: status" "$STATUS" 1
is "SIGTERM before the unload: the states" "$(states)" "online unplugged"
is "SIGTERM before the unload: nothing is unloaded" "$(called rmmod)" 0

machine ours online unplugged
run handback FAILS=1
is "no driver of the kernel: status" "$STATUS" 1
run takeover
is "takeover then brings the states back: status" "$STATUS" 0
is "takeover then brings the states back" "$(states)" "online unplugged"

machine ours unplugged online
run handback SIGNAL=HUP
is "handback with SIGHUP after the unload: status" "$STATUS" 0
is "handback with SIGHUP after the unload: the driver" "$(driver)" stock

machine ours offline online
killed handback
run handback
is "handback after a killed one: status" "$STATUS" 0
is "handback after a killed one: the driver" "$(driver)" stock
is "handback after a killed one: the policy" "$(policies)" "offline, then online"
done_testing

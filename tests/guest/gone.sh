# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The device disappears while the driver is bound, in each state and during transitions. Its offline
# memory is removed; its online memory stays, and the log says so; when the device is back, all of its
# memory can be used again without a reboot.
# full
# vm: -v hmem -s 1G -t 240
# vm: -v nvdimm -s 1G -t 240
# vm: -v cxl -s 512M -t 240
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"
load_fault

case $DEVICE in
hmem) DRIVER_BEHIND=/sys/bus/platform/drivers/hmem BEHIND=hmem.0 ;;
nvdimm) DRIVER_BEHIND=/sys/bus/nd/drivers/nd_region BEHIND=region0 ;;
cxl) DRIVER_BEHIND=/sys/bus/cxl/drivers/cxl_region BEHIND=region0 ;;
esac
take_away() { echo "$BEHIND" > "$DRIVER_BEHIND/unbind"; }

# bring_back: chooses the device that appears; it may have another name.
bring_back() {
	echo "$BEHIND" > "$DRIVER_BEHIND/bind"
	wait_until is_there && choose "$(ls /sys/bus/dax/devices)"
}
is_there() { compgen -G '/sys/bus/dax/devices/dax*/size' > /dev/null; }

into() {
	local word=$1
	attempt unplugged > /tmp/answer
	case $word in
	unplugged) ;;
	offline) unbind > /tmp/answer; to_kmem > /tmp/answer ;;
	mixed) attempt online_movable > /tmp/answer; switch "$MIDDLE" offline > /tmp/answer ;;
	*) attempt "$word" > /tmp/answer ;;
	esac
	is "$word" "$(state)" "$word"
}

online_now() { count 'online*'; }

# is_back DESCRIPTION ONLINE: the device comes back, after ONLINE blocks stayed online. Soft-reserved
# memory comes back with the same platform device. The device behind the other kinds is new, and so may
# be the memory at these addresses: the old memory has to be reclaimed first.
is_back() {
	local description="$1, back" wanted=offline
	if (($2)) && [[ $DEVICE == hmem ]]; then
		wanted=$word
	elif (($2)); then
		is_kept_away "$1" "$2"
		ok "$1: its memory is reclaimed" eval "echo 1 > $(echo "$KMEM"/stranded/*/reclaim)"
		is "$1: nothing is left of it" "$(count absent) $(memory_named 'System RAM (kmem)')" "$total 0"
	fi
	bring_back
	is "$description: it binds" "$(to_kmem)" "done"
	is "$description: state" "$(state)" "$wanted"
	comes_and_goes "$description"
}

# is_kept_away DESCRIPTION ONLINE: while the memory is online, no device can take it over.
is_kept_away() {
	local blocks=("${BLOCKS[@]}")
	echo "$BEHIND" > "$DRIVER_BEHIND/bind"
	# CXL makes no DAX device of memory that is online, so there is nothing to wait for.
	[[ $DEVICE == cxl ]] || ok "$1, back while it is online: there is a device" wait_until is_there
	pause "$((2 * SLOW))"
	if is_there; then
		choose "$(ls /sys/bus/dax/devices)"
		BLOCKS=("${blocks[@]}")
		is "$1, back while it is online: quarantined" "$(cat "$KMEM"/stranded/*/quarantined)" 1
		is "$1, back while it is online: kmem refuses it" "$(to_kmem)" EBUSY
		offer_to device_dax
		is "$1, back while it is online: no driver has it" "$(bound_to)" ''
	else
		skip "$1, back while it is online: no driver binds" "no DAX device has appeared within $((2 * SLOW)) s"
	fi
	take_away
	BLOCKS=("${blocks[@]}")
	is "$1, back while it is online: its memory stays online" "$(online_now)" "$2"
}

total=${#BLOCKS[@]}
for word in unplugged offline online_movable mixed; do
	into "$word"
	online=$(online_now)
	mark_log "$word, gone"
	ok "$word: the device is taken away" take_away
	ok "$word: the device is gone" test ! -e "$DAX"
	is "$word: online memory is still online" "$(online_now)" "$online"
	if ((online)); then
		ok "$word: the log says that the memory stays" \
			test -n "$(log_since "$word, gone" "kmem ${DAX##*/}: $total of $total memory blocks stay, $online of them online")"
	else
		is "$word: nothing is left of it" "$(count absent) $(memory_named "${DAX##*/}")" "$total 0"
	fi
	is_back "$word" "$online"
done

# during WORD FROM WHAT BLOCK: the device is taken away while BLOCK is being switched.
during() {
	local wanted=$1 word=$2 what=$3 block=$4 description="$1 from $2, at memory$4"
	into "$word"
	online=$(online_now)
	fault what="$what" block="$block" hold=1 times=1
	begin_write writer "$wanted"
	ok "$description: the switch has begun" wait_until is_held
	take_away &
	local taker=$!
	ok "$description: the removal waits" wait_until is_awaited
	let_go
	wait "$taker"
	no_fault
	end_write writer
	ok "$description: the writer gets $RESULT" eval "[[ $RESULT == @(ECANCELED|ENODEV) ]]"
	ok "$description: the device is gone" test ! -e "$DAX"
	is "$description: online memory is online again" "$(online_now)" "$online"
	is_back "$description" "$online"
}

during unplugged online_movable offline "$MIDDLE"
during online_movable unplugged online "$MIDDLE"
during unplugged online_movable offline "$LAST"
during online_movable unplugged online "$FIRST"

is "in the end: unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
is "in the end: the module is free" "$(< /sys/module/kmem/refcnt)" 0
ok "in the end: the module can be unloaded" rmmod kmem
is "in the end: no memory is left" "$(memory_named 'System RAM (kmem)')" 0
done_testing

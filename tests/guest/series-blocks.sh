# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# The kernel's own kmem with the patches of upstream/: the links of memory blocks, the uevents, and
# the administrator's switches. On a kernel without the patches each section fails.
# vm: -s 1G
# driver: stock-series
. "$LAB/tests/guest/helpers/device.sh"
load_fault
let_kernel_choose_movable

# --- the device of a block ---

linked() {
	local number found=0
	for number in "${BLOCKS[@]}"; do
		[[ ! $MEMORY/memory$number/managed_by -ef $DAX ]] || ((found += 1))
	done
	printf '%d\n' "$found"
}

is "each block links to the device" "$(linked)" "${#BLOCKS[@]}"
ok "no other block links to a device" test "$(find "$MEMORY" -name managed_by | wc -l)" == "${#BLOCKS[@]}"

# --- an event for each transition ---

udevadm monitor --kernel --property > /tmp/uevents 2> /dev/null &
MONITOR=$!
wait_until grep -q KERNEL /tmp/uevents
# events SUBSYSTEM ACTION WORD: prints the values of WORD in such events.
events() {
	awk -v subsystem="SUBSYSTEM=$1" -v action="ACTION=$2" -v word="$3" '
		BEGIN { RS = ""; FS = "\n" }
		function has(line) { return index("\n" $0 "\n", "\n" line "\n") }
		has(subsystem) && has(action) {
			for (i = 1; i <= NF; i++) if (index($i, word "=") == 1) print substr($i, length(word) + 2)
		}' /tmp/uevents
}
has_events() { (($(events dax change DAX_STATE | wc -l) == $1)); }

is "unplugged" "$(attempt unplugged)" "done"
ok "one event for an unplug" wait_until has_events 1
is "the unplug's event has the state" "$(events dax change DAX_STATE)" unplugged
is "unplugged again" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
ok "one event for the plug, and none for the write that changed nothing" wait_until has_events 2
is "the plug's event has the state" "$(events dax change DAX_STATE | tail -n 1)" online_movable
is "no error so far" "$(events dax change DAX_ERROR)" ''
is "each block had an event when it was added" \
	"$(events memory add DEVPATH | sort -u | wc -l)" "${#BLOCKS[@]}"
fault what=offline block="$MIDDLE" err=16 times=-1
is "an unplug is refused" "$(attempt unplugged)" EBUSY
no_fault
ok "one event for the refused unplug" wait_until has_events 3
is "the event has the unchanged state" "$(events dax change DAX_STATE | tail -n 1)" online_movable
is "the event has the error" "$(events dax change DAX_ERROR)" 16
kill "$MONITOR"

# --- exclusive: only a transition switches blocks ---

is "exclusive is off" "$(< "$DAX/exclusive")" 0
is "exclusive takes 1" "$(write_file "$DAX/exclusive" 1)" "done"
is "a block cannot be put offline" "$(switch "$MIDDLE" offline)" EPERM
is "a block cannot be put offline by its file online" "$(write_file "$MEMORY/memory$MIDDLE/online" 0)" EPERM
is_all "nothing has changed" online_movable 'online Movable'
is "the device can be unplugged" "$(attempt unplugged)" "done"
is "the device can be plugged" "$(attempt online_movable)" "done"
is "unbind" "$(unbind)" "done"
is "unbound: a block can be put offline" "$(switch "$MIDDLE" offline)" "done"
is "bind" "$(bind)" "done"
is "exclusive is off again" "$(< "$DAX/exclusive")" 0
is "mixed" "$(state)" mixed
is "exclusive takes 1" "$(write_file "$DAX/exclusive" 1)" "done"
is "a block cannot be put online" "$(switch "$MIDDLE" online_kernel)" EPERM
is "exclusive takes 0" "$(write_file "$DAX/exclusive" 0)" "done"
is "the block can be put online" "$(write_file "$MEMORY/memory$MIDDLE/online" 1)" "done"
look_at "$MIDDLE"
is "the block is not in the zone of the refused write" "$BLOCK_IS" "online Movable"
is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
is "a block can be put offline" "$(switch "$MIDDLE" offline)" "done"
is "unplugged" "$(attempt unplugged)" "done"

# --- the state at bind ---

# binds_as WORD STATE
binds_as() {
	is "bind_state takes $1" "$(write_file "$DAX/bind_state" "$1")" "done"
	is "bind_state reads $1" "$(< "$DAX/bind_state")" "$1"
	is "$1: unbind" "$(unbind)" "done"
	is "$1: bind" "$(bind)" "done"
	is "$1: state" "$(state)" "$2"
	is "$1: unplugged" "$(attempt unplugged)" "done"
}

is "bind_state is the system's policy" "$(< "$DAX/bind_state")" policy
is "bind_state refuses mixed" "$(write_file "$DAX/bind_state" mixed)" EINVAL
binds_as unplugged unplugged
binds_as offline offline
binds_as online_movable online_movable
binds_as online online_movable
binds_as policy offline

# --- another driver has reserved a part of the range ---

start=$(< "$DAX/mapping0/start")
unbind > /tmp/answer
echo "$((start + BLOCK)),4096" > "$FAULT/reserve"
is "a part is reserved: bind" "$(bind)" EBUSY
echo 0,0 > "$FAULT/reserve"
is "no part is reserved: bind" "$(bind)" "done"
is "unplugged" "$(attempt unplugged)" "done"
echo "$((start + BLOCK)),4096" > "$FAULT/reserve"
mark_log taken
is "reserved after an unplug: online_movable" "$(attempt online_movable)" EBUSY
is "reserved after an unplug: the log has one line" "$(times_since taken 'kmem dax0\.0: ')" 1
is "reserved after an unplug: nothing is left" "$(count absent) $(reservations)" "${#BLOCKS[@]} 0"
echo 0,0 > "$FAULT/reserve"
is "free again: online_movable" "$(attempt online_movable)" "done"
is_all "free again" online_movable 'online Movable'
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
done_testing

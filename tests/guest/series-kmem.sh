# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# The kernel's own kmem with the patches of upstream/: a transition switches all blocks or
# changes nothing, however it ends, and memory that is online at unbind is found again. On
# a kernel without the patches each section fails.
# vm: -s 1G -r 2
# driver: stock-series
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/resize.sh"
load_fault

# --- the ways in which a transition ends ---

is "unplugged" "$(attempt unplugged)" "done"
mark_log plug
caught online_movable unbind
is "unbind during a plug: the writer gets ECANCELED" "$RESULT" ECANCELED
is "unbind during a plug: done" "$ANSWER" "done"
is "unbind during a plug: nothing is left" "$(count absent) $(left_over)" "${#BLOCKS[@]} 0"
is "unbind during a plug: the log has one line" "$(times_since plug 'kmem dax0\.0: .*cancelled')" 1
is "bind" "$(bind)" "done"

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
caught unplugged unbind
is "unbind during an unplug: the writer gets ECANCELED" "$RESULT" ECANCELED
is "unbind during an unplug: done" "$ANSWER" "done"
is "unbind during an unplug: everything is online" "$(count 'online Movable')" "${#BLOCKS[@]}"
is "bind" "$(bind)" "done"
is_all "bound again" online_movable 'online Movable'

# interrupted WORD SIGNAL: sends SIGNAL to the writer while a block is being switched.
interrupted() {
	local before
	before=$(snapshot)
	fault hold=1 times=1 skip=3
	begin_write it "$1" INT
	ok "$1: under way" wait_until is_held
	is "$1: a read does not wait, and returns mixed" "$(state_at_once)" mixed
	signal it "$2"
	let_go
	end_write it
	no_fault
	is_unchanged "$1: after SIG$2 everything is as before" "$before"
}

interrupted unplugged INT
is "unplugged: SIGINT ends it" "$RESULT" EINTR
interrupted unplugged KILL
is "unplugged: SIGKILL ends it" "$RESULT" killed
is "unplugged" "$(attempt unplugged)" "done"
interrupted online_movable KILL
is "online_movable: SIGKILL ends it" "$RESULT" killed

# --- unbinding while memory is online ---

# left DESCRIPTION BLOCKS...: unbinds the device while BLOCKS are online.
left() {
	local description=$1 number online
	shift
	attempt unplugged > /tmp/answer
	is "$description: online_movable" "$(attempt online_movable)" "done"
	for number in "${BLOCKS[@]}"; do
		[[ " $* " == *" $number "* ]] || switch "$number" offline
	done > /tmp/answer
	online=$(count 'online Movable')
	is "$description: online" "$online" "$#"
	mark_log "$description"
	is "$description: unbind" "$(unbind)" "done"
	is "$description: the blocks stay online" "$(count 'online Movable')" "$online"
	is "$description: one line in the log" "$(times_since "$description" 'kmem dax0\.0: ')" 1
	ok "$description: no block links to the device" eval '! ls $MEMORY/memory*/managed_by 2> /dev/null'
}

# found DESCRIPTION STATE: a bind finds the memory in STATE.
found() {
	is "$1: bind" "$(bind)" "done"
	is "$1: state" "$(state)" "$2"
	is "$1: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "$1, unplugged"
}

left "all online" "${BLOCKS[@]}"
found "all online" online_movable
left "module unloaded" "${BLOCKS[@]}"
ok "module unloaded: unload" rmmod kmem
ok "module unloaded: its names are still in /proc/iomem" grep -q ': System RAM (kmem)$' /proc/iomem
ok "module unloaded: load" modprobe kmem
wait_until is_bound
is "module unloaded: bound by itself" "$(state)" online_movable
is "module unloaded: unplugged" "$(attempt unplugged)" "done"
is_unplugged "module unloaded"
left "one block online" "$MIDDLE"
found "one block online" mixed

left "offline by hand later" "${BLOCKS[@]}"
is "offline by hand later: offline" "$(switch_all offline)" "done"
found "offline by hand later" offline

# A device that has only a part of the range must not get the memory.
left "resized" "${BLOCKS[@]}"
resize dax0.0 $((2 * BLOCK))
is "resized: bind" "$(bind)" EBUSY
is "resized: the blocks stay online" "$(count 'online Movable')" "${#BLOCKS[@]}"
resize dax0.0 0
is "every block can be put offline" "$(switch_all offline)" "done"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The driver never treats memory that another driver has added at addresses of the device as the
# device's: any task can switch it at any time, with kmem/guard on or off, and during a transition.
# full
# vm: -s 1G -r 2
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/stock.sh"

# The kernel's own driver leaves memory behind in the first range, while the device has only that one.
rmmod kmem
size=$(cat "$DAX/size")
total=${#BLOCKS[@]}
is "the device is made smaller" "$(write_file "$DAX/size" $((size / 2)))" "done"
find_blocks
theirs=("${BLOCKS[@]}")
load_stock
online_all
unload_stock
is "the device gets its size back" "$(write_file "$DAX/size" "$size")" "done"
find_blocks
is "the device has its blocks again" "${#BLOCKS[@]}" "$total"

load_ours
ours=$((total - ${#theirs[@]}))
is "the device has the second range" "$(cat "$DAX/kmem/blocks_present")" "$ours"
for number in "${theirs[@]}"; do
	is "memory$number, not of the device, goes offline" "$(switch "$number" offline)" "done"
done
is "no foreign block is counted" "$(cat "$DAX/kmem/blocks_present")" "$ours"

# --- with the guard on ---
is "guard" "$(write_file "$DAX/kmem/guard" 1)" "done"
mark_log guard
is "guard: a block of the device cannot be switched" "$(switch "$LAST" online_movable)" EBUSY
refusals=$(cat "$DAX/kmem/refusals")
for word in online_movable offline; do
	is "guard: memory${theirs[0]}, not of the device, goes $word" "$(switch "${theirs[0]}" "$word")" "done"
done
is "guard: nothing more was refused" "$(cat "$DAX/kmem/refusals")" "$refusals"
is "guard: the log has no refusal of that block" "$(times_since guard "guard: memory${theirs[0]}:")" 0
is "no guard" "$(write_file "$DAX/kmem/guard" 0)" "done"

# --- during a transition whose blocks take so long that the worker leaves gaps ---
for number in "${BLOCKS[@]: -ours}"; do
	is "memory$number of the device goes online" "$(switch "$number" online_movable)" "done"
done
load_fault
fault what=offline delay_ms=900
begin_write it unplugged
ok "transition: blocks go offline" wait_until has_matched 1
is "transition: memory${theirs[0]} goes online meanwhile" "$(switch "${theirs[0]}" online_movable)" "done"
ok "transition: still under way" eval '! has_result it'
end_write it
no_fault
rmmod fault
is "transition: unplugged" "$RESULT" "done"
is "transition: nothing more was refused" "$(cat "$DAX/kmem/refusals")" "$refusals"
switch "${theirs[0]}" offline > /tmp/answer
is "unplugged" "$(attempt unplugged)" "done"
is "state" "$(state)" unplugged
is "the device's blocks are gone" "$(count absent)" "$ours"
is "the foreign blocks are present" "$(count 'offline*')" "${#theirs[@]}"
is "a plug that needs their addresses is refused" "$(attempt online_movable)" EBUSY
is "the refused plug changes nothing" "$(count absent)" "$ours"
is "two of them go online again" \
	"$(switch "${theirs[0]}" online_movable) $(switch "${theirs[1]}" online_movable)" "done done"
ok "the module can still be unloaded" rmmod kmem

# shellcheck disable=SC2317 # called by name
is_stranded() { [[ $(cat "$KMEM"/stranded/*/blocks_online) == 2 ]]; }

# is_adding: a task that adds memory waits for the hotplug lock.
is_adding() { grep -qs add_memory_driver_managed /proc/[0-9]*/stack; }

# --- foreign memory goes online while bind adds the device's own ---
# Loads the module first, because it could not register its notifier while a block is held.
load_fault
load_ours
is "the device is unbound" "$(unbind)" "done"
ok "the foreign blocks can be reclaimed now" wait_until is_stranded
is "one of them is offline" "$(switch "${theirs[0]}" offline)" "done"
fault what=online hold=1 times=1
switch "${theirs[0]}" online_movable > /tmp/switched &
switcher=$!
ok "another task puts it online" wait_until is_held
bind > /tmp/bound &
binder=$!
ok "the device waits to be bound" wait_until is_adding
let_go
wait "$switcher"
wait "$binder"
is "the device is bound" "$(< /tmp/bound)" "done"
no_fault
is "the foreign blocks are online" "$(count 'online Movable')" 2
is "they are not counted as the device's" "$(cat "$DAX/kmem/blocks_online")" 0
is "the device has its own blocks" "$(cat "$DAX/kmem/blocks_present")" "$ours"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# The addresses of a device are reserved as long as a rollback may need them: until an unplug has
# ended, no other driver gets a range that the unplug has removed; and no other driver gets a range
# that stays online when the device is unbound. Afterwards the addresses are free.
# vm: -s 512M -r 2
# full
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/stock.sh"
load_fault

# "START,SIZE" of each range, by address.
ranges=()
for mapping in "$DAX"/mapping[0-9]*; do
	start=$(< "$mapping/start")
	ranges+=("$start,$(($(< "$mapping/end") + 1 - start))")
done
mapfile -t ranges < <(printf '%s\n' "${ranges[@]}" | sort)

# taken I: prints the answer that another driver gets if it requests range I.
taken() {
	local answer
	answer=$(write_file "$FAULT/reserve" "${ranges[$1]}")
	echo 0 > "$FAULT/reserve"
	printf '%s\n' "$answer"
}

# Prints a snapshot without the device's reservations. Memory that was taken over from the kernel's
# own driver gets them at the first unplug, even one that fails.
without_reservations() { snapshot | sed -e '/: dax0.0$/d' -e 's/^ *//'; }

# rolls_back DESCRIPTION VIEW: an unplug fails when the first range is removed.
rolls_back() {
	local before
	before=$($2)
	fault what=remove skip=1 times=1 err=5 delay_ms=5000
	begin_write it unplugged
	ok "$1: one range has been removed, one is left" wait_until has_matched 2
	is "$1: no other driver gets the removed range" "$(taken 0)" EBUSY
	ok "$1: the unplug is still under way" eval '! has_result it'
	end_write it
	is "$1: the unplug fails" "$RESULT" EIO
	no_fault
	is "$1: everything is as before" "$($2)" "$before"
}

is "unplugged" "$(attempt unplugged)" "done"
is "unplugged: another driver gets the first range" "$(taken 0)" "done"
is "unplugged: another driver gets the second range" "$(taken 1)" "done"
is "online_movable" "$(attempt online_movable)" "done"
rolls_back "an unplug that fails" snapshot

# --- one of two ranges stays online ---
for number in "${BLOCKS[@]}"; do
	((number * $(block_size) < ${ranges[1]%,*})) || switch "$number" offline
done > /tmp/answer
is "unbind with the first range online" "$(unbind)" "done"
is "unbound: no other driver gets the online range" "$(taken 0)" EBUSY
is "unbound: another driver gets the other range" "$(taken 1)" "done"
ok "unbound: the first is reserved by the device's name" \
	eval "grep -A 1 ': dax0.0$' /proc/iomem | grep -q 'System RAM (kmem)'"
is "bind" "$(bind)" "done"
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "in the end"
is "in the end another driver gets the first range" "$(taken 0)" "done"

# --- a device that lacks a range is not "online" until it has all ranges ---
LIST=/sys/module/kmem/parameters/default_state
let_kernel_choose_movable
echo any=online > "$LIST"
is "unbind" "$(unbind)" "done"
is "another driver has the second range" "$(write_file "$FAULT/reserve" "${ranges[1]}")" "done"
is "bind" "$(bind)" "done"
is "one range is online" "$(state) $(count 'online Movable')" "mixed $((${#BLOCKS[@]} / 2))"
is "unbind" "$(unbind)" "done"
echo 0 > "$FAULT/reserve"
echo > "$LIST"
echo online_movable > "$MEMORY/auto_online_blocks"
is "bind" "$(bind)" "done"
is_all "both ranges" online_movable 'online Movable'
echo offline > "$MEMORY/auto_online_blocks"
is "unplugged" "$(attempt unplugged)" "done"

# --- taken over from the kernel's own driver, whose reservation does not exclude other drivers ---
rmmod kmem
load_stock
switch_all online_movable > /tmp/answer
unload_stock
ok "load" load_kmem
is_all "taken over" online_movable 'online Movable'
rolls_back "an unplug of taken-over memory that fails" without_reservations
is "unplugged" "$(attempt unplugged)" "done"
is "another driver gets the first range" "$(taken 0)" "done"
is "online_movable" "$(attempt online_movable)" "done"
is "unplugged" "$(attempt unplugged)" "done"
done_testing

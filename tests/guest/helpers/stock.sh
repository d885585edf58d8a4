# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Switches between the kernel's own driver and daxplug's.
[[ $STOCK_KMEM ]] || skip_all "the only kmem driver of $KERNEL is daxplug's"

# load FILE: loads a driver, which binds the device itself, except on 6.1.
load() {
	insmod "$1" || { point 1 "${1##*/} can be loaded after the other driver is unloaded"; return 1; }
	[[ -e $DAX ]] || return 0
	is_bound || echo dax0.0 > "$KMEM/new_id" 2> /dev/null || true
	is_bound || bind > /dev/null
}
load_stock() { load "$STOCK_KMEM"; }
load_ours() { load "$OUR_KMEM"; }

online_all() {
	local number
	for number in "${BLOCKS[@]}"; do
		[[ $(< "$MEMORY/memory$number/state") == online ]] || echo online_movable > "$MEMORY/memory$number/state"
	done
}

# unload_stock: unloads the kernel's own driver, which leaks allocations for memory that it cannot
# remove. kmemleak can name the functions in their stacks only while the module is loaded.
unload_stock() {
	local leaks=/sys/kernel/debug/kmemleak
	if [[ -w $leaks ]]; then
		! is_bound || unbind > /tmp/answer
		pause 5 # kmemleak does not report younger allocations
		echo scan > "$leaks"
		echo scan > "$leaks"
		cat "$leaks" > /dev/console
		echo clear > "$leaks"
	fi
	rmmod kmem
}

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Changes between the kernel's own driver and this one.
[[ $STOCK_KMEM ]] || skip_all "the kmem of $KERNEL is daxplug's driver: the kernel has no other"

# The driver binds the device by itself, except on 6.1.
load() {
	insmod "$1" || { point 1 "${1##*/} can be loaded, the other being gone"; return 1; }
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

# unload_stock: the driver keeps memory that it cannot remove for good. kmemleak can tell whose the
# leaks are only as long as the module is loaded.
unload_stock() {
	local leaks=/sys/kernel/debug/kmemleak
	if [[ -w $leaks ]]; then
		! is_bound || unbind > /tmp/answer
		pause 5 # kmemleak does not report younger ones
		echo scan > "$leaks"
		echo scan > "$leaks"
		cat "$leaks" > /dev/console
		echo clear > "$leaks"
	fi
	rmmod kmem
}

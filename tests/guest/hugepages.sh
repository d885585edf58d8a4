# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# An unplug that fails leaves the node's pool of huge pages as large as before, or the kernel log
# says how many pages are missing.
# vm: -s 1G
# driver: ours stock-7.3
. "$LAB/tests/guest/helpers/device.sh"
load_fault
POOL=/sys/devices/system/node/node$NODE/hugepages/hugepages-2048kB/nr_hugepages
MACHINE=/proc/sys/vm/nr_hugepages
PAGES=200 # more than fit in one block

# refused NAME: an unplug fails at its last block, when all other blocks are offline.
refused() {
	mark_log "$1"
	fault what=offline "skip=$((${#BLOCKS[@]} - 1))" err=16 times=1
	is "$1: the unplug is refused" "$(attempt unplugged)" EBUSY
	no_fault
	is_all "$1: rolled back" online_movable 'online Movable'
}

# has_pages NAME: the pools are as before.
has_pages() {
	stock_differs "the huge pages of the blocks that were offline are gone"
	is "$1: the node has its huge pages" "$(< "$POOL")" $PAGES
	stock_differs "the huge pages of the blocks that were offline are gone"
	is "$1: the machine has the same number of huge pages" "$(< $MACHINE)" $PAGES
}

is "unplugged" "$(attempt unplugged)" "done"
is "plugged" "$(attempt online_movable)" "done"
echo $PAGES > "$POOL"
is "the pool is on the device's node" "$(< "$POOL") $(< $MACHINE)" "$PAGES $PAGES"

refused "all free"
has_pages "all free"

# A cancel ends the unplug by a signal, which must not end the rollback's allocation of pages.
cancelled_by_its_timeout() {
	perl "$LAB/guest/hold" io "$NODE" > /tmp/hold &
	HOLDER=$!
	disown
	ok "a page is pinned" wait_until grep -q holding /tmp/hold
	echo 3000 > "$DAX/kmem/timeout_ms"
	is "a page is pinned: the unplug times out" "$(attempt unplugged)" ETIMEDOUT
	echo 0 > "$DAX/kmem/timeout_ms"
	kill "$HOLDER"
	is_all "a page is pinned: rolled back" online_movable 'online Movable'
	has_pages "a page is pinned"
}
[[ $DRIVER != ours ]] || cancelled_by_its_timeout

# A huge page in use moves to the other node and stays in the machine's pool.
mkdir -p /run/huge
mount -t hugetlbfs -o size=200M none /run/huge
echo 0 > "$POOL"
echo $PAGES > "$POOL"
ok "half of them are in use" fallocate -l $((PAGES / 2 * 2))M /run/huge/file
refused "half in use"
stock_differs "the huge pages of the blocks that were offline are gone"
is "half in use: the machine has all its huge pages" "$(< $MACHINE)" $PAGES
rm /run/huge/file

if [[ $DRIVER == ours ]]; then
	echo 0 > $MACHINE
	echo $PAGES > "$POOL"
	mount --bind "$POOL" "$POOL"
	mount -o remount,ro,bind "$POOL"
	refused "the pool cannot be set"
	umount "$POOL"
	left=$(< "$POOL")
	ok "the pool cannot be set: fewer are left ($left)" test "$left" -lt $PAGES
	is "the pool cannot be set: one line says how many are missing, and the remedy" \
		"$(log_since "the pool cannot be set" \
			"kmem dax0\.0: node $NODE has lost $((PAGES - left)) of its $PAGES huge pages of 2048 kB; to try again, write $PAGES to $POOL" | wc -l)" 1
fi

# After an unplug that succeeds the driver does not restore the pool.
echo 0 > $MACHINE
echo $PAGES > "$POOL"
is "unplugged" "$(attempt unplugged)" "done"
is "unplugged: the pool is gone with the memory" "$(< $MACHINE)" 0
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Pages with simulated hardware faults. Needs helpers/device.sh.

# A write of a page frame number to this file calls memory_failure().
INJECT=/sys/kernel/debug/hwpoison/corrupt-pfn
# A write of a page frame number to this file calls unpoison_memory().
UNPOISON=/sys/kernel/debug/hwpoison/unpoison-pfn

# find_injector: succeeds if the kernel can simulate hardware faults.
find_injector() {
	modprobe -q hwpoison-inject || return
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
}

PAGES_PER_BLOCK=$(($(block_size) / 4096))

# page_of BLOCK OFFSET: prints the page frame number.
page_of() { printf '%d\n' $(($1 * PAGES_PER_BLOCK + $2)); }

# page_flag PAGE BIT: succeeds if the bit is set in /proc/kpageflags.
page_flag() {
	local flags
	flags=$(od -An -v -t u8 -j $(($1 * 8)) -N 8 /proc/kpageflags) && ((flags >> $2 & 1))
}

is_poisoned() { page_flag "$1" 19; }

# used_since MARK: prints the number of faulty pages that memory_failure() found free or in use since
# mark_log. A program could have got each of these pages.
used_since() { times_since "$1" 'recovery action for.*(buddy|LRU|dirty|clean|huge)'; }

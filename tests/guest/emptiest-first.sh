# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# An unplug takes the emptiest blocks offline first, the fullest last; if it is cancelled at the
# first block in use, no page of another block has been moved.
# vm: -s 1G -t 240
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"
. "$LAB/tests/guest/helpers/drain.sh"

TRACING=/sys/kernel/tracing

# pages_by_block: a line for each block that the live processes use: its number, their pages in it.
pages_by_block() {
	# shellcheck disable=SC2016 # Perl's variables
	perl -e 'my ($size, @pids) = @ARGV;
		my %pages;
		for my $pid (@pids) {
			open(my $maps, "<", "/proc/$pid/maps") or die;
			open(my $map, "<:raw", "/proc/$pid/pagemap") or die;
			while (<$maps>) {
				my ($start, $end) = map(hex, /^(\w+)-(\w+)/);
				next if $end - $start < 1 << 20;
				sysseek($map, $start >> 9, 0);
				sysread($map, my $entries, ($end - $start) >> 9);
				for (unpack("Q*", $entries)) {
					$pages{int((($_ & (1 << 55) - 1) << 12) / $size)}++ if $_ >> 63;
				}
			}
		}
		print "$_ $pages{$_}\n" for sort { $a <=> $b } keys %pages' "$(block_size)" "${LIVES[@]}"
}

# use_blocks: some blocks are full, some are used in part, some are empty. Sets PAGES by block.
use_blocks() {
	local block pages
	plugged
	live one anon 60
	live two anon 180
	live three anon 90
	live four anon 120
	kill -TERM "${LIVES[two]}"
	wait "${LIVES[two]}"
	unset "LIVES[two]"
	PAGES=()
	for block in "${BLOCKS[@]}"; do
		PAGES[block]=0
	done
	while read -r block pages; do
		[[ ! ${PAGES[block]-} ]] || PAGES[block]=$pages
	done < <(pages_by_block)
	note "pages in use: $(for block in "${BLOCKS[@]}"; do printf 'memory%s %s, ' "$block" "${PAGES[block]}"; done)"
}

sixteenths() { echo $((PAGES[$1] * 16 / ($(block_size) / 4096))); }

# went: the blocks in the order in which the last unplug took them offline.
went() {
	sed -n 's/.*block_switch: device=dax0.0 block=memory\([0-9]*\) to=offline error=0.*/\1/p' "$TRACING/trace"
}

# Other pages on the device, such as those on lists of a processor, are fewer than a sixteenth.
are_emptiest_first() {
	local block now most=0
	for block in "$@"; do
		now=$(sixteenths "$block")
		((now >= most - 1)) || { echo "memory$block, $now sixteenths, after one of $most"; return 1; }
		((now <= most)) || most=$now
	done
}

migrated() { awk '$1 == "pgmigrate_success" { print $2 }' /proc/vmstat; }

# --- the order ---

use_blocks
empty=0
for block in "${BLOCKS[@]}"; do
	((PAGES[block])) || empty=$((empty + 1))
done
ok "blocks are empty" test "$empty" -ge 2
ok "blocks are in use" test "$((${#BLOCKS[@]} - empty))" -ge 3
# With the names of tasks in the trace the kernel patches the scheduler, which the live processes
# run: an emulated processor may show a breakpoint that is gone ("Oops: int3").
echo 0 > "$TRACING/options/record-cmd"
echo 1 > "$TRACING/events/dax_kmem/enable"
is "unplugged" "$(attempt unplugged)" "done"
echo 0 > "$TRACING/events/dax_kmem/enable"
mapfile -t order < <(went)
note "the order: ${order[*]}"
note "$(sed -n 's/.*transition_end: //p' "$TRACING/trace")"
is "each block went once" "$(printf '%s\n' "${order[@]}" | sort -n | paste -sd ' ')" "${BLOCKS[*]}"
ok "the emptiest first, the fullest last" are_emptiest_first "${order[@]}"
end_lives "unplugged"

# --- nothing is moved in vain ---

use_blocks
fault_at=''
# A block with less than a sixteenth in use goes with the empty ones.
for block in "${BLOCKS[@]}"; do
	(($(sixteenths "$block"))) || continue
	[[ $fault_at ]] && ((PAGES[fault_at] <= PAGES[block])) || fault_at=$block
done
load_fault
fault block="$fault_at" hold=1 times=1
before=$(migrated)
begin_write it unplugged INT
ok "the unplug has come to the emptiest block in use, memory$fault_at" wait_until is_held
is "every empty block is offline" "$(count 'offline*')" "$(for block in "${BLOCKS[@]}"; do sixteenths "$block"; done | grep -cx 0)"
signal it INT
let_go
end_write it
no_fault
is "the unplug is cancelled" "$RESULT" EINTR
blocks_as_before "cancelled"
note "$(($(migrated) - before)) pages were moved"
# The signal may reach the driver after the block's pages have begun to move.
ok "cancelled: at most the pages of that block were moved" \
	test "$(($(migrated) - before))" -lt "$((PAGES[fault_at] + 512))"
end_lives "cancelled"
done_testing

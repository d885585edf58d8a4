# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# An unplug takes the emptiest blocks offline first and the fullest last; an unplug that is cancelled
# at the first block in use has moved no page of another block.
# vm: -s 1G -t 240
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"
. "$LAB/tests/guest/helpers/drain.sh"

TRACING=/sys/kernel/tracing

# pages_by_block: prints "BLOCK PAGES" for each block that the live processes use.
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

# use_blocks: fills some blocks, uses others in part and leaves others empty. Sets PAGES[BLOCK].
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

# went: prints the blocks in the order in which the last unplug took them offline.
went() {
	sed -n 's/.*block_switch: device=dax0.0 block=memory\([0-9]*\) to=offline error=0.*/\1/p' "$TRACING/trace"
}

# are_emptiest_first BLOCK...: the blocks are in the order of their use, with a tolerance of a
# sixteenth for other pages on the device, such as those on per-CPU lists.
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
# To record the names of tasks, the kernel patches the scheduler, which the live processes run. An
# emulated processor may then execute a breakpoint that is already removed ("Oops: int3").
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

# --- a cancelled unplug has moved no page of another block ---

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
ok "the unplug has reached the emptiest block in use, memory$fault_at" wait_until is_held
is "every empty block is offline" "$(count 'offline*')" "$(for block in "${BLOCKS[@]}"; do sixteenths "$block"; done | grep -cx 0)"
signal it INT
ok "the driver is told of the signal" wait_until is_cancelled
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

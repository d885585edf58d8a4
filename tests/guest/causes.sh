# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # what is for eval and perl
# A refused unplug says what held it, and is refused before anything was moved.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"

failure() { tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n "s/^$1=//p"; }

# Pages that the kernel itself uses, on the device's node, until fd 9 is closed.
fill_pipes() {
	numactl --membind="$NODE" perl -e '
		$| = 1;
		for (1 .. 200) {
			pipe(my $read, my $write) or die; push @pipes, $read, $write;
			syswrite($write, "x" x 65536);
		}
		print "filled\n"; sleep(600);' > /tmp/pipes &
	PIPES=$!
	disown
	wait_until grep -q filled /tmp/pipes
}

# Movable pages alone are no cause.
is "unplugged" "$(attempt unplugged)" "done"
is "plugged as movable" "$(attempt online_movable)" "done"
numactl --membind="$NODE" dd if=/dev/zero of=/tmp/moved bs=1M count=64 status=none
ok "64 MiB of it are in files" test "$(files_there)" -ge $((60 << 10))
is "in use by files, it is unplugged" "$(attempt unplugged)" "done"
is "nothing is blamed" "$(cat "$DAX/kmem/last_failure")" ""
rm /tmp/moved

# Somebody else.
load_fault
echo "$((FIRST * $(block_size))),$(block_size)" > "$FAULT/reserve"
is "a plug into an address range that is taken" "$(attempt online_movable)" EBUSY
is "says so" "$(failure reason) $(failure block)" "in_use memory$FIRST"
echo 0 > "$FAULT/reserve"
is "plugged" "$(attempt online_movable)" "done"
fault what=offline block="$MIDDLE" err=5 times=-1
is "a notifier refuses" "$(attempt unplugged)" EIO
is "which is told from a page" "$(failure reason) $(failure block)" "refused memory$MIDDLE"
no_fault

# A page that the kernel uses. In a kernel zone, it may come to stay.
is "unplugged" "$(attempt unplugged)" "done"
is "plugged into a kernel zone" "$(attempt online_kernel)" "done"
fill_pipes
before=$(snapshot)
echo 1 > /sys/kernel/tracing/events/dax_kmem/enable
mark_log refused
is "an unplug is refused" "$(attempt unplugged)" EBUSY
echo 0 > /sys/kernel/tracing/events/dax_kmem/enable
is_unchanged "everything is as before" "$before"
ok "the reason is a page that the kernel uses" eval '[[ $(failure reason) == @(kernel|slab|page_table|reserved) ]]'
note "$(cat "$DAX/kmem/last_failure")"
block=$(failure block)
ok "the block is one of the device's" eval '[[ " ${BLOCKS[*]} " == *" ${block#memory} "* ]]'
pages=$(($(block_size) / 4096))
is "the page is in that block" "$(($(failure pfn) / pages))" "${block#memory}"
is "the log says so, once" "$(times_since refused "unplugged: $block could not be taken offline: .*, pfn $(failure pfn) ")" 1
is "that block was tried, and none before it: nothing was moved in vain" \
	"$(sed -n 's/.*block=\(memory[0-9]*\) to=offline error=\(-*[0-9]*\).* back=0/\1 \2/p' /sys/kernel/tracing/trace)" "$block -16"

done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval and perl
# A refused unplug names the block, the page and the reason, and has tried no other block before.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"

failure() { tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n "s/^$1=//p"; }

# Has the kernel allocate pages for itself on the device's node, until fd 9 is closed.
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

# --- movable pages are no obstacle ---
is "unplugged" "$(attempt unplugged)" "done"
is "plugged as movable" "$(attempt online_movable)" "done"
numactl --membind="$NODE" dd if=/dev/zero of=/tmp/moved bs=1M count=64 status=none
ok "files use 64 MiB of the device" test "$(files_there)" -ge $((60 << 10))
is "unplugged while files use it" "$(attempt unplugged)" "done"
is "last_failure is empty" "$(cat "$DAX/kmem/last_failure")" ""
rm /tmp/moved

# --- another driver or notifier ---
load_fault
echo "$((FIRST * $(block_size))),$(block_size)" > "$FAULT/reserve"
is "plug into an address range that another driver owns: refused" "$(attempt online_movable)" EBUSY
is "the reason is in_use, with the first block" "$(failure reason) $(failure block)" "in_use memory$FIRST"
echo 0 > "$FAULT/reserve"
is "plugged" "$(attempt online_movable)" "done"
fault what=offline block="$MIDDLE" err=5 times=-1
is "unplug that a notifier refuses" "$(attempt unplugged)" EIO
is "the reason is refused, with the block" "$(failure reason) $(failure block)" "refused memory$MIDDLE"
no_fault

# --- a page that the kernel uses, which may stay in a kernel zone for ever ---
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
is "the page lies in that block" "$(($(failure pfn) / pages))" "${block#memory}"
is "the log names the block and the page, once" "$(times_since refused "unplugged: $block could not be taken offline: .*, pfn $(failure pfn) ")" 1
is "the driver tried no other block before" \
	"$(sed -n 's/.*block=\(memory[0-9]*\) to=offline error=\(-*[0-9]*\).* back=0/\1 \2/p' /sys/kernel/tracing/trace)" "$block -16"

done_testing

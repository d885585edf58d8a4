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
is "the log says so, once" "$(log_since refused "unplugged: $block could not be taken offline: .*, pfn $(failure pfn) " | wc -l)" 1
is "the first block tried was the one: nothing was moved in vain" \
	"$(grep -c 'to=offline error=0.*back=0' /sys/kernel/tracing/trace)" 0

kill "$PIPES"
while kill -0 "$PIPES" 2> /dev/null; do pause 0.05; done
pause 0.3

# Movable pages alone are no cause.
is "plugged as movable instead, if it lets itself be unplugged" \
	"$(attempt unplugged > /dev/null; [[ $(state) == unplugged ]] && attempt online_movable || echo held)" "$([[ $(state) == @(unplugged|online_movable) ]] && echo "done" || echo held)"
if [[ $(state) == online_movable ]]; then
	numactl --membind="$NODE" dd if=/dev/zero of=/tmp/moved bs=1M count=64 status=none
	is "in use by files, it is unplugged" "$(attempt unplugged)" "done"
	is "nothing is blamed" "$(cat "$DAX/kmem/last_failure")" ""
fi

# The other reasons.
load_fault
[[ $(state) == unplugged ]] || done_testing
range=$(cat "$DAX/mapping0/start")
echo "$range,0x1000" > "$FAULT/reserve" 2> /dev/null || echo "$range 0x1000" > "$FAULT/reserve"
is "a plug into an address range that is taken" "$(attempt online_movable)" EBUSY
is "says so" "$(failure reason)" in_use
echo 0 > "$FAULT/reserve"
is "plugged" "$(attempt online_movable)" "done"
fault what=offline block="$MIDDLE" err=1 times=-1
attempt unplugged > /dev/null
is "a notifier's refusal is told from a page" "$(failure reason) $(failure block)" "refused memory$MIDDLE"
done_testing

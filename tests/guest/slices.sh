# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A block with a borrowed page holds the hotplug locks for 4 s at the longest, also after a block with
# a longer slice.
# vm: -s 1G -t 300
# full
. "$LAB/tests/guest/helpers/device.sh"
load_fault

TRACE=/sys/kernel/tracing
failure() { tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n "s/^$1=//p"; }

# attempts BLOCK: prints the duration in µs of each attempt to take the block offline.
attempts() {
	sed -n "s/.*block_switch: device=dax0.0 block=memory$1 to=offline error=.* us=\([0-9]*\).*/\1/p" $TRACE/trace
}
has_attempts() { (($(attempts "$1" | wc -l) >= $2)); }

is "unplugged" "$(attempt unplugged)" "done"
is "plugged" "$(attempt online_movable)" "done"
perl "$LAB/guest/hold" io "$NODE" > /tmp/hold &
HOLDER=$!
disown
wait_until grep -q holding /tmp/hold

echo 2500 > "$DAX/kmem/timeout_ms"
is "unplug with a borrowed page" "$(attempt unplugged)" ETIMEDOUT
is "the reason" "$(failure held)" pinned
HELD=$(failure block)
HELD=${HELD#memory}
# The driver tries the second block of the device first, so its slice precedes that of the block with
# the page.
SLOW_BLOCK=$((FIRST + 1))
if ((SLOW_BLOCK == HELD)); then
	skip "a longer slice before that of the block with the page" "the page is in the block that goes first"
	kill "$HOLDER"
	done_testing
fi
note "memory$HELD has the page, memory$SLOW_BLOCK is slow"

# Both blocks get slices of 1, 2 and 4 s. In the fourth pass the slow block gets 8 s and the other 4 s
# again. The slow block needs only 1.3 s then: less than its slice, but long enough for the driver,
# which checks once a second, to see that slice.
echo 0 > "$DAX/kmem/timeout_ms"
echo > $TRACE/trace
echo 1 > $TRACE/events/dax_kmem/enable
fault what=offline block="$SLOW_BLOCK" delay_ms=$((4500 * SLOW))
begin_write it unplugged INT
ok "three attempts at each" wait_until has_attempts "$SLOW_BLOCK" 3
fault what=offline block="$SLOW_BLOCK" delay_ms=1300
ok "a fourth attempt" wait_until has_attempts "$HELD" 4
signal it INT
end_write it
is "the writer" "$RESULT" EINTR
echo 0 > $TRACE/events/dax_kmem/enable
no_fault
note "the slow block, in µs: $(attempts "$SLOW_BLOCK" | xargs)"
note "the block with the page: $(attempts "$HELD" | xargs)"
is "the slow block went offline in its fourth attempt" \
	"$(sed -n "s/.*block_switch: device=dax0.0 block=memory$SLOW_BLOCK to=offline error=\(-*[0-9]*\) .*/\1/p" $TRACE/trace | sed -n 4p)" 0
ok "the fourth attempt at the other ended after its slice" \
	test "$(attempts "$HELD" | sed -n 4p)" -lt 5500000
kill "$HOLDER"
is "unplugged after the page is released" "$(attempt unplugged)" "done"
done_testing

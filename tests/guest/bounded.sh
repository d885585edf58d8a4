# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval and perl
# A transition that exceeds kmem/timeout_ms is rolled back; the driver gives up on a slow block and
# retries it later; a rollback ends even if a block stays busy.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
load_fault

timeout_ms() { write_file "$DAX/kmem/timeout_ms" "$1"; }
failure() { tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n "s/^$1=//p"; }

# was_tried_again_last: in SWITCHES the second attempt at MIDDLE follows the first at each other block.
was_tried_again_last() {
	awk -v block="$MIDDLE" -v blocks="${#BLOCKS[@]}" '
		$1 == block && ++tries == 2 { before = seen }
		!($1 in known) { known[$1] = 1; seen++ }
		END { exit before != blocks }' <<< "$SWITCHES"
}

cancelled() { awk -v name="$1" '$1 == name { print $2 }' "$DAX/kmem/transitions_cancelled"; }

is "no timeout is set at first" "$(cat "$DAX/kmem/timeout_ms")" 0
is "a word is refused" "$(timeout_ms soon)" EINVAL
is "a number of more than 32 bits is refused" "$(timeout_ms 4294967296)" ERANGE
is "unplugged" "$(attempt unplugged)" "done"
for word in online_movable unplugged; do
	is "$word: a timeout is set" "$(timeout_ms 500)" "done"
	fault delay_ms=200
	before=$(snapshot)
	message=$(attempt "$word")
	is "$word: the timeout expires" "$message" ETIMEDOUT
	is_unchanged "$word: everything is as before" "$before"
	is "$word: the reason" "$(failure reason) $(failure error)" "timeout -ETIMEDOUT"
	no_fault
	is "$word: without a timeout it succeeds" "$(timeout_ms 0; attempt "$word")" "done
done"
done
is "both were counted" "$(cancelled timeout)" 2
is "a timeout is set" "$(timeout_ms 600000)" "done"
is "unbind" "$(unbind)" "done"
is "bound again" "$(bind)" "done"
is "the timeout is gone" "$(cat "$DAX/kmem/timeout_ms")" 0
is "the counts are gone" "$(cancelled timeout)" 0
is "unplugged" "$(attempt unplugged)" "done"

# --- the driver retries a block later if the block takes longer than its slice ---
is "plugged" "$(attempt online_movable)" "done"
echo 1 > /sys/kernel/tracing/events/dax_kmem/enable
fault what=offline block="$MIDDLE" delay_ms=1500
is "unplugged with a slow block" "$(attempt unplugged)" "done"
echo 0 > /sys/kernel/tracing/events/dax_kmem/enable
SWITCHES=$(sed -n 's/.*block_switch: device=dax0.0 block=memory\([0-9]*\) to=offline error=\(-*[0-9]*\).*/\1 \2/p' /sys/kernel/tracing/trace)
note "$SWITCHES"
ok "the driver gave up on the block at the end of its slice" grep -q "^$MIDDLE -4" <<< "$SWITCHES"
is "the last attempt succeeded" "$(grep "^$MIDDLE " <<< "$SWITCHES" | tail -n 1)" "$MIDDLE 0"
ok "the slow block was tried again only after the first attempt at every other block" \
	was_tried_again_last

# --- a rollback gives up on a busy block after ten attempts ---
OTHERS=$((${#BLOCKS[@]} - 1))
mark_log "busy"
fault what=online,offline skip=$OTHERS err=16 times=-1
is "a plug fails at its last block, and so does its rollback" "$(attempt online_movable)" EBUSY
HITS=$(< "$FAULT/hits")
no_fault
is "each block was tried ten times" "$HITS" $((1 + 10 * OTHERS))
is "last_failure says incomplete" "$(failure rollback)" incomplete
is "state agrees with the blocks" "$(state) $(count 'online Movable')" "mixed $OTHERS"
NAMED=$(log_since "busy" 'kmem dax0\.0: rollback: .* could not be taken offline' | grep -o 'memory[0-9]* to')
is "the log names each block once" "$(wc -l <<< "$NAMED") $(sort -u <<< "$NAMED" | wc -l)" "$OTHERS $OTHERS"
is "a later unplug succeeds" "$(attempt unplugged)" "done"
done_testing

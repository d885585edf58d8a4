# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # what is for eval and perl
# A transition can be given a time, after which all is as before; a block that
# takes long is left and tried again; and a way back comes to an end.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
load_fault

timeout_ms() { write_file "$DAX/kmem/timeout_ms" "$1"; }
failure() { tr ' ' '\n' < "$DAX/kmem/last_failure" | sed -n "s/^$1=//p"; }
cancelled() { awk -v name="$1" '$1 == name { print $2 }' "$DAX/kmem/transitions_cancelled"; }

is "no time is set at first" "$(cat "$DAX/kmem/timeout_ms")" 0
is "nonsense is refused" "$(timeout_ms soon)" EINVAL
is "what is no 32-bit number likewise" "$(timeout_ms 4294967296)" ERANGE
is "unplugged" "$(attempt unplugged)" "done"
for word in online_movable unplugged; do
	is "$word: a time is set" "$(timeout_ms 500)" "done"
	fault delay_ms=200
	before=$(snapshot)
	message=$(attempt "$word")
	is "$word: it is up" "$message" ETIMEDOUT
	is_unchanged "$word: everything is as before" "$before"
	is "$word: the reason" "$(failure reason) $(failure error)" "timeout -ETIMEDOUT"
	no_fault
	is "$word: without, it is done" "$(timeout_ms 0; attempt "$word")" "done
done"
done
is "both were counted" "$(cancelled timeout)" 2
is "a time is set" "$(timeout_ms 600000)" "done"
is "unbind" "$(unbind)" "done"
is "bound again" "$(bind)" "done"
is "the time is gone" "$(cat "$DAX/kmem/timeout_ms")" 0
is "and the counts" "$(cancelled timeout)" 0
is "unplugged" "$(attempt unplugged)" "done"

# Held for longer than its slice, a block is passed over and comes again.
is "plugged" "$(attempt online_movable)" "done"
echo 1 > /sys/kernel/tracing/events/dax_kmem/enable
fault what=offline block="$MIDDLE" delay_ms=1500
is "unplugged with a slow block" "$(attempt unplugged)" "done"
echo 0 > /sys/kernel/tracing/events/dax_kmem/enable
switches=$(sed -n 's/.*block_switch: device=dax0.0 block=memory\([0-9]*\) to=offline error=\(-*[0-9]*\).*/\1 \2/p' /sys/kernel/tracing/trace)
note "$switches"
ok "it was left after its slice" grep -q "^$MIDDLE -4" <<< "$switches"
is "and went" "$(grep "^$MIDDLE " <<< "$switches" | tail -n 1)" "$MIDDLE 0"
# Others may take as long where all takes long.
((SLOW > 1)) || is "the last of all" "$(tail -n 1 <<< "$switches")" "$MIDDLE 0"

# What stays busy on the way back is tried some more, then given up and named.
OTHERS=$((${#BLOCKS[@]} - 1))
mark_log "busy"
fault what=online,offline skip=$OTHERS err=16 times=-1
is "plugged with the last block refused, and the way back" "$(attempt online_movable)" EBUSY
HITS=$(< "$FAULT/hits")
no_fault
is "each was asked for ten times" "$HITS" $((1 + 10 * OTHERS))
is "it is said" "$(failure rollback)" incomplete
is "the state is true" "$(state) $(count 'online Movable')" "mixed $OTHERS"
NAMED=$(log_since "busy" 'kmem dax0\.0: rollback: .* could not be taken offline' | grep -o 'memory[0-9]* to')
is "each is named, once" "$(wc -l <<< "$NAMED") $(sort -u <<< "$NAMED" | wc -l)" "$OTHERS $OTHERS"
is "later they go" "$(attempt unplugged)" "done"
done_testing

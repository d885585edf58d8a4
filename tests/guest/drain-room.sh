# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# unplug --drain --dry-run predicts the result of the drain, with and without room for the memory.
# Without --swap a drain swaps nothing out.
# vm: -s 1G -x 600M -t 500
# driver: ours
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"
. "$LAB/tests/guest/helpers/drain.sh"

without_sizes() { sed -E 's/[0-9.]+ [KMG]iB/SIZE/g'; }

plugged
live one anon 300
echo $((($(free_mib 0) - 150) / 2)) > "$POOL_0"
note "$(free_mib 0) MiB free on node 0"
is "no room: predicted by a dry run" "$(dry)" 7
is "no room: predicted with the reason" "$(jq -r '.[0].reason' /tmp/dry)" no_room
drain
is "no room: refused" "$STATUS" 7
is "no room: refused for the predicted reason" "$(outcome reason)" no_room
is "no room: refused with the predicted message" "$(outcome message | without_sizes)" \
	"$(jq -r '.[0].message' /tmp/dry | without_sizes)"
ok "no room: the message names the missing room" grep -qE 'too little|no room|have room' /tmp/errors
blocks_as_before "no room"

# --- swap ---

mkswap "$SCRATCH" > /dev/null && swapon "$SCRATCH"
note "$(< /proc/swaps)"
is "no room, swap but no --swap: predicted" "$(dry)" 7
drain
is "no room, swap but no --swap: refused" "$STATUS" 7
is "no room, swap but no --swap: no swap was used" "$(awk '/SwapTotal/ { t = $2 } /SwapFree/ { f = $2 } END { print t - f }' /proc/meminfo)" 0
is "--swap: predicted" "$(dry --swap)" 0
drain --swap
is "--swap: unplugged" "$STATUS" 0
ok "--swap: memory without room was swapped out" test "$(drained swapped_bytes)" -ge $((100 << 20))
echo 0 > "$POOL_0"
end_lives "--swap"
swapoff "$SCRATCH"

# --- room ---

plugged
live one anon 300
is "with room: predicted by a dry run" "$(dry)" 0
drain
is "with room: unplugged" "$STATUS" 0
end_lives "with room"
done_testing

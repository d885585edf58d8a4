# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A transition switches all ranges of a device or changes nothing, whichever range fails.
# vm-full: -s 1G
# vm: -s 1G -r 2
# vm-full: -s 1G -r 5
. "$LAB/tests/guest/helpers/device.sh"
load_fault

# SPANS: start and end of each range, by address.
mapfile -t SPANS < <(
	for mapping in "$DAX"/mapping[0-9]*; do
		printf '%s %s\n' "$(< "$mapping/start")" "$(< "$mapping/end")"
	done | sort
)

# in_range N: sets FIRST_IN and LAST_IN, the numbers of the range's first and last block.
in_range() {
	local start end size
	size=$(block_size)
	read -r start end <<< "${SPANS[$1]}"
	FIRST_IN=$((start / size)) LAST_IN=$((end / size))
}

fails() {
	local description=$1 word=$2 before
	shift 2
	before=$(snapshot)
	fault times=1 err=16 "$@"
	is "$description: EBUSY" "$(attempt "$word")" EBUSY
	is "$description: the fault was hit" "$(< "$FAULT/hits")" 1
	no_fault
	is_unchanged "$description: every block is as before" "$before"
}

is "the device has the ranges asked for" "${#SPANS[@]}" "$RANGES"
is_all "bound" offline 'offline*'
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "unplugged"

# --- another driver owns a part of a range ---
for number in $(printf '%d\n' 0 $((RANGES / 2)) $((RANGES - 1)) | sort -nu); do
	in_range "$number"
	for block in $(printf '%d\n' "$FIRST_IN" "$LAST_IN" | sort -nu); do
		before=$(snapshot)
		what="memory$block, in range $number, reserved by another driver"
		mark_log "$what"
		echo "$((block * $(block_size))),$(block_size)" > "$FAULT/reserve"
		is "$what: EBUSY" "$(attempt online_movable)" EBUSY
		is "$what: logged once, with the device and the first block of the range" \
			"$(log_since "$what" 'kmem dax0\.0: ' | grep -cw "memory$FIRST_IN")" 1
		echo 0 > "$FAULT/reserve"
		is_unchanged "$what: nothing has changed" "$before"
	done
done

for number in $(printf '%d\n' 0 $((RANGES / 2)) $((RANGES - 1)) | sort -nu); do
	in_range "$number"
	fails "plug with a block of range $number refused" online_movable what=online "block=$LAST_IN"
done
is "online_movable" "$(attempt online_movable)" "done"
is_all "plugged" online_movable 'online Movable'
is "each range is in /proc/iomem" "$(reservations)" "$RANGES"
for number in $(printf '%d\n' 0 $((RANGES / 2)) $((RANGES - 1)) | sort -nu); do
	in_range "$number"
	fails "unplug with a block of range $number refused" unplugged what=offline "block=$FIRST_IN"
done
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "unplugged"

# --- a cancel between two removals: adding the first range again would need memory ---
if ((RANGES > 1)); then
	is "online_movable" "$(attempt online_movable)" "done"
	is "every block is offline" "$(switch_all offline)" "done"
	fault what=remove delay_ms=$((500 * SLOW)) times=1
	begin_write it unplugged INT
	ok "the first range is being removed" wait_until has_matched 1
	signal it INT
	end_write it
	no_fault
	is "a signal after that does not stop the unplug" "$RESULT" "done"
	is_unplugged "a signal after that"
fi

# --- bind leaves out a range that it cannot reserve, as the kernel's own driver does ---
in_range $((RANGES - 1))
is "unbind" "$(unbind)" "done"
echo "$((LAST_IN * $(block_size))),$(block_size)" > "$FAULT/reserve"
bind > /tmp/answer
if ((RANGES == 1)); then
	ok "the device does not bind if another driver has reserved its only range" eval '! is_bound'
else
	ok "the device binds if another driver has reserved one of its ranges" is_bound
	is "the device has the other ranges" "$(count 'offline*')" "$((FIRST_IN - BLOCKS[0] - RANGES + 1))"
	is "the state is mixed" "$(state)" mixed
	ok "a warning names the device and the block" \
		eval "dmesg -l warn,err | tail -n 3 | grep 'kmem dax0\.0: .*memory$FIRST_IN\b'"
	is "unplugged" "$(attempt unplugged)" "done"
	is "no block is left" "$(count absent)" "${#BLOCKS[@]}"
	is "online_movable fails for that range" "$(attempt online_movable)" EBUSY
	is_unplugged "online_movable fails for that range"
	is "unbind" "$(unbind)" "done"
fi
echo 0 > "$FAULT/reserve"
is "bind, with all ranges free" "$(bind)" "done"
is_all "bind, with all ranges free" offline 'offline*'
done_testing

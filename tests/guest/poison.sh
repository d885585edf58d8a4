# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The driver marks a page with a hardware fault again when its memory is plugged again, and the page
# is never allocated in between.
# vm: -s 1G -t 300
# driver: ours ours-builtin
# full
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/poison.sh"
find_injector || skip_all "the kernel cannot simulate hardware faults"
load_fault

REFUSED='Memory page has hardware error'
FAULTY=()
LOST=0 # pages that the kernel still counts, but does not mark any more

# poison BLOCK OFFSET
poison() {
	local page
	page=$(page_of "$1" "$2")
	echo "$page" > "$INJECT" || true # marks the page even if it fails because the page is in use
	FAULTY+=("$page")
}

# poison_later BLOCK OFFSET: poisons a page in the background, because that may wait for a switch of a
# block.
poison_later() {
	page_of "$1" "$2" > "$INJECT" &
	FAULTY+=("$(page_of "$1" "$2")")
}

marked() {
	local page count=0
	for page in "${FAULTY[@]}"; do
		! is_poisoned "$page" || ((count += 1))
	done
	printf '%d\n' "$count"
}

corrupted() { awk -v lost="$LOST" '/HardwareCorrupted/ { print $2 / 4 - lost }' /proc/meminfo; }

managed() { awk '$1 == "managed" { sum += $2 } END { print sum }' /proc/zoneinfo; }

# is_back DESCRIPTION [WORD]: after a plug every faulty page is marked, and none was ever free.
is_back() {
	mark_log "$1"
	is "$1: plugged" "$(attempt "${2-online_movable}")" "done"
	is "$1: every faulty page is marked" "$(marked)" "${#FAULTY[@]}"
	is "$1: the kernel counts them" "$(corrupted)" "${#FAULTY[@]}"
	is "$1: none of them was free meanwhile" "$(used_since "$1")" 0
}

# is_gone DESCRIPTION
is_gone() {
	is "$1: unplugged" "$(attempt unplugged)" "done"
	is "$1: remembered" "$(< "$DAX/kmem/pages_poisoned")" "${#FAULTY[@]}"
	is "$1: the kernel has forgotten them" "$(corrupted)" 0
}

TRACING=/sys/kernel/tracing
# went_offline: prints the blocks that went offline, in order, one per line.
went_offline() { sed -n 's/.*block_switch: .* block=memory\([0-9]*\) to=offline error=0 .*/\1/p' $TRACING/trace; }

is "no faulty page at first" "$(< "$DAX/kmem/pages_poisoned") $(corrupted)" "0 0"
attempt unplugged > /tmp/answer
is "plugged" "$(attempt online_movable)" "done"
BEFORE=$(managed)

# --- faulty before the unplug: the first and the last page of a block, two neighbours, one elsewhere ---
poison "$MIDDLE" 0
poison "$MIDDLE" $((PAGES_PER_BLOCK - 1))
poison "$MIDDLE" 100
poison "$MIDDLE" 101
poison "$LAST" 77
is "faulty before: marked" "$(marked)" 5
# All other memory is free, so only these pages distinguish their blocks from others.
echo 1 > $TRACING/events/dax_kmem/block_switch/enable
is_gone "faulty before"
echo 0 > $TRACING/events/dax_kmem/block_switch/enable
is "faulty before: their blocks go last" "$(went_offline | tail -n 2 | sort -n | xargs)" \
	"$(printf '%d\n' "$MIDDLE" "$LAST" | sort -n | xargs)"
is_back "faulty before"
is "faulty before: the managed memory is as before" "$(managed)" "$BEFORE"

# --- the memory is used and freed ---
numactl --membind="$NODE" dd if=/dev/zero of=/tmp/filled bs=1M count=300 status=none
ok "used: files use 300 MiB of it" test "$(files_there)" -ge $((290 << 10))
is "used: still marked" "$(marked)" 5
rm /tmp/filled
is_gone "used"
is_back "used"

# --- during an unplug, in a block that is still online; the first block goes last ---
fault what=offline hold=1 times=1 skip=2 delay_ms=700
begin_write it unplugged
ok "during an unplug: the transition is half-way" wait_until is_held
poison_later "$FIRST" 5
let_go
wait
end_write it
is "during an unplug: the unplug succeeds" "$RESULT" "done"
no_fault
is "during an unplug: remembered" "$(< "$DAX/kmem/pages_poisoned")" 6

# --- during a plug, in a block that is online already; the last block comes first ---
fault what=online hold=1 times=1 skip=3 delay_ms=700
begin_write it online_movable
ok "during a plug: the transition is half-way" wait_until is_held
poison_later "$LAST" 99
let_go
wait
end_write it
is "during a plug: the plug succeeds" "$RESULT" "done"
no_fault
is "during a plug: marked" "$(marked)" 7
is_gone "during a plug"
is_back "during a plug"

# --- after the plug ---
poison "${BLOCKS[1]}" 512
is_gone "faulty after"

# --- a plug that is rolled back forgets nothing ---
fault what=online block="$FIRST" err=16 times=-1
is "a plug fails" "$(attempt online_movable)" EBUSY
no_fault
is_unplugged "a plug fails"
is "a plug fails: remembered" "$(< "$DAX/kmem/pages_poisoned")" 8
is_back "a plug fails"

# --- blocks with faulty pages can be taken offline by their own files, but not put online again ---
is "by its own file the block goes offline" "$(switch "$MIDDLE" offline)" "done"
is "by its own file the block does not go online" "$(switch "$MIDDLE" online_movable)" "$REFUSED"
# Linux 6.1 clears the marks, but not the count, before it checks whether the block may go online.
[[ $KERNEL != 6.1 ]] || LOST=4
is_gone "one offline before"
is_back "one offline before"

# --- across an unbind, and put online by bind ---
is_gone "unbound"
is "unbound" "$(unbind)" "done"
is "bound" "$(bind)" "done"
is "bound: offline" "$(state)" offline
is "bound: the block cannot go online by its own file" "$(switch "$MIDDLE" online_movable)" "$REFUSED"
is "bound: another block can go online" "$(switch "${BLOCKS[2]}" online_movable)" "done"
is "bound: and offline" "$(switch "${BLOCKS[2]}" offline)" "done"
is "unbound, offline" "$(unbind)" "done"
echo online_movable > "$MEMORY/auto_online_blocks"
mark_log policy
is "bound by policy" "$(bind)" "done"
is_all "bound by policy" online_movable 'online Movable'
is "bound by policy: marked" "$(marked)" "${#FAULTY[@]}"
is "bound by policy: none of them was free meanwhile" "$(used_since policy)" 0

# --- taken offline by its own files, and unbound ---
echo offline > "$MEMORY/auto_online_blocks"
poison "${BLOCKS[3]}" 9
for number in "${BLOCKS[@]}"; do
	switch "$number" offline > /tmp/answer
done
is "by their own files: all offline" "$(count 'offline*')" "${#BLOCKS[@]}"
is "by their own files: remembered" "$(< "$DAX/kmem/pages_poisoned")" "${#FAULTY[@]}"
is "by their own files: unbound and bound" "$(unbind) $(bind)" "done done"
is "by their own files: remembered still" "$(< "$DAX/kmem/pages_poisoned")" "${#FAULTY[@]}"

# --- in a kernel zone; last, because the kernel may keep memory there ---
is_gone "a kernel zone"
is_back "a kernel zone" online_kernel
done_testing

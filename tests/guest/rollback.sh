# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Whichever block is refused, a failed transition changes nothing, and the writer gets the errno of
# the first failure.
# vm: -s 1G
# driver: ours stock-7.3 ours-builtin
. "$LAB/tests/guest/helpers/device.sh"
load_fault
FAILURES=0

# fails DESCRIPTION WORD ERRNO FAULT...: a write of WORD fails, and everything is as before.
fails() {
	local description=$1 word=$2 errno=$3 before
	shift 3
	before=$(snapshot)
	mark_log "$description"
	fault "$@"
	[[ $word == unplugged ]] || stock_differs "the write succeeds with a block offline"
	is "$description: $errno" "$(attempt "$word")" "$errno"
	is "$description: the fault was hit" "$(< "$FAULT/hits")" 1
	no_fault
	[[ $word == unplugged ]] || stock_differs "the blocks stay"
	is_unchanged "$description: every block is as before" "$before"
	((FAILURES += 1))
}

# is_logged DESCRIPTION N: the log has the failure once, with the device and block N.
is_logged() {
	stock_differs "the log does not name the block"
	is "$1: logged once, with device and block" \
		"$(log_since "$1" 'kmem dax0\.0: ' | grep -cw "memory$2")" 1
}

# plug_fails WORD PLACE N
plug_fails() {
	local description="$1 with the $2 block refused"
	fails "$description" "$1" EBUSY what=online "block=$3" err=16 times=1
	is_logged "$description" "$3"
	[[ $(state) == unplugged ]] || attempt unplugged > /tmp/answer
}

unplug_fails() {
	local description="unplugged with the $1 block refused"
	fails "$description" unplugged EBUSY what=offline "block=$2" err=16 times=1
	is_logged "$description" "$2"
}

is "unplugged" "$(attempt unplugged)" "done"
plug_fails online_movable first "$FIRST"
plug_fails online_movable middle "$MIDDLE"
plug_fails online_movable last "$LAST"
fails "online_movable with a block refused with ENOMEM" online_movable ENOMEM \
	what=online skip=2 err=12 times=1
[[ $(state) == unplugged ]] || attempt unplugged > /tmp/answer

# The first attempts of the rollback fail, too: two blocks are busy once.
busy_in_the_rollback() {
	local description="online_movable with the last block refused and two busy in the rollback" before
	before=$(snapshot)
	fault what=online,offline "skip=$((${#BLOCKS[@]} - 1))" err=16 times=3
	stock_differs "the write succeeds with a block offline"
	is "$description: EBUSY" "$(attempt online_movable)" EBUSY
	HITS=$(< "$FAULT/hits")
	no_fault
	stock_differs "nothing is rolled back"
	is "$description: both blocks were tried" "$HITS" 3
	stock_differs "the blocks stay"
	is_unchanged "$description: every block is as before" "$before"
	((FAILURES += 1))
	[[ $(state) == unplugged ]] || attempt unplugged > /tmp/answer
}
busy_in_the_rollback

is "online_movable" "$(attempt online_movable)" "done"
unplug_fails first "$FIRST"
unplug_fails middle "$MIDDLE"
unplug_fails last "$LAST"
fails "unplugged with the first block to go refused" unplugged EIO what=offline err=5 times=1
fails "unplugged with the last block to go refused" unplugged EIO \
	what=offline "skip=$((${#BLOCKS[@]} - 1))" err=5 times=1
is "unplugged" "$(attempt unplugged)" "done"
is_unplugged "unplugged"

# refused_in_pieces NAME BLOCK: an unplug from mixed fails at BLOCK.
refused_in_pieces() {
	local description="$1, memory$2 refused" before
	before=$(snapshot)
	fault what=offline "block=$2" err=16 times=1
	is "$description: EBUSY" "$(attempt unplugged)" EBUSY
	HITS=$(< "$FAULT/hits")
	no_fault
	is_unchanged "$description: every block is as before" "$before"
	((FAILURES += 1))
}

# --- mixed: ZONE_MOVABLE and offline ---
is "online_movable" "$(attempt online_movable)" "done"
for block in "${BLOCKS[1]}" "${BLOCKS[4]}" "${BLOCKS[-2]}"; do
	switch "$block" offline
done > /tmp/answer
for block in "$FIRST" "${BLOCKS[2]}" "$LAST"; do
	refused_in_pieces "movable and offline" "$block"
	is "movable and offline, memory$block refused: the fault was hit" "$HITS" 1
done

# --- mixed: kernel zones as well; the unplug may fail because the kernel has used its zone ---
switch_all offline > /tmp/answer
for ((i = 0; i < ${#BLOCKS[@]} / 2; i++)); do
	switch "${BLOCKS[i]}" online_kernel
done > /tmp/answer
switch "${BLOCKS[-2]}" online_movable > /tmp/answer
switch "$LAST" online_movable > /tmp/answer
stock_differs "state reads the last word written"
is "in pieces: state" "$(state)" mixed
is "in pieces: kernel zones" "$(count 'online Normal')" 4
is "in pieces: ZONE_MOVABLE" "$(count 'online Movable')" 2
is "in pieces: offline" "$(count 'offline*')" 2
for block in "$FIRST" "${BLOCKS[2]}" "$LAST"; do
	refused_in_pieces "in pieces" "$block"
done

stock_differs "the log is silent"
is "each failure is logged as a warning or an error" \
	"$(dmesg -l warn,err | grep -cE 'kmem dax0\.0: (unplugged|online[a-z_]*): .*could not be')" "$FAILURES"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The file state behaves as the tables of docs/abi.md say: each word that a read returns, each
# word that a write accepts, each errno.
# vm: -s 1G
# driver: ours stock-7.3 ours-builtin
. "$LAB/tests/guest/helpers/device.sh"
load_fault
let_kernel_choose_movable

uevents() { cat /sys/kernel/uevent_seqnum; }

# refuses DESCRIPTION ERRNO WORD...: a write of each word fails with ERRNO and changes nothing.
refuses() {
	local description=$1 errno=$2 word before events
	shift 2
	before=$(snapshot)
	udevadm settle
	events=$(uevents)
	for word; do
		is "$description, write '${word//$'\n'/\\n}': $errno" "$(attempt "$word")" "$errno"
	done
	is_unchanged "$description: nothing has changed" "$before"
	is "$description: no uevent" "$(uevents)" "$events"
}

# does_nothing WORD: a write of the current state succeeds and changes nothing.
does_nothing() {
	local word=$1 before events
	before=$(snapshot)
	events=$(uevents)
	fault what=any times=-1
	is "$word, from $word: success" "$(attempt "$word")" "done"
	is "$word, from $word, with a newline: success" "$(attempt "$word"$'\n')" "done"
	is "$word, from $word: no block was touched" "$(< "$FAULT/matched")" 0
	no_fault
	is_unchanged "$word, from $word: nothing has changed" "$before"
	is "$word, from $word: no uevent" "$(uevents)" "$events"
}

# attempt_bytes FORMAT: writes the output of printf FORMAT, which may contain \0.
attempt_bytes() {
	local message
	# shellcheck disable=SC2059 # $1 is a format
	# dd writes all bytes in one write(2); bash would make one write(2) for each line.
	if message=$(printf "$1" | dd of="$DAX/state" bs=4096 iflag=fullblock conv=notrunc status=none 2>&1); then
		printf 'done\n'
	else
		errno_name "${message##*: }"
	fi
}

GARBAGE=(offline mixed $'offline\n' $'mixed\n' $'\n' ' ' unplug plug online_movabl
	onlinee ONLINE ' online' 'online ' $'online\n\n' 'online online_movable' 0 1)

# --- the file itself ---
is "mode of state" "$(stat -c %a "$DAX/state")" 644
is "owner of state" "$(stat -c %U:%G "$DAX/state")" root:root
is "a user can read it" "$(setpriv --reuid=65534 --regid=65534 --clear-groups cat "$DAX/state")" offline
is "a user cannot write it" "$(setpriv --reuid=65534 --regid=65534 --clear-groups \
	bash -c "$(declare -f write_file errno_name); write_file $DAX/state unplugged")" EACCES
is "a word and a newline" "$(od -An -c "$DAX/state" | tr -d ' \n')" 'offline\n'

# --- after a bind with policy offline ---
is_all "bound with policy offline" offline 'offline*'
refuses "offline" EINVAL "${GARBAGE[@]}"
refuses "offline" EBUSY online online_kernel online_movable
is "unplugged from offline" "$(attempt unplugged)" "done"
is_unplugged "unplugged from offline"

# --- from unplugged ---
does_nothing unplugged
refuses "unplugged" EINVAL offline mixed $'\n' garbage

# goes_online WORD ZONE LINE
goes_online() {
	local word=$1 zone=$2 line=$3 total others
	total=$(memory_total)
	is "$word from unplugged" "$(attempt "$line")" "done"
	is_all "$word from unplugged" "$word" "online $zone"
	# shellcheck disable=SC2153 # not a misspelling of size
	is "$word: MemTotal grows by the device's size" "$(($(memory_total) - total))" "$((SIZE / 1024))"
	does_nothing "$word"
	mapfile -t others < <(printf '%s\n' online online_kernel online_movable | grep -vx "$word")
	refuses "$word" EBUSY "${others[@]}"
	refuses "$word" EINVAL offline mixed $'\n' garbage
}

# comes_back WORD LINE TOTAL
comes_back() {
	is "unplugged from $1" "$(attempt "$2")" "done"
	is_unplugged "unplugged from $1"
	is "$1 and back: MemTotal is as before" "$(memory_total)" "$3"
}

memory_total() { awk '/MemTotal/ { print $2 }' /proc/meminfo; }
total=$(memory_total)

# Each online state, written with and without a newline, and back to unplugged.
goes_online online_movable Movable $'online_movable\n'
comes_back online_movable $'unplugged\n' "$total"
goes_online online Movable online
comes_back online unplugged "$total"

# C programs may write the NUL that ends a string.
is "unplugged, with a NUL, from unplugged: success" "$(attempt_bytes 'unplugged\0')" "done"
is "online_movable, with a NUL: success" "$(attempt_bytes 'online_movable\0')" "done"
is_all "online_movable, with a NUL" online_movable 'online Movable'
is "unplugged, with a newline and a NUL: success" "$(attempt_bytes 'unplugged\n\0')" "done"
is_unplugged "unplugged, with a newline and a NUL"
for word in '\0' 'offline\0' 'plug\0'; do
	is "write '$word': EINVAL" "$(attempt_bytes "$word")" EINVAL
done
is_unplugged "after invalid words with a NUL"

# --- from mixed ---
attempt online_movable > /tmp/answer
switch "$MIDDLE" offline > /tmp/answer
stock_differs "state reads the last word written"
is "mixed" "$(state)" mixed
refuses "mixed" EINVAL offline mixed
stock_differs "state still reads online_movable"
is "online_movable from mixed: EBUSY" "$(attempt online_movable)" EBUSY
refuses "mixed" EBUSY online online_kernel
comes_back mixed unplugged "$total"

# The kernel may have used a block in a kernel zone by now: then the unplug changes nothing.
goes_online online_kernel Normal online_kernel
before=$(snapshot)
case $(attempt unplugged) in
done) is_unplugged "unplugged from online_kernel" ;;
EBUSY) is_unchanged "unplugged from online_kernel, with the kernel's pages there: all or nothing" "$before" ;;
*) ok "unplugged from online_kernel: done or EBUSY" false ;;
esac
done_testing

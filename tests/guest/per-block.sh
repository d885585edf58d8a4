# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# state agrees with the blocks, whichever task has switched them.
# vm: -s 1G
# driver: ours stock-7.3 ours-builtin
. "$LAB/tests/guest/helpers/device.sh"
let_kernel_choose_movable

# reads DESCRIPTION WORD
reads() {
	[[ $2 == "$WRITTEN" ]] || stock_differs "state reads the last word written"
	is "$1" "$(state)" "$2"
}

write() {
	WRITTEN=$1
	is "write $1" "$(attempt "$1")" "done"
}

# must N WORD...: switches blocks by their own files.
must() {
	local word=$1 number answer
	shift
	for number; do
		answer=$(switch "$number" "$word")
		[[ $answer == "done" ]] || ok "memory$number takes $word: $answer" false
	done
}

half=$((${#BLOCKS[@]} / 2))

write unplugged
write online_movable
must offline "$FIRST"
reads "the first offline: mixed" mixed
must online_movable "$FIRST"
reads "one back in its zone: online_movable" online_movable
must offline "$LAST"
reads "the last offline: mixed" mixed
must offline "${BLOCKS[@]:0:${#BLOCKS[@]} - 1}"
reads "all offline: offline" offline

write unplugged
write online
must offline "$MIDDLE"
reads "after online, one offline: mixed" mixed
must online_movable "$MIDDLE"
reads "one back in its zone: the zone's name, no longer online" online_movable

write unplugged
write online
is "a block that is online refuses to go online" "$(switch "$MIDDLE" online)" EINVAL
reads "the refusal changes nothing: online" online
echo 0 > "$MEMORY/memory$FIRST/online"
reads "offline by the file online: mixed" mixed
must offline "${BLOCKS[@]:1}"
reads "all offline: offline" offline
echo 1 > "$MEMORY/memory$FIRST/online"
must online "${BLOCKS[@]:1}"
reads "online one by one, the kernel choosing: the zone's name" online_movable

write unplugged
is_unplugged "unplugged"

# Last, because the kernel may keep memory in a kernel zone.
write online_movable
must offline "${BLOCKS[@]}"
must online_kernel "${BLOCKS[@]:0:half}"
reads "half of them in a kernel zone, half offline: mixed" mixed
must online_movable "${BLOCKS[@]:half}"
reads "half in a kernel zone, half in ZONE_MOVABLE: mixed" mixed
must offline "${BLOCKS[@]:half}"
must online_kernel "${BLOCKS[@]:half}"
reads "all in a kernel zone: online_kernel" online_kernel
done_testing

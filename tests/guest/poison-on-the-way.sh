# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The driver remembers a page that fails while its own memory block goes offline, and marks it again
# after the next plug.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/poison.sh"
find_injector || skip_all "the kernel cannot simulate hardware faults"
load_fault

SOFT_OFFLINE=/sys/devices/system/memory/soft_offline_page
FAULTY=()

# fails_at BLOCK OFFSET: marks the page in the MEM_GOING_OFFLINE notifier of its block, which
# runs with pcp_batch_high_lock held. memory_failure() would wait for that lock before it counts
# the page in the block.
fails_at() {
	FAULTY+=("$(page_of "$1" "$2")")
	fault what=offline block="$1" page="${FAULTY[-1]}" times=1
}

# is_back DESCRIPTION: after the next plug every faulty page is marked, and none was free before that.
is_back() {
	local page
	is "$1: remembered" "$(< "$DAX/kmem/pages_poisoned")" "${#FAULTY[@]}"
	mark_log "$1"
	is "$1: plugged" "$(attempt online_movable)" "done"
	for page in "${FAULTY[@]}"; do
		ok "$1: page $page is marked again" is_poisoned "$page"
	done
	is "$1: none was free in between" "$(used_since "$1")" 0
}

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"

# --- the first and the last page of a block, and the block that goes last ---
for place in "$MIDDLE 0" "$LAST $((PAGES_PER_BLOCK - 1))" "$FIRST 7"; do
	read -r block offset <<< "$place"
	fails_at "$block" "$offset"
	is "page $offset of memory$block fails: unplugged" "$(attempt unplugged)" "done"
	no_fault
	is_back "page $offset of memory$block fails"
done

# --- a block that is switched by its own file ---
fails_at "${BLOCKS[1]}" 9
is "by its own file: offline" "$(switch "${BLOCKS[1]}" offline)" "done"
no_fault
is "by its own file: unplugged" "$(attempt unplugged)" "done"
is_back "by its own file"

# --- a block that is removed when the device is unbound ---
fails_at "${BLOCKS[2]}" 1
is "unbound: offline" "$(switch_all offline)" "done"
no_fault
is "unbound and bound" "$(unbind) $(bind)" "done done"
is "unbound: unplugged" "$(attempt unplugged)" "done"
is_back "unbound"

# soft_offline_page() waits for mem_hotplug_lock until the block is offline. The driver remembers the
# page only if soft_offline_page() succeeds.
page=$(page_of "${BLOCKS[3]}" 3)
fault what=offline block="${BLOCKS[3]}" hold=1 times=1
begin_write it unplugged
ok "soft offlining: the block is going offline" wait_until is_held
write_file "$SOFT_OFFLINE" $((page * 4096)) > /tmp/soft &
pause 0.5
let_go
wait
end_write it
no_fault
is "soft offlining: unplugged" "$RESULT" "done"
note "soft offlining: $(< /tmp/soft)"
[[ $(< /tmp/soft) != "done" ]] || FAULTY+=("$page")
is_back "soft offlining"
done_testing

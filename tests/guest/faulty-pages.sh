# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The pages that the parameter faulty_pages lists are never in use after the next plug, and a module
# that is loaded again with the list forgets none of them.
# vm: -s 1G -t 300
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/poison.sh"
find_injector || skip_all "the kernel cannot simulate hardware faults"

FILE=/sys/module/kmem/parameters/faulty_pages

# range FIRST LAST: prints the bytes of the pages FIRST to LAST.
range() { printf '0x%x-0x%x' $(($1 * 4096)) $((($2 + 1) * 4096 - 1)); }

list() { cat "$FILE" 2>&1; }
remembered() { cat "$DAX/kmem/pages_poisoned"; }
managed() { awk '$1 == "managed" { sum += $2 } END { print sum }' /proc/zoneinfo; }

# Free, on an LRU list, mapped or anonymous: bits 10, 5, 11, 12 of /proc/kpageflags.
is_usable() { page_flag "$1" 10 || page_flag "$1" 5 || page_flag "$1" 11 || page_flag "$1" 12; }

# count_of FUNCTION: prints the number of PAGES that FUNCTION accepts.
count_of() {
	local page count=0
	for page in "${PAGES[@]}"; do
		! "$1" "$page" || ((count += 1))
	done
	printf '%d\n' "$count"
}

# is_rejected DESCRIPTION LIST ENTRY: the list is refused, the log names the entry, and nothing changes.
is_rejected() {
	local before
	before=$(list)
	mark_log "$1"
	is "$1: rejected" "$(write_file "$FILE" "$2")" EINVAL
	ok "$1: the log names the entry" test -n "$(log_since "$1" "faulty_pages: '$3'.* the list is rejected")"
	is "$1: nothing changes" "$(list)" "$before"
}

# is_kept_out DESCRIPTION: no page of PAGES is in use although the memory is full.
is_kept_out() {
	is "$1: every page is marked" "$(count_of is_poisoned)" "${#PAGES[@]}"
	ok "$1: most of the memory is used" \
		numactl --membind="$NODE" dd if=/dev/zero of=/tmp/filled bs=1M count=$((SIZE * 9 / 10 >> 20)) status=none
	is "$1: none of them is in use" "$(count_of is_usable)" 0
	is "$1: none of them was free meanwhile" "$(used_since "$1")" 0
	rm /tmp/filled
}

is "at first the list is empty" "$(list)" ''
is "only root can read it" "$(stat -c %a "$FILE")" 600
is_rejected "no range" "4096-8191,0x2000" 0x2000
is_rejected "ends in the wrong order" 8192-4096 8192-4096
is_rejected "more than 64 MiB" "0-0x3ffffff 0x50000000-0x50000000" 0x50000000-0x50000000
is "an empty list is accepted" "$(write_file "$FILE" '')" "done"

# --- before a plug: the first and last page of a block, and a run of pages across two blocks ---
is "unplugged" "$(attempt unplugged)" "done"
FIRST_PAGE=$(page_of "$MIDDLE" 0)
LAST_PAGE=$(page_of "$LAST" $((PAGES_PER_BLOCK - 1)))
RUN=$(page_of "${BLOCKS[1]}" 0)
PAGES=("$FIRST_PAGE" "$LAST_PAGE" $((RUN - 2)) $((RUN - 1)) "$RUN")
BYTE=$((FIRST_PAGE * 4096 + 4095))
is "listed" "$(write_file "$FILE" "$BYTE-$BYTE, $(range "$LAST_PAGE" "$LAST_PAGE")
$(range $((RUN - 2)) "$RUN")")" "done"
LISTED="$(range $((RUN - 2)) "$RUN"),$(range "$FIRST_PAGE" "$FIRST_PAGE"),$(range "$LAST_PAGE" "$LAST_PAGE")"
is "the list has whole pages, in order" "$(list)" "$LISTED"
is "counted" "$(remembered)" 5
mark_log plugged
is "plugged" "$(attempt online_movable)" "done"
is_kept_out plugged
BEFORE=$(managed)
is "unplugged: the list is as before" "$(attempt unplugged) $(list)" "done $LISTED"
is "plugged again: the managed memory is as before" "$(attempt online_movable) $(managed)" "done $BEFORE"

# --- while the memory is online: in use until the next plug ---
ADDED=$(page_of "${BLOCKS[2]}" 100)
is "online: listed" "$(write_file "$FILE" "$(range "$ADDED" "$ADDED")")" "done"
ok "online: not marked" eval "! is_poisoned $ADDED"
PAGES+=("$ADDED")
# --- and marked by the kernel ---
FAULTY=$(page_of "${BLOCKS[3]}" 200)
echo "$FAULTY" > "$INJECT"
PAGES+=("$FAULTY")
is "unplugged with both" "$(attempt unplugged) $(remembered)" "done 7"
LISTED=$(list)
ok "the list has a page that the kernel has marked" grep -qF "$(range "$FAULTY" "$FAULTY")" <<< "$LISTED"
mark_log "plugged with both"
is "plugged with both" "$(attempt online_movable)" "done"
is_kept_out "plugged with both"
is "unplugged again" "$(attempt unplugged)" "done"

# --- a reload that hands over the list, with a device that goes online at once ---
ok "unloaded" rmmod kmem
ok "a list with an error: not loaded" eval '! modprobe kmem faulty_pages=4096 2> /tmp/said'
echo online_movable > "$MEMORY/auto_online_blocks"
mark_log reloaded
ok "reloaded with the list" load_kmem "faulty_pages=$LISTED"
is "reloaded: the list is as before" "$(list)" "$LISTED"
is_all reloaded online_movable 'online Movable'
is_kept_out reloaded

# --- a list that is too long to be read ---
for ((byte = 1 << 46; byte < (1 << 46) + 200 * 8192; byte += 8192)); do
	write_file "$FILE" "$byte-$byte" || break
done > /tmp/answers
is "200 more pages" "$(sort /tmp/answers | uniq -c | xargs)" "200 done"
ok "a list that is longer than a page cannot be read" grep -q 'File too large$' <<< "$(list)"
is "its pages of this device are still counted" "$(remembered)" 7
is "unplugged at last" "$(attempt unplugged)" "done"
ok "unloaded at last" rmmod kmem
echo offline > "$MEMORY/auto_online_blocks"
ok "loaded without a list" load_kmem
is "a reload without the list forgets all" "$(list) $(remembered)" " 0"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each range of a device is stranded, reclaimed and adopted independently.
# full
# vm: -s 512M -r 2
. "$LAB/tests/guest/helpers/stranded.sh"
load_fault

mapfile -t NAMES < <(
	for mapping in "$DAX"/mapping[0-9]*; do
		printf '%x-%x\n' "$(($(< "$mapping/start")))" "$(($(< "$mapping/end")))"
	done | sort
)
HALF=$((${#BLOCKS[@]} / 2))

# leave: plugs the device and unbinds it, so that both ranges are stranded.
leave() {
	! is_bound || attempt unplugged > /tmp/answer
	is "online_movable" "$(attempt online_movable)" "done"
	is "unbind" "$(unbind)" "done"
	is "both ranges are stranded" "$(stranded)" "${NAMES[*]}"
}

is_reclaiming() { grep -qsx 'kmem/.*' /proc/[0-9]*/comm; }

# refused_meanwhile GONE LEFT: during a reclaim of the range LEFT, which then fails, a bind is refused
# and the log names LEFT, not GONE.
refused_meanwhile() {
	fault what=offline hold=1 times=1 err=16
	reclaim "$2" > /tmp/reclaimed &
	ok "$1: reclaimed: a reclaim of the other is under way" wait_until is_held
	mark_log "$1 meanwhile"
	is "$1: reclaimed: bind meanwhile" "$(bind)" EBUSY
	ok "$1: reclaimed: the log names the range in the way" test -n \
		"$(log_since "$1 meanwhile" "memory $2 is being reclaimed")"
	let_go
	wait
	is "$1: reclaimed: the other reclaim fails" "$(< /tmp/reclaimed) $(stranded)" "EBUSY $2"
	no_fault
}

for gone in 0 1; do
	name=${NAMES[gone]} other=${NAMES[1 - gone]}
	leave
	fault what=offline err=16 times=1 skip=1
	is "$name: reclaim, with a block refused" "$(reclaim "$name")" EBUSY
	no_fault
	is "$name: nothing has changed" "$(count 'online Movable') $(stranded)" "${#BLOCKS[@]} ${NAMES[*]}"
	is "$name: reclaim" "$(reclaim "$name")" "done"
	is "$name: reclaimed: the other is stranded" "$(stranded)" "$other"
	is "$name: reclaimed: blocks of the other" "$(count 'online Movable')" "$HALF"
	is "$name: reclaimed: its own blocks are gone" "$(count absent)" "$HALF"
	is "$name: reclaimed: its addresses are free" "$(left_over)" 2
	refused_meanwhile "$name" "$other"
	is "$name: bind" "$(bind)" "done"
	is "$name: bound: the other is adopted" "$(count 'online Movable')" "$HALF"
	is "$name: bound: the range is added" "$(count 'offline*')" "$HALF"
	is "$name: bound: state" "$(state)" mixed
	is "$name: bound: nothing is stranded" "$(stranded)" ''
	is "$name: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "$name"
done

leave
for name in "${NAMES[@]}"; do
	is "both: reclaim $name" "$(reclaim "$name")" "done"
done
is "both: nothing is stranded" "$(stranded)" ''
is "both: no block is left" "$(count absent)" "${#BLOCKS[@]}"
is "both: no reservation is left" "$(left_over)" 0
is "both: the module is free" "$(refcount)" 0
is "bind" "$(bind)" "done"

# --- by hand: a range is removed when its last online block goes offline ---
leave
is_left() { [[ $(stranded) == "$1" ]]; }
for block in "${BLOCKS[@]:0:HALF}"; do
	switch "$block" offline > /tmp/answer
done
ok "by hand: the first range is removed" wait_until is_left "${NAMES[1]}"
is "by hand: the other is as before" "$(count 'online Movable') $(count absent)" "$HALF $HALF"
for block in "${BLOCKS[@]:HALF}"; do
	switch "$block" offline > /tmp/answer
done
ok "by hand: the other range is removed" wait_until is_left ''
is "by hand: no block is left" "$(count absent)" "${#BLOCKS[@]}"
is "bind" "$(bind)" "done"

# --- the last block of one range goes offline by hand while the other is being reclaimed ---
leave
LAST=${BLOCKS[-1]}
for block in "${BLOCKS[@]:HALF:HALF-1}"; do
	switch "$block" offline > /tmp/answer
done
fault what=offline hold=1 times=1 delay_ms=300 # the reclaim takes longer than a sweep waits
switch "$LAST" offline > /tmp/switched &
ok "beside a reclaim: the last block is going offline" wait_until is_held
reclaim "${NAMES[0]}" > /tmp/reclaimed &
ok "beside a reclaim: the reclaim has begun" wait_until is_reclaiming
let_go
wait
no_fault
is "beside a reclaim: the block went offline" "$(< /tmp/switched)" "done"
is "beside a reclaim: the reclaim succeeded" "$(< /tmp/reclaimed)" "done"
ok "beside a reclaim: both ranges are gone" wait_until is_left ''
is "bind" "$(bind)" "done"
is_all "in the end" offline 'offline*'
done_testing

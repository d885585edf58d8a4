# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval
# stranded/ lists memory that no device owns, and a reclaim there removes all of a range or changes
# nothing.
# vm: -s 512M
. "$LAB/tests/guest/helpers/stranded.sh"
load_fault
START=$(($(< "$DAX/mapping0/start")))
NAME=$(name_of "$START" "$SIZE")
TOTAL=${#BLOCKS[@]}
RECLAIM=$STRANDED/$NAME/reclaim

# is_stranded DESCRIPTION ONLINE
is_stranded() {
	is "$1: stranded" "$(facts "$NAME")" "$(printf 'start=%#x size=%d blocks_total=%d blocks_online=%d quarantined=0 ' \
		"$START" "$SIZE" "$TOTAL" "$2")"
}

# outside: everything that a reclaim changes, and must not change if it fails.
outside() { ls "$STRANDED"; snapshot 2> /dev/null; }

# unbind_online: plugs the device and unbinds it, so that all its memory is stranded.
unbind_online() {
	is "online_movable" "$(attempt online_movable)" "done"
	is "unbind" "$(unbind)" "done"
	is_stranded "unbound" "$TOTAL"
}

is "unplugged" "$(attempt unplugged)" "done"
is "nothing is stranded" "$(stranded)" ''
unbind_online
is "one range is stranded" "$(stranded)" "$NAME"

# --- the files show the present state ---
is "one block offline by hand" "$(switch "$MIDDLE" offline)" "done"
is_stranded "one block offline by hand" $((TOTAL - 1))
is "that block online by hand" "$(switch "$MIDDLE" online_movable)" "done"

# --- a file that is open while the range is adopted can no longer be read ---
exec {open}< "$STRANDED/$NAME/blocks_online"
is "reclaim: only root may write to it" "$(stat -c %a "$RECLAIM")" 200
exec {late}> "$RECLAIM"
read -r first <&"$open"
is "an open file" "$first" "$TOTAL"
is "bind" "$(bind)" "done"
is_all "adopted" online_movable 'online Movable'
is "adopted: nothing is stranded" "$(stranded)" ''
ok "adopted: reading the open file fails" eval '! cat <&"$open"'
message=$( { printf 1 >&"$late"; } 2>&1) || true
is "adopted: writing the other fails with ENODEV" "$(errno_name "${message##*: }")" ENODEV
is_all "adopted" online_movable 'online Movable'
exec {open}<&- {late}>&-
is "unbind" "$(unbind)" "done"

# --- a reclaim that fails changes nothing ---
for word in 0 2 $'\n' yes; do
	is "reclaim: ${word@Q} is refused" "$(write_file "$RECLAIM" "$word")" EINVAL
done
before=$(outside)
fault what=offline "block=$MIDDLE" err=16 times=1
mark_log refused
is "reclaim, with a block refused" "$(reclaim "$NAME")" EBUSY
no_fault
is "the log has one line about it" "$(times_since refused 'kmem dax0\.0: ')" 1
ok "the line names the range and the block" eval '[[ $(log_since refused "kmem dax0\.0: ") == *"reclaim $NAME: memory$MIDDLE "* ]]'
is "nothing has changed" "$(outside)" "$before"

# --- exclusion and cancellation ---
fault what=offline hold=1 times=1 skip=1
WRITE_TO=$RECLAIM begin_write it 1 INT
ok "reclaim under way" wait_until is_held
mark_log "under way"
is "under way: binding is refused" "$(bind)" EBUSY
ok "under way: the log says why" log_since "under way" "memory $NAME is being reclaimed"
ok "under way: unloading is refused" eval '! rmmod kmem'
WRITE_TO=$RECLAIM begin_write second 1 INT
ok "under way: a second reclaim waits" wait_until is_writing second
pause 0.1
signal second INT
end_write second
is "under way: a signal ends its wait" "$RESULT" EINTR
is_stranded "under way" $((TOTAL - 1))
signal it INT
ok "under way: the driver is told of the signal" wait_until is_cancelled
let_go
end_write it
no_fault
is "reclaim, cancelled" "$RESULT" EINTR
is "nothing has changed" "$(outside)" "$before"

is "reclaim" "$(reclaim "$NAME")" "done"
is "reclaimed: nothing is stranded" "$(stranded)" ''
is "reclaimed: blocks" "$(count absent)" "$TOTAL"
is "reclaimed: no reservation is left" "$(left_over)" 0
is "reclaimed: the module is free" "$(refcount)" 0
is "bind" "$(bind)" "done"
is_all "bound again" offline 'offline*'
done_testing

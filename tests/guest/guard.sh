# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # expanded by eval and perl
# With kmem/guard on, only a transition switches a block of the device.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"

set_guard() { write_file "$DAX/kmem/guard" "$1"; }

is "the guard is off at first" "$(< "$DAX/kmem/guard")" 0
for word in 2x maybe $'\n'; do
	is "write '${word//$'\n'/\\n}' to guard" "$(set_guard "$word")" EINVAL
done
is "a device without guard: a block can be onlined" "$(switch "$FIRST" online_movable)" "done"
is "a device without guard: a block can be offlined" "$(switch "$FIRST" offline)" "done"

is "guard" "$(set_guard 1)" "done"
is "guarded" "$(< "$DAX/kmem/guard")" 1
mark_log guarded
for word in online online_kernel online_movable; do
	is "guarded, offline: a block cannot go $word" "$(switch "$MIDDLE" "$word")" EBUSY
done
is "guarded: the refusals are counted" "$(< "$DAX/kmem/refusals")" 3
ok "guarded: the log names the device, the block, the task and its pid" test -n \
	"$(log_since guarded "dax0\.0: guard: memory$MIDDLE: .*by bash \(pid [0-9]+\)")"
is "guarded: unplugged" "$(attempt unplugged)" "done"
is_unplugged "guarded, unplugged"
is "guarded: online_movable" "$(attempt online_movable)" "done"
is_all "guarded, plugged" online_movable 'online Movable'
is "guarded, online: a block cannot be offlined" "$(switch "$LAST" offline)" EBUSY
is "guarded, online: a block cannot be offlined by its file online" "$(write_file "$MEMORY/memory$LAST/online" 0)" EBUSY
is_all "guarded, afterwards" online_movable 'online Movable'
is "no guard" "$(set_guard 0)" "done"
is "no guard: a block can be offlined" "$(switch "$LAST" offline)" "done"
is "no guard: a block can be onlined" "$(switch "$LAST" online_movable)" "done"
is "unplugged" "$(attempt unplugged)" "done"

# --- with the parameter guard=1, with which bind still follows the system's policy ---
echo online_movable > "$MEMORY/auto_online_blocks"
ok "unload" rmmod kmem
ok "load with guard=1" load_kmem guard=1
is "guarded from the beginning" "$(< "$DAX/kmem/guard")" 1
is_all "guarded from the beginning, bound" online_movable 'online Movable'
is "guarded from the beginning: a block cannot be offlined" "$(switch "$LAST" offline)" EBUSY
is "guarded from the beginning: unplugged" "$(attempt unplugged)" "done"
is_unplugged "guarded from the beginning"

# --- stranded memory is not guarded ---
is "plugged" "$(attempt online_movable)" "done"
unbind > /dev/null
is "unbound: a block can be taken offline" "$(switch "$FIRST" offline)" "done"
bind > /dev/null
is "bound again: a block cannot be put online" "$(switch "$FIRST" online)" EBUSY
is "unplugged" "$(attempt unplugged)" "done"
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The module can be unloaded and loaded again in every state without online memory; in all other
# states unloading is refused.
# vm: -s 1G
. "$LAB/tests/guest/helpers/device.sh"
let_kernel_choose_movable

# reload DESCRIPTION: unloading removes all memory, loading adds it again.
reload() {
	ok "$1: unload" rmmod kmem
	is "$1, unloaded: nothing is left" "$(count absent)" "${#BLOCKS[@]}"
	is "$1, unloaded: no reservation is left" "$(left_over)" 0
	ok "$1: load" load_kmem
	is_all "$1, loaded" offline 'offline*'
}

# is_kept DESCRIPTION: unloading is refused, and changes nothing.
is_kept() {
	local before
	before=$(snapshot)
	ok "$1: unloading is refused" eval '! rmmod kmem'
	is_unchanged "$1: the refusal changes nothing" "$before"
}

reload offline
attempt unplugged > /tmp/answer
reload unplugged
attempt unplugged > /tmp/answer
for word in online_movable online; do
	is "$word" "$(attempt "$word")" "done"
	is_kept "$word"
	attempt unplugged > /tmp/answer
	reload "unplugged from $word"
	attempt unplugged > /tmp/answer
done

is "online_movable" "$(attempt online_movable)" "done"
switch "$MIDDLE" offline > /tmp/answer
is_kept mixed
is "unbind" "$(unbind)" "done"
ok "unbound with memory online: unloading is refused" eval '! rmmod kmem'
is "bind" "$(bind)" "done"
is "all offline by hand" "$(switch_all offline | tail -n 1)" "done"
is "offline" "$(state)" offline
reload "offline by hand"

is "unbind" "$(unbind)" "done"
ok "unload while unbound" rmmod kmem
ok "load" load_kmem
ok "the device binds" is_bound
is_all "in the end" offline 'offline*'

# Last, because the kernel may keep memory in a kernel zone.
attempt unplugged > /tmp/answer
is "online_kernel" "$(attempt online_kernel)" "done"
is_kept online_kernel
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A driver that is built into the kernel takes its parameters from the kernel command line, before the
# first device is bound.
# vm: -s 1G -a "kmem.guard=1 kmem.default_state=online_movable kmem.faulty_pages=0x180201000-0x180202fff"
# driver: ours-builtin
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/poison.sh"

PARAMETERS=/sys/module/kmem/parameters
PAGES=($((0x180201)) $((0x180202)))

# are_kept_out: succeeds if the faulty pages are marked and not free (bit 10 of /proc/kpageflags).
are_kept_out() {
	local page
	for page in "${PAGES[@]}"; do
		is_poisoned "$page" && ! page_flag "$page" 10 || return
	done
}

ok "the driver is built in" test -d "$PARAMETERS" -a ! -e /sys/module/kmem/initstate
is "default_state reads as on the command line" "$(< "$PARAMETERS/default_state")" online_movable
is "faulty_pages reads as on the command line" "$(< "$PARAMETERS/faulty_pages")" 0x180201000-0x180202fff
is "guard reads as on the command line" "$(< "$PARAMETERS/guard")" Y

is "the device begins at the address that faulty_pages assumes" "$(< "$DAX/mapping0/start")" 0x180000000
is_all "at boot" online_movable 'online Movable'
ok "at boot: the faulty pages are kept out" are_kept_out
is "at boot: both are counted" "$(< "$DAX/kmem/pages_poisoned")" 2
is "at boot: the guard refuses a switch of one block" \
	"$(write_file "$MEMORY/memory${BLOCKS[0]}/state" offline)" EBUSY

is "unplugged" "$(attempt unplugged)" "done"
is "unplugged: both are still counted" "$(< "$DAX/kmem/pages_poisoned")" 2
is "plugged again" "$(attempt online_movable)" "done"
ok "plugged again: the faulty pages are kept out" are_kept_out

is "another default_state is accepted" "$(write_file "$PARAMETERS/default_state" offline)" "done"
is "unplugged" "$(attempt unplugged)" "done"
is "unbind" "$(unbind)" "done"
is "bind" "$(bind)" "done"
is_all "bound again" offline 'offline*'

done_testing

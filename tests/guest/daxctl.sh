# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# daxctl, which does not know the file state, works with daxplug's driver as with the kernel's own,
# which has to pass the same test.
# vm: -s 512M
# driver: ours
# driver-full: stock
. "$LAB/tests/guest/helpers/device.sh"

# listed KEY...: values in daxctl's list of the device.
listed() {
	local keys
	keys=$(printf '.%s,' "$@")
	daxctl list -d dax0.0 | jq -rc ".[0] | [${keys%,}] | map(tostring) | join(\" \")"
}

is_state() { [[ $DRIVER == stock ]] || is "$1: state" "$(state)" "$2"; }
bound_to() { [[ ! -e $DAX/driver ]] || basename "$(realpath "$DAX/driver")"; }
TOTAL=${#BLOCKS[@]}

is "list" "$(listed mode online_memblocks total_memblocks target_node size)" \
	"system-ram 0 $TOTAL $NODE $SIZE"

ok "online-memory" daxctl online-memory dax0.0
is "online-memory: blocks" "$(count 'online Movable')" "$TOTAL"
is "online-memory: list" "$(listed mode online_memblocks movable)" "system-ram $TOTAL true"
is_state "online-memory" online_movable

ok "offline-memory" daxctl offline-memory dax0.0
is "offline-memory: blocks" "$(count 'offline*')" "$TOTAL"
is "offline-memory: list" "$(listed mode online_memblocks)" "system-ram 0"
is_state "offline-memory" offline

ok "reconfigure-device to devdax" daxctl reconfigure-device --mode=devdax dax0.0
is "reconfigure-device to devdax: driver" "$(bound_to)" device_dax
is "reconfigure-device to devdax: list" "$(listed mode)" devdax
is "reconfigure-device to devdax: blocks" "$(count absent)" "$TOTAL"

ok "reconfigure-device to system-ram" daxctl reconfigure-device --mode=system-ram dax0.0
is "reconfigure-device to system-ram: driver" "$(bound_to)" kmem
is "reconfigure-device to system-ram: blocks" "$(count 'online Movable')" "$TOTAL"
is_state "reconfigure-device to system-ram" online_movable

ok "reconfigure-device to devdax by force" daxctl reconfigure-device --mode=devdax --force dax0.0
is "reconfigure-device to devdax by force: driver" "$(bound_to)" device_dax
is "reconfigure-device to devdax by force: blocks" "$(count absent)" "$TOTAL"

ok "reconfigure-device to system-ram without onlining" \
	daxctl reconfigure-device --mode=system-ram --no-online dax0.0
is "reconfigure-device to system-ram without onlining: blocks" "$(count 'offline*')" "$TOTAL"
is_state "reconfigure-device to system-ram without onlining" offline

# --- daxctl and the file state alternately ---
if [[ $DRIVER == ours ]]; then
	is "unplugged" "$(attempt unplugged)" "done"
	is "unplugged: list" "$(listed mode)" system-ram
	is "online_movable" "$(attempt online_movable)" "done"
	is "online_movable: list" "$(listed mode online_memblocks movable)" "system-ram $TOTAL true"
	ok "offline-memory" daxctl offline-memory dax0.0
	is_state "offline-memory" offline
fi

# Last, because the kernel may keep memory in a kernel zone.
ok "online-memory in a kernel zone" daxctl online-memory --no-movable dax0.0
is "online-memory in a kernel zone: blocks" "$(count 'online Normal')" "$TOTAL"
is "online-memory in a kernel zone: list" "$(listed online_memblocks movable)" "$TOTAL false"
is_state "online-memory in a kernel zone" online_kernel
done_testing

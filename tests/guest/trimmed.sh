# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Parts of a range that fill no whole memory block are left out, and the log says so. A device
# without a whole block does not bind.
# vm: -s 1G
# driver: ours
# driver-full: stock-7.3
. "$LAB/tests/guest/helpers/device.sh"

MIB=$((1 << 20))
REGION=$(realpath "$DAX/../dax_region")

# has_state: the kernel's own driver before 7.3 has no state file.
has_state() { [[ -e $DAX/state ]]; }

# child SIZE: creates another device of SIZE at the lowest free addresses. Sets CHILD.
child() {
	local before
	before=$(ls /sys/bus/dax/devices)
	echo 1 > "$REGION/create"
	CHILD=$(comm -13 <(echo "$before") <(ls /sys/bus/dax/devices))
	[[ ! -e /sys/bus/dax/devices/$CHILD/driver ]] ||
		echo "$CHILD" > "/sys/bus/dax/devices/$CHILD/driver/unbind"
	echo "$1" > "/sys/bus/dax/devices/$CHILD/size"
}

remove_child() {
	[[ ! -e /sys/bus/dax/devices/$1/driver ]] ||
		echo "$1" > "/sys/bus/dax/devices/$1/driver/unbind"
	echo 0 > "/sys/bus/dax/devices/$1/size"
	echo "$1" > "$REGION/delete"
}

# rebind DESCRIPTION: binds the device again, with its present sizes.
rebind() {
	mark_log "$1"
	is_bound || bind > /tmp/answer
	find_blocks
}

unbind > /tmp/answer

# --- the last block cut short ---
echo 0 > "$DAX/size"
echo $((SIZE - 2 * MIB)) > "$DAX/size"
rebind "a block cut short at the end"
ok "a block cut short at the end: the device binds" is_bound
is "a block cut short at the end: the others are present" "$(count 'offline*')" $((SIZE / BLOCK - 1))
is "a block cut short at the end: the node has no other block" \
	"$(find "/sys/devices/system/node/node$NODE" -maxdepth 1 -name 'memory[0-9]*' | wc -l)" $((SIZE / BLOCK - 1))
if has_state; then
	is "a block cut short at the end: the log says so once" \
		"$(times_since "a block cut short at the end" 'kmem dax0\.0: .*(trimmed|truncated)')" 1
	is "a block cut short at the end: unplugged" "$(attempt unplugged)" "done"
	is "a block cut short at the end: online_movable" "$(attempt online_movable)" "done"
	is_all "a block cut short at the end, plugged" online_movable 'online Movable'
	is "a block cut short at the end: unplugged" "$(attempt unplugged)" "done"
	is_unplugged "a block cut short at the end, unplugged"
fi
unbind > /tmp/answer

# --- the device begins in the middle of a block: another device has its start ---
echo 0 > "$DAX/size"
child $((2 * MIB))
GAP=$CHILD
echo $((SIZE - 2 * MIB)) > "$DAX/size"
rebind "a block cut short at the start"
ok "a block cut short at the start: the device binds" is_bound
is "a block cut short at the start: the others are present" "$(count 'offline*')" $((SIZE / BLOCK - 1))
unbind > /tmp/answer

# --- two ranges, the first of which has no whole block ---
echo 0 > "$DAX/size"
child $((4 * MIB))
echo $((2 * BLOCK + 2 * MIB)) > "$DAX/size"
remove_child "$GAP"
echo 0 > "$DAX/size"
echo $((SIZE - 4 * MIB)) > "$DAX/size"
rebind "a range too small"
note "$(cat "$DAX"/mapping*/start "$DAX"/mapping*/end 2> /dev/null | xargs)"
ok "a range too small: the device binds" is_bound
is "a range too small: the other is present" "$(count 'offline*')" $((SIZE / BLOCK - 1))
ok "a range too small: the log says so" test -n "$(log_since "a range too small" 'kmem dax0\.0: .*too small')"
unbind > /tmp/answer

# --- no whole block ---
echo 0 > "$DAX/size"
echo $((BLOCK / 2)) > "$DAX/size"
mark_log "no whole block"
bind > /tmp/answer
ok "no whole block: the device does not bind" eval '! is_bound'
ok "no whole block: the log says so" test -n "$(log_since "no whole block" 'dax0\.0: rejecting DAX region without (a whole memory block|any memory)')"
is "no whole block: no reservation is left" "$(left_over)" 0
is "no whole block: the module is free" "$(< /sys/module/kmem/refcnt)" 0
done_testing

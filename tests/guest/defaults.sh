# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# default_state sets the state of each device at bind, selects devices by properties that do not
# change, and overrides the system's policy.
# vm: -s 1G
# full
. "$LAB/tests/guest/helpers/device.sh"

LIST=/sys/module/kmem/parameters/default_state
POLICY=$MEMORY/auto_online_blocks

defaults() { write_file "$LIST" "$1"; }

# bind_again: unplugs and unbinds the device, and binds it again.
bind_again() {
	attempt unplugged > /tmp/answer
	unbind > /tmp/answer
	bind
}

# gives DESCRIPTION STATE BLOCKS: the device is in that state when it is bound again.
gives() {
	is "$1: bind" "$(bind_again)" "done"
	is_all "$1" "$2" "$3"
}

start=$(< "$DAX/mapping0/start")
end=$(< "$DAX/mapping0/end")

is "the list is empty at first" "$(< "$LIST")" ""
echo online_movable > "$POLICY"
gives "an empty list: the policy decides" online_movable 'online Movable'

# --- each state ---
is "unplugged" "$(defaults dax0.0=unplugged)" "done"
is "unplugged: reads back" "$(< "$LIST")" dax0.0=unplugged
is "unplugged: bind" "$(bind_again)" "done"
is_unplugged "unplugged"
is "unplugged: the device can be plugged" "$(attempt online_movable)" "done"
is "offline" "$(defaults dax0.0=offline)" "done"
gives "offline" offline 'offline*'
let_kernel_choose_movable
is "online" "$(defaults dax0.0=online)" "done"
gives "online" online 'online Movable'
echo offline > "$POLICY"
is "online_movable" "$(defaults dax0.0=online_movable)" "done"
gives "online_movable, against policy offline" online_movable 'online Movable'
is "policy" "$(defaults dax0.0=policy,any=unplugged)" "done"
gives "policy" offline 'offline*'
is "the system's policy is as before" "$(< "$POLICY")" offline

# --- each selector, between entries that do not match ---
for selector in dax0.0 hmem "node:$NODE" "range:$start-$end" any; do
	is "$selector" "$(defaults "dax9.0=offline,cxl=offline
node:77=offline $selector=online_movable any=offline")" "done"
	gives "$selector" online_movable 'online Movable'
done
is "a list of selectors that do not match, a range, and any" "$(defaults "dax0.1=online,pmem=online,node:0=online,range:0-$end=policy,any=online")" "done"
gives "the first entry that matches applies" offline 'offline*'

# --- a wrong entry changes nothing ---
is "a valid list" "$(defaults hmem=online_movable)" "done"
for entry in dax0.0 dax0=offline hmen=offline node:=offline hmem=mixed hmem=onlin "range:$end-$start=offline"; do
	mark_log "$entry"
	is "$entry: refused" "$(defaults "any=online,$entry,any=unplugged")" EINVAL
	is "$entry: the log names it, once" "$(times_since "$entry" "default_state: '$entry': ")" 1
done
most=$(getconf PAGESIZE)
padding=$(printf '%*s' $((most - 2 - 10)) '')
is "a list of the greatest length, with a newline" \
	"$({ printf '%sany=policy\n' "$padding" > "$LIST"; } 2>&1)" ""
is "a valid list" "$(defaults hmem=online_movable)" "done"
long=$(printf 'any=policy,%.0s' {1..400})
is "a list that is too long: refused" "$(defaults "${long:0:4091}any")" EINVAL
is "the former list is in force" "$(< "$LIST")" hmem=online_movable
gives "the former list applies" online_movable 'online Movable'

# --- memory that is present at bind stays as it is ---
is "a block goes offline" "$(switch "$LAST" offline)" "done"
is "unplugged" "$(defaults any=unplugged)" "done"
is "unbound with blocks online" "$(unbind)" "done"
is "bound again" "$(bind)" "done"
is "adopted: unchanged" "$(count 'online Movable')" "$((${#BLOCKS[@]} - 1))"
is "unplugged" "$(attempt unplugged)" "done"

# --- a list given at load ---
is "unbind" "$(unbind)" "done"
rmmod kmem
ok "a wrong list at load is refused" eval '! modprobe kmem default_state=dax0.0=onlin 2> /dev/null'
ok "the module is not loaded" test ! -e /sys/module/kmem
ok "load with a list" load_kmem default_state=cxl=offline,hmem=online_movable
is_all "given at load" online_movable 'online Movable'
is "given at load: unplugged" "$(attempt unplugged)" "done"

# --- a property set by the driver that made the device ---
rmmod kmem
parent=$(basename "$(dirname "$(realpath "$DAX")")")
ok "the parent gets the property" insmod "$LAB/modules/property.ko" device="$parent" state=online_movable
ok "load" load_kmem
is_all "by the property" online_movable 'online Movable'
is "a list overrides the property" "$(defaults node:"$NODE"=unplugged)" "done"
is "a list overrides the property: bind" "$(bind_again)" "done"
is "a list overrides the property: state" "$(state)" unplugged
is "a list says policy" "$(defaults any=policy)" "done"
gives "the policy overrides the property if a list says policy" offline 'offline*'
rmmod property
is "no list" "$(defaults $'\n')" "done"
is "no list: reads back" "$(< "$LIST")" ""
gives "neither list nor property" offline 'offline*'
ok "the parent gets a property with an unknown state" insmod "$LAB/modules/property.ko" device="$parent" state=nonsense
mark_log nonsense
gives "a wrong property is ignored" offline 'offline*'
ok "the log names the unknown state" test -n "$(log_since nonsense "kmem,default-state is 'nonsense'")"

# Last, because the kernel may keep memory in a kernel zone.
is "online_kernel" "$(defaults hmem=online_kernel)" "done"
gives "online_kernel" online_kernel 'online Normal'
done_testing

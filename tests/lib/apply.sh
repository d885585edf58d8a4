#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# daxplug.conf as apply, check and metrics read it: apply.sh DAXPLUG MAKE_FIXTURE PRELOAD NO_MEMORY
set -uo pipefail

# shellcheck source=cli-lib.sh
. "$(dirname "$(realpath "$0")")/cli-lib.sh"

# declare_in FILE LINE...: writes FILE, below the tree.
declare_in() {
	mkdir -p "$(dirname "$ROOT/$1")"
	printf '%s\n' "${@:2}" > "$ROOT/$1"
}
declares() { declare_in etc/daxplug.conf "$@"; }
found() { on check -J | jq -r --arg id "$1" '.findings[] | select(.id == $id) | "\(.severity) \(.chardev // "-") \(.file // "-"):\(.line // "-") \(.text)"'; }
differing() { on apply -n -J | jq -r '.devices[0].changes[].key' | xargs; }

# --- nothing declared ---

new_root ours-6.12-movable
is "nothing is declared: nothing to do" "$(status_of on apply) $(cat "$WORK/out" "$WORK/err")" "0 "
is "nothing is declared: a dry run" "$(status_of on apply -n)" 0
valid "nothing is declared" apply on apply -J
is "nothing is declared: module options" "$(status_of on apply --boot -n)" 0

# --- a section ---

declares '[hbm]' 'kind = hmem' 'state = online_movable' 'guard = off'
is "as declared: nothing is printed" "$(status_of on apply) $(cat "$WORK/out" "$WORK/err")" "0 "
is "as declared: a dry run" "$(status_of on apply -n)" 0
is "as declared: JSON" "$(on apply -J | jq -r '.devices[0].outcome')" unchanged
declares '# HBM' '[hbm]' 'kind = hmem' 'state = unplugged' '; more' 'guard = on' 'timeout = 30s' \
	'memmap-on-memory = off'
is "the device differs: a dry run" "$(status_of on apply -n)" 65
is "the output names the difference" "$(< "$WORK/out")" "dax0.0: guard would be on, was off
dax0.0: timeout would be 30s, was infinity
dax0.0: state would be unplugged, was online_movable"
is "the device differs in these keys" "$(differing)" "state guard timeout"
valid "the device differs: JSON" apply on apply -n -J
is "the device differs: JSON" "$(jq -r '.devices[0] | "\(.section) \(.file):\(.line) \(.outcome)"' "$WORK/json")" \
	"hbm /etc/daxplug.conf:3 would-change"
is "a record cannot be changed" "$(status_of on apply)" 8
is "the message is one line" "$(error)" "daxplug: dax0.0: guard = on: a recorded tree cannot be changed"
declares '[hbm]' 'kind = hmem' 'state = online'
is "online is any zone" "$(status_of on apply -n)" 0
declares '[hbm]' 'kind = cxl' 'state = unplugged'
is "no device of that kind" "$(status_of on apply -n)" 0

# --- a value that cannot be read is neither off nor infinity ---

# unreadable ATTRIBUTE: reads fail, but the file exists.
unreadable() {
	rm -f "$ROOT/sys/bus/dax/devices/dax0.0/$1"
	mkdir "$ROOT/sys/bus/dax/devices/dax0.0/$1"
}
unreadable kmem/guard
unreadable kmem/timeout_ms
unreadable memmap_on_memory
declares '[hbm]' 'kind = hmem' 'guard = off' 'timeout = infinity'
is "settings that cannot be read: a dry run" "$(status_of on apply -n)" 65
is "the output says that they are unknown" "$(< "$WORK/out")" "dax0.0: guard would be off, was unknown
dax0.0: timeout would be infinity, was unknown"
is "settings that cannot be read: check" "$(on check -J | jq -r '.findings[] | select(.id == "drift").text')" \
	"guard is unknown, but [hbm] declares off
timeout is unknown, but [hbm] declares infinity"
declares '[hbm]' 'kind = hmem' 'memmap-on-memory = off'
is "page structs, unknown" "$(differing)" memmap-on-memory
is "page structs, unknown: apply" "$(status_of on apply) $(error)" \
	"4 daxplug: dax0.0: cannot read memmap_on_memory: Is a directory"
new_root ours-6.12-movable
rm -r "$ROOT/sys/bus/dax/devices/dax0.0/kmem"
ln -s kmem "$ROOT/sys/bus/dax/devices/dax0.0/kmem"
declares '[hbm]' 'kind = hmem' 'guard = off' 'timeout = infinity'
is "the driver's files cannot be read" "$(differing)" "guard timeout"
new_root ours-6.12-movable
rm -f "$ROOT/sys/bus/dax/devices/dax0.0/memmap_on_memory"
declares '[hbm]' 'kind = hmem' 'memmap-on-memory = off'
is "page structs, on a kernel without the attribute" "$(status_of on apply -n)" 0
declares '[hbm]' 'kind = hmem' 'memmap-on-memory = on'
is "page structs of a device in use" "$(status_of on apply -n)" 7
ok "the message has the remedy" said 'daxplug unplug --release dax0.0 && daxplug apply$'

# --- invalid lines ---

# faulty TEXT LINE...: the lines are refused with TEXT, and nothing changes.
faulty() {
	declares "${@:2}"
	is "$1: a usage error" "$(status_of on apply)" 2
	is "$1: the message" "$(error)" "daxplug: /etc/daxplug.conf:$1"
	is "$1: nothing on standard output" "$(wc -c < "$WORK/out")" 0
}
faulty "3: unknown key 'stat', did you mean 'state'?" '[a]' 'kind = hmem' 'stat = online'
faulty "3: unknown key 'frobnicate'; the keys are device, uuid, serial, range, node, kind, state, guard, timeout and memmap-on-memory" \
	'[a]' 'kind = hmem' 'frobnicate = 1'
faulty "3: state = onlin: not unplugged, online, online_kernel or online_movable" \
	'[a]' 'kind = hmem' 'state = onlin'
faulty "3: state = offline: not unplugged, online, online_kernel or online_movable" \
	'[a]' 'kind = hmem' 'state = offline'
faulty "2: guard = yes: not on or off" '[a]' 'guard = yes' 'kind = hmem'
faulty "3: timeout = 3x: not a time such as 30s or 1.5min" '[a]' 'kind = hmem' 'timeout = 3x'
faulty "3: timeout = 60d: not less than 50 days, or infinity" '[a]' 'kind = hmem' 'timeout = 60d'
faulty "2: kind = dram: not cxl, hmem or pmem" '[a]' 'kind = dram'
faulty "2: device = dax*: not a device such as dax0.0" '[a]' 'device = dax*'
faulty "2: device = all: not a device such as dax0.0" '[a]' 'device = all'
faulty "2: uuid = 1: not a UUID" '[a]' 'uuid = 1'
faulty "2: node = -1: not the number of a NUMA node" '[a]' 'node = -1'
faulty "2: range = 5-2: not a range of addresses START-END" '[a]' 'range = 5-2'
faulty "3: state = : not unplugged, online, online_kernel or online_movable" '[a]' 'kind = hmem' 'state ='
faulty "2: [a] matches no device; it needs one of device, uuid, serial, range, node and kind" \
	'[a]' 'state = online'
faulty "2: [a] has node and kind; a section has one of them" '[a]' 'node = 1' 'kind = hmem'
faulty "1: 'state' stands before the first [section]" 'state = online' '[a]' 'kind = hmem'
faulty "3: 'frob' is not KEY = VALUE" '[a]' 'kind = hmem' 'frob' 'state = online'
declares '[a]' 'kind = hmem' 'stat = on' 'frob' 'more'
is "each line is counted" "$(status_of on apply -n) $(error)" "2 daxplug: /etc/daxplug.conf:4: 'frob' is not KEY = VALUE
daxplug: /etc/daxplug.conf:3: unknown key 'stat', did you mean 'state'?"
faulty "2: Missing bracket; a line is [LABEL], KEY = VALUE or # COMMENT" '' '[a' 'kind = hmem'
declares '[a]' 'kind = dram' 'stat = on'
is "each fault is named" "$(status_of on apply -n) $(wc -l < "$WORK/err")" "2 2"
is "faults and JSON: nothing on standard output" "$(status_of on apply -J) $(wc -c < "$WORK/out")" "2 0"

# --- the most specific match ---

RANGE=0x180000000-0x1bfffffff
# counts LABEL SECTION...: of sections "key=value", the one with LABEL counts for dax0.0.
counts() {
	local lines=() section
	for section in "${@:2}"; do
		lines+=("[${section%%=*}]" "${section/=/ = }")
	done
	declares "${lines[@]}"
	is "$1 counts" "$(on apply -n -J | jq -r '.devices[0].section')" "$1"
}
counts kind kind=hmem
counts node kind=hmem node=1
counts range node=1 "range=$RANGE" kind=hmem
counts device "range=$RANGE" device=dax0.0 kind=hmem
counts device device=/dev/dax0.0 node=0x1
declares '[a]' 'node = 1' '[b]' 'node = 0x1' 'state = unplugged'
is "a tie" "$(status_of on apply -n)" 2
is "the message names both sections" "$(error)" "daxplug: /etc/daxplug.conf:4: [b] matches dax0.0 by node, and so does [a] at /etc/daxplug.conf:2; let one of them match by a more specific key"
declares '[a]' 'node = 1' '[b]' 'node = 0x1' '[c]' 'device = dax0.0'
is "a tie that does not count" "$(status_of on apply -n)" 0
declares '[a]' 'node = 7' '[b]' 'node = 0x7'
declares '[a]' 'kind = hmem' 'node = 1' '[b]' 'node = 7'
is "the last key of a section and the first of the next" "$(status_of on apply -n) $(error)" \
	"2 daxplug: /etc/daxplug.conf:3: [a] has node and kind; a section has one of them"
declares '[a]' 'node = 7' '[b]' 'node = 0x7'
is "a tie without a device" "$(status_of on apply -n)" 0

# --- files ---

declares '[hbm]' 'kind = hmem' 'state = online_movable' 'guard = on'
declare_in etc/daxplug.conf.d/10-a.conf '[hbm]' 'state = unplugged'
declare_in etc/daxplug.conf.d/20-b.conf '[hbm]' 'guard = off'
is "a later file overrides, key by key" "$(differing)" state
declare_in etc/daxplug.conf.d/20-b.conf.bak '[hbm]' 'frob = off'
is "other names are not read" "$(status_of on apply -n)" 65
declare_in usr/lib/daxplug.conf.d/05-vendor.conf '[vendor]' 'frob = off'
is "a vendor's file is read" "$(status_of on apply -n)" 2
is "the message names the file and the line" "$(error)" "daxplug: /usr/lib/daxplug.conf.d/05-vendor.conf:2: unknown key 'frob'; the keys are device, uuid, serial, range, node, kind, state, guard, timeout and memmap-on-memory"
ln -s /dev/null "$ROOT/etc/daxplug.conf.d/05-vendor.conf"
is "a file of the same name masks it" "$(status_of on apply -n)" 65
rm "$ROOT/etc/daxplug.conf"
declare_in usr/lib/daxplug.conf '[hbm]' 'kind = hmem' 'guard = on'
is "the vendor's main file, if there is no other" "$(differing)" state
printf '[x]\nnode = 1\nguard = on\n' > "$WORK/given.conf"
is "a given file replaces them" "$(on apply -n -J "$WORK/given.conf" | jq -r '.devices[0].changes[].key')" guard
printf '[x]\nguard = off\n' > "$WORK/more.conf"
is "a later given file overrides" "$(status_of on apply -n "$WORK/given.conf" "$WORK/more.conf")" 0
printf '[x]\nkind = hmem\n' > "$WORK/kind.conf"
is "a later file adds a second match" "$(status_of on apply -n "$WORK/given.conf" "$WORK/kind.conf") $(error)" \
	"2 daxplug: $WORK/given.conf:2: [x] has node and kind; a section has one of them"
is "a given file that does not exist" "$(status_of on apply -n "$WORK/none.conf")" 2
is "the message names the missing file" "$(error)" "daxplug: $WORK/none.conf: cannot be read: No such file or directory"
is "a given file that is a directory" "$(status_of on apply -n "$WORK") $(error)" \
	"2 daxplug: $WORK: cannot be read: not a regular file"
ln -s "$WORK/given.conf" "$ROOT/etc/daxplug.conf.d/90-out.conf"
is "a link out of the tree leads nowhere" "$(status_of on apply -n)" 2
ok "the message names the link" said '90-out.conf: cannot be read: No such file'
rm "$ROOT/etc/daxplug.conf.d/90-out.conf"
mv "$ROOT/etc" "$ROOT/etc.away"
ln -s etc "$ROOT/etc"
is "a main file of which nothing is known" "$(status_of on apply -n)" 2
ok "the message names the main file" said '^daxplug: /etc/daxplug.conf: cannot be read: Too many levels'
rm "$ROOT/etc"
mv "$ROOT/etc.away" "$ROOT/etc"
chmod 0 "$ROOT/etc/daxplug.conf.d/20-b.conf"
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
if as_nobody test -x "$DAXPLUG" 2> /dev/null; then
	chmod -R a+rX "$ROOT" 2> /dev/null
	chmod 0 "$ROOT/etc/daxplug.conf.d/20-b.conf"
	chmod 711 "$WORK"
	is "a file that may not be read" "$(status_of as_nobody "$DAXPLUG" apply -n --sysroot "$ROOT")" 2
	is "the message names the file" "$(error)" "daxplug: /etc/daxplug.conf.d/20-b.conf: cannot be read: Permission denied"
else
	skip "a file that may not be read" "another user cannot run the command here"
fi

# A part of a file declares less than the whole: after a power loss, the rest may be zeros.
# damaged DESCRIPTION REASON: /etc/daxplug.conf is refused for REASON.
damaged() {
	is "$1: apply" "$(status_of on apply -n) $(error)" "2 daxplug: /etc/daxplug.conf: cannot be read: $2"
	is "$1: apply --boot" "$(status_of on apply --boot -n) $(< "$WORK/out")" "2 "
	is "$1: check" "$(found configuration-invalid)" "error - /etc/daxplug.conf:0 cannot be read: $2"
}
NUL_BYTE="it has a NUL byte, as after a power loss; write it again"
new_root ours-6.12-movable
mkdir -p "$ROOT/etc/modprobe.d"
echo 'options kmem default_state=hmem=unplugged' > "$ROOT/etc/modprobe.d/daxplug-boot.conf"
truncate -s 64 "$ROOT/etc/daxplug.conf"
damaged "a file of zeros" "$NUL_BYTE"
declares '[hbm]' 'kind = hmem' 'state = unplugged'
truncate -s +64 "$ROOT/etc/daxplug.conf"
damaged "a file that ends with zeros" "$NUL_BYTE"
declares '[hbm]' 'kind = hmem' 'state = online_movable'
head -c "$((4 << 20))" /dev/zero | tr '\0' '#' >> "$ROOT/etc/daxplug.conf"
damaged "a larger file" "it is larger than 4 MiB"
rm "$ROOT/etc/daxplug.conf"
truncate -s 64 "$ROOT/etc/modprobe.d/daxplug-boot.conf"
is "module options of zeros: apply --boot" "$(status_of on apply --boot -n) $(error)" \
	"4 daxplug: /etc/modprobe.d/daxplug-boot.conf: cannot be read: $NUL_BYTE"

# --- devices that may hold data ---

new_root ours-6.12-movable
UUID=01234567-89ab-cdef-0123-456789abcdef
ND=LNXSYSTM:00/ACPI0012:00/ndbus0/region1
add_device dax1.0 "$ND/dax1.1" 2 64 4 '' ''
mkdir -p "$ROOT/sys/bus/nd/devices/"{dax1.1,namespace1.0}
echo namespace1.0 > "$ROOT/sys/bus/nd/devices/dax1.1/namespace"
echo "$UUID" > "$ROOT/sys/bus/nd/devices/dax1.1/uuid"
for match in kind=pmem node=2 range=0x200000000-0x21fffffff; do
	declares '[p]' "$match" 'state = online_movable'
	is "persistent memory by $match: nothing to do" "$(status_of on apply -n) $(cat "$WORK/out" "$WORK/err")" "0 "
	is "persistent memory by $match: JSON says why" "$(on apply -J | jq -r '.devices[0].left_alone')" \
		"persistent memory without a driver"
done
valid "left alone" apply on apply -n -J
for match in "uuid=$UUID" device=dax1.0; do
	declares '[p]' "$match" 'state = online_movable'
	is "persistent memory by ${match%=*}" "$(status_of on apply -n)" 65
done
declares '[p]' "uuid = $UUID" 'state = unplugged' '[h]' 'kind = hmem' 'state = unplugged'
is "one differs, one does not" "$(status_of on apply -n)" 65
is "only one device" "$(status_of on apply -n --device dax1.0)" 0
is "only one device, the other" "$(status_of on apply -n --device dax0.0)" 65
is "a device that does not exist" "$(status_of on apply -n --device dax9.0)" 3
is "an invalid selector" "$(status_of on apply -n --device uuid:1)" 2

# --- a device whose UUID or serial number cannot be read ---

# unreadable_file FILE: reads of FILE, below the tree, fail.
unreadable_file() {
	rm "$ROOT/$1"
	ln -s "${1##*/}" "$ROOT/$1"
}
# cannot_tell PROPERTY DEVICE: the message of apply and check.
cannot_tell() {
	printf 'cannot tell which section of daxplug.conf applies to %s: its %s cannot be read: Too many levels of symbolic links' "$2" "$1"
}
unreadable_file sys/bus/nd/devices/dax1.1/uuid
declares '[p]' "uuid = $UUID" 'state = unplugged' '[k]' 'node = 2' 'state = online_movable' \
	'[h]' 'kind = hmem' 'state = online_movable'
is "an unreadable UUID: apply" "$(status_of on apply -n --device dax1.0) $(error)" "4 daxplug: $(cannot_tell UUID dax1.0)"
is "an unreadable UUID: nothing would change" "$(< "$WORK/out")" ""
valid "an unreadable UUID" apply on apply -n -J
is "an unreadable UUID: JSON" "$(jq -r '.devices[] | "\(.chardev) \(.section) \(.outcome)"' "$WORK/json" | sort)" \
	"dax0.0 h unchanged
dax1.0 null failed"
is "an unreadable UUID: the section may match" "$(found section-unmatched)" ""
is "an unreadable UUID: check" "$(found section-unknown)" "unsure dax1.0 -:- $(cannot_tell UUID dax1.0)"
is "an unreadable UUID: check compares with no section" "$(found drift)" ""
is "an unreadable UUID: metrics" "$(on metrics | grep '^daxplug_device_drift' | grep -c dax1.0)" 0
is "an unreadable UUID: metrics count the section as matched" \
	"$(on metrics | sed -n 's/^daxplug_config_sections_unmatched //p')" 0
declares '[p]' "uuid = $UUID" 'state = online_movable' '[h]' 'kind = hmem' 'state = unplugged'
is "an unreadable UUID: the other devices are changed" "$(status_of on apply -n) $(< "$WORK/out")" \
	"64 dax0.0: state would be unplugged, was online_movable"
declares '[p]' "uuid = $UUID" 'state = online_movable' '[d]' 'device = dax1.0' 'state = unplugged'
is "an unreadable UUID: a more specific section" "$(status_of on apply -n) $(error)" "0 "
is "an unreadable UUID: a selector" "$(status_of on apply -n --device "uuid:$UUID") $(error)" \
	"4 daxplug: uuid:$UUID: cannot tell whether dax1.0 matches: its UUID cannot be read: Too many levels of symbolic links"
declares '[s]' 'serial = 0xdead' 'state = unplugged' '[h]' 'kind = hmem' 'state = online_movable'
is "an unreadable UUID: a serial number" "$(status_of on apply -n) $(error)" "0 "
ln -s ../../../../bus/dax/drivers/device_dax "$ROOT/sys/devices/$ND/dax1.1/dax1.0/driver"
declares '[d]' 'device = dax1.0' 'state = online_movable'
is "an unreadable UUID: daxctl's configuration" "$(status_of on apply) $(error)" \
	"4 daxplug: dax1.0: cannot tell whether daxctl's configuration makes it RAM: Too many levels of symbolic links"

add_device dax2.0 platform/hmem.1 2 80 2 device_dax ''
declares '[d]' 'device = dax2.0' 'state = online_movable'
mkdir -p "$ROOT/etc/daxctl.conf.d"
ln -s a.conf "$ROOT/etc/daxctl.conf.d/a.conf"
is "daxctl's unreadable configuration, which names no device without a UUID" "$(status_of on apply -n)" 7
ok "devdax mode is the reason" said 'devdax'
rm "$ROOT/etc/daxctl.conf.d/a.conf"
declare_in etc/daxctl.conf.d/a.conf '[reconfigure-device pm]' 'nvdimm.uuid = 1' 'mode = system-ram'
is "an unreadable UUID: daxctl may configure the device" "$(found configuration-unknown)" \
	"unsure dax1.0 -:- cannot tell whether daxctl configures the device: its UUID cannot be read: Too many levels of symbolic links"

# --- --dump: the present state as configuration ---

for record in ours-6.12-movable ours-6.12-kernel stock-6.12-kernel stock-7.3-movable; do
	new_root "$record"
	is "$record: --dump" "$(status_of on apply --dump)" 0
	cp "$WORK/out" "$WORK/dump"
	is "$record: the output of --dump matches" "$(status_of on apply -n "$WORK/dump") $(cat "$WORK/out" "$WORK/err")" "0 "
	is "$record: --dump matches the device" "$(on apply -J "$WORK/dump" | jq '.devices | length')" 1
done
new_root ours-6.12-movable
echo 1 > "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem/guard"
echo 30000 > "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem/timeout_ms"
on apply --dump > "$WORK/dump"
is "--dump has each key" "$(grep -cxE 'guard = on|timeout = 30000ms|state = online_movable' "$WORK/dump")" 3
is "each key: the output of --dump matches" "$(status_of on apply -n "$WORK/dump")" 0
new_root ours-6.12-mixed
ok "--dump of a state that cannot be declared" eval "on apply --dump | grep -qx '# state is mixed, which cannot be declared'"
new_root ours-6.12-movable
is "--dump to a full disk" "$(on apply --dump 2> "$WORK/err" > /dev/full; echo "$? $(error)")" \
	"1 daxplug: cannot write to standard output: No space left on device"
unreadable kmem/guard
is "--dump without a guard that cannot be read" "$(status_of on apply --dump) $(error)" \
	"4 daxplug: dax0.0: guard is omitted: it cannot be read: Is a directory"
is "--dump has the other settings" "$(grep -cE '^(state|timeout) = ' "$WORK/out") $(grep -c guard "$WORK/out")" "2 0"
rm "$ROOT/sys/devices/platform/hmem.0/dax0.0/driver"
mkdir "$ROOT/sys/devices/platform/hmem.0/dax0.0/driver"
is "--dump without a device whose mode cannot be read" "$(status_of on apply --dump) $(cat "$WORK/out" "$WORK/err")" \
	"4 daxplug: dax0.0 is omitted: its mode cannot be read"
is "--dump takes nothing else" "$(status_of on apply --dump -n)" 2

# --- module options ---

new_root ours-6.12-movable
declares '[k]' 'kind = pmem' 'state = unplugged' '[h]' 'kind = hmem' 'guard = on' \
	'[d]' 'device = /dev/dax0.0' 'state = online_movable' "[u]" "uuid = $UUID" 'state = online_kernel'
is "--boot -n" "$(status_of on apply --boot -n)" 65
is "--boot: the most specific come first" "$(tail -n 1 "$WORK/out")" \
	"options kmem default_state=dax0.0=online_movable,uuid:$UUID=online_kernel,pmem=unplugged,hmem=policy"
is "--boot of a record" "$(status_of on apply --boot)" 8
mkdir -p "$ROOT/etc/modprobe.d"
on apply --boot -n | tail -n +2 > "$ROOT/etc/modprobe.d/daxplug-boot.conf"
is "--boot of options that are written already" "$(status_of on apply --boot) $(< "$WORK/out")" "0 "
# "cannot be read" is not "not there".
mv "$ROOT/etc/modprobe.d/daxplug-boot.conf" "$WORK/options"
mkdir "$ROOT/etc/modprobe.d/daxplug-boot.conf"
mv "$ROOT/etc/daxplug.conf" "$WORK/moved.conf"
is "--boot: the options cannot be read" "$(status_of on apply --boot -n) $(error)" \
	"4 daxplug: /etc/modprobe.d/daxplug-boot.conf: cannot be read: not a regular file"
rmdir "$ROOT/etc/modprobe.d/daxplug-boot.conf"
mv "$WORK/options" "$ROOT/etc/modprobe.d/daxplug-boot.conf"
mv "$WORK/moved.conf" "$ROOT/etc/daxplug.conf"
declares '[k]' 'kind = hmem' 'memmap-on-memory = on'
is "--boot: a setting that default_state cannot express" "$(status_of on apply --boot -n)" 2
ok "the message names the line" said '^daxplug: /etc/daxplug.conf:3: memmap-on-memory cannot be set at boot'
declares '[a]' 'kind = hmem' '[b]' 'kind = hmem'
is "--boot: twins" "$(status_of on apply --boot -n)" 2
ok "the message names both lines" said '^daxplug: /etc/daxplug.conf:4: \[b\] matches the same devices as \[a\] at /etc/daxplug.conf:2$'
# --boot beside daxctl's configuration, which brings a namespace online at each boot.
declare_in etc/daxctl.conf.d/a.conf '[reconfigure-device pm]' "nvdimm.uuid = \"${UUID^^}\"" 'mode = system-ram'
for match in "uuid = $UUID" "kind = pmem"; do
	declares '[p]' "$match" 'state = unplugged'
	is "--boot: $match is unplugged, which daxctl brings online" "$(status_of on apply --boot -n)" 2
	is "--boot: $match: the message names both lines" "$(error)" "daxplug: /etc/daxplug.conf:3: state = unplugged cannot be set at boot: /etc/daxctl.conf.d/a.conf:2 has daxctl bring the same device online, and daxctl's service would fail at each boot; remove one of the two sections"
	declares '[p]' "$match" 'state = online_movable'
	is "--boot: $match is online, as daxctl wants it" "$(status_of on apply --boot -n)" 65
done
declares '[u]' "uuid = $UUID" 'state = online_movable' '[p]' 'kind = pmem' 'state = unplugged'
is "--boot: other namespaces are unplugged" "$(status_of on apply --boot -n)" 65
declare_in etc/daxctl.conf.d/a.conf '[reconfigure-device pm]' 'mode = devdax' "nvdimm.uuid = $UUID" '[other]' 'mode = system-ram'
declares '[p]' "uuid = $UUID" 'state = unplugged'
is "--boot: is unplugged, which daxctl leaves in devdax mode" "$(status_of on apply --boot -n)" 65
rm "$ROOT/etc/daxctl.conf.d/a.conf"
for i in {100..220}; do
	printf '[%d]\nrange = %d00000000-%d00000001\nstate = online_movable\n' "$i" "$i" "$i"
done > "$ROOT/etc/daxplug.conf"
is "--boot: a longer list than the driver accepts" "$(status_of on apply --boot -n)" 2
ok "the message has the limit" said 'bytes of default_state are more than the 4094'

. "$HERE/apply-live.sh"

# --- check ---

new_root ours-6.12-movable
declares '[h]' 'kind = hmem' 'state = unplugged'
is "check: drift" "$(found drift)" \
	"warning dax0.0 /etc/daxplug.conf:3 state is online_movable, but [h] declares unplugged"
declares '[h]' 'kind = hmem' 'state = online_movable'
is "check: no drift" "$(found drift)" ""
is "check: every section has a device" "$(found section-unmatched)" ""
declares '[h]' 'kind = cxl' 'state = online_movable'
is "check: a section without a device" "$(found section-unmatched)" \
	"warning - /etc/daxplug.conf:2 [h] matches no device of this machine: kind = cxl"
declares '[h]' 'kind = cxl' 'sate = online_movable'
is "check: a fault" "$(found configuration-invalid)" \
	"error - /etc/daxplug.conf:3 unknown key 'sate', did you mean 'state'?"
is "check: a fault is an error" "$(status_of on check)" 7
valid "check: a fault" check on check --json
add_device dax1.0 "$ND/dax1.1" 2 64 4 '' ''
mkdir -p "$ROOT/sys/bus/nd/devices/"{dax1.1,namespace1.0}
echo namespace1.0 > "$ROOT/sys/bus/nd/devices/dax1.1/namespace"
echo "$UUID" > "$ROOT/sys/bus/nd/devices/dax1.1/uuid"
declare_in etc/daxctl.conf.d/a.conf '[reconfigure-device pm]' "nvdimm.uuid = \"${UUID^^}\"" 'mode = system-ram'
declares '[p]' "uuid = $UUID"
is "check: configured twice" "$(found configured-twice)" \
	"warning dax1.0 /etc/daxctl.conf.d/a.conf:2 daxctl configures the device that [p] at /etc/daxplug.conf:2 declares too"
ln -s ../../../../bus/dax/drivers/device_dax "$ROOT/sys/devices/$ND/dax1.1/dax1.0/driver"
declares '[p]' "uuid = $UUID" 'state = online_movable'
is "apply leaves a namespace in devdax mode to daxctl" "$(status_of on apply) $(error)" "0 "
is "apply -J says so" "$(on apply -J | jq -r '.devices[] | select(.chardev == "dax1.0").left_alone')" \
	"devdax mode, which daxctl's configuration changes"
mv "$ROOT/etc/daxctl.conf.d/a.conf" "$WORK/a.conf"
ok "apply fails for one that daxctl does not configure" test "$(status_of on apply)" != 0
declare_in etc/daxctl.conf.d/a.conf '[reconfigure-device pm]' "nvdimm.uuid = $UUID" 'mode = "devdax"'
ok "apply fails for one that daxctl keeps in devdax mode" test "$(status_of on apply)" != 0
rm "$ROOT/etc/daxctl.conf.d/a.conf"
ln -s a.conf "$ROOT/etc/daxctl.conf.d/a.conf"
is "apply cannot tell if daxctl's configuration cannot be read" "$(status_of on apply) $(error)" \
	"4 daxplug: dax1.0: cannot tell whether daxctl's configuration makes it RAM: Too many levels of symbolic links"
is "apply --boot cannot tell either" "$(status_of on apply --boot -n) $(error)" \
	"4 daxplug: cannot tell which devices daxctl brings online: /etc/daxctl.conf.d/a.conf: Too many levels of symbolic links"
mv "$WORK/a.conf" "$ROOT/etc/daxctl.conf.d/a.conf"
rm "$ROOT/sys/devices/$ND/dax1.1/dax1.0/driver"
declares '[p]' 'device = dax0.0'
is "check: configured once" "$(found configured-twice)" ""
mkdir -p "$ROOT/sys/module/kmem/parameters"
# default_state LIST FOUND: whether daxctl would find the device unplugged.
default_state() {
	echo "$1" > "$ROOT/sys/module/kmem/parameters/default_state"
	is "check: daxctl and default_state=$1" "$(found daxctl-against-default-state | cut -d ' ' -f 1-3)" "$2"
}
default_state pmem=unplugged,any=online_movable "warning dax1.0 /etc/daxctl.conf.d/a.conf:2"
default_state "node:2=online, pmem=unplugged" ""
default_state any=unplugged "warning dax1.0 /etc/daxctl.conf.d/a.conf:2"
default_state hmem=unplugged ""

# --- memory that is hmem on one kernel, and cxl on the next ---

# becomes_cxl: the device is a region over an expander, as another kernel has the same memory.
becomes_cxl() {
	local place=devices/platform/ACPI0017:00/root0/decoder0.0/region0/dax_region0
	mkdir -p "$ROOT/sys/$place" "$ROOT/sys/devices/endpoint2/"{decoder2.0,uport} "$ROOT/sys/bus/cxl/devices/region0"
	mv "$ROOT/sys/devices/platform/hmem.0/dax0.0" "$ROOT/sys/$place/"
	ln -sfn "../../../$place/dax0.0" "$ROOT/sys/bus/dax/devices/dax0.0"
	ln -s ../../../devices/endpoint2/decoder2.0 "$ROOT/sys/bus/cxl/devices/decoder2.0"
	echo decoder2.0 > "$ROOT/sys/bus/cxl/devices/region0/target0"
	echo 0xdead > "$ROOT/sys/devices/endpoint2/uport/serial"
}
# section_counts MATCH: the kind of the device, and the section of the MATCH that counts for it.
section_counts() {
	declares '[it]' "$1" 'state = unplugged'
	printf '%s %s\n' "$(listed kind)" "$(on apply -n -J | jq -r '.devices[0].section')"
}
for match in "node = 1" "range = $RANGE"; do
	new_root ours-6.12-movable
	is "$match, on one kernel" "$(section_counts "$match")" "hmem it"
	becomes_cxl
	is "$match, on the next" "$(section_counts "$match")" "cxl it"
	is "$match, on the next: check has no complaint" "$(found section-unmatched)" ""
done
new_root ours-6.12-movable
is "a serial number, on a kernel that does not know it" "$(section_counts "serial = 0xdead")" "hmem null"
is "check says so" "$(found section-unmatched)" \
	"warning - /etc/daxplug.conf:2 [it] matches no device of this machine: serial = 0xdead"
becomes_cxl
is "a serial number, on the next" "$(section_counts "serial = 0xdead")" "cxl it"
is "--dump names the device by its serial number" "$(on apply --dump | grep -c '^serial = 0xdead$')" 1
# The region of another device may be over the same expander.
add_device dax6.0 pci0000:00/root0/decoder0.0/region6/dax_region6 3 144 4 kmem offline 'Normal Movable'
mkdir -p "$ROOT/sys/bus/cxl/devices/region6"
ln -s target0 "$ROOT/sys/bus/cxl/devices/region6/target0"
is "--dump does not if another device may have it, too" "$(on apply --dump 2> /dev/null | grep -c '^serial = ')" 0
rm -r "$ROOT/sys/bus/dax/devices/dax6.0" "$ROOT/sys/devices/pci0000:00" "$ROOT/sys/bus/cxl/devices/region6"
unreadable_file sys/devices/endpoint2/uport/serial
declares '[it]' 'serial = 0xdead' 'state = unplugged' '[c]' 'kind = cxl' 'state = unplugged'
is "an unreadable serial number" "$(status_of on apply -n) $(error)" "4 daxplug: $(cannot_tell "serial number" dax0.0)"
is "kind = hmem, on the next" "$(section_counts "kind = hmem")" "cxl null"
is "check says that it stopped matching" "$(found section-unmatched)" \
	"warning - /etc/daxplug.conf:2 [it] matches no device of this machine: kind = hmem"

# --- metrics ---

PROMTOOL=$(command -v promtool)
# lint DESCRIPTION: promtool accepts the metrics.
lint() {
	if [[ $PROMTOOL ]]; then
		is "metrics: $1: promtool" "$(on metrics | "$PROMTOOL" check metrics 2>&1)" ""
	else
		skip "metrics: $1: promtool" "no promtool on this machine (package prometheus)"
	fi
}
metric() { on metrics | sed -n "s/^$1 //p"; }
for record in ours-6.12-movable ours-6.12-mixed stock-6.12-offline stock-7.3-movable; do
	new_root "$record"
	is "metrics: $record" "$(status_of on metrics) $(error)" "0 "
	lint "$record"
done
new_root ours-6.12-movable
is "metrics: state" "$(metric 'daxplug_device_state{device="dax0.0",state="online_movable"}')" 1
is "metrics: another state" "$(metric 'daxplug_device_state{device="dax0.0",state="mixed"}')" 0
is "metrics: bytes" "$(metric 'daxplug_device_online_bytes{device="dax0.0"}')" 1073741824
is "metrics: transitions" "$(metric 'daxplug_device_transitions_total{device="dax0.0",outcome="done",reason=""}')" 2
is "metrics: failures by reason" "$(on metrics | grep -c 'outcome="failed",reason="[a-z_]*"')" 11
is "metrics: duration" "$(metric 'daxplug_device_last_transition_duration_seconds{device="dax0.0"}')" 0.152
is "metrics: the driver" "$(metric daxplug_driver_info'{driver="daxplug",reason="driver-of-daxplug"}')" 1
is "metrics: no configuration is no fault" "$(metric daxplug_config_valid)" 1
declares '[a "b\c"]' 'kind = hmem' 'state = unplugged' 'guard = on' '[gone]' 'node = 9'
is "metrics: drift, and a label that has to be escaped" "$(on metrics | grep '^daxplug_device_drift')" \
	'daxplug_device_drift{device="dax0.0",section="a \"b\\c\""} 2'
lint "a label that has to be escaped"
is "metrics: a section without a device" "$(metric daxplug_config_sections_unmatched)" 1
declares '[a]' 'kind = frob'
is "metrics: a fault" "$(metric daxplug_config_valid)" 0
is "metrics: no drift while the configuration is invalid" "$(on metrics | grep -c '^daxplug_device_drift')" 0
lint "a fault"
orphan=$ROOT/sys/bus/dax/drivers/kmem/stranded/180000000-1bfffffff
mkdir -p "$orphan"
echo 0x180000000 > "$orphan/start"
echo 1073741824 > "$orphan/size"
echo 8 | tee "$orphan/blocks_total" > "$orphan/blocks_online"
echo 1 > "$orphan/quarantined"
is "metrics: orphans" "$(metric daxplug_orphans)" 1
is "metrics: an orphan" "$(metric 'daxplug_orphan_size_bytes{range="180000000-1bfffffff",quarantined="true"}')" 1073741824
echo 3 > "$ROOT/sys/devices/platform/hmem.0/dax0.0/kmem/pages_poisoned"
is "metrics: poisoned pages" "$(metric 'daxplug_device_poisoned_pages{device="dax0.0"}')" 3
lint "orphans"
is "metrics take no device" "$(status_of on metrics dax0.0)" 2

ALERTS=$REPO/contrib/prometheus
if [[ $PROMTOOL ]]; then
	ok "the alert rules are valid" "$PROMTOOL" check rules "$ALERTS/daxplug.rules.yml"
	ok "the alert rules fire as they should" "$PROMTOOL" test rules "$ALERTS/daxplug.rules.test.yml"
else
	skip "the alert rules" "no promtool on this machine (package prometheus)"
fi

. "$HERE/apply-units.sh"

# --- no memory ---

if grep -q __asan_init "$DAXPLUG"; then
	skip "failing allocations" "a sanitizer has its own"
else
	new_root ours-6.12-movable
	out_of_memory apply -n -J
	out_of_memory apply --dump
	out_of_memory apply --boot -n
	out_of_memory metrics
	skip "failing allocations with a configuration" "libeconf 0.5.1 itself does not survive them"
fi
done_testing

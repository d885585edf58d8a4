# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The command daxplug has the same verbs, results and exit statuses with each backend, and agrees
# with daxctl, lsmem and /proc.
# vm: -s 1G -t 300
# driver: ours
# driver-full: stock
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/command.sh"

let_kernel_choose_movable

# --- reading ---

is "the backend" "$(listed backend)" "$BACKEND"
is "the state, after a bind with policy offline" "$(listed state)" offline
is "blocks" "$(listed blocks)" "0/${#BLOCKS[@]}"
is "the kind" "$(listed kind)" hmem

# as_daxctl DESCRIPTION FILTER OURS THEIRS: the two commands print the same value, and it is not null.
as_daxctl() {
	local description=$1 filter=$2 ours theirs
	ours=$(jq -e "$filter" <<< "$3") || ours="daxplug: '$ours'"
	theirs=$(jq -e "$filter" <<< "$4") || theirs="daxctl: '$theirs'"
	is "as daxctl says: $description" "$ours" "$theirs"
}

for key in chardev size target_node align mode online_memblocks total_memblocks; do
	as_daxctl "$key" ".[0].$key" "$(daxplug list --json)" "$(daxctl list -d dax0.0)"
done
for key in start end size page_offset; do
	as_daxctl "$key of the range" ".[0].mappings[0].$key" "$(daxplug show --json dax0.0)" \
		"$(daxctl list -M -d dax0.0)"
done

# --- plug, unplug, replug ---

before=$(memory_total)
run "plug from offline" 0 plug dax0.0
is_all_of "plugged" online_movable "online Movable"
is "as lsmem says: ZONES" "$(zones_by_lsmem)" Movable
as_daxctl movable '.[0].movable' "$(daxplug list --json)" "$(daxctl list -d dax0.0)"
is "MemTotal grows by the device's size" "$(memory_total)" "$((before + SIZE / 1024))"
run "plug when plugged" 0 plug dax0.0
says "that the device is already plugged" "already online_movable"
run "plug in another zone" 7 plug dax0.0 --kernel
says "the remedy" replug
is_all_of "refused" online_movable "online Movable"

run "replug, the kernel choosing" 0 replug dax0.0 --auto
is "replugged: blocks" "$(count 'online Movable')" "${#BLOCKS[@]}"
run "replug into ZONE_MOVABLE" 0 replug dax0.0 --movable
is_all_of "replugged" online_movable "online Movable"
run "a dry run" 0 unplug dax0.0 --dry-run
says "the change that it would make" "would be unplugged"
says "how much memory must move" "to migrate"
is_all_of "a dry run" online_movable "online Movable"
run "check of a device that can be unplugged" 0 check dax0.0
is "check, JSON: the verdict" "$(daxplug check --json dax0.0 | jq -r .verdict)" go

run "unplug" 0 unplug dax0.0
is_all_of "unplugged" unplugged absent
is "MemTotal is as before" "$(memory_total)" "$before"
run "unplug when unplugged" 0 unplug dax0.0
run "plug from unplugged, the kernel choosing" 0 plug dax0.0 --auto
is "plugged: blocks" "$(count 'online *')" "${#BLOCKS[@]}"
run "unplug again" 0 unplug all
run "plug by node" 0 plug "node:$NODE"
is_all_of "plugged by node" online_movable "online Movable"
run "unplug by region" 0 unplug --region hmem.0
is_all_of "unplugged by region" unplugged absent
run "plug by kind" 0 plug hmem
run "unplug by range" 0 unplug range:0-0xffffffffffff
is_all_of "unplugged by range" unplugged absent

# --- release ---

run "plugged to be released" 0 plug dax0.0
run "release" 0 unplug --release dax0.0
is "released: no driver" "$(listed mode)" disabled
is "released: blocks" "$(count absent)" "${#BLOCKS[@]}"
run "release a released device" 0 unplug --release dax0.0
run "plug a released device" 0 plug dax0.0
is_all_of "plugged again" online_movable "online Movable"
run "unplugged again" 0 unplug dax0.0

# --- orphaned memory ---

if [[ $DRIVER == ours ]]; then
	run "nothing to reclaim" 0 reclaim all
	run "plugged to be orphaned" 0 plug dax0.0
	unbind > /tmp/answer
	ok "list has the orphaned memory" eval "daxplug list | grep -q '^ORPHANED'"
	orphan=$(daxplug check --json | jq -r '.orphans[0].orphan')
	ok "check says how to take it back" eval \
		"daxplug check | grep -qx '    daxplug reclaim $orphan'"
	run "reclaim, a dry run" 0 reclaim --dry-run all
	run "reclaim a range that does not exist" 3 reclaim 1-2
	run "reclaim" 0 reclaim "$orphan"
	is "reclaimed: blocks" "$(count absent)" "${#BLOCKS[@]}"
	is "reclaimed: not listed" "$(daxplug check --json | jq '.orphans | length')" 0
	run "the device is as before" 0 plug dax0.0
	run "unplugged again" 0 unplug dax0.0
else
	run "reclaim needs daxplug's driver" 8 reclaim all
fi

# --- the machine ---

daxplug check > /tmp/answer
ok "check names the driver in use" grep -q "driver-of-$([[ $DRIVER == ours ]] && echo daxplug || echo kernel)" /tmp/answer
note "$(< /tmp/answer)"

# --- a page that I/O has pinned ---

if [[ $DRIVER == ours ]]; then
	run "plugged to be held" 0 plug dax0.0
	perl "$LAB/guest/hold" io "$NODE" > /tmp/hold &
	HOLDER=$!
	disown
	ok "I/O has pinned a page of a program" wait_until grep -q holding /tmp/hold
	run "unplug while a page is pinned" 5 unplug dax0.0 --timeout 4s
	for word in memory pinned "$HOLDER" perl; do
		ok "the message contains $word" grep -q "$word" <<< "$OUTPUT"
	done
	is_all_of "held" online_movable "online Movable"
	kill "$HOLDER"
	run "unplug after the page is unpinned" 0 unplug dax0.0
fi

# --- failures ---

run "no such device" 3 plug dax9.9
run "no device named" 2 plug
run "no such zone" 2 plug --highmem dax0.0
run "no such node" 3 plug --node 7
run "an unknown device does not hide the others" 64 unplug dax9.9 dax0.0

as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; }
is "not root: list" "$(as_nobody daxplug list -no device --raw)" dax0.0
status=0
as_nobody daxplug plug dax0.0 > /dev/null 2>&1 || status=$?
is "not root: plug" "$status" 4

load_fault
# At the first, a middle and the last block.
for block in "$FIRST" "$MIDDLE" "$LAST"; do
	run "plugged for the next" 0 plug dax0.0
	before=$(blocks_now)
	fault what=offline "block=$block" err=16 times=-1
	run "memory$block refuses to go offline" 1 unplug dax0.0
	if [[ $BACKEND == state-upstream ]]; then
		skip "the message names the block" "the kernel's own driver on 7.3 does not report the block"
	else
		says "the block" "memory$block"
	fi
	no_fault
	is "all is as before" "$(blocks_now)" "$before"
	run "unplugged for the next" 0 unplug dax0.0
	fault what=online "block=$block" err=12 times=-1
	run "memory$block refuses to go online" 1 plug dax0.0
	no_fault
	is_all_of "nothing is left of the plug" unplugged absent
done

# --- kernel zones, where the kernel may keep pages for ever ---

run "plug into a kernel zone" 0 plug dax0.0 --kernel
is_all_of "plugged into a kernel zone" online_kernel "online Normal"
before=$(blocks_now)
status=0
OUTPUT=$(daxplug replug dax0.0 --movable 2>&1) || status=$?
note "$OUTPUT"
if ((status == 0)); then
	is_all_of "out of a kernel zone" online_movable "online Movable"
else
	is "out of a kernel zone: exit status" "$status" 1
	says "why" "--movable"
	is "out of a kernel zone: all is as before" "$(blocks_now)" "$before"
fi
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes a full record of a device and its memory, for tests that compare many records. Does not
# fork, because guests fork slowly.
. "$LAB/tests/guest/helpers/device.sh"

# read_word FILE: sets WORD to its first line, or to nothing.
read_word() {
	WORD=''
	{ read -r WORD < "$1"; } 2> /dev/null || [[ $WORD ]]
}

# read_state: sets STATE; to "unbound" if there is no state file.
read_state() {
	STATE=unbound
	! read_word "$DAX/state" || STATE=$WORD
}

# add_words FILE...: adds their first lines to the record.
add_words() {
	local file
	for file in "$@"; do
		! read_word "$file" || RECORD+="${file##*/}: $WORD"$'\n'
	done
}

add_blocks() {
	local number
	for number in "${BLOCKS[@]}"; do
		look_at "$number"
		RECORD+="memory$number: $BLOCK_IS"$'\n'
	done
}

# Adds the zones of the device's node, without the numbers of free pages, which differ each time.
add_zones() {
	local lines line zone=''
	mapfile -t lines < /proc/zoneinfo
	for line in "${lines[@]}"; do
		case $line in
		"Node $NODE,"*) zone=$line ;;
		Node*) zone='' ;;
		*" spanned "* | *" present "* | *" managed "* | *"start_pfn:"*)
			[[ ! $zone ]] || RECORD+="$zone: $line"$'\n'
			;;
		esac
	done
}

add_tiers() {
	local tier
	for tier in /sys/devices/virtual/memory_tiering/memory_tier[0-9]*; do
		[[ ! -e $tier ]] || RECORD+="${tier##*/}"$'\n'
	done
}

# record: sets RECORD to everything that an operation may change.
record() {
	local lines
	read_state
	RECORD="state: $STATE"$'\n'
	add_words "$DAX"/kmem/blocks_* /sys/module/kmem/refcnt /proc/meminfo
	add_blocks
	add_zones
	add_tiers
	mapfile lines < /proc/iomem
	printf -v lines '%s' "${lines[@]}"
	RECORD+=$lines
}

# put FILE WORD: writes WORD; sets ANSWER to "done" or the errno's name.
put() {
	local message
	ANSWER="done"
	{ printf '%s' "$2" > "$1"; } 2> /tmp/message && return
	read -r message < /tmp/message
	ANSWER=$(errno_name "${message##*: }")
}

# true_state: sets TRUE_STATE to the state according to the blocks' own files.
true_state() {
	local number kernel=0 movable=0 offline=0 absent=0
	for number in "${BLOCKS[@]}"; do
		look_at "$number"
		case $BLOCK_IS in
		absent) ((absent += 1)) ;;
		offline*) ((offline += 1)) ;;
		*Movable) ((movable += 1)) ;;
		*) ((kernel += 1)) ;;
		esac
	done
	case ${#BLOCKS[@]} in
	"$absent") TRUE_STATE=unplugged ;;
	"$offline") TRUE_STATE=offline ;;
	"$movable") TRUE_STATE=online_movable ;;
	"$kernel") TRUE_STATE=online_kernel ;;
	*) TRUE_STATE=mixed ;;
	esac
}

# tells_the_truth: state and the counts agree with the blocks' own files.
tells_the_truth() {
	read_state
	true_state
	[[ $STATE == "$TRUE_STATE" || $STATE == online && $TRUE_STATE == online_* ]]
}

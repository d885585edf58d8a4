# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# usage: documented.sh hmem|nvdimm|cxl
#
# The commands in README and the manual, run unchanged and in their order, exit with status 0 or with
# the status that the document shows.
# vm: -s 1G -t 600 -- hmem
# vm: -v nvdimm -s 1G -t 240 -- nvdimm
# vm-full: -v cxl -s 1G -t 400 -- cxl
. "$LAB/tests/guest/lib.sh"
# shellcheck source=lab/device/hmem.sh
. "$LAB/device/hmem.sh"
KIND=$1
KMEM=/sys/bus/dax/drivers/kmem
MEMORY=/sys/devices/system/memory

# Commands run in a directory of their own that has tests/, as a clone does, and with the newest tools
# if the guest has them.
WORK=$(mktemp -d)
mkdir "$WORK/bin" "$WORK/build"
ln -s "$LAB/tests" "$WORK/tests"
if [[ -e /newer/usr/bin/cxl ]]; then
	for tool in cxl daxctl ndctl; do
		printf '#!/bin/sh\nexec chroot /newer %s "$@"\n' "$tool" > "$WORK/bin/$tool"
	done
	chmod +x "$WORK"/bin/*
	PATH=$WORK/bin:$PATH
fi

# --- the situation that a block of commands needs: the second word of its mark, or "plugged" ---

set_up_plugged() { [[ $(< "$DAX/state") == online_movable ]] || daxplug plug -q dax0.0; }

set_up_unplugged() { daxplug unplug -q dax0.0; }

# Puts a file into a tmpfs on the device's node.
set_up_in-use() {
	set_up_plugged
	mkdir -p /run/use
	mount -t tmpfs -o "mpol=bind:$NODE" use /run/use
	head -c 100M /dev/urandom > /run/use/data
}

set_up_pinned() {
	set_up_plugged
	exec {holder}< <(exec "$LAB/guest/hold" io "$NODE" 2>&1)
	ACTOR=$!
	read -r -t 60 -u "$holder" _
}

set_up_declared() {
	set_up_plugged
	printf '%s\n' '[hbm]' 'kind = hmem' 'state = online_movable' 'guard = on' > /etc/daxplug.conf
}

set_up_orphaned() {
	set_up_plugged
	echo dax0.0 > "$KMEM/unbind"
}

set_up_no-driver() {
	set_up_unplugged
	rmmod kmem
}

set_up_no-region() {
	daxplug unplug -q --release dax0.0
	cxl disable-region region0 && cxl destroy-region region0
}

set_up_no-namespace() {
	daxplug unplug -q --release dax0.0
	ndctl destroy-namespace --force namespace0.0
}

# Loads the kernel's own driver and starts a loop that keeps all blocks online. Afterwards the memory is
# stuck, so this block of commands runs last.
set_up_kernels-own() {
	daxplug unplug -q dax0.0
	rmmod kmem
	insmod "$STOCK_KMEM"
	cd "$MEMORY" || return
	# shellcheck disable=SC2016 # for the loop to expand
	bash -c 'while :; do for b in "$@"; do echo online_movable > $b/state; done; done' loop memory{48..55} &> /dev/null &
	ACTOR=$!
	until [[ $(cat memory{48..55}/state | sort -u) == online ]]; do sleep 0.1; done
}

# Undoes the situation of the last block, so that the device is as before.
restore() {
	[[ ! ${ACTOR-} ]] || kill "$ACTOR"
	ACTOR=
	! mountpoint -q /run/use || umount /run/use
	rm -f /etc/daxplug.conf
	cd "$WORK" || return
	[[ $KIND == hmem ]] || return 0
	modprobe kmem
	if [[ -e /sys/bus/dax/devices/dax0.1 ]]; then
		daxplug unplug -q --release all
		echo 0 > /sys/bus/dax/devices/dax0.1/size
		echo $((1 << 30)) > "$DAX/size"
	fi
	[[ -e $DAX/driver ]] || echo dax0.0 > "$KMEM/bind"
	echo 0 > "$DAX/kmem/guard"
}

# commands: prints the commands for this kind of device.
commands() {
	(cd "$LAB" && perl tests/guest/helpers/commands.pl README.md docs/*.md) |
		awk -F '\t' -v kind="$KIND" '$4 == "tests/guest/documented.sh" && $5 ~ "^" kind "($| )"'
}

# run FILE LINE STATUS COMMAND
run() {
	local output status=0
	output=$(bash -c "$4" 2>&1 < /dev/null) || status=$?
	is "$1:$2: $4" "$status" "$3"
	note "$output"
}

last=
while IFS=$'\t' read -r file block line _ words status command; do
	if [[ $last != "$file:$block" ]]; then
		last=$file:$block
		[[ $words == *' '* ]] || words+=' plugged'
		restore &> "$WORK/log"
		made=0
		"set_up_${words#* }" >> "$WORK/log" 2>&1 || made=$?
		is "$last: set up: ${words#* }" "$made" 0
		note "$(< "$WORK/log")"
	fi
	run "$file" "$line" "$status" "$command"
done < <(commands | grep -v kernels-own; commands | grep kernels-own)
[[ ! ${ACTOR-} ]] || kill "$ACTOR"
done_testing

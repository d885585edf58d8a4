# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Other tasks that take the hotplug locks run in a loop during transitions, each alone and all at
# once: every transition succeeds, and so does every operation of these tasks.
# vm: -c -s 512M -r 2 -t 1800 -q "-m slots=2,maxmem=64G -object memory-backend-ram,id=vmem,size=1G,reserve=off -device virtio-mem-pci,id=vmem0,memdev=vmem,node=0,requested-size=0"
# full
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/machine.sh"
PROCESSORS=/sys/devices/system/cpu

# --- the holders; each takes the locks, and leaves everything as before ---

# write FILE WORD...: writes one word after the other; all writes have to succeed.
write() {
	local file=$1 word
	shift
	for word; do
		[[ $(write_file "$file" "$word") == "done" ]] || return
	done
}

processor_off_and_on() { write "$PROCESSORS/cpu1/online" 0 1; }

processor_down_and_up() {
	local top
	top=$(< "$PROCESSORS/cpu1/hotplug/target")
	write "$PROCESSORS/cpu1/hotplug/target" 0 "$top"
}

# A DIMM on node 0, hotplugged by ACPI; the kernel onlines it, and has to offline it.
dimm_in_and_out() {
	local address block
	machine_does object_add memory-backend-ram,id=dimm_ram,size=128M &&
		machine_does device_add pc-dimm,id=dimm,memdev=dimm_ram,node=0 || return
	address=$(machine info memory-devices | awk '/"dimm"/ { found = 1 } found && $1 == "addr:" { print $2; exit }')
	block=$((address / $(block_size)))
	wait_until is_online "$block" || return
	machine_does device_del dimm || return
	wait_until has_no_dimm || return
	machine_does object_del dimm_ram && [[ ! -e $MEMORY/memory$block ]]
}
is_online() { [[ $(< "$MEMORY/memory$1/state") == online ]]; }
has_no_dimm() {
	local devices
	devices=$(machine info memory-devices) && [[ $devices != *'"dimm"'* ]]
}

# Memory of virtio-mem on node 0, whose driver takes it offline piece by piece.
virtio_mem_in_and_out() { resize_virtio_mem 268435456 && resize_virtio_mem 0; }
resize_virtio_mem() {
	machine_does qom-set /machine/peripheral/vmem0 requested-size "$1" || return
	wait_until virtio_mem_is "$1"
}
virtio_mem_is() { [[ $(machine qom-get /machine/peripheral/vmem0 size) == "$1" ]]; }

# The device between the two ranges, in devdax mode, whose memory the core maps and unmaps.
devdax_off_and_on() {
	local driver=/sys/bus/dax/drivers/device_dax
	write "$driver/unbind" "$NEIGHBOUR" && write "$driver/bind" "$NEIGHBOUR"
}

# A page that the kernel takes out of use by soft offlining, as after corrected errors.
page_retired() {
	local try
	for ((try = 0; try < 100; try++)); do
		! write "$MEMORY/soft_offline_page" $(((1 << 30) + (RANDOM << 12))) || return 0
	done
	return 1
}

# A crash kernel. Newer kernels update its memory list themselves; meanwhile, loading a crash kernel
# fails with EBUSY.
crash_kernel_loaded() {
	wait_until kexec "${BY_KERNEL[@]}" -p --reuse-cmdline --initrd=/lab/crash/initramfs /lab/crash/vmlinuz &&
		{ [[ ! -e $MEMORY/crash_hotplug ]] || cat "$MEMORY/crash_hotplug" > /run/crash_hotplug; } &&
		wait_until kexec -p -u
}

# A scan of kmemleak holds the lock until it ends.
leaks_looked_for() { write /sys/kernel/debug/kmemleak scan; }

# --- transitions meanwhile ---

disturb() {
	until [[ -e /run/enough ]]; do
		if "$1"; then
			echo "$1" >> /run/done
		else
			echo "$1" >> /run/failed
		fi
	done
}

# times HOLDER: prints how many rounds HOLDER has finished.
times() { grep -cx "$1" /run/done; }
has_been_twice() { (($(times "$1") >= 2)); }

# among HOLDER...: makes transitions until each holder has finished two rounds.
among() {
	local holder transitions=0 answers='' pids=() deadline=$((SECONDS + 240 * SLOW))
	rm -f /run/enough
	: > /run/done
	: > /run/failed
	for holder; do
		disturb "$holder" &
		pids+=($!)
	done
	until ((transitions >= 4)) && { have_all_been "$@" || ((SECONDS > deadline)); }; do
		answers+="$(attempt unplugged)"$'\n'"$(attempt online_movable)"$'\n'
		((transitions += 2))
	done
	: > /run/enough
	wait "${pids[@]}"
	is "among $*: transitions" "$(sort -u <<< "${answers%?}")" "done"
	is "among $*: holders that failed" "$(< /run/failed)" ''
	for holder; do
		ok "$holder: two rounds" has_been_twice "$holder"
		note "$holder: $(times "$holder") times, transitions: $transitions"
	done
	is_all "$*" online_movable 'online Movable'
}

have_all_been() {
	local holder
	for holder; do
		has_been_twice "$holder" || return
	done
}

HOLDERS=(processor_off_and_on processor_down_and_up dimm_in_and_out virtio_mem_in_and_out
	devdax_off_and_on page_retired)
if [[ $CRASH ]]; then
	HOLDERS+=(crash_kernel_loaded)
	BY_KERNEL=(-s) # the kernel loads the crash kernel itself, where it can
	if kexec -s -p --reuse-cmdline /lab/crash/vmlinuz 2> /dev/null; then kexec -p -u; else BY_KERNEL=(); fi
else
	skip "crash_kernel_loaded" "the guest has no crash kernel"
fi
if [[ -e /sys/kernel/debug/kmemleak ]]; then
	HOLDERS+=(leaks_looked_for)
else
	skip "leaks_looked_for" "the kernel was built without kmemleak"
fi
modprobe virtio_mem
echo online_movable > "$MEMORY/auto_online_blocks"
NEIGHBOUR=$(basename "$(realpath /sys/bus/dax/drivers/device_dax/dax0.*)")

is "online_movable" "$(attempt unplugged) $(attempt online_movable)" "done done"
TOGETHER=()
for holder in "${HOLDERS[@]}"; do
	among "$holder"
	# Only one holder can switch the processor at a time.
	[[ $holder == processor_down_and_up ]] || TOGETHER+=("$holder")
done
among "${TOGETHER[@]}"
done_testing

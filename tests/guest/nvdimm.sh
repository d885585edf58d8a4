# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Persistent memory: each devdax namespace is a device that can be plugged and unplugged
# independently, whatever its size and the place of its page structs.
# full
# vm: -v nvdimm -s 1G
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"

to_devdax() { daxctl reconfigure-device --mode=devdax "$@" "${DAX##*/}"; }
to_ram() { daxctl reconfigure-device --mode=system-ram --no-online "${DAX##*/}"; }

# The namespace begins with a superblock, so its first block is not used.
[[ -e $DAX/mapping0 ]] || skip_all "this kernel does not show the addresses of the device"
is "one namespace: the first block is left out" "${#BLOCKS[@]}" $((SIZE / BLOCK - 1))
is_all "one namespace, bound" offline 'offline*'
comes_and_goes "one namespace"

# --- to devdax and back ---
ok "devdax is refused while it is online" eval '! to_devdax'
is "devdax is refused: driver" "$(bound_to)" kmem
# daxctl fails for a device without memory blocks, so the test unbinds the device itself.
for before in offline unplugged; do
	is "$before: unplugged" "$(attempt unplugged)" "done"
	is "$before: unbind" "$(unbind)" "done"
	[[ $before == unplugged ]] || is "$before: bind" "$(bind) $(state)" "done offline"
	ok "$before: to devdax" to_devdax
	is "$before, devdax: driver" "$(bound_to)" device_dax
	is "$before, devdax: blocks" "$(count absent)" "${#BLOCKS[@]}"
	is "$before, devdax: no reservation of kmem is left" "$(memory_named 'System RAM (kmem)')" 0
	ok "$before: back to system-ram" to_ram
	is_all "$before, system-ram" offline 'offline*'
done
comes_and_goes "after devdax"
ok "to devdax by force" to_devdax --force
is "to devdax by force: driver" "$(bound_to)" device_dax
is "to devdax by force: blocks" "$(count absent)" "${#BLOCKS[@]}"

# --- three namespaces, none of which begins or ends at the boundary of a memory block ---
ok "the namespace is destroyed" ndctl destroy-namespace --force namespace0.0
for size in 304M 320M; do
	ok "a namespace of $size" ndctl create-namespace --mode=devdax --map=mem --size="$size"
done
ok "a namespace of the rest, with its page structs in the namespace" ndctl create-namespace --mode=devdax --map=dev
declare -A BLOCKS_OF=()
for name in dax0.0 dax0.1 dax0.2; do
	choose "$name"
	BLOCKS_OF[$name]=${BLOCKS[*]}
	ok "$name: to system-ram" to_ram
	is_all "$name, bound" offline 'offline*'
	ok "$name: the device has blocks" test "${#BLOCKS[@]}" -gt 0
done
is "no block belongs to two devices" "$(tr ' ' '\n' <<< "${BLOCKS_OF[*]}" | sort | uniq -d)" ''
is "every block belongs to a device" "$(find "/sys/devices/system/node/node$NODE" -name 'memory[0-9]*' | wc -l)" \
	"$(wc -w <<< "${BLOCKS_OF[*]}")"

others() {
	local DAX BLOCKS number
	for number in $(tr ' ' '\n' <<< "${BLOCKS_OF[*]}" | sort); do
		[[ " ${BLOCKS_OF[$1]} " == *" $number "* ]] && continue
		look_at "$number"
		printf '%d %s\n' "$number" "$BLOCK_IS"
	done
}
for name in dax0.1 dax0.2 dax0.0 dax0.1; do
	choose "$name"
	before=$(others "$name")
	comes_and_goes "$name"
	is "$name: the others are as before" "$(others "$name")" "$before"
done

# --- a namespace is destroyed while its neighbours are in use ---
choose dax0.1
ok "a namespace cannot be destroyed while its memory is online" \
	eval '! ndctl destroy-namespace --force namespace0.1'
is_all "the device is still online" online_movable 'online Movable'
is "the device is unplugged" "$(attempt unplugged)" "done"
before=$(others dax0.1)
ok "unplugged, its namespace can be destroyed" ndctl destroy-namespace --force namespace0.1
ok "the device is gone" test ! -e "$DAX"
is "the others are as before" "$(others dax0.1)" "$before"
ok "the namespace is created again" ndctl create-namespace --mode=devdax --map=dev
choose "$(daxctl list | jq -r '.[] | select(.mode == "devdax").chardev')"
ok "created again: to system-ram" to_ram
comes_and_goes "created again"
done_testing

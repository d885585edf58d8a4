# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A guest has the device, the driver and the tools that lab/README.md promises.
# vm: -s 4G -r 2 -p online_movable
# vm: -s 16G -r 2 -b 2G
# vm-full: -s 4G
# vm-full: -s 4G -r 5
# driver: ours stock-7.3
. "$LAB/tests/guest/lib.sh"
. "$LAB/settings" # the options of lab/vm

blocks_of_node() { find "/sys/devices/system/node/node$NODE" -maxdepth 1 -name 'memory[0-9]*' | wc -l; }
blocks_in_state() {
	cat "/sys/devices/system/node/node$NODE"/memory[0-9]*/state | grep -cx "$1"
}

is "dax0.0 is bound to kmem" "$(basename "$(realpath "$DAX/driver")")" kmem
is "dax0.0 has the size asked for" "$(< "$DAX/size")" "$SIZE"
is "dax0.0 has the ranges asked for" "$(find -H "$DAX" -maxdepth 1 -name 'mapping[0-9]*' | wc -l)" "$RANGES"
is "blocks have the size asked for" "$((16#$(< /sys/devices/system/memory/block_size_bytes)))" "$BLOCK"
is "every block of the device is present" "$(blocks_of_node)" "$((SIZE / BLOCK))"
is "nothing else is on its node" "$(< "/sys/devices/system/node/node$NODE/cpulist")" ""

case $(< /sys/devices/system/memory/auto_online_blocks) in
offline) is "the policy has left the blocks offline" "$(blocks_in_state offline)" "$((SIZE / BLOCK))" ;;
*) is "the policy has onlined the blocks" "$(blocks_in_state online)" "$((SIZE / BLOCK))" ;;
esac

if [[ $DRIVER == ours && ! $STOCK_KMEM ]]; then
	is "the kernel's own driver is the one of this repository" "$(modinfo -F filename kmem)" "$OUR_KMEM"
	is "the driver in the kernel tree is loaded" "$(< /sys/module/kmem/taint)" ""
elif [[ $DRIVER == ours ]]; then
	ok "modprobe takes the driver of this repository" grep -q updates/kmem.ko <(modinfo -F filename kmem)
	# O: built outside the tree; E: unsigned, on a kernel with module signatures
	ok "the loaded kmem is built outside the kernel tree" grep -q O /sys/module/kmem/taint
else
	is "there is no driver of this repository" "$OUR_KMEM" ""
	is "the kernel's own driver is loaded" "$(< /sys/module/kmem/taint)" ""
fi
if [[ $STOCK_KMEM ]]; then
	ok "STOCK_KMEM names the kernel's own driver" test -r "$STOCK_KMEM"
else
	skip "STOCK_KMEM names the kernel's own driver" "the only kmem driver of $KERNEL is daxplug's"
fi

for tool in jq daxctl ndctl numactl stress-ng lsmem chmem udevadm; do
	ok "the userland has $tool" type "$tool"
done
is "daxctl sees the device in system-ram mode" \
	"$(daxctl list -d dax0.0 | jq -r '.[0].mode')" system-ram
ok "error injection can be loaded" modprobe memory-notifier-error-inject
ok "debugfs is mounted" test -d /sys/kernel/debug/notifier-error-inject/memory
ok "tracefs is mounted" test -e /sys/kernel/tracing/trace_pipe
done_testing

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Binding, plugging, unplugging and unbinding a device 50 times leaks nothing.
# vm: -s 256M
# full
. "$LAB/tests/guest/helpers/device.sh"
TRACING=/sys/kernel/tracing

# A probe records the memory groups that the kernel allocates, always the lowest free number, so a
# leaked group shows as a second number.
# shellcheck disable=SC2016 # for the kernel to expand
echo 'r:daxplug_group memory_group_register_static number=$retval:s32' > "$TRACING/kprobe_events"
echo 1 > "$TRACING/events/kprobes/daxplug_group/enable"
# groups: prints how often each group was allocated, such as "50 1".
groups() { sed -n 's/.*number=//p' "$TRACING/trace" | sort | uniq -c | awk '{ print $1, $2 }'; }
is_one_group() { [[ $(groups | wc -l) == 1 && $(groups) == "$1 "* ]]; }

outside() {
	cat /proc/iomem
	awk '/^MemTotal/' /proc/meminfo
	cat /sys/module/kmem/refcnt
	ls /sys/devices/system/memory /sys/devices/virtual/memory_tiering
}

is "unplugged" "$(attempt unplugged)" "done"
is "online_movable" "$(attempt online_movable)" "done"
is "the node is in one memory tier" "$(tier_of "$NODE" | wc -l)" 1
ok "the tier is another than that of ordinary memory" test "$(tier_of "$NODE")" != "$(tier_of 0)"
is "unplugged" "$(attempt unplugged)" "done"
is "the node is in no memory tier" "$(tier_of "$NODE")" ''
is "unbind" "$(unbind)" "done"
before=$(outside)
echo > "$TRACING/trace"

# Does not fork, because guests fork slowly.
cycle() {
	echo dax0.0 > "$KMEM/bind" &&
		echo unplugged > "$DAX/state" &&
		echo online_movable > "$DAX/state" &&
		echo unplugged > "$DAX/state" &&
		echo dax0.0 > "$KMEM/unbind"
}
for ((done = 0; done < 50; done++)); do
	cycle || break
done
is "50 times bind, unplug, plug, unplug, unbind" "$done" 50
is "nothing has leaked" "$(outside)" "$before"
ok "the memory group is freed in each of 50 cycles" is_one_group 50

# Without a write to state.
echo > "$TRACING/trace"
for ((done = 0; done < 10; done++)); do
	echo dax0.0 > "$KMEM/bind" || break
	echo dax0.0 > "$KMEM/unbind" || break
done
is "10 times bind and unbind" "$done" 10
is "nothing has leaked after 10 times bind and unbind" "$(outside)" "$before"
ok "the memory group is freed at each of 10 unbinds" is_one_group 10

ok "unload" rmmod kmem
ok "load" load_kmem
ok "the device binds" is_bound
is_all "in the end" offline 'offline*'
done_testing

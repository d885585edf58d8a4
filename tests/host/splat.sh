# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The lab finds the faults in a kernel log, and recognises the data races that are the driver's.
set -euo pipefail
. tests/guest/lib.sh
. lab/lib/splat.sh

LOG=$(mktemp)
trap 'rm -f "$LOG"' EXIT

# log LINE...: makes a kernel log of these lines.
log() {
	local line
	for line in 'Linux version 6.12.117-kcsan' "$@" 'lab: script ended: 0'; do
		printf '[   11.522031] %s\n' "$line"
	done > "$LOG"
}

# race FUNCTION CALLER OTHER OTHER_CALLER: sets RACE to the lines of a report.
race() {
	mapfile -t RACE <<- END
		==================================================================
		BUG: KCSAN: data-race in $1 / $3

		write to 0xffff888003d9a018 of 4 bytes by task 217 on cpu 1:
		 $1
		 $2
		 kthread+0x1a1/0x1d0

		read to 0xffff888003d9a018 of 4 bytes by task 231 on cpu 0:
		 $3
		 $4
		 do_syscall_64+0x48/0x110

		value changed: 0x00000007 -> 0x00000008

		Reported by Kernel Concurrency Sanitizer on:
		CPU: 0 UID: 0 PID: 231 Comm: kmem/dax0.0 Tainted: G           O       6.12.117-kcsan #1
		==================================================================
	END
}

has_none_known() { ! has_known_report "$LOG"; }
none() { ! splats "$LOG" "$@"; }
one_of() { splats "$LOG" | grep -F -e "$1"; }

log 'kmem dax0.0: unplugged: 8 memory blocks, 1024 MiB, in 95 ms'
ok "a log without a fault has none" none

log 'WARNING: CPU: 0 PID: 212 at mm/memory_hotplug.c:1289 online_pages+0x2a0/0x2c0'
ok "a warning is a fault" one_of 'WARNING: CPU: 0'

log 'BUG: unable to handle page fault for address: ffffc90000a53008'{,,,,,,}
seq 100000 >> "$LOG"
ok "many faults at the beginning of a long log are found" one_of 'BUG: unable to handle'

log 'Kernel panic - not syncing: sysrq triggered crash'
ok "a panic is a fault" one_of 'Kernel panic'
ok "a panic that the test has triggered is not a fault" none asked

for line in 'rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-...D }' \
	"sysfs: cannot create duplicate filename '/devices/dax0.0/kmem'" \
	'Trying to free nonexistent resource <0x180000000-0x1bfffffff>' \
	'kmemleak: Kernel memory leak detector disabled' \
	'INFO: task kmem/dax0.0:102 blocked in I/O wait for more than 120 seconds.'; do
	log "$line"
	ok "a fault: $line" one_of "$line"
done

race 'record+0x51/0xa0 [kmem]' 'memory_event+0x1b3/0x230 [kmem]' 'blocks_online_show+0x30/0x60 [kmem]' 'dev_attr_show+0x21/0x60'
log "${RACE[@]}"
ok "a data race in the driver is a fault" one_of 'BUG: KCSAN: data-race in record'

race 'list_add+0x10/0x40' 'settle+0xa2/0x1b0 [kmem]' 'list_del+0x30/0x40' 'other+0x10/0x20'
log "${RACE[@]}"
ok "a data race in a function that the driver calls is a fault" one_of 'BUG: KCSAN: data-race in list_add'

race 'tick_sched_timer+0x30/0x90' 'hrtimer_run+0x11/0x20' 'tick_nohz_idle+0x10/0x30' 'do_idle+0x70/0x90'
log "${RACE[@]}"
ok "a data race of functions outside the driver, even in its task, is not a fault" none

# --- races in interrupts ---
race 'hrtimer_active+0x72/0xe0' 'task_tick_fair+0xa6/0x300' '__hrtimer_run_queues+0x115/0x420' 'do_idle+0x70/0x90'
log "${RACE[@]:0:5}" ' asm_sysvec_apic_timer_interrupt+0x1b/0x20' ' kmem_block_switch+0xc6/0x140 [kmem]' "${RACE[@]:5}"
ok "a race in an interrupt that arrived while the driver ran is not a fault" none
log "${RACE[@]:0:5}" ' settle+0xa2/0x1b0 [kmem]' ' asm_sysvec_apic_timer_interrupt+0x1b/0x20' "${RACE[@]:5}"
ok "a race in an interrupt of the driver's own is a fault" one_of 'BUG: KCSAN: data-race in hrtimer_active'
log "${RACE[@]:0:5}" ' asm_sysvec_apic_timer_interrupt+0x1b/0x20' "${RACE[@]:5:4}" ' settle+0xa2/0x1b0 [kmem]' "${RACE[@]:9}"
ok "a race with the driver in the other stack is a fault" one_of 'BUG: KCSAN: data-race in hrtimer_active'

race 'tick_sched_timer+0x30/0x90' 'hrtimer_run+0x11/0x20' 'tick_nohz_idle+0x10/0x30' 'do_idle+0x70/0x90'
log "${RACE[@]}" 'list_del corruption. prev->next should be ffff8881'
ok "a fault after such a race is found" one_of 'list_del corruption'

log "${RACE[@]:0:8}" 'list_del corruption. prev->next should be ffff8881' "${RACE[@]:8}"
ok "a fault in the middle of such a race is found" one_of 'list_del corruption'

log "${RACE[@]:0:8}" 'list_del corruption. prev->next should be ffff8881'
ok "a fault in an incomplete race report is found" one_of 'list_del corruption'

# leak TEXT FUNCTION...: sets LEAK to the lines of a report.
leak() {
	mapfile -t LEAK < <(
		printf '%s\n' 'unreferenced object 0xffff888106f5e580 (size 32):' \
			'  comm "insmod", pid 88, jiffies 4294939664' '  hex dump (first 32 bytes):' \
			"    53 79 73 74 65 6d 20 52  $1" '  backtrace (crc c871a419):'
		printf '    %s\n' "${@:2}"
	)
}

leak 'System RAM (kmem' 'kstrdup_const+0x1f/0x30' 'do_one_initcall+0xf0/0x4e0'
printf '%s\n' "${LEAK[@]}" > "$LOG"
leak '@"..............' '__kmalloc_noprof+0x2d6/0x4a0' 'dev_dax_kmem_probe+0x2df/0xa60 [kmem]'
printf '%s\n' "${LEAK[@]}" >> "$LOG"
ok "a leak of the kernel's own driver is not a fault" none

leak 'System RAM (kmem' 'kstrdup+0x31/0x60' 'do_one_initcall+0xf0/0x4e0'
printf '%s\n' "${LEAK[@]}" >> "$LOG"
ok "a leak of memory that was allocated elsewhere is a fault" one_of 'unreferenced object'

leak '................' 'kvcalloc+0x31/0x60' 'kmem_drive_init+0xf0/0x4e0 [kmem]'
printf '%s\n' "${LEAK[@]}" 'BUG: KASAN: slab-out-of-bounds in kmem_drive_init' > "$LOG"
ok "a leak of daxplug's driver is a fault" one_of 'unreferenced object'
ok "a fault after a leak is found" one_of 'BUG: KASAN'

# deadlock HELD ASKED_BY: sets DEADLOCK to the lines of a report.
deadlock() {
	mapfile -t DEADLOCK <<- END
		WARNING: possible circular locking dependency detected
		6.12.117-debug #1 Tainted: G           O
		kmem/dax0.0/102 is trying to acquire lock:
		ffff88810c2c2a58 (kn->active#12){++++}-{0:0}, at: __kernfs_remove+0x229/0x590
		but task is already holding lock:
		ffffffff83472dd0 ($1){++++}-{0:0}, at: try_remove_memory+0xf5/0x1c0
		 <TASK>
		 remove_memory_block_devices+0xc4/0x100
		 $2
		 </TASK>
	END
}

deadlock mem_hotplug_lock 'kmem_range_remove+0x62/0x180 [kmem]'
log "${DEADLOCK[@]}"
ok "lockdep's report about the core's removal of blocks is not a fault" none
ok "the known report about the removal is recognised" has_known_report "$LOG"
log "${DEADLOCK[@]}" 'BUG: KASAN: slab-out-of-bounds in kmem_drive_init'
ok "a fault after the known report about the removal is found" one_of 'BUG: KASAN'
log "${DEADLOCK[@]:0:7}" 'BUG: KASAN: slab-out-of-bounds in kmem_drive_init'
ok "a fault in an incomplete lockdep report is found" one_of 'BUG: KASAN'
log "${DEADLOCK[@]:0:7}" 'BUG: KASAN: slab-out-of-bounds in kmem_drive_init' "${DEADLOCK[@]:7}"
ok "a fault in the middle of the known report is found" one_of 'BUG: KASAN'
log "${DEADLOCK[@]:0:6}" '-> #1 (kmem_devs_lock){+.+.}-{3:3}:' "${DEADLOCK[@]:6}"
ok "a report about the removal whose chain has another lock is a fault" one_of 'kmem_devs_lock'
deadlock kmem_devs_lock 'kmem_range_remove+0x62/0x180 [kmem]'
log "${DEADLOCK[@]}"
ok "a report about the removal with another held lock is a fault" one_of 'possible circular locking'
ok "that report is not recognised as the known one" has_none_known

# pulling LOCK: sets PULLING to the lines of a report.
pulling() {
	mapfile -t PULLING <<- END
		WARNING: possible circular locking dependency detected
		6.12.117-debug #1 Tainted: G           O
		irq/24-pciehp/33 is trying to acquire lock:
		ffff8881073ca300 (&ctrl->reset_lock){.+.+}-{3:3}, at: pciehp_unconfigure_device+0x1f7/0x320
		but task is already holding lock:
		ffffffff83570e68 (pci_rescan_remove_lock){+.+.}-{3:3}, at: pci_lock_rescan_remove+0x12/0x20
		-> #1 ($1){+.+.}-{3:3}:
		-> #0 (&ctrl->reset_lock){.+.+}-{3:3}:
		 <TASK>
		 pciehp_unconfigure_device+0x1f7/0x320
		 </TASK>
	END
}

pulling pci_rescan_remove_lock
log "${PULLING[@]}"
ok "lockdep's report about pciehp when an expander is pulled out is not a fault" none
ok "the known report about pciehp is recognised" has_known_report "$LOG"
log "${PULLING[@]}" 'BUG: KASAN: slab-out-of-bounds in kmem_drive_init'
ok "a fault after the known report about pciehp is found" one_of 'BUG: KASAN'
pulling kmem_devs_lock
log "${PULLING[@]}"
ok "a report about pciehp whose chain has another lock is a fault" one_of 'possible circular locking'
done_testing

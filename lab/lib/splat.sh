# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The lines of a kernel log by which the kernel reports a fault in itself.

SPLATS='WARNING: |BUG: |kernel BUG at|Oops: |Kernel panic|general protection fault'
SPLATS+='|UBSAN: |KASAN: |KCSAN: |KFENCE: |KMSAN: |possible circular locking|possible recursive locking'
SPLATS+='|inconsistent lock state|INFO: task .* blocked (for|in I/O wait for) more|self-detected stall|detected( expedited)? stalls on'
SPLATS+='|soft lockup|hard LOCKUP|Bad page state|Bad page map|list_add corruption|list_del corruption'
SPLATS+='|refcount_t: |unreferenced object 0x|ODEBUG: |sleeping function called|suspicious RCU usage'
SPLATS+='|scheduling while atomic|INFO: trying to register non-static key|Unable to handle kernel'
SPLATS+='|invalid opcode: |stack segment: |usercopy: Kernel memory'

SPLATS+='|cannot create duplicate filename|Trying to free nonexistent resource|leak detector disabled'

# The kernel also dumps a page that it could not migrate for an offline, which is not a fault.
SPLATS+='|page dumped because: (VM_|nonzero|bad|corrupted)'

# splats LOG [CRASH]: prints the first lines of the first faults. With CRASH, the panic that SCRIPT
# triggers by sysrq is not a fault.
splats() {
	# Not a pipe: grep ends before the end of the log, and the writer to a pipe would fail.
	grep -aE -m 5 -A 8 -e "$SPLATS" <(
		without_races_elsewhere <(without_leaks_elsewhere <(without_known_report "$1")) |
			sed "${2:+/Kernel panic - not syncing: sysrq triggered crash/d}"
	)
}

# Removes two known lockdep reports about the core, which occur with any driver;
# tests/guest/known-report.sh shows both with the kernel's own. The first is about the removal of a
# memory block while a task uses one of its files; the second about pciehp when an expander is pulled
# out. A report is known only if its chain has only the expected locks.
without_known_report() {
	awk -v splats="$SPLATS" '
		!inside && /possible circular locking dependency/ {
			inside = 1
			other = no_removal = wanted = held = removed = no_pulling = pulled = 0
			report = $0 "\n"
			next
		}
		!inside { print; next }
		$0 ~ splats { other = 1 }
		/-> #[0-9]+ \(/ && !/\((kn->active#[0-9]+|(cpu|mem|device)_hotplug_lock)\)/ { no_removal = 1 }
		/-> #[0-9]+ \(/ && !/\((pci_rescan_remove_lock|&ctrl->reset_lock)\)/ { no_pulling = 1 }
		{ report = report $0 "\n" }
		/\(kn->active#[0-9]+\).* at: __kernfs_remove\+/ { wanted = 1 }
		/\(mem_hotplug_lock\).* at: try_remove_memory\+/ { held = 1 }
		/ remove_memory_block_devices\+/ { removed = 1 }
		/\(&ctrl->reset_lock\).* at: pciehp_unconfigure_device\+/ { pulled = 1 }
		/<\/TASK>/ {
			removal = wanted && held && removed && !no_removal
			pulling = pulled && !no_pulling
			if (other || !removal && !pulling) printf "%s", report
			inside = 0
		}
		END { if (inside) printf "%s", report }
	' "$1"
}

# has_known_report LOG: succeeds if LOG has a known report, after which lockdep is off.
has_known_report() { ! cmp -s "$1" <(without_known_report "$1"); }

# Removes reports of allocations that the kernel's own kmem leaks when it leaves memory behind: those
# of its probe, and the name of the memory, which daxplug's driver does not copy by kstrdup_const().
without_leaks_elsewhere() {
	awk '
		function end_report() { if (!elsewhere) printf "%s", report; report = ""; elsewhere = named = 0 }
		/unreferenced object 0x/ { end_report(); inside = 1; report = $0 "\n"; next }
		!inside || !/^  / { end_report(); inside = 0; print; next }
		{ report = report $0 "\n" }
		/System RAM \(kmem/ { named = 1 }
		/ dev_dax_kmem_probe\+/ || named && / kstrdup_const\+/ { elsewhere = 1 }
		END { end_report() }
	' "$1"
}

# Rules for awk: the driver takes part in a data race if one of its functions is in one of the two
# stacks. Functions below an interrupt do not count.
PART_IN_RACE='
	/BUG: KCSAN: / { part = 0 }
	/ by (task|interrupt) / { interrupted = 0 }
	/ asm_(sysvec_|common_interrupt)/ { interrupted = 1 }
	/ \[kmem\]/ && !interrupted { part = 1 }
'

# Removes reports of data races in which the driver takes no part, of which -k kcsan finds many in
# the kernel itself, unless another fault is in the middle of the report.
without_races_elsewhere() {
	awk -v splats="$SPLATS" "$PART_IN_RACE"'
		/BUG: KCSAN: / { inside = 1; other = 0; report = "" }
		!inside { print; next }
		{ report = report $0 "\n" }
		!/BUG: KCSAN: / && $0 ~ splats { other = 1 }
		/=================/ { if (part || other) printf "%s", report; inside = 0 }
		END { if (inside) printf "%s", report }
	' "$1"
}

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What in a kernel log means that the kernel has found a fault in itself.

SPLATS='WARNING: |BUG: |kernel BUG at|Oops: |Kernel panic|general protection fault'
SPLATS+='|UBSAN: |KASAN: |KCSAN: |KFENCE: |KMSAN: |possible circular locking|possible recursive locking'
SPLATS+='|inconsistent lock state|INFO: task .* blocked for more|self-detected stall|detected stalls on'
SPLATS+='|soft lockup|hard LOCKUP|Bad page state|Bad page map|list_add corruption|list_del corruption'
SPLATS+='|refcount_t: |unreferenced object 0x|ODEBUG: |sleeping function called|suspicious RCU usage'
SPLATS+='|scheduling while atomic|INFO: trying to register non-static key|Unable to handle kernel'
SPLATS+='|invalid opcode: |stack segment: |usercopy: Kernel memory'

# A page is also dumped for a good reason: offlining says so of one that cannot move.
SPLATS+='|page dumped because: (VM_|nonzero|bad|corrupted)'

# splats LOG [CRASH]: their first lines, and what follows the first of them. With
# CRASH, a panic by sysrq is what the script asked for.
splats() { sed "${2:+/Kernel panic - not syncing: sysrq triggered crash/d}" "$1" | grep -aE -m 5 -A 8 -e "$SPLATS"; }

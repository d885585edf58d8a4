// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes one allocation of an operation fail.
 *
 * A write of N to `fail` makes the Nth allocation fail in the next write(2) of the
 * same task, or in a kernel thread that works for the task during that write (one
 * of the driver's, or kthreadd); with 0 none fails. Like failslab, counts only
 * allocations that may fail, in should_failslab(). Spares an allocation whose failure
 * the core does not survive.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

/* The number of callers to report for a failed allocation. */
#define CALLERS 6

static unsigned int counted;
module_param(counted, uint, 0444);
MODULE_PARM_DESC(counted, "number of allocations since fail was written");

static char outcome[8] = "none";
module_param_string(outcome, outcome, sizeof(outcome), 0444);
MODULE_PARM_DESC(outcome, "failed, spared, or none: the write made fewer allocations");

static char callers[400];
module_param_string(callers, callers, sizeof(callers), 0444);
MODULE_PARM_DESC(callers, "functions that made that allocation, the innermost first");

static unsigned int fail;

/* The task that is about to write, and the task that is writing. */
static struct task_struct *armed, *writer;

static int fail_set(const char *value, const struct kernel_param *param)
{
	int err = param_set_uint(value, param);

	if (err)
		return err;
	counted = 0;
	strscpy(outcome, "none", sizeof(outcome));
	callers[0] = '\0';
	WRITE_ONCE(armed, current);
	return 0;
}

static const struct kernel_param_ops fail_ops = {
	.set = fail_set,
	.get = param_get_uint,
};
module_param_cb(fail, &fail_ops, &fail, 0644);
MODULE_PARM_DESC(fail, "which allocation of this task's next write fails, counted from 1; 0: none");

static int write_begins(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (current != READ_ONCE(armed))
		return 1;
	armed = NULL;
	WRITE_ONCE(writer, current);
	return 0;
}

static int write_ends(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	WRITE_ONCE(writer, NULL);
	return 0;
}

static struct kretprobe write_probe = {
	.kp.symbol_name = "__x64_sys_write",
	.entry_handler = write_begins,
	.handler = write_ends,
};

static bool works_for_writer(void)
{
	return (current->flags & PF_KTHREAD) &&
	       (strstarts(current->comm, "kmem/") || !strcmp(current->comm, "kthreadd"));
}

static bool is_part_of_write(void)
{
	struct task_struct *task = READ_ONCE(writer);

	/* A probe that is a trap cannot detect a hard interrupt, but those hardly ever allocate. */
	return task && !in_serving_softirq() && (task == current || works_for_writer());
}

/*
 * Allocations that must not fail do not count. Nor do those of the kernel's own checks, which
 * tolerate a failure: they have __GFP_NOMEMALLOC, or no bit of __GFP_RECLAIM.
 */
static bool may_fail(gfp_t gfp)
{
	return !(gfp & (__GFP_NOFAIL | __GFP_NOMEMALLOC)) && (gfp & __GFP_RECLAIM);
}

/* The probe's own frames come first, then the probed function. */
static unsigned int first_caller(const unsigned long *entries, unsigned int nr, unsigned long at)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (entries[i] >= at && entries[i] < at + 32)
			return i + 1;
	return 0;
}

/*
 * add_memory_resource() in mm/memory_hotplug.c does not survive a failure to register a new
 * node: it calls BUG_ON(), or on 7.3, where register_node() registers the node, WARN_ON().
 * __add_pages() calls WARN_ON() if it cannot add a section, and keeps the sections before it,
 * so that the range cannot be added any more. If a driver's files cannot all be created,
 * really_probe() also removes the ones that were not, and sysfs_remove_group() calls WARN()
 * (device_remove() in drivers/base/dd.c).
 */
static bool core_cannot_bear(const char *caller, bool *makes_files)
{
	if (!strcmp(caller, "internal_create_groups"))
		*makes_files = true;
	else if (strcmp(caller, "sysfs_create_groups") && strcmp(caller, "device_add_groups"))
		*makes_files &= !strcmp(caller, "really_probe");

	return !strcmp(caller, "__register_one_node") || !strcmp(caller, "register_one_node") ||
	       !strcmp(caller, "register_node") || !strcmp(caller, "sparse_add_section") ||
	       (*makes_files && !strcmp(caller, "really_probe"));
}

/* Records the callers; returns whether the core survives a failure. */
static bool note_callers(unsigned long at)
{
	unsigned long entries[32];
	unsigned int nr = stack_trace_save(entries, ARRAY_SIZE(entries), 0);
	unsigned int i, first = first_caller(entries, nr, at);
	char name[KSYM_NAME_LEN];
	bool bearable = true, makes_files = false;
	size_t used = 0;

	for (i = first; i < nr; i++) {
		scnprintf(name, sizeof(name), "%ps", (void *)entries[i]);
		if (i < first + CALLERS)
			used += scnprintf(callers + used, sizeof(callers) - used, "%s ", name);
		bearable &= !core_cannot_bear(name, &makes_files);
	}

	return bearable;
}

static noinline int no_memory(void)
{
	return -ENOMEM;
}

static int before_allocation(struct kprobe *probe, struct pt_regs *regs)
{
	gfp_t gfp = (__force gfp_t)regs_get_kernel_argument(regs, 1);

	if (!is_part_of_write() || !may_fail(gfp) || ++counted != fail)
		return 0;

	if (!note_callers((unsigned long)probe->addr)) {
		strscpy(outcome, "spared", sizeof(outcome));
		return 0;
	}

	strscpy(outcome, "failed", sizeof(outcome));
	pr_info("allocation %u of %s fails: %s\n", fail, current->comm, callers);
	regs->ip = (unsigned long)no_memory;
	return 1;
}

/*
 * kprobes does not optimise a probe with a post_handler into a jump, from which
 * the pre_handler could not change regs->ip.
 */
static void after_allocation(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe allocation_probe = {
	.symbol_name = "should_failslab",
	.pre_handler = before_allocation,
	.post_handler = after_allocation,
};

static int __init allocations_init(void)
{
	int err = register_kprobe(&allocation_probe);

	if (err)
		return err;

	err = register_kretprobe(&write_probe);
	if (err)
		unregister_kprobe(&allocation_probe);
	return err;
}
module_init(allocations_init);

static void __exit allocations_exit(void)
{
	unregister_kretprobe(&write_probe);
	unregister_kprobe(&allocation_probe);
}
module_exit(allocations_exit);

MODULE_AUTHOR("The daxplug authors");
MODULE_DESCRIPTION("Allocations that fail, for tests");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes functions of the core fail when the driver calls them: a probe at the entry
 * of such a function jumps to a function that returns the error to the caller, so that
 * the core's function is not executed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/string.h>

#include "steps.h"

#define NO_ADDRESS -1

/**
 * struct step - a step of the driver
 * @word: its name in tests; listening for signals and removing files cannot fail, but can
 *	be delayed
 * @probe: at the core's function that performs the step
 * @address: the argument, counted from 0, that is the memory's address
 * @fails_with_null: the function returns NULL for an error, not a negative errno or ERR_PTR()
 * @by_core: the core calls the function on behalf of the driver
 */
struct step {
	const char *word;
	struct kprobe probe;
	int address;
	bool fails_with_null;
	bool by_core;
};

static struct step steps[] = {
	{ .word = "type", .probe.symbol_name = "mt_find_alloc_memory_type", .address = NO_ADDRESS },
	{ .word = "type", .probe.symbol_name = "alloc_memory_type", .address = NO_ADDRESS },
	{ .word = "group",
	  .probe.symbol_name = "memory_group_register_static",
	  .address = NO_ADDRESS },
	{ .word = "serial", .probe.symbol_name = "target0_show", .address = NO_ADDRESS },
	{ .word = "thread", .probe.symbol_name = "kthread_create_on_node", .address = NO_ADDRESS },
	{ .word = "listen", .probe.symbol_name = "kernel_sigaction", .address = NO_ADDRESS },
	{ .word = "find", .probe.symbol_name = "bus_for_each_dev", .address = NO_ADDRESS },
	{ .word = "lookup",
	  .probe.symbol_name = "kset_find_obj",
	  .address = NO_ADDRESS,
	  .fails_with_null = true },
	/* In a kernel tree these are the driver's built-in functions, which call the core. */
	{ .word = "find", .probe.symbol_name = "kmem_reach_blocks", .address = NO_ADDRESS },
	{ .word = "lookup",
	  .probe.symbol_name = "kmem_reach_block",
	  .address = NO_ADDRESS,
	  .fails_with_null = true },
	{ .word = "reserve",
	  .probe.symbol_name = "__request_region",
	  .address = 1,
	  .fails_with_null = true },
	{ .word = "add", .probe.symbol_name = "add_memory_driver_managed", .address = 1 },
	{ .word = "remove", .probe.symbol_name = "remove_memory", .address = 0 },
	{ .word = "files",
	  .probe.symbol_name = "sysfs_remove_groups",
	  .address = NO_ADDRESS,
	  .by_core = true },
};

/* The errno that the present step fails with. */
static long result;

static noinline long fail(void)
{
	return READ_ONCE(result);
}

static bool is_in_kmem(unsigned long address)
{
	char symbol[KSYM_SYMBOL_LEN];

	sprint_symbol(symbol, address);
	return strstr(symbol, "[kmem]");
}

/* At a function's entry the return address is on top of the stack. */
static bool is_called_by_kmem(const struct pt_regs *regs)
{
	return is_in_kmem(*(unsigned long *)regs->sp);
}

static int before(struct kprobe *probe, struct pt_regs *regs)
{
	struct step *step = container_of(probe, struct step, probe);
	u64 address = 0;
	int err;

	if (!step->by_core && !is_called_by_kmem(regs))
		return 0;
	if (step->address != NO_ADDRESS)
		address = regs_get_kernel_argument(regs, step->address);

	err = fault_in_step(step->word, address);
	if (!err)
		return 0;

	pr_info("step %s at %#llx: refused\n", step->word, address);
	WRITE_ONCE(result, step->fails_with_null ? 0 : err);
	regs->ip = (unsigned long)fail;
	return 1;
}

/*
 * kprobes does not optimise a probe with a post_handler into a jump, from which
 * the pre_handler could not change regs->ip.
 */
static void after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

/* A function of kmem itself is not a step; the core's function that it calls is a step. */
static int listen(struct step *step)
{
	int err;

	step->probe.pre_handler = before;
	step->probe.post_handler = after;
	err = register_kprobe(&step->probe);
	if (err == -ENOENT)
		return 0;
	if (err)
		return err;

	if (is_in_kmem((unsigned long)step->probe.addr)) {
		unregister_kprobe(&step->probe);
		step->probe.addr = NULL;
	}
	return 0;
}

/**
 * fault_steps_init() - register a probe at each step of the driver
 *
 * Skips functions that the kernel does not have.
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno of register_kprobe().
 */
int fault_steps_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		err = listen(&steps[i]);
		if (err) {
			fault_steps_exit();
			return err;
		}
	}

	return 0;
}

/**
 * fault_steps_exit() - unregister the probes
 *
 * Context: Process context, sleeps.
 */
void fault_steps_exit(void)
{
	unsigned int i;

	/* A probe without an address is not registered. */
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (steps[i].probe.addr)
			unregister_kprobe(&steps[i].probe);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes memory hotplug fail, wait or slow down at a point that a test chooses.
 *
 * A memory block that is about to go online or offline matches if `what` and
 * `block` describe it. The first `skip` matches pass; the next `times` matches
 * are held for as long as `hold` is set, then refused with `err`; and so is one
 * more match after another `again` matches. All parameters can be changed at any
 * time in /sys/module/fault/parameters; a write to `times` resets the counters.
 *
 * `what` may also name calls that the driver makes (steps.c), which are never
 * held, and match by the first block of their range, if they have one.
 *
 * The page `page` is marked as failed at the next match that is held or refused.
 *
 * Independently, `reserve` reserves a part of the physical address space, so
 * that no driver can add it as memory.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/page-flags.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "steps.h"

/* A test that forgets to release a block must not hang the machine. */
#define LONGEST_HOLD (60 * HZ)

static char what[64] = "any";
module_param_string(what, what, sizeof(what), 0644);
MODULE_PARM_DESC(
	what, "events that match: online, offline or any of them; steps of the driver, by comma");

static long block = -1;
module_param(block, long, 0644);
MODULE_PARM_DESC(block, "number N of the memoryN that matches, -1: all");

static unsigned int skip;
module_param(skip, uint, 0644);
MODULE_PARM_DESC(skip, "how many matching events pass first");

static unsigned int err;
module_param(err, uint, 0644);
MODULE_PARM_DESC(err, "errno to refuse with, 0: do not refuse");

static unsigned int delay_ms;
module_param(delay_ms, uint, 0644);
MODULE_PARM_DESC(delay_ms, "how long each matching event takes");

static unsigned int matched;
module_param(matched, uint, 0444);
MODULE_PARM_DESC(matched, "how many events have matched since times was written");

static unsigned int hits;
module_param(hits, uint, 0444);
MODULE_PARM_DESC(hits, "how many of them were held or refused");

static int again = -1;
module_param(again, int, 0644);
MODULE_PARM_DESC(again, "how many more events pass before one more is refused, -1: no more");

static int times;

static int times_set(const char *value, const struct kernel_param *param)
{
	matched = 0;
	hits = 0;
	return param_set_int(value, param);
}

static const struct kernel_param_ops times_ops = {
	.set = times_set,
	.get = param_get_int,
};
module_param_cb(times, &times_ops, &times, 0644);
MODULE_PARM_DESC(times, "how many events are held or refused, -1: all, 0: none");

static bool hold;
static DECLARE_WAIT_QUEUE_HEAD(let_go);

static int hold_set(const char *value, const struct kernel_param *param)
{
	int result = param_set_bool(value, param);

	wake_up_all(&let_go);
	return result;
}

static const struct kernel_param_ops hold_ops = {
	.set = hold_set,
	.get = param_get_bool,
};
module_param_cb(hold, &hold_ops, &hold, 0644);
MODULE_PARM_DESC(hold, "hold events while this is set");

static unsigned long page;
module_param(page, ulong, 0644);
MODULE_PARM_DESC(page, "number of a page that fails at the next such event, 0: none");

static bool holding;
module_param(holding, bool, 0444);
MODULE_PARM_DESC(holding, "whether an event is being held now");

static DEFINE_MUTEX(reserve_lock);
static resource_size_t reserved_start, reserved_size;

static void release_reserved(void)
{
	if (reserved_size)
		release_mem_region(reserved_start, reserved_size);
	reserved_size = 0;
}

static int reserve(resource_size_t start, resource_size_t size)
{
	release_reserved();
	if (!size)
		return 0;
	if (!request_mem_region(start, size, "fault"))
		return -EBUSY;
	reserved_start = start;
	reserved_size = size;
	return 0;
}

static int reserve_set(const char *value, const struct kernel_param *param)
{
	u64 start = 0, size = 0;
	int result;

	if (sscanf(value, "%lli,%lli", &start, &size) < 1)
		return -EINVAL;

	mutex_lock(&reserve_lock);
	result = reserve(start, size);
	mutex_unlock(&reserve_lock);
	return result;
}

static int reserve_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%#llx,%#llx\n", (u64)reserved_start, (u64)reserved_size);
}

static const struct kernel_param_ops reserve_ops = {
	.set = reserve_set,
	.get = reserve_get,
};
module_param_cb(reserve, &reserve_ops, NULL, 0644);
MODULE_PARM_DESC(reserve, "START,SIZE of the range to reserve; 0: none");

/* Returns whether the word is in the comma-separated list. */
static bool is_listed(const char *list, const char *word)
{
	size_t length = strlen(word);
	const char *found;

	for (found = strstr(list, word); found; found = strstr(found + 1, word))
		if ((found == list || found[-1] == ',') &&
		    (found[length] == '\0' || found[length] == ',' || found[length] == '\n'))
			return true;
	return false;
}

static const char *word_of(unsigned long event)
{
	switch (event) {
	case MEM_GOING_ONLINE:
		return "online";
	case MEM_GOING_OFFLINE:
		return "offline";
	default:
		return NULL;
	}
}

static long block_at(u64 address)
{
	return div64_ul(address, memory_block_size_bytes());
}

static bool is_turn_of(unsigned int number)
{
	unsigned int refused = number - skip;

	return number >= skip &&
	       (times < 0 || refused < times || (again >= 0 && refused == times + again));
}

static void hold_here(void)
{
	holding = true;
	wait_event_idle_timeout(let_go, !READ_ONCE(hold), LONGEST_HOLD);
	holding = false;
}

/*
 * Leaves the page as memory_failure() does while it waits for pcp_batch_high_lock, which the
 * core holds here: PG_hwpoison is set, but the page is not counted in its block yet.
 */
static void fail_page(void)
{
	unsigned long pfn = xchg(&page, 0);

	if (pfn)
		SetPageHWPoison(pfn_to_page(pfn));
}

/* The core calls this for one block at a time. */
static int memory_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	const struct memory_notify *change = data;
	long id = block_at(PFN_PHYS(change->start_pfn));
	const char *word = word_of(event);

	if (!word || (block >= 0 && block != id) ||
	    !(is_listed(what, "any") || is_listed(what, word)))
		return NOTIFY_DONE;

	msleep(delay_ms);
	if (!is_turn_of(matched++))
		return NOTIFY_DONE;

	hits++;
	fail_page();
	if (READ_ONCE(hold))
		hold_here();
	if (!err)
		return NOTIFY_DONE;
	pr_info("memory%ld: refused to go %s\n", id, word);
	return notifier_from_errno(-(int)err);
}

/**
 * fault_in_step() - decide whether the driver's next step fails
 * @word: the name of the step
 * @address: the start of the memory that the step concerns, 0 if none
 *
 * Context: Any context, including atomic; one step at a time.
 * Return: 0 or the negative errno to fail with.
 */
int fault_in_step(const char *word, u64 address)
{
	unsigned int number;

	if (!is_listed(what, word) || (block >= 0 && address && block != block_at(address)))
		return 0;

	number = matched++;
	mdelay(delay_ms);
	if (!is_turn_of(number))
		return 0;

	hits++;
	return -(int)err;
}

static struct notifier_block memory_notifier = {
	.notifier_call = memory_event,
};

static int __init fault_init(void)
{
	int result = fault_steps_init();

	if (result)
		return result;

	result = register_memory_notifier(&memory_notifier);
	if (result)
		fault_steps_exit();
	return result;
}
module_init(fault_init);

static void __exit fault_exit(void)
{
	unregister_memory_notifier(&memory_notifier);
	fault_steps_exit();
	release_reserved();
}
module_exit(fault_exit);

MODULE_AUTHOR("The daxplug authors");
MODULE_DESCRIPTION("Faults in memory hotplug, for tests");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plug or an unplug of a memory group, with the patches of upstream/, is complete or changes
 * nothing: each step fails, once or several times, or a signal or a cancel arrives at that step,
 * and afterwards everything is as before.
 *
 * core.inc is the part that tests/host/series.sh takes from the patched source.
 */
#include "kernel.h"

#include "core.inc"

unsigned int complaints, waited;
bool killed, locked;

static unsigned int steps, reserved, tried;

/* The fault of a step. A fault that LASTS ends after that many milliseconds. */
static struct {
	enum { NOTHING, FAILS, LASTS, KILLED, CANCELLED } what;
	unsigned int step, times;
} event;

static struct memory_group_range ranges[] = {
	{ .range = { 4 * BLOCK_SIZE, 8 * BLOCK_SIZE - 1 } },
	{ .range = { 10 * BLOCK_SIZE, 12 * BLOCK_SIZE - 1 } },
};

static struct memory_group group = {
	.memory_blocks = { &group.memory_blocks, &group.memory_blocks },
	.name = "dax0.0",
	.resource_name = "System RAM (kmem)",
	.nr_ranges = 2,
	.ranges = ranges,
	.s = { .max_pages = 6 * PAGES_PER_SECTION },
};

static struct zone normal = { ZONE_NORMAL }, movable = { ZONE_MOVABLE };

/* --- the kernel --- */

int may_fail(void)
{
	const unsigned int step = steps++;

	killed |= event.what == KILLED && step == event.step;
	group.cancelled |= event.what == CANCELLED && step == event.step;
	if (event.what == LASTS)
		return step >= event.step && waited < event.times ? -EBUSY : 0;
	if (event.what != FAILS || step < event.step || step >= event.step + event.times)
		return 0;
	return -EBUSY;
}

static struct memory_block *block_of(struct device *dev)
{
	return container_of(dev, struct memory_block, dev);
}

static void has_changed(struct memory_block *mem, struct zone *zone, long pages)
{
	if (zone == &movable)
		group.present_movable_pages += pages;
	else
		group.present_kernel_pages += pages;
	mem->state = pages > 0 ? MEM_ONLINE : MEM_OFFLINE;
	mem->zone = pages > 0 ? zone : NULL;
	if (!group.busy)
		group.online_type = MMOP_OFFLINE;
	memory_group_update(&group);
}

int device_online(struct device *dev)
{
	struct memory_block *mem = block_of(dev);
	int err;

	assert(locked);
	if (mem->state == MEM_ONLINE)
		return 1;
	err = may_fail();
	if (!err)
		has_changed(mem, mem->online_type == MMOP_ONLINE_KERNEL ? &normal : &movable,
			    PAGES_PER_SECTION);
	mem->online_type = MMOP_OFFLINE;
	return err;
}

int device_offline(struct device *dev)
{
	struct memory_block *mem = block_of(dev);
	int err;

	assert(locked);
	if (mem->state == MEM_OFFLINE)
		return 1;
	err = may_fail();
	if (!err && !group.undoing && killed)
		err = -EINTR;
	if (!err && !group.undoing && group.cancelled)
		err = -ECANCELED;
	if (!err)
		has_changed(mem, mem->zone, -(long)PAGES_PER_SECTION);
	return err;
}

int add_driver_managed_range(int mgid, u64 start, u64 size, const char *name, mhp_t flags,
			     enum mmop online_type)
{
	struct memory_block *mem;
	u64 nr;
	int err = may_fail();

	(void)mgid, (void)name, (void)flags, (void)online_type;
	assert(locked);
	for (nr = start / BLOCK_SIZE; !err && nr < (start + size) / BLOCK_SIZE; nr++) {
		mem = calloc(1, sizeof(*mem));
		assert(mem);
		mem->start_section_nr = nr;
		mem->dev.id = nr;
		mem->state = MEM_OFFLINE;
		mem->group_next =
			(struct list_head){ group.memory_blocks.next, &group.memory_blocks };
		mem->group_next.next->prev = &mem->group_next;
		group.memory_blocks.next = &mem->group_next;
		group.nr_blocks++;
		memory_group_update(&group);
	}
	return err;
}

static bool is_within(const struct memory_block *mem, u64 start, u64 size)
{
	const u64 at = mem->start_section_nr * BLOCK_SIZE;

	return at >= start && at < start + size;
}

int walk_memory_blocks(u64 start, u64 size, void *arg,
		       int (*function)(struct memory_block *, void *))
{
	struct memory_block *mem;
	int err = 0;

	list_for_each_entry(mem, &group.memory_blocks, group_next) {
		err = is_within(mem, start, size) ? function(mem, arg) : 0;
		if (err)
			break;
	}
	return err;
}

int try_remove_memory(u64 start, u64 size)
{
	struct list_head *at, *next;
	struct memory_block *mem;

	assert(locked);
	for (at = group.memory_blocks.next; at != &group.memory_blocks; at = next) {
		next = at->next;
		mem = container_of(at, struct memory_block, group_next);
		if (!is_within(mem, start, size))
			continue;
		assert(mem->state == MEM_OFFLINE);
		at->prev->next = next;
		next->prev = at->prev;
		free(mem);
		group.nr_blocks--;
		memory_group_update(&group);
	}
	return 0;
}

struct resource *request_mem_region(u64 start, u64 size, const char *name)
{
	struct resource *res = may_fail() ? NULL : calloc(1, sizeof(*res));

	(void)start, (void)size, (void)name;
	reserved += !!res;
	return res;
}

void remove_resource(struct resource *res)
{
	assert(res);
	reserved--;
}

struct memory_group *memory_group_find_by_id(int mgid)
{
	(void)mgid;
	return &group;
}

int memory_group_unregister(int mgid)
{
	(void)mgid;
	return group.nr_blocks ? -EBUSY : 0;
}

void memory_group_disown(int mgid)
{
	(void)mgid;
}

void memory_group_set_device(struct memory_group *changed, struct device *dev)
{
	(void)changed, (void)dev;
}

/* --- the test --- */

static const char *const WHAT[] = { "nothing", "failure", "lasting failure", "signal", "cancel" };

/* Everything that an operation may change. */
static void record(char *text, size_t size)
{
	struct memory_block *mem;
	int length = snprintf(text, size, "state %d, type %d, reserved %u:", group.state,
			      group.online_type, reserved);

	list_for_each_entry(mem, &group.memory_blocks, group_next)
		length += snprintf(text + length, size - length, " %u is %d in %d", mem->dev.id,
				   mem->state, mem->zone ? (int)mem->zone->type : -1);
}

static void next_is(int what, unsigned int step, unsigned int times)
{
	event.what = what;
	event.step = step;
	event.times = times;
	steps = complaints = waited = 0;
	killed = group.cancelled = false;
}

static int transition(enum mmop wanted, struct memory_group_failure *failure)
{
	return wanted == MMOP_OFFLINE ? memory_group_unplug(0, failure)
				      : memory_group_plug(0, wanted, failure);
}

/* MMOP_OFFLINE: unplugged. */
static void succeed(enum mmop wanted)
{
	struct memory_group_failure failure;

	next_is(NOTHING, 0, 0);
	if (transition(wanted, &failure) || complaints) {
		printf("%d fails although nothing does\n", wanted);
		exit(1);
	}
}

static void fail_at(enum mmop wanted, int what, unsigned int step, unsigned int times)
{
	struct memory_group_failure failure;
	char before[512], after[512];
	int err;

	record(before, sizeof(before));
	next_is(what, step, times);
	err = transition(wanted, &failure);
	record(after, sizeof(after));
	tried++;
	if (err < 0 && failure.step && !complaints && !locked && !strcmp(before, after))
		return;
	printf("%d, %s at step %u, %u times: result %d\nbefore: %s\nafter: %s\n", wanted,
	       WHAT[what], step, times, err, before, after);
	exit(1);
}

/* A signal or a cancel at the last step of a plug is too late. */
static void fail_everywhere(enum mmop wanted, unsigned int last)
{
	unsigned int step, times;

	for (step = 0; step < last; step++) {
		for (times = 1; times <= 3; times++)
			fail_at(wanted, FAILS, step, times);
		fail_at(wanted, LASTS, step, 300);
		if (wanted != MMOP_OFFLINE && step == last - 1)
			break;
		fail_at(wanted, KILLED, step, 1);
		fail_at(wanted, CANCELLED, step, 1);
	}
}

static void expect(enum memory_group_state state)
{
	if (group.state == state)
		return;
	printf("state is %d instead of %d\n", group.state, state);
	exit(1);
}

static void try_type(enum mmop type, enum memory_group_state state)
{
	struct memory_group_failure failure;
	unsigned int plug_steps, unplug_steps;

	succeed(type);
	plug_steps = steps;
	expect(state);
	assert(memory_group_plug(0, type, &failure) == 1);
	assert(memory_group_plug(0, type % 3 + 1, &failure) == -EBUSY);
	succeed(MMOP_OFFLINE);
	unplug_steps = steps;
	expect(MEMORY_GROUP_UNPLUGGED);
	assert(memory_group_unplug(0, &failure) == 1);

	fail_everywhere(type, plug_steps);
	succeed(type);
	fail_everywhere(MMOP_OFFLINE, unplug_steps);
	succeed(MMOP_OFFLINE);
}

/* A block that is switched by itself, and an unplug from there. */
static void try_mixed(void)
{
	struct memory_block *mem;
	unsigned int step;

	succeed(MMOP_ONLINE);
	mem = container_of(group.memory_blocks.next, struct memory_block, group_next);
	locked = true;
	assert(!device_offline(&mem->dev));
	expect(MEMORY_GROUP_MIXED);
	mem->online_type = MMOP_ONLINE_MOVABLE;
	assert(!device_online(&mem->dev));
	expect(MEMORY_GROUP_ONLINE_MOVABLE);
	assert(!device_offline(&mem->dev));
	locked = false;
	for (step = 0; step < group.nr_blocks - 1; step++)
		fail_at(MMOP_OFFLINE, FAILS, step, 1);
	succeed(MMOP_OFFLINE);
}

/* A plug that cannot be undone leaves all memory, logs that, and can be unplugged later. */
static void try_stuck(void)
{
	struct memory_group_failure failure;

	next_is(FAILS, 6, 1000);
	assert(memory_group_plug(0, MMOP_ONLINE, &failure) == -EBUSY);
	assert(complaints && !group.undoing && reserved == 2);
	expect(MEMORY_GROUP_MIXED);
	succeed(MMOP_OFFLINE);
	assert(!reserved);
}

/* Released while one block is online: only the range with that block stays. */
static void try_release(void)
{
	struct memory_block *mem;

	succeed(MMOP_ONLINE_MOVABLE);
	locked = true;
	list_for_each_entry(mem, &group.memory_blocks, group_next)
		if (mem->dev.id != 5)
			assert(!device_offline(&mem->dev));
	locked = false;
	assert(memory_group_release(0) == -EBUSY);
	assert(group.nr_blocks == 4 && reserved == 1);
	next_is(NOTHING, 0, 0);
	assert(!memory_group_add(0, MMOP_OFFLINE));
	assert(group.nr_blocks == 6 && reserved == 2);
	succeed(MMOP_OFFLINE);
}

int main(void)
{
	try_type(MMOP_ONLINE, MEMORY_GROUP_ONLINE);
	try_type(MMOP_ONLINE_KERNEL, MEMORY_GROUP_ONLINE_KERNEL);
	try_type(MMOP_ONLINE_MOVABLE, MEMORY_GROUP_ONLINE_MOVABLE);
	try_mixed();
	try_stuck();
	try_release();
	printf("%u failures, each undone\n", tried);
	return 0;
}

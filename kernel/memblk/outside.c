// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory blocks for a module outside a kernel tree. The core exports neither their bus nor
 * the functions that switch them, so blocks are found through the kset of all devices, and
 * switched by the store function of their own state attribute.
 */
#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/memory.h>
#include <linux/platform_device.h>
#include <linux/string.h>

#include "compat/attribute.h"
#include "compat/compat.h"
#include "reach.h"

/**
 * kmem_reach_block() - find a memory block
 * @id: its number, the N of memoryN
 *
 * The kset holds every device of the machine, the platform bus as well, and is searched
 * from its start: look up one block by name at the most, never each of many.
 *
 * Context: Any but interrupts.
 * Return: the block, with a reference; NULL if there is none.
 */
struct memory_block *kmem_reach_block(u64 id)
{
	struct kobject *found;
	struct device *dev;
	char name[32];

	snprintf(name, sizeof(name), "memory%llu", id);
	found = kset_find_obj(platform_bus.kobj.kset, name);
	if (!found)
		return NULL;

	dev = kobj_to_dev(found);
	if (dev->bus && dev->bus->name && !strcmp(dev->bus->name, "memory"))
		return container_of(dev, struct memory_block, dev);

	kobject_put(found);
	return NULL;
}

struct walk {
	int (*take)(struct memory_block *block, void *data);
	void *data;
};

static int take_block(struct device *dev, void *data)
{
	struct walk *walk = data;

	return walk->take(container_of(dev, struct memory_block, dev), walk->data);
}

/**
 * kmem_reach_blocks() - pass over all memory blocks of the system
 * @id: the number of one that is present: the bus that it is on has them all
 * @take: called for each with @data, until it returns other than 0
 * @data: for @take
 *
 * Context: Process context, sleeps.
 * Return: what @take returned last; -ENODEV if there is no block @id.
 */
int kmem_reach_blocks(u64 id, int (*take)(struct memory_block *block, void *data), void *data)
{
	struct walk walk = { .take = take, .data = data };
	struct memory_block *block = kmem_reach_block(id);
	kmem_bus_ptr bus;

	if (!block)
		return -ENODEV;

	bus = block->dev.bus;
	put_device(&block->dev);
	return bus_for_each_dev(bus, NULL, &walk, take_block);
}

/* NULL if the block has no state file that can be written. */
static struct device_attribute *state_attribute(struct memory_block *block)
{
	struct device_attribute *attr = kmem_attribute_find(block->dev.groups, "state");

	return attr && kmem_attribute_is_writable(attr) ? attr : NULL;
}

/**
 * kmem_reach_can_switch() - can kmem_reach_switch() switch a block
 * @block: the block
 *
 * Context: Any.
 * Return: whether the block has a state attribute that can be called.
 */
bool kmem_reach_can_switch(struct memory_block *block)
{
	return state_attribute(block);
}

/**
 * kmem_reach_switch() - switch a block as a write to its own state file would
 * @block: the block
 * @word: "offline", "online", "online_kernel" or "online_movable"
 *
 * The store function takes device_hotplug_lock, calls device_online() or device_offline()
 * and sends the uevents that others expect.
 *
 * Context: Process context, sleeps.
 * Return: 0; -ERESTARTNOINTR with TIF_SIGPENDING set if device_hotplug_lock is taken, after
 * 5 ms; -EINVAL if the block is so already; what device_online(), device_offline() or a
 * notifier returned; -ENXIO if the block has no state attribute.
 */
int kmem_reach_switch(struct memory_block *block, const char *word)
{
	struct device_attribute *state = state_attribute(block);
	ssize_t err;

	if (!state)
		return -ENXIO;

	err = kmem_attribute_store(&block->dev, state, word);
	return err < 0 ? err : 0;
}

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

/* Returns NULL if the block has no state attribute that can be written. */
static struct device_attribute *state_attribute(struct memory_block *block)
{
	struct device_attribute *attr = kmem_attribute_find(block->dev.groups, "state");

	return attr && kmem_attribute_is_writable(attr) ? attr : NULL;
}

bool kmem_reach_can_switch(struct memory_block *block)
{
	return state_attribute(block);
}

int kmem_reach_switch(struct memory_block *block, const char *word)
{
	struct device_attribute *state = state_attribute(block);
	ssize_t err;

	if (!state)
		return -ENXIO;

	err = kmem_attribute_store(&block->dev, state, word);
	return err < 0 ? err : 0;
}

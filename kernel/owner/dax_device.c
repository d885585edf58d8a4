// SPDX-License-Identifier: GPL-2.0-only
/* The memory blocks of a DAX device, and this module's driver on the DAX bus. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/range.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "core/spans.h"
#include "dax_device.h"

static bool trim(struct device *dev, unsigned int mapping, const struct range *range,
		 u64 block_size, struct dax_span *span)
{
	if (!dax_span_trim(range->start, range->end, block_size, span)) {
		dev_info(dev,
			 "mapping%u: %#llx-%#llx too small after alignment to memory blocks of %llu MiB\n",
			 mapping, range->start, range->end, block_size >> 20);
		return false;
	}

	span->mapping = mapping;
	if (span->start != range->start || span->end != range->end)
		dev_info(dev,
			 "mapping%u: %#llx-%#llx trimmed to memory blocks of %llu MiB: %#llx-%#llx\n",
			 mapping, range->start, range->end, block_size >> 20, span->start,
			 span->end);
	return true;
}

/**
 * kmem_dax_spans() - the whole memory blocks of a DAX device
 * @dev_dax: the DAX device, its device_lock held
 *
 * Each range that is trimmed, or too small for one block, is logged.
 *
 * Context: Process context, sleeps.
 * Return: the ranges, for the caller to kfree(), or an ERR_PTR(): -EINVAL if there is no whole
 * memory block, with a line in the log; -ENOMEM.
 */
struct dax_spans *kmem_dax_spans(struct dev_dax *dev_dax)
{
	unsigned int i, nr = kmem_dax_nr_ranges(dev_dax);
	struct device *dev = kmem_dax_device(dev_dax);
	struct dax_spans *spans = kzalloc(struct_size(spans, span, nr), GFP_KERNEL);

	if (!spans)
		return ERR_PTR(-ENOMEM);

	spans->block_size = memory_block_size_bytes();
	for (i = 0; i < nr; i++)
		spans->nr += trim(dev, i, kmem_dax_range(dev_dax, i), spans->block_size,
				  &spans->span[spans->nr]);

	if (!spans->nr) {
		dev_warn(dev, "rejecting DAX region without a whole memory block of %lu MiB\n",
			 memory_block_size_bytes() >> 20);
		kfree(spans);
		return ERR_PTR(-EINVAL);
	}

	dax_spans_number(spans);
	return spans;
}

static const struct kmem_dax_driver *registered;

/*
 * Set under bus_lock by the first probe. The DAX bus is not exported; only its devices point to
 * it.
 */
static DEFINE_MUTEX(bus_lock);
static kmem_bus_ptr dax_bus;

/*
 * Before it calls a driver's remove(), the driver core removes the device's files and waits for
 * their writers. So a transition has to be cancelled earlier, on BUS_NOTIFY_UNBIND_DRIVER.
 */
static int bus_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	struct device *dev = data;

	if (event == BUS_NOTIFY_UNBIND_DRIVER && dev->driver == kmem_dax_device_driver())
		registered->closing(dev);
	return NOTIFY_DONE;
}

static struct notifier_block bus_notifier = {
	.notifier_call = bus_event,
};

static int listen_to_bus(kmem_bus_ptr bus)
{
	int err = 0;

	mutex_lock(&bus_lock);
	if (!dax_bus)
		err = bus_register_notifier(bus, &bus_notifier);
	if (!err)
		dax_bus = bus;
	mutex_unlock(&bus_lock);

	return err;
}

static void ignore_bus(void)
{
	if (dax_bus)
		bus_unregister_notifier(dax_bus, &bus_notifier);
	dax_bus = NULL;
}

static int probe(struct dev_dax *dev_dax)
{
	return listen_to_bus(kmem_dax_device(dev_dax)->bus) ?: registered->probe(dev_dax);
}

/**
 * kmem_dax_register() - become a driver of DAX devices, at module load
 * @driver: the functions to call
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno of __dax_driver_register().
 */
int kmem_dax_register(const struct kmem_dax_driver *driver)
{
	int err;

	registered = driver;
	err = kmem_dax_driver_register(probe, driver->remove, driver->groups);
	/* A registration that fails late has probed devices, and unbinds them again. */
	if (err)
		ignore_bus();
	return err;
}

/**
 * kmem_dax_unregister() - stop being a driver of DAX devices, at module exit
 *
 * Unbinds all devices.
 *
 * Context: Process context, sleeps.
 */
void kmem_dax_unregister(void)
{
	kmem_dax_driver_unregister();
	ignore_bus();
}

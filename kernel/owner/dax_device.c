// SPDX-License-Identifier: GPL-2.0-only
/*
 * No header package has the DAX core's private types. Where they keep each member comes from
 * the kernel's BTF (compat/layout), so the types stay incomplete here.
 */
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
#include "dax_layout.h"

struct dax_device_driver;

/* Exported by the DAX core (drivers/dax/bus.c), declared in no header package. */
int __dax_driver_register(struct dax_device_driver *driver, struct module *module,
			  const char *module_name);
void dax_driver_unregister(struct dax_device_driver *driver);

#define dax_member(object, struct_name, member, member_type)                                       \
	((member_type *)((void *)(object) + DAX_LAYOUT_##struct_name##_##member))

/**
 * kmem_dax_device() - the struct device of a DAX device
 * @dev_dax: the DAX device
 *
 * Context: Any.
 * Return: the device, without a reference.
 */
struct device *kmem_dax_device(struct dev_dax *dev_dax)
{
	return dax_member(dev_dax, dev_dax, dev, struct device);
}

/**
 * kmem_dax_node() - the NUMA node that a DAX device's memory goes to
 * @dev_dax: the DAX device
 *
 * Context: Any.
 * Return: the node, or NUMA_NO_NODE.
 */
int kmem_dax_node(struct dev_dax *dev_dax)
{
	return *dax_member(dev_dax, dev_dax, target_node, int);
}

/**
 * kmem_dax_wants_memmap_on_memory() - should its page structs go to the device itself
 * @dev_dax: the DAX device, its device_lock held
 *
 * Context: Process context.
 * Return: whether they should; before Linux 6.8 no device can say so.
 */
bool kmem_dax_wants_memmap_on_memory(struct dev_dax *dev_dax)
{
	return DAX_LAYOUT_dev_dax_memmap_on_memory >= 0 &&
	       *dax_member(dev_dax, dev_dax, memmap_on_memory, bool);
}

static const struct range *range_at(struct dev_dax *dev_dax, unsigned int index)
{
	void *ranges = *dax_member(dev_dax, dev_dax, ranges, void *);

	return dax_member(ranges + index * DAX_LAYOUT_dev_dax_range_size, dev_dax_range, range,
			  struct range);
}

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
	unsigned int i, nr = *dax_member(dev_dax, dev_dax, nr_range, int);
	struct device *dev = kmem_dax_device(dev_dax);
	struct dax_spans *spans = kzalloc(struct_size(spans, span, nr), GFP_KERNEL);

	if (!spans)
		return ERR_PTR(-ENOMEM);

	spans->block_size = memory_block_size_bytes();
	for (i = 0; i < nr; i++)
		spans->nr += trim(dev, i, range_at(dev_dax, i), spans->block_size,
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

typedef int (*dax_probe_t)(struct dev_dax *dev_dax);
typedef void (*dax_remove_t)(struct dev_dax *dev_dax);

/* The kernel's type, of which only the layout is known here. */
static u64 driver_storage[DIV_ROUND_UP(DAX_LAYOUT_dax_device_driver_size, sizeof(u64))];

#define dax_driver ((struct dax_device_driver *)driver_storage)
#define driver_member(member, member_type)                                                         \
	(*dax_member(dax_driver, dax_device_driver, member, member_type))

static const struct kmem_dax_driver *registered;

/* Set under bus_lock by the first probe, as the DAX bus is known only from a device on it. */
static DEFINE_MUTEX(bus_lock);
static kmem_bus_ptr dax_bus;

/*
 * The driver core removes a device's files before it calls the driver, and waits there for
 * the writers of those files. So a transition has to be cancelled earlier.
 */
static int bus_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	struct device *dev = data;

	if (event == BUS_NOTIFY_UNBIND_DRIVER &&
	    dev->driver == &driver_member(drv, struct device_driver))
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
 * @driver: what to call, from now on
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno of __dax_driver_register().
 */
int kmem_dax_register(const struct kmem_dax_driver *driver)
{
	int err;

	registered = driver;
	driver_member(drv, struct device_driver).dev_groups = driver->groups;
	driver_member(probe, dax_probe_t) = probe;
	driver_member(remove, dax_remove_t) = driver->remove;

	/* Before 6.6 there was no type: kmem was the driver that did not match always. */
	if (DAX_LAYOUT_dax_device_driver_type >= 0)
		driver_member(type, int) = DAX_LAYOUT_dax_driver_type_DAXDRV_KMEM_TYPE;

	err = __dax_driver_register(dax_driver, THIS_MODULE, KBUILD_MODNAME);
	/* The registration may fail after it has probed devices, and then unbinds them. */
	if (err)
		ignore_bus();
	return err;
}

/**
 * kmem_dax_unregister() - be none any more, at module exit
 *
 * Unbinds all devices.
 *
 * Context: Process context, sleeps.
 */
void kmem_dax_unregister(void)
{
	dax_driver_unregister(dax_driver);
	ignore_bus();
}

/**
 * kmem_dax_driver_kobject() - this driver's own directory in sysfs
 *
 * Context: Any; registered.
 * Return: its kobject, without a reference.
 */
struct kobject *kmem_dax_driver_kobject(void)
{
	return dax_member(driver_member(drv, struct device_driver).p, driver_private, kobj,
			  struct kobject);
}

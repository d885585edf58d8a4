// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "defaults.h"
#include "identity.h"
#include "region.h"

/* By which a driver that makes dax devices says what its own should be. */
#define PROPERTY "kmem,default-state"

/* What the administrator says, checked; NULL: nothing. */
static DEFINE_MUTEX(list_lock);
static char *list;

/* A CXL region is interleaved over no more. */
#define MOST_EXPANDERS 16

/* Room for what a file in sysfs shows, which is a page; under list_lock. */
static char shown[PAGE_SIZE] __aligned(PAGE_SIZE);

static int check(const char *text)
{
	struct dax_text entry;
	const char *wrong;

	if (strlen(text) > PAGE_SIZE - 2) {
		pr_err("default_state: the list is longer than %lu characters\n", PAGE_SIZE - 2);
		return -EINVAL;
	}

	wrong = dax_defaults_check(text, &entry);
	if (!wrong)
		return 0;
	pr_err("default_state: '%.*s': %s; nothing of the list was taken\n", (int)entry.length,
	       entry.at, wrong);
	return -EINVAL;
}

static void replace(char *text)
{
	mutex_lock(&list_lock);
	swap(list, text);
	mutex_unlock(&list_lock);
	kfree(text);
}

static int list_set(const char *value, const struct kernel_param *param)
{
	size_t length = strlen(value);
	char *text;
	int err;

	if (length && value[length - 1] == '\n')
		length--;
	text = kstrndup(value, length, GFP_KERNEL);
	if (!text)
		return -ENOMEM;

	err = check(text);
	if (err)
		kfree(text);
	else
		replace(text);
	return err;
}

static int list_get(char *buffer, const struct kernel_param *param)
{
	int length;

	mutex_lock(&list_lock);
	length = sysfs_emit(buffer, "%s\n", list ?: "");
	mutex_unlock(&list_lock);
	return length;
}

static void list_free(void *unused)
{
	replace(NULL);
}

static const struct kernel_param_ops list_ops = {
	.set = list_set,
	.get = list_get,
	.free = list_free,
};
module_param_cb(default_state, &list_ops, NULL, 0644);
MODULE_PARM_DESC(default_state, "state of devices when bound: SELECTOR=STATE,... (docs/abi.md)");

/* What is known of the device. Under list_lock, in whose page the UUID is. */
static int identify(const struct kmem_region *region, struct device *dev,
		    struct dax_identity *identity, unsigned long long *serials)
{
	int count = kmem_identity_serials(dev, shown, serials, MOST_EXPANDERS);

	if (count < 0)
		return count;

	*identity = (struct dax_identity){
		.name = dev_name(dev),
		.kind = kmem_identity_kind(dev),
		.node = region->nid,
		.start = region->ranges[0].span.start,
		.end = region->ranges[region->nr_ranges - 1].span.end,
		.uuid = kmem_identity_uuid(dev, shown),
		.serials = serials,
		.nr_serials = count,
	};
	return 0;
}

/* Returns 1 if the list says something of the device, 0 if not, or -EINTR. */
static int by_list(const struct kmem_region *region, struct device *dev, enum dax_state *state)
{
	unsigned long long serials[MOST_EXPANDERS];
	struct dax_identity identity;
	int found = 0;

	/* Another bind may hold it while it waits for the CXL core. */
	if (mutex_lock_interruptible(&list_lock))
		return -EINTR;
	if (list) {
		found = identify(region, dev, &identity, serials);
		if (!found)
			found = dax_defaults_find(list, &identity, state);
	}
	mutex_unlock(&list_lock);

	return found;
}

static bool by_property(struct device *dev, enum dax_state *state)
{
	struct device *parent = dev->parent;
	const char *word;

	if (!parent || device_property_read_string(parent, PROPERTY, &word))
		return false;
	if (dax_default_state_parse(word, strlen(word), state))
		return true;

	dev_warn(dev, "%s: its property " PROPERTY " is '%s', which is no state; ignored\n",
		 dev_name(parent), word);
	return false;
}

/**
 * kmem_default_state() - what a device that is being bound is to be
 * @region: a region of its ranges
 * @dev: the device
 * @state: the state, or DAX_DEFAULT_POLICY: what the system makes of new memory
 *
 * What the administrator says of it comes before what the driver says that made it.
 *
 * Context: Process context, sleeps, for the CXL core's locks until a signal to this task.
 * Return: 0; -EINTR after a signal.
 */
int kmem_default_state(const struct kmem_region *region, struct device *dev, enum dax_state *state)
{
	int found = by_list(region, dev, state);

	if (found < 0)
		return found;
	if (!found && !by_property(dev, state))
		*state = DAX_DEFAULT_POLICY;
	return 0;
}

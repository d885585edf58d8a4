// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core/defaults.h"
#include "core/spans.h"
#include "identity.h"
#include "policy.h"

/* A driver that creates DAX devices may give their parent this property. */
#define PROPERTY "kmem,default-state"

/* A CXL region is interleaved over 16 expanders at most. */
#define MOST_EXPANDERS 16

/* Protects @list. */
static DEFINE_MUTEX(list_lock);

/* The parameter, if it is set and valid, or NULL. */
static char *list;

/* Protects @attribute_page, also while the holder waits for the CXL core. */
static DEFINE_MUTEX(attribute_lock);

/* Buffer for the text of a sysfs attribute. */
static char attribute_page[PAGE_SIZE] __aligned(PAGE_SIZE);

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
	pr_err("default_state: '%.*s': %s; the list is rejected\n", (int)entry.length, entry.at,
	       wrong);
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
/* A driver that is built in reads its parameters at this level: the default one precedes slab. */
subsys_param_cb(default_state, &list_ops, NULL, 0644);
MODULE_PARM_DESC(default_state, "state of devices when bound: SELECTOR=STATE,... (docs/abi.md)");

/* Returns a copy of the list, to be freed; NULL if there is none, or an ERR_PTR(). */
static char *copy_list(void)
{
	char *copy = NULL;

	mutex_lock(&list_lock);
	if (list)
		copy = kstrdup(list, GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
	mutex_unlock(&list_lock);
	return copy;
}

/* Fills in @identity. Called with attribute_lock held: the UUID is in @attribute_page. */
static int identify(const struct dax_spans *spans, int nid, struct device *dev,
		    struct dax_identity *identity, unsigned long long *serials)
{
	int count = kmem_identity_serials(dev, attribute_page, serials, MOST_EXPANDERS);

	if (count < 0)
		return count;

	*identity = (struct dax_identity){
		.name = dev_name(dev),
		.kind = kmem_identity_kind(dev),
		.node = nid,
		.start = spans->span[0].start,
		.end = spans->span[spans->nr - 1].end,
		.uuid = kmem_identity_uuid(dev, attribute_page),
		.serials = serials,
		.nr_serials = count,
	};
	return 0;
}

/* Returns 1 if an entry of the list matches the device, 0 if none does, or a negative errno. */
static int by_list(const struct dax_spans *spans, int nid, struct device *dev,
		   enum dax_state *state)
{
	unsigned long long serials[MOST_EXPANDERS];
	struct dax_identity identity;
	char *entries = copy_list();
	int found;

	if (IS_ERR_OR_NULL(entries))
		return PTR_ERR_OR_ZERO(entries);

	/* Another bind may hold attribute_lock while it waits for the CXL core. */
	found = mutex_lock_interruptible(&attribute_lock);
	if (!found) {
		found = identify(spans, nid, dev, &identity, serials);
		if (!found)
			found = dax_defaults_find(entries, &identity, state);
		mutex_unlock(&attribute_lock);
	}

	kfree(entries);
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
 * kmem_default_state() - the state that a device should have once it is bound
 * @spans: its ranges
 * @nid: its node
 * @dev: the device
 * @state: the state, or DAX_DEFAULT_POLICY: the system's policy decides
 *
 * The administrator's list takes precedence over the property that the device's creator set.
 *
 * Context: Process context, sleeps; waits for the CXL core's locks until a signal to this task.
 * Return: 0; -EINTR after a signal; -ENOMEM.
 */
int kmem_default_state(const struct dax_spans *spans, int nid, struct device *dev,
		       enum dax_state *state)
{
	int found = by_list(spans, nid, dev, state);

	if (found < 0)
		return found;
	if (!found && !by_property(dev, state))
		*state = DAX_DEFAULT_POLICY;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* The files of a bound device in sysfs; docs/abi.md describes them. */
#include <linux/device.h>
#include <linux/sysfs.h>

#include "attrs.h"
#include "guard.h"
#include "region.h"
#include "transition.h"

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", dax_state_name(kmem_guard_state(dev_get_drvdata(dev))));
}

static ssize_t state_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	enum dax_state wanted;
	int err;

	if (!dax_state_parse(buf, count, &wanted))
		return -EINVAL;

	err = kmem_transition_run(dev_get_drvdata(dev), wanted);
	return err ?: count;
}
static DEVICE_ATTR_RW(state);

static struct attribute *device_attributes[] = {
	&dev_attr_state.attr,
	NULL,
};

static const struct attribute_group device_group = {
	.attrs = device_attributes,
};

const struct attribute_group *kmem_attribute_groups[] = {
	&device_group,
	NULL,
};

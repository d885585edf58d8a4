// SPDX-License-Identifier: GPL-2.0-only
/* The files of a bound device in sysfs; docs/abi.md describes them. */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "attrs.h"
#include "events.h"
#include "guard.h"
#include "poison.h"
#include "region.h"
#include "transition.h"

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_region *region = dev_get_drvdata(dev);

	kmem_events_listen(region);
	return sysfs_emit(buf, "%s\n", dax_state_name(kmem_guard_state(region)));
}

static ssize_t state_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	enum dax_state wanted;
	int err;

	/* A C program may write the NUL with the word, as Linux 7.3 lets it. */
	if (!dax_state_parse(buf, strnlen(buf, count), &wanted))
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

static struct kmem_region *region_of(struct device *dev)
{
	return dev_get_drvdata(dev);
}

/* A member of the region, read under the lock that those who write it hold. */
#define locked_read(region, member)                                                                \
	({                                                                                         \
		typeof((region)->member) __value;                                                  \
                                                                                                   \
		spin_lock(&kmem_guard_lock);                                                       \
		__value = (region)->member;                                                        \
		spin_unlock(&kmem_guard_lock);                                                     \
		__value;                                                                           \
	})

/* What Linux 7.3 does not have is below kmem/, so that the top level stays upstream's. */

static ssize_t guard_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", locked_read(region_of(dev), guarded));
}

static ssize_t guard_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	bool guarded;
	int err = kstrtobool(buf, &guarded);

	if (err)
		return err;

	kmem_guard_set_guarded(dev_get_drvdata(dev), guarded);
	return count;
}
static DEVICE_ATTR_RW(guard);

static ssize_t timeout_ms_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_region *region = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(region->timeout_ms));
}

static ssize_t timeout_ms_store(struct device *dev, struct device_attribute *attr, const char *buf,
				size_t count)
{
	struct kmem_region *region = dev_get_drvdata(dev);
	unsigned int ms;
	int err = kstrtouint(buf, 0, &ms);

	if (err)
		return err;

	WRITE_ONCE(region->timeout_ms, ms);
	return count;
}
static DEVICE_ATTR_RW(timeout_ms);

static ssize_t last_failure_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_region *region = dev_get_drvdata(dev);
	ssize_t length;

	spin_lock(&kmem_guard_lock);
	length = sysfs_emit(buf, "%s\n", region->stats.last_failure);
	spin_unlock(&kmem_guard_lock);
	return length;
}
static DEVICE_ATTR_RO(last_failure);

/* A file that shows one number of the region. */
#define NUMBER_ATTR(name, format, member)                                                          \
	static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *buf)   \
	{                                                                                          \
		return sysfs_emit(buf, format "\n", locked_read(region_of(dev), member));          \
	}                                                                                          \
	static DEVICE_ATTR_RO(name)

NUMBER_ATTR(blocks_total, "%u", counts.total);
NUMBER_ATTR(blocks_present, "%u", counts.present);
NUMBER_ATTR(blocks_online, "%u", counts.online);
NUMBER_ATTR(blocks_movable, "%u", counts.movable);
NUMBER_ATTR(transitions_done, "%lu", stats.done);
NUMBER_ATTR(refusals, "%lu", stats.refusals);
NUMBER_ATTR(last_duration_ms, "%lu", stats.last_ms);

/* A line for each cause that there is, the word and how often. */
static ssize_t show_causes(const unsigned long *numbers, bool cancelled, char *buf)
{
	enum kmem_cause cause;
	int used = 0;

	spin_lock(&kmem_guard_lock);
	for (cause = KMEM_CAUSE_NONE + 1; cause < KMEM_CAUSE_COUNT; cause++)
		if (kmem_cause_is_cancel(cause) == cancelled)
			used += sysfs_emit_at(buf, used, "%s %lu\n", kmem_cause_word(cause),
					      numbers[cause]);
	spin_unlock(&kmem_guard_lock);
	return used;
}

static ssize_t transitions_failed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_region *region = dev_get_drvdata(dev);

	return show_causes(region->stats.failed, false, buf);
}
static DEVICE_ATTR_RO(transitions_failed);

static ssize_t transitions_cancelled_show(struct device *dev, struct device_attribute *attr,
					  char *buf)
{
	struct kmem_region *region = dev_get_drvdata(dev);

	return show_causes(region->stats.cancelled, true, buf);
}
static DEVICE_ATTR_RO(transitions_cancelled);

static ssize_t pages_poisoned_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_region *region = dev_get_drvdata(dev);
	unsigned long count = 0;
	unsigned int i;

	for (i = 0; i < region->nr_ranges; i++)
		count += kmem_poison_count(PHYS_PFN(region->ranges[i].span.start),
					   PHYS_PFN(range_len(&region->ranges[i].span)));
	return sysfs_emit(buf, "%lu\n", count);
}
static DEVICE_ATTR_RO(pages_poisoned);

static struct attribute *kmem_attributes[] = {
	&dev_attr_guard.attr,
	&dev_attr_timeout_ms.attr,
	&dev_attr_last_failure.attr,
	&dev_attr_blocks_total.attr,
	&dev_attr_blocks_present.attr,
	&dev_attr_blocks_online.attr,
	&dev_attr_blocks_movable.attr,
	&dev_attr_pages_poisoned.attr,
	&dev_attr_transitions_done.attr,
	&dev_attr_transitions_failed.attr,
	&dev_attr_transitions_cancelled.attr,
	&dev_attr_refusals.attr,
	&dev_attr_last_duration_ms.attr,
	NULL,
};

static const struct attribute_group kmem_group = {
	.name = "kmem",
	.attrs = kmem_attributes,
};

const struct attribute_group *kmem_attribute_groups[] = {
	&device_group,
	&kmem_group,
	NULL,
};

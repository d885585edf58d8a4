// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/pfn.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>

#include "block/poison.h"
#include "device_attrs.h"
#include "owner/kmem_dev.h"
#include "owner/transition.h"

static struct kmem_dev *kmem_of(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_dev *kmem = kmem_of(dev);

	kmem_report_enable_poll(&kmem->report, dev);
	return sysfs_emit(buf, "%s\n", dax_state_name(kmem_gate_state(&kmem->gate)));
}

static ssize_t state_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	enum dax_state wanted;
	int err;

	/* Accept a trailing NUL, which a C program may write; Linux 7.3 does too. */
	if (!dax_state_parse(buf, strnlen(buf, count), &wanted))
		return -EINVAL;

	err = kmem_transition_run(kmem_of(dev), wanted);
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

/* Files that Linux 7.3 does not have are in kmem/, so that they cannot clash with upstream's. */

static ssize_t guard_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", kmem_gate_is_guarded(&kmem_of(dev)->gate));
}

static ssize_t guard_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	bool guarded;
	int err = kstrtobool(buf, &guarded);

	if (err)
		return err;

	kmem_gate_set_guarded(&kmem_of(dev)->gate, guarded);
	return count;
}
static DEVICE_ATTR_RW(guard);

static ssize_t timeout_ms_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(kmem_of(dev)->timeout_ms));
}

static ssize_t timeout_ms_store(struct device *dev, struct device_attribute *attr, const char *buf,
				size_t count)
{
	unsigned int ms;
	int err = kstrtouint(buf, 0, &ms);

	if (err)
		return err;

	WRITE_ONCE(kmem_of(dev)->timeout_ms, ms);
	return count;
}
static DEVICE_ATTR_RW(timeout_ms);

/* Addresses and page numbers need CAP_SYS_ADMIN, as in /proc/iomem and /proc/PID/pagemap. */
static bool may_see_addresses(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

static ssize_t last_failure_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_dev *kmem = kmem_of(dev);
	struct kmem_report report;
	char line[200];

	kmem_report_copy(&kmem->report, &report);
	kmem_report_failure_line(&report.last, &kmem->gate, may_see_addresses(), line,
				 sizeof(line));
	return sysfs_emit(buf, "%s\n", line);
}
static DEVICE_ATTR_RO(last_failure);

/* Defines a file that shows one of struct dax_block_counts. */
#define COUNT_ATTR(member)                                                                         \
	static ssize_t blocks_##member##_show(struct device *dev, struct device_attribute *attr,   \
					      char *buf)                                           \
	{                                                                                          \
		return sysfs_emit(buf, "%u\n", kmem_gate_counts(&kmem_of(dev)->gate).member);      \
	}                                                                                          \
	static DEVICE_ATTR_RO(blocks_##member)

COUNT_ATTR(total);
COUNT_ATTR(present);
COUNT_ATTR(online);
COUNT_ATTR(movable);

static ssize_t pages_poisoned_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct dax_spans *spans = kmem_of(dev)->spans;
	unsigned long count = 0;
	unsigned int i;

	for (i = 0; i < spans->nr; i++)
		count += kmem_poison_count(PHYS_PFN(spans->span[i].start),
					   PHYS_PFN(dax_span_size(&spans->span[i])));
	return sysfs_emit(buf, "%lu\n", count);
}
static DEVICE_ATTR_RO(pages_poisoned);

static ssize_t refusals_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", kmem_gate_refusals(&kmem_of(dev)->gate));
}
static DEVICE_ATTR_RO(refusals);

static ssize_t transitions_done_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_report report;

	kmem_report_copy(&kmem_of(dev)->report, &report);
	return sysfs_emit(buf, "%lu\n", report.done);
}
static DEVICE_ATTR_RO(transitions_done);

static ssize_t last_duration_ms_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_report report;

	kmem_report_copy(&kmem_of(dev)->report, &report);
	return sysfs_emit(buf, "%lld\n", report.last.took_ms);
}
static DEVICE_ATTR_RO(last_duration_ms);

/* Writes a line for each reason, with the reason's word and count. */
static ssize_t show_reasons(const unsigned long *numbers, bool cancelled, char *buf)
{
	enum dax_reason reason;
	int used = 0;

	for (reason = DAX_REASON_NONE + 1; reason < DAX_REASON_COUNT; reason++)
		if (dax_reason_is_cancel(reason) == cancelled)
			used += sysfs_emit_at(buf, used, "%s %lu\n", dax_reason_word(reason),
					      numbers[reason]);
	return used;
}

static ssize_t transitions_failed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct kmem_report report;

	kmem_report_copy(&kmem_of(dev)->report, &report);
	return show_reasons(report.failed, false, buf);
}
static DEVICE_ATTR_RO(transitions_failed);

static ssize_t transitions_cancelled_show(struct device *dev, struct device_attribute *attr,
					  char *buf)
{
	struct kmem_report report;

	kmem_report_copy(&kmem_of(dev)->report, &report);
	return show_reasons(report.cancelled, true, buf);
}
static DEVICE_ATTR_RO(transitions_cancelled);

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

const struct attribute_group *kmem_device_groups[] = {
	&device_group,
	&kmem_group,
	NULL,
};

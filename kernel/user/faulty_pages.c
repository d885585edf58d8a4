// SPDX-License-Identifier: GPL-2.0-only
/* The module parameter that lists the pages with a hardware fault. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/limits.h>
#include <linux/moduleparam.h>
#include <linux/pfn.h>
#include <linux/sizes.h>
#include <linux/sysfs.h>

#include "block/poison.h"
#include "core/text.h"

/* A list with a wrong address in it must not take memory and time without bounds. */
#define MOST_PAGES PHYS_PFN(SZ_64M)

/* The longest entry, with a comma before it and a newline after it. */
#define LONGEST_ENTRY sizeof(",0x0123456789abcdef-0x0123456789abcdef\n")

/* Sets @pfn and @nr to the pages of which an entry has at least one byte. */
static bool parse(struct dax_text entry, unsigned long *pfn, unsigned long *nr)
{
	unsigned long long start, end;

	if (!dax_text_range(entry, &start, &end))
		return false;

	*pfn = PHYS_PFN(start);
	*nr = PHYS_PFN(end) - *pfn + 1;
	return true;
}

static int check(const char *list)
{
	unsigned long pfn, nr, total = 0;
	struct dax_text entry;

	while (dax_text_next(&list, &entry)) {
		if (!parse(entry, &pfn, &nr)) {
			pr_err("faulty_pages: '%.*s' is not START-END in bytes; the list is rejected\n",
			       (int)entry.length, entry.at);
			return -EINVAL;
		}
		if (nr > MOST_PAGES - total) {
			pr_err("faulty_pages: '%.*s': with this entry the list exceeds 64 MiB; the list is rejected\n",
			       (int)entry.length, entry.at);
			return -EINVAL;
		}
		total += nr;
	}

	return 0;
}

static int faulty_pages_set(const char *list, const struct kernel_param *param)
{
	unsigned long pfn, nr;
	struct dax_text entry;
	int err = check(list);

	if (err)
		return err;

	while (dax_text_next(&list, &entry))
		if (parse(entry, &pfn, &nr))
			kmem_poison_report(pfn, nr);
	return 0;
}

static int faulty_pages_get(char *buffer, const struct kernel_param *param)
{
	unsigned long pfn = 0, nr;
	int length = 0;

	for (; (nr = kmem_poison_next(&pfn)); pfn += nr) {
		if (length > PAGE_SIZE - LONGEST_ENTRY)
			return -EFBIG;
		length += sysfs_emit_at(buffer, length, "%s%#llx-%#llx", length ? "," : "",
					(u64)PFN_PHYS(pfn), (u64)PFN_PHYS(pfn + nr) - 1);
	}

	return length + sysfs_emit_at(buffer, length, "\n");
}

/* Called when the module goes away, and if loading fails after the list was read. */
static void faulty_pages_free(void *unused)
{
	kmem_poison_exit();
}

static const struct kernel_param_ops faulty_pages_ops = {
	.set = faulty_pages_set,
	.get = faulty_pages_get,
	.free = faulty_pages_free,
};
/* A driver that is built in reads its parameters at this level: the default one precedes slab. */
subsys_param_cb(faulty_pages, &faulty_pages_ops, NULL, 0600);
MODULE_PARM_DESC(faulty_pages, "pages to keep out of use: START-END,... in bytes (docs/abi.md)");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * At load: does the running kernel lay its dax types out as the kernel did
 * that this module was built for? Module versions and vermagic say nothing
 * where a distribution turned them off.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel_read_file.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#include "btf.h"
#include "check.h"
#include "dax_layout.h"
#include "wanted.h"

#define RUNNING_BTF "/sys/kernel/btf/vmlinux"

MODULE_INFO(dax_btf, DAX_LAYOUT_BTF);

static int compare(const char *type, const char *name, long built, long running)
{
	if (built == running)
		return 0;

	pr_err("%s.%s is at %ld in the running kernel and at %ld in the one this module was built for (BTF " DAX_LAYOUT_BTF "); build it again for this kernel\n",
	       type, name, running, built);
	return -ENOEXEC;
}

static int compare_all(const struct btf_view *view)
{
	int err = 0;

#define COMPARE(kind, need, type, name)                                                            \
	if (!err)                                                                                  \
		err = compare(#type, #name, DAX_LAYOUT_##type##_##name,                            \
			      DAX_LAYOUT_LOOKUP_##kind(view, type, name));
	DAX_LAYOUT(COMPARE)

	return err;
}

/**
 * dax_layout_check() - compare the layout built in with the running kernel's
 *
 * Context: Process context, sleeps.
 * Return: 0, -ENOEXEC if the layouts differ or the kernel's BTF is not
 * readable as such, or the error from reading /sys/kernel/btf/vmlinux.
 */
int dax_layout_check(void)
{
	struct btf_view view;
	const char *wrong;
	void *blob = NULL;
	ssize_t length;
	int err;

	length = kernel_read_file_from_path(RUNNING_BTF, 0, &blob, INT_MAX, NULL, READING_UNKNOWN);
	if (length < 0) {
		pr_err("%s cannot be read (%pe), so the layout of the dax types cannot be checked; is sysfs mounted?\n",
		       RUNNING_BTF, ERR_PTR(length));
		return length;
	}

	wrong = btf_open(&view, blob, length);
	if (wrong) {
		pr_err("%s: %s\n", RUNNING_BTF, wrong);
		err = -ENOEXEC;
	} else {
		err = compare_all(&view);
	}

	vfree(blob);
	return err;
}

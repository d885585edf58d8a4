// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks at load that the dax types of the running kernel have the layout that
 * this module was built for. A distribution may have disabled module versions
 * and vermagic.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#include "btf.h"
#include "layout_check.h"
#include "dax_layout.h"
#include "wanted.h"

#define RUNNING_BTF "/sys/kernel/btf/vmlinux"

MODULE_INFO(dax_btf, DAX_LAYOUT_BTF);

static int compare(const char *type, const char *name, long built, long running,
		   enum btf_match match, const char *expected, const char *found)
{
	if (match == BTF_DIFFERS) {
		pr_err("%s.%s has type '%s' here, but this module supports '%s' only; not loaded\n",
		       type, name, found, expected);
		return -ENOEXEC;
	}
	if (built == running)
		return 0;

	pr_err("%s.%s is %ld here, but %ld in the kernel that this module was built for; rebuild it\n",
	       type, name, running, built);
	return -ENOEXEC;
}

static int compare_all(const struct btf_view *view)
{
	char found[BTF_TYPE_SIZE] = "";
	int err = 0;

#define COMPARE(kind, need, type, name, as, bytes)                                                 \
	err = err                                                                                  \
		      ?: compare(#type, #name, DAX_LAYOUT_##type##_##name,                         \
				 DAX_LAYOUT_LOOKUP_##kind(view, type, name),                       \
				 DAX_LAYOUT_TYPE_##kind(view, type, name, as, bytes, found), as,   \
				 found);
	DAX_LAYOUT(COMPARE)
#undef COMPARE

	return err;
}

static void *read_all(struct file *file, size_t length)
{
	char *blob = vmalloc(length);
	size_t used = 0;
	ssize_t got;
	loff_t position = 0;

	if (!blob)
		return ERR_PTR(-ENOMEM);

	while (used < length) {
		got = kernel_read(file, blob + used, length - used, &position);
		if (got <= 0) {
			vfree(blob);
			return ERR_PTR(got ?: -EIO);
		}
		used += got;
	}

	return blob;
}

/*
 * Does not use kernel_read_file(), which is for files that the kernel is going
 * to trust: security modules warn about a purpose that they do not know.
 */
static void *read_running_btf(size_t *length)
{
	struct file *file = filp_open(RUNNING_BTF, O_RDONLY, 0);
	void *blob;

	if (IS_ERR(file))
		return file;

	*length = i_size_read(file_inode(file));
	blob = read_all(file, *length);
	filp_close(file, NULL);
	return blob;
}

/**
 * dax_layout_check() - compare the layout built in with the running kernel's
 *
 * Context: Process context, sleeps.
 * Return: 0, -ENOEXEC if the layouts differ or the kernel's BTF is invalid,
 * -ENOMEM, or the errno of reading /sys/kernel/btf/vmlinux.
 */
int dax_layout_check(void)
{
	struct btf_view view;
	const char *wrong;
	size_t length;
	void *blob;
	int err;

	blob = read_running_btf(&length);
	if (IS_ERR(blob)) {
		pr_err("%s cannot be read (%pe), so the layout of the dax types cannot be checked; is sysfs mounted?\n",
		       RUNNING_BTF, blob);
		return PTR_ERR(blob);
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

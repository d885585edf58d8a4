// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attributes whose functions take them as const, in a kernel that keeps these functions apart from
 * the others (CONFIG_CFI), can be read and written like any other.
 */
#include <errno.h>
#include <linux/device.h>
#include <stdio.h>

#include "cmocka.h"
#include "compat/attribute.h"

static struct device device = { .number = 7 };

/* What the functions of the attributes were called with. */
static struct {
	const struct device *dev;
	const struct device_attribute *attr;
	char text[16];
	size_t length;
} call;

static ssize_t note(struct device *dev, const struct device_attribute *attr, const char *text,
		    size_t length)
{
	call.dev = dev;
	call.attr = attr;
	call.length = length;
	snprintf(call.text, sizeof(call.text), "%s", text);
	return strcmp(text, "refused") ? (ssize_t)length : -EBUSY;
}

static ssize_t store(struct device *dev, struct device_attribute *attr, const char *text,
		     size_t length)
{
	return note(dev, attr, text, length);
}

static ssize_t store_const(struct device *dev, const struct device_attribute *attr,
			   const char *text, size_t length)
{
	return note(dev, attr, text, length);
}

static ssize_t show(struct device *dev, struct device_attribute *attr, char *page)
{
	return note(dev, attr, strcpy(page, "shown"), 5);
}

static ssize_t show_const(struct device *dev, const struct device_attribute *attr, char *page)
{
	return note(dev, attr, strcpy(page, "constant"), 8);
}

static struct device_attribute plain = { .attr = { "plain" }, .show = show, .store = store };
static struct device_attribute constant = {
	.attr = { "constant" },
	.show_const = show_const,
	.store_const = store_const,
};
static struct device_attribute neither = { .attr = { "neither" } };

static int begin(void **state)
{
	(void)state;
	memset(&call, 0, sizeof(call));
	return 0;
}

static void is_stored(struct device_attribute *attr)
{
	assert_true(kmem_attribute_is_writable(attr));
	assert_int_equal(kmem_attribute_store(&device, attr, "offline"), 7);
	assert_ptr_equal(call.dev, &device);
	assert_ptr_equal(call.attr, attr);
	assert_string_equal(call.text, "offline");
	assert_int_equal(call.length, 7);
	assert_int_equal(kmem_attribute_store(&device, attr, "refused"), -EBUSY);
}

static void a_plain_attribute_is_written(void **state)
{
	(void)state;
	is_stored(&plain);
}

static void a_const_attribute_is_written(void **state)
{
	(void)state;
	is_stored(&constant);
}

static void both_kinds_are_read(void **state)
{
	char page[16];

	(void)state;
	assert_int_equal(kmem_attribute_show(&device, &plain, page), 5);
	assert_string_equal(page, "shown");
	assert_ptr_equal(call.attr, &plain);
	assert_int_equal(kmem_attribute_show(&device, &constant, page), 8);
	assert_string_equal(page, "constant");
	assert_ptr_equal(call.attr, &constant);
}

static void an_attribute_without_functions_is_an_error(void **state)
{
	char page[16];

	(void)state;
	assert_false(kmem_attribute_is_writable(&neither));
	assert_int_equal(kmem_attribute_store(&device, &neither, "offline"), -ENXIO);
	assert_int_equal(kmem_attribute_show(&device, &neither, page), -ENXIO);
	assert_null(call.attr);
}

static void an_attribute_is_found_in_any_group(void **state)
{
	struct attribute *first[] = { &plain.attr, NULL };
	struct attribute *second[] = { &neither.attr, &constant.attr, NULL };
	const struct attribute_group one = { first }, empty = { NULL }, two = { second };
	const struct attribute_group *const groups[] = { &one, &empty, &two, NULL };

	(void)state;
	assert_ptr_equal(kmem_attribute_find(groups, "plain"), &plain);
	assert_ptr_equal(kmem_attribute_find(groups, "constant"), &constant);
	assert_null(kmem_attribute_find(groups, "const"));
	assert_null(kmem_attribute_find(NULL, "plain"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_plain_attribute_is_written, begin),
		cmocka_unit_test_setup(a_const_attribute_is_written, begin),
		cmocka_unit_test_setup(both_kinds_are_read, begin),
		cmocka_unit_test_setup(an_attribute_without_functions_is_an_error, begin),
		cmocka_unit_test_setup(an_attribute_is_found_in_any_group, begin),
	};

	return cmocka_run_group_tests_name("attribute", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps the cmocka names that the unit tests of kernel/core/ use to KUnit. On a host, the
 * same source files are built with tests/unit/suite.h and cmocka.
 */
#ifndef DAXPLUG_TESTS_SUITE_H
#define DAXPLUG_TESTS_SUITE_H

#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Begins the definition of a test. */
#define UNIT_TEST(name) static void name(struct kunit *test)

/* An entry in the list of UNIT_SUITE(). */
#define UNIT_CASE(name) KUNIT_CASE(name)

/* Defines the suite of a source file from its name and a list of UNIT_CASE(). */
#define UNIT_SUITE(suite, ...)                                                                     \
	static struct kunit_case suite##_cases[] = { __VA_ARGS__, {} };                            \
	static struct kunit_suite suite##_suite = {                                                \
		.name = "dax_kmem_" #suite,                                                        \
		.test_cases = suite##_cases,                                                       \
	};                                                                                         \
	kunit_test_suite(suite##_suite);

/* cmocka's assertions do not take the test as an argument. */
#define THIS_TEST kunit_get_current_test()
#define assert_true(value) KUNIT_ASSERT_TRUE(THIS_TEST, value)
#define assert_false(value) KUNIT_ASSERT_FALSE(THIS_TEST, value)
#define assert_null(pointer) KUNIT_ASSERT_NULL(THIS_TEST, pointer)
#define assert_non_null(pointer) KUNIT_ASSERT_NOT_NULL(THIS_TEST, pointer)
#define assert_ptr_equal(a, b) KUNIT_ASSERT_PTR_EQ(THIS_TEST, a, b)
#define assert_int_equal(a, b) KUNIT_ASSERT_EQ(THIS_TEST, (long long)(a), (long long)(b))
#define assert_string_equal(a, b) KUNIT_ASSERT_STREQ(THIS_TEST, a, b)
#define assert_string_not_equal(a, b) KUNIT_ASSERT_STRNEQ(THIS_TEST, a, b)
#define assert_memory_equal(a, b, size) KUNIT_ASSERT_MEMEQ(THIS_TEST, a, b, size)

/* The range includes both limits. */
#define assert_in_range(value, from, to)                                                           \
	do {                                                                                       \
		KUNIT_ASSERT_GE(THIS_TEST, (unsigned long long)(value), (from));                   \
		KUNIT_ASSERT_LE(THIS_TEST, (unsigned long long)(value), (to));                     \
	} while (0)

#define malloc(size) kmalloc(size, GFP_KERNEL)
#define calloc(count, size) kcalloc(count, size, GFP_KERNEL)
#define free(pointer) kfree(pointer)

#endif /* DAXPLUG_TESTS_SUITE_H */

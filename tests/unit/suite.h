/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A suite of tests of kernel/core/, run by cmocka. upstream/tree/suite.h has the same for
 * KUnit: in a kernel tree the same source files are built with that one.
 */
#ifndef DAXPLUG_TESTS_SUITE_H
#define DAXPLUG_TESTS_SUITE_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka.h"

/* Begins the definition of a test. */
#define UNIT_TEST(test) static void test(void **unused __attribute__((unused)))

/* A test in the list of UNIT_SUITE(). */
#define UNIT_CASE(test) cmocka_unit_test(test)

/* The suite of a source file: its name, and a list of UNIT_CASE(). */
#define UNIT_SUITE(suite, ...)                                                                     \
	int main(void)                                                                             \
	{                                                                                          \
		const struct CMUnitTest tests[] = { __VA_ARGS__ };                                 \
                                                                                                   \
		return cmocka_run_group_tests_name(#suite, tests, NULL, NULL);                     \
	}

#endif /* DAXPLUG_TESTS_SUITE_H */

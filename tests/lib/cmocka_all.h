/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Includes the headers that cmocka.h needs before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Ends a test with the reason, which the skip() of cmocka does not take. */
#define SKIP(reason)                                                                               \
	do {                                                                                       \
		print_message("# %s: skipped: %s\n", __func__, reason);                            \
		skip();                                                                            \
	} while (0)

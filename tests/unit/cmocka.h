/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka, with the headers that it needs before it. */
#ifndef DAXPLUG_TESTS_CMOCKA_H
#define DAXPLUG_TESTS_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif /* DAXPLUG_TESTS_CMOCKA_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Includes the headers that cmocka.h needs before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

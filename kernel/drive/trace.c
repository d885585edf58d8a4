// SPDX-License-Identifier: GPL-2.0-only
/* Defines the tracepoints. */
#include "compat/compat.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "declared.h"

/* Adds a fault of a line, or of the whole file for line 0. */
void declared_fault(struct declared *declared, const struct setting *setting, const char *format,
		    ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	if (text)
		findings_add(&declared->faults, "configuration-invalid", DAXPLUG_SEVERITY_ERROR,
			     AT_SETTING(setting), "edit the line, then: daxplug apply -n", "%s",
			     text);
	else
		declared->faults.out_of_memory = true;
	free(text);
}

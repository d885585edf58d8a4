// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: check-default-state LIST
 *
 * Checks a list for the driver's option default_state, as the driver does when it is loaded. Prints
 * what is wrong and exits with 1 if the driver would reject the list.
 */
#include <stdio.h>

#include "core/defaults.h"

int main(int argc, char **argv)
{
	struct dax_text entry;
	const char *wrong;

	if (argc != 2) {
		fputs("usage: check-default-state LIST\n", stderr);
		return 2;
	}

	wrong = dax_defaults_check(argv[1], &entry);
	if (wrong)
		printf("'%.*s': %s\n", (int)entry.length, entry.at, wrong);
	return wrong ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* make_fixture RECORD...: makes a tree of each record and prints its path. */
#include <stdio.h>

#include "fixture.h"

int main(int argc, char **argv)
{
	struct fixture fixture;
	int i;

	for (i = 1; i < argc; i++) {
		fixture_load(&fixture, argv[i]);
		puts(fixture.root);
	}
	return 0;
}

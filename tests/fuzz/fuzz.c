// SPDX-License-Identifier: GPL-2.0-or-later
/* The entry point for libFuzzer. FUZZ is the target, defined at compile time. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const struct fuzz_target *find_target(void)
{
	static const struct fuzz_target *const tables[] = { fuzz_parsers, fuzz_core, fuzz_words,
							    fuzz_machine };
	const struct fuzz_target *target;
	unsigned int i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (target = tables[i]; target->name; target++)
			if (!strcmp(target->name, FUZZ))
				return target;
	abort();
}

/* A parser gets the text that sysfs_read() returns for an attribute, without a NUL in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_target *target;
	char *text = malloc(size + 1);

	if (!target)
		target = find_target();
	memcpy(text, data, size);
	text[size] = '\0';
	target->run(text, target->binary ? size : strlen(text));
	free(text);
	return 0;
}

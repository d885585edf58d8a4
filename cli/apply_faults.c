// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply.h"
#include "complain.h"
#include "declared.h"
#include "status.h"

/* Prints the faults of the configuration. Returns the exit status for them. */
int apply_faults(const struct declared *declared)
{
	unsigned int i;

	for (i = 0; i < declared->faults.count; i++) {
		const struct finding *fault = &declared->faults.list[i];

		if (fault->line)
			complain("%s:%u: %s", fault->file, fault->line, fault->text);
		else
			complain("%s: %s", fault->file, fault->text);
	}
	if (declared->faults.out_of_memory) {
		complain("out of memory");
		return EXIT_CANNOT_TELL;
	}
	return EXIT_USAGE;
}

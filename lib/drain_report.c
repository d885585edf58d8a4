// SPDX-License-Identifier: LGPL-2.1-or-later
/* The bytes that a drain moved and left, and the processes that had most of them. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "drain.h"

/* Orders owners by their pages, largest first; owners whose pages could not be moved come first. */
static int compare(const void *one, const void *other)
{
	const struct evacuee *a = one, *b = other;

	if (!a->err != !b->err)
		return a->err ? -1 : 1;
	return a->bytes < b->bytes ? 1 : a->bytes > b->bytes ? -1 : a->pid - b->pid;
}

static void report_evacuees(struct drain *drain, struct drained *drained)
{
	struct evacuee *all = calloc(drain->owner_count + 1, sizeof(*all));
	unsigned int i, count = 0;

	for (i = 0; all && i < drain->owner_count; i++) {
		struct owner *owner = &drain->owners[i];
		int err = atomic_load(&owner->err);
		uint64_t moved = atomic_load(&owner->moved);

		if (!owner->pid || (!err && !moved))
			continue;
		all[count] = (struct evacuee){ .pid = owner->pid, .err = err };
		all[count].bytes = err ? owner->found : moved;
		memcpy(all[count++].name, owner->name, sizeof(owner->name));
	}
	if (count)
		qsort(all, count, sizeof(*all), compare);
	drained->count = count < MOST_EVACUEES ? count : MOST_EVACUEES;
	if (count)
		memcpy(drained->evacuees, all, drained->count * sizeof(*all));
	free(all);
}

/**
 * drain_report() - report the result of a drain
 * @drain: the drain, ended
 * @left: bytes that are left on the device, by use; -1 if unknown
 * @began: when it began, by clock_now()
 */
void drain_report(struct drain *drain, const int64_t *left, int64_t began)
{
	struct drained *drained = &drain->change->report.drained;
	unsigned int i;

	for (i = 0; i < USES; i++) {
		drained->moved[i] = atomic_load(&drain->moved[i]);
		drained->left[i] = left[i];
	}
	drained->swapped = atomic_load(&drain->swapped);
	drained->dropped = drain->dropped;
	drained->took = clock_now() - began;
	report_evacuees(drain, drained);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling the outside of changes: poll(2) on the state file, uevents, the log. */
#ifndef DAXPLUG_EVENTS_H
#define DAXPLUG_EVENTS_H

#include <linux/types.h>

#include "core/state.h"
#include "drive.h"

struct kmem_range;
struct kmem_region;

/**
 * struct kmem_outcome - how a transition ended
 * @before: the state it began in
 * @wanted: the state asked for
 * @range: the one range that is reclaimed, NULL: it is about all of them
 * @err: 0 or the negative errno that the writer gets
 * @failure: what went wrong, if it was a step
 * @cause: why it ended, KMEM_CAUSE_NONE after a success
 * @back: whether everything is as before, after an error
 * @took_ms: how long it took, its rollback included, in ms
 */
struct kmem_outcome {
	enum dax_state before;
	enum dax_state wanted;
	const struct kmem_range *range;
	int err;
	struct kmem_failure failure;
	enum kmem_cause cause;
	bool back;
	s64 took_ms;
};

void kmem_events_listen(struct kmem_region *region);
void kmem_events_deafen(struct kmem_region *region);
void kmem_events_changed(struct kmem_region *region);
void kmem_events_outcome(struct kmem_region *region, const struct kmem_outcome *outcome);

#endif /* DAXPLUG_EVENTS_H */

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "events.h"
#include "guard.h"
#include "region.h"

/**
 * kmem_events_listen() - somebody reads the state, and may poll for changes of it
 * @region: the region, bound; its state file's active reference held
 *
 * Context: Process context, sleeps.
 */
void kmem_events_listen(struct kmem_region *region)
{
	struct kernfs_node *file;

	if (READ_ONCE(region->state_file))
		return;

	file = sysfs_get_dirent(region->dev->kobj.sd, "state");
	spin_lock(&kmem_guard_lock);
	if (!region->state_file) {
		/* Others look without the lock, as above. */
		WRITE_ONCE(region->state_file, file);
		file = NULL;
	}
	spin_unlock(&kmem_guard_lock);
	sysfs_put(file);
}

/**
 * kmem_events_deafen() - the device is being unbound, its files are gone
 * @region: the region
 *
 * Who has read the state since the last change, which then was there still, would not be
 * told: to remove a file wakes nobody (kernfs_drain() in fs/kernfs/dir.c, 6.1 to 7.3).
 *
 * Context: Process context, sleeps.
 */
void kmem_events_deafen(struct kmem_region *region)
{
	struct kernfs_node *file = NULL;

	spin_lock(&kmem_guard_lock);
	swap(region->state_file, file);
	spin_unlock(&kmem_guard_lock);
	if (file)
		sysfs_notify_dirent(file);
	sysfs_put(file);
}

/**
 * kmem_events_changed() - wake those who poll for the state
 * @region: the region
 *
 * Context: kmem_guard_lock held.
 */
void kmem_events_changed(struct kmem_region *region)
{
	if (region->state_file)
		sysfs_notify_dirent(region->state_file);
}

/* Is it known what kept a block until the transition was cancelled? */
static bool names_holder(const struct kmem_outcome *outcome)
{
	return kmem_cause_is_cancel(outcome->cause) && outcome->failure.step == KMEM_STEP_OFFLINE &&
	       outcome->failure.cause != KMEM_CAUSE_OTHER &&
	       !kmem_cause_is_cancel(outcome->failure.cause);
}

/* "-EBUSY" where the kernel has names for errors, else the number. */
static void write_failure(struct kmem_region *region, const struct kmem_outcome *outcome,
			  char *line, size_t room)
{
	const struct kmem_failure *failure = &outcome->failure;
	size_t used;

	used = scnprintf(line, room, "wanted=%s error=%pe reason=%s",
			 dax_state_name(outcome->wanted), ERR_PTR(outcome->err),
			 kmem_cause_word(outcome->cause));
	if (failure->step != KMEM_STEP_NONE)
		used += scnprintf(line + used, room - used, " block=memory%llu address=%#llx",
				  kmem_region_block_id(region, failure->block),
				  kmem_region_block_start(region, failure->block));
	if (failure->pfn)
		used += scnprintf(line + used, room - used, " pfn=%#lx", failure->pfn);
	if (names_holder(outcome))
		used += scnprintf(line + used, room - used, " held=%s",
				  kmem_cause_word(failure->cause));
	if (!outcome->back)
		scnprintf(line + used, room - used, " rollback=incomplete");
}

/* All at once, for somebody may be reading it. */
static void count(struct kmem_region *region, const struct kmem_outcome *outcome)
{
	struct kmem_stats *stats = &region->stats;
	char line[sizeof(stats->last_failure)] = "";

	if (outcome->err)
		write_failure(region, outcome, line, sizeof(line));

	spin_lock(&kmem_guard_lock);
	stats->last_ms = outcome->took_ms;
	if (!outcome->err)
		stats->done++;
	else if (kmem_cause_is_cancel(outcome->cause))
		stats->cancelled[outcome->cause]++;
	else
		stats->failed[outcome->cause]++;
	strscpy(stats->last_failure, line, sizeof(stats->last_failure));
	spin_unlock(&kmem_guard_lock);
}

/* Where and why, in words: "memory7 could not be added: there is no memory". */
static void describe(struct kmem_region *region, const struct kmem_outcome *outcome, char *text,
		     size_t room)
{
	const struct kmem_failure *failure = &outcome->failure;
	const char *why = kmem_cause_text(outcome->cause);
	size_t used;

	if (failure->step == KMEM_STEP_NONE)
		used = scnprintf(text, room, "%s: %s",
				 kmem_cause_is_cancel(outcome->cause) ? "cancelled"
								      : "could not begin",
				 why);
	else if (kmem_cause_is_cancel(outcome->cause))
		used = scnprintf(text, room, "cancelled: %s, before memory%llu was %s%s%s", why,
				 kmem_region_block_id(region, failure->block),
				 kmem_step_text(failure->step), names_holder(outcome) ? ": " : "",
				 names_holder(outcome) ? kmem_cause_text(failure->cause) : "");
	else
		used = scnprintf(text, room, "memory%llu could not be %s: %s",
				 kmem_region_block_id(region, failure->block),
				 kmem_step_text(failure->step), why);
	if (failure->pfn)
		scnprintf(text + used, room - used, ", pfn %#lx", failure->pfn);
}

/* What it was about: the state asked for, or the range to be reclaimed. */
static const char *title(const struct kmem_outcome *outcome, char *text, size_t room)
{
	if (!outcome->range)
		return dax_state_name(outcome->wanted);
	scnprintf(text, room, "reclaim %llx-%llx", outcome->range->span.start,
		  outcome->range->span.end);
	return text;
}

static void log_failure(struct kmem_region *region, const struct kmem_outcome *outcome)
{
	char text[160], name[48];

	describe(region, outcome, text, sizeof(text));
	kmem_region_log(region, LOGLEVEL_WARNING, "%s: %s (%pe); %s\n",
			title(outcome, name, sizeof(name)), text, ERR_PTR(outcome->err),
			outcome->back ? "rolled back" : "the rollback failed too, as said above");
}

static void log_success(struct kmem_region *region, const struct kmem_outcome *outcome)
{
	unsigned int blocks = outcome->range ? outcome->range->count : region->counts.total;
	u64 size = (u64)blocks * memory_block_size_bytes();
	char name[48];

	kmem_region_log(region, LOGLEVEL_INFO, "%s: %u memory blocks, %llu MiB, in %lld ms\n",
			title(outcome, name, sizeof(name)), blocks, size >> 20, outcome->took_ms);
}

static void send_uevent(struct kmem_region *region, const struct kmem_outcome *outcome)
{
	char state[32], before[32], duration[48], error[32], block[32], reason[32];
	char *env[] = { state, before, duration, NULL, NULL, NULL, NULL };
	unsigned int next = 3;

	snprintf(state, sizeof(state), "DAX_STATE=%s", dax_state_name(kmem_guard_state(region)));
	snprintf(before, sizeof(before), "DAX_PREV_STATE=%s", dax_state_name(outcome->before));
	snprintf(duration, sizeof(duration), "DAX_DURATION_MS=%lld", outcome->took_ms);

	if (outcome->err) {
		snprintf(error, sizeof(error), "DAX_ERROR=%pe", ERR_PTR(outcome->err));
		snprintf(reason, sizeof(reason), "DAX_REASON=%s", kmem_cause_word(outcome->cause));
		env[next++] = error;
		env[next++] = reason;
	}
	if (outcome->failure.step != KMEM_STEP_NONE) {
		snprintf(block, sizeof(block), "DAX_BLOCK=memory%llu",
			 kmem_region_block_id(region, outcome->failure.block));
		env[next++] = block;
	}

	kobject_uevent_env(&region->dev->kobj, KOBJ_CHANGE, env);
}

/**
 * kmem_events_outcome() - tell everybody how a transition ended, and keep count
 * @region: the region, the transition not under way any more
 * @outcome: how it ended
 *
 * Context: Process context, sleeps; @region->lock held.
 */
void kmem_events_outcome(struct kmem_region *region, const struct kmem_outcome *outcome)
{
	count(region, outcome);
	if (outcome->err)
		log_failure(region, outcome);
	else
		log_success(region, outcome);
	/* After a reclaim a device may have come just now, which had nothing to do with it. */
	if (outcome->range)
		return;

	spin_lock(&kmem_guard_lock);
	kmem_events_changed(region);
	spin_unlock(&kmem_guard_lock);
	send_uevent(region, outcome);
}

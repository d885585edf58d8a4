// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "judge.h"
#include "report.h"

static bool wants(const struct step *step, const char *word)
{
	return step->word && !strcmp(step->word, word);
}

/* Kernel zones: the kernel may use a block as soon as it is online. */
static bool meets_kernel_zone(const struct step *step)
{
	return step->before.count[ONLINE_KERNEL] || wants(step, "online_kernel");
}

static bool may_be_busy(const struct step *step)
{
	/* A huge page that is allocated or freed while its block goes offline is EBUSY, too. */
	if (!step_is_alone(step) || step->beside[HOLDER] || step->beside[POOL_KEEPER] ||
	    meets_kernel_zone(step))
		return true;
	return step->operation == WRITE_STATE && !wants(step, "unplugged") &&
	       step->before.count[ABSENT] != device.block_count;
}

/* The errnos of a write to state, or to reclaim. */
static bool is_end_of_transition(const struct step *step)
{
	bool may_go = step->beside[BINDER] || step->beside[UNLOADER];

	switch (step->err) {
	case 0:
		return true;
	case EBUSY:
		return may_be_busy(step);
	case EINTR:
		return step->signal_us >= 0;
	case ETIMEDOUT:
		return step->timeout_ms;
	case ECANCELED:
		return may_go;
	case ENODEV:
	case ENOENT:
		/* A stranded range is removed when its last block goes offline by its file. */
		return may_go || (step->operation == RECLAIM && step->beside[TOGGLER]);
	default:
		return false;
	}
}

/* While a block of the device is online, the driver cannot be unloaded. */
static bool is_end_of_unload(const struct step *step)
{
	return step->err == (online(&step->before) ? EAGAIN : 0);
}

static bool is_allowed(const struct step *step)
{
	switch (step->operation) {
	case WRITE_STATE:
	case RECLAIM:
		return is_end_of_transition(step);
	case WRITE_NONSENSE:
		return step->err == EINVAL;
	case UNLOAD:
		return is_end_of_unload(step);
	case BIND:
	case UNBIND:
	case LOAD:
	case TOGGLE:
	case SET_GUARD:
	case SET_POLICY:
		return !step->err;
	default:
		return false;
	}
}

/* The state of a block after a success, or -1 if the step leaves it open. */
static int wanted_state(const struct step *step, unsigned int block)
{
	const struct range *range = &device.ranges[step->range];
	int was = (int)step->before.blocks[block];

	switch (step->operation) {
	case WRITE_STATE:
		if (wants(step, "unplugged"))
			return ABSENT;
		if (wants(step, "online"))
			return was == ABSENT ? -1 : was;
		return wants(step, "online_kernel") ? ONLINE_KERNEL : ONLINE_MOVABLE;
	case RECLAIM:
		return block - range->first < range->count ? ABSENT : was;
	case BIND:
		return was == ABSENT || was == OFFLINE ? -1 : was;
	case UNBIND:
		return was == OFFLINE ? -1 : was; /* absent, unless its range has one online */
	case UNLOAD:
		return ABSENT;
	case LOAD:
	case TOGGLE:
		return -1;
	default:
		return was;
	}
}

static bool rollback_was_incomplete(void)
{
	char failure[512];

	get(path_of("%s/kmem/last_failure", device.dir), failure, sizeof(failure));
	return strstr(failure, "rollback=incomplete");
}

/* The first block in a wrong state, or -1. */
static int odd_block(const struct step *step)
{
	unsigned int i;

	for (i = 0; i < device.block_count; i++) {
		int wanted = step->err ? (int)step->before.blocks[i] : wanted_state(step, i);

		if (wanted >= 0 && (int)step->after.blocks[i] != wanted)
			return (int)i;
	}
	return -1;
}

const char *judge(const struct step *step)
{
	static const char *const words[BLOCK_STATES] = { "absent", "offline",
							 "online in a kernel zone",
							 "online in ZONE_MOVABLE" };
	static char text[192];
	int odd;

	if (step->wrong[0])
		return step->wrong;
	if (!device.ours)
		return NULL;
	if (!is_allowed(step)) {
		snprintf(text, sizeof(text), "it ended with %s", errno_name(step->err));
		return text;
	}
	if (step->before.guarded && step->after.guarded && step->operation == TOGGLE &&
	    step->switched)
		return "a guarded block was switched by its own file";
	if (!step_is_alone(step))
		return NULL;
	odd = odd_block(step);
	if (odd < 0 || (step->err && meets_kernel_zone(step) && rollback_was_incomplete()))
		return NULL;
	snprintf(text, sizeof(text), "memory%u is %s afterwards, and was %s", device.numbers[odd],
		 words[step->after.blocks[odd]], words[step->before.blocks[odd]]);
	return text;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "report.h"
#include "step.h"

static const char *const operation_names[OPERATIONS] = {
	[WRITE_STATE] = "state", [WRITE_NONSENSE] = "state, nonsense",
	[RECLAIM] = "reclaim",	 [BIND] = "bind",
	[UNBIND] = "unbind",	 [LOAD] = "load",
	[UNLOAD] = "unload",	 [TOGGLE] = "blocks",
	[SET_GUARD] = "guard",	 [SET_POLICY] = "policy",
};

bool step_is_alone(const struct step *step)
{
	const bool *beside = step->beside;
	/* A guarded block cannot be switched by its file. */
	bool guarded = step->before.guarded && !beside[GUARDIAN] && step->operation == WRITE_STATE;

	return (!beside[TOGGLER] || guarded) && !beside[WRITER] && !beside[BINDER] &&
	       !beside[UNLOADER];
}

bool step_is_transition(const struct step *step)
{
	return step->operation == WRITE_STATE || step->operation == RECLAIM;
}

/* Switches several blocks, one after the other, and counts the errnos. */
static int toggle_some(struct step *step, bool may_use_kernel_zone)
{
	unsigned int times = 1 + rng_below(&step->rng, device.block_count);

	while (times--)
		step->switched |= !toggle(&step->rng, may_use_kernel_zone);
	return 0;
}

static int operate(struct step *step, bool may_use_kernel_zone)
{
	switch (step->operation) {
	case WRITE_STATE:
	case WRITE_NONSENSE:
		return put(path_of("%s/state", device.dir), step->word);
	case RECLAIM:
		return put(path_of("%s/reclaim", stranded_dir(&device.ranges[step->range])), "1");
	case BIND:
		return bind_device();
	case UNBIND:
		return unbind_device();
	case LOAD:
		return load_driver();
	case UNLOAD:
		return unload_driver();
	case TOGGLE:
		return toggle_some(step, may_use_kernel_zone);
	case SET_GUARD:
		return put(path_of("%s/kmem/guard", device.dir), step->word);
	case SET_POLICY:
		return put(MEMORY "/auto_online_blocks", step->word);
	default:
		return 0;
	}
}

/* Runs the operation in a thread of its own, so that a signal can be sent to it alone. */
struct operator
{
	struct step *step;
	bool may_use_kernel_zone;
	pthread_t thread;
	atomic_bool ended;
};

static void *run_operation(void *data)
{
	struct operator* operator= data;
	struct step *step = operator->step;
	unsigned int begin = now_ms();

	step->err = operate(step, operator->may_use_kernel_zone);
	step->ms = now_ms() - begin;
	operator->ended = true;
	return NULL;
}

static void operate_with_signal(struct step *step, bool may_use_kernel_zone)
{
	struct operator operator= { .step = step, .may_use_kernel_zone = may_use_kernel_zone };

	if (pthread_create(&operator.thread, NULL, run_operation, &operator))
		die("no thread for an operation");
	if (step->signal_us >= 0) {
		nap((unsigned int)step->signal_us);
		if (!operator.ended)
			interrupt(operator.thread);
	}
	pthread_join(operator.thread, NULL);
}

/* The setting lasts until it is set again, or the device is bound again. */
static void set_timeout(const struct step *step)
{
	char ms[16];

	if (!device.ours || step->operation != WRITE_STATE)
		return;
	snprintf(ms, sizeof(ms), "%u", step->timeout_ms);
	put(path_of("%s/kmem/timeout_ms", device.dir), ms);
}

static void heed(struct step *step, const struct actor *actor)
{
	step->switched |= actor->switched;
	if (actor->wrong[0] && !step->wrong[0])
		snprintf(step->wrong, sizeof(step->wrong), "%s: %s", role_names[actor->role],
			 actor->wrong);
}

void step_run(struct step *step, bool may_use_kernel_zone)
{
	struct actor actors[ROLES];
	unsigned int role;

	set_timeout(step);
	memset(actors, 0, sizeof(actors));
	for (role = 0; role < ROLES; role++) {
		actors[role].role = (enum role)role;
		actors[role].rng = rng_of(rng_next(&step->rng), role);
		actors[role].hold_ms = step->hold_ms;
		actors[role].may_use_kernel_zone = may_use_kernel_zone;
		if (step->beside[role])
			actor_start(&actors[role]);
	}
	operate_with_signal(step, may_use_kernel_zone);
	for (role = 0; role < ROLES; role++) {
		if (!step->beside[role])
			continue;
		actor_stop(&actors[role]);
		heed(step, &actors[role]);
	}
}

/* printable() - return a word, or a name for an empty line */
static const char *printable(const char *word)
{
	return !word ? "" : word[0] == '\n' ? "an empty line" : word;
}

void step_remember(const struct step *step)
{
	char with[256] = "", what[48];
	unsigned int role, length = 0;

	for (role = 0; role < ROLES; role++) {
		if (step->beside[role])
			length += (unsigned int)snprintf(with + length, sizeof(with) - length,
							 ", %s", role_names[role]);
	}
	if (step->signal_us >= 0)
		length += (unsigned int)snprintf(with + length, sizeof(with) - length,
						 ", signal after %d us", step->signal_us);
	if (step->timeout_ms)
		snprintf(with + length, sizeof(with) - length, ", timeout %u ms", step->timeout_ms);
	remember("step %lu: %s, %s: %s%s%s%s: %s in %u ms", step->number,
		 step->before.bound ? "bound" : "unbound", true_state(&step->before),
		 operation_names[step->operation], step->word ? " " : "", printable(step->word),
		 with, errno_name(step->err), step->ms);
	snprintf(what, sizeof(what), "%s%s%s", operation_names[step->operation],
		 step->word ? " " : "", printable(step->word));
	tally(what, step->err);
}

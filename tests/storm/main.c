// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: storm --seed N [--transitions N] [--minutes N] [--memory MIB] [--kernel-zone]
 *              [--spoil STEP]
 *
 * Performs every operation on a DAX device, in an order and with concurrent actors that the seed
 * determines, and checks after each step that every invariant holds. Ends with status 1 at the
 * first violation, and prints the command that repeats it.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "invariants.h"
#include "judge.h"
#include "report.h"
#include "step.h"

/* A step that takes longer hangs; a rollback may take 191 s for a block. */
enum { STEP_SECONDS = 600, PROGRESS_SECONDS = 30 };

static struct {
	uint64_t seed;
	unsigned long transitions; /* 0: no limit */
	unsigned int minutes; /* 0: no limit */
	unsigned int memory_mib; /* of all tenants */
	bool kernel_zone; /* blocks may go online there */
	unsigned long spoil; /* a step after which a byte of a tenant is changed; 0: none */
} options = { .memory_mib = 6 };

static unsigned long transitions;
static struct {
	unsigned long steps, tenants, invariants; /* ms */
} spent;
static atomic_ulong steps;

static void parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "transitions", required_argument, NULL, 't' },
		{ "minutes", required_argument, NULL, 'm' },
		{ "memory", required_argument, NULL, 'b' },
		{ "kernel-zone", no_argument, NULL, 'k' },
		{ "spoil", required_argument, NULL, 'x' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) >= 0) {
		unsigned long long number = optarg ? strtoull(optarg, NULL, 10) : 0;

		switch (option) {
		case 's':
			options.seed = number;
			break;
		case 't':
			options.transitions = number;
			break;
		case 'm':
			options.minutes = (unsigned int)number;
			break;
		case 'b':
			options.memory_mib = (unsigned int)number;
			break;
		case 'k':
			options.kernel_zone = true;
			break;
		case 'x':
			options.spoil = number;
			break;
		default:
			exit(2);
		}
	}
	if (!options.transitions && !options.minutes)
		die("no end is given: --transitions or --minutes is needed");
}

static void print_violation(const struct step *step, const char *wrong)
{
	history_print();
	note("violated after step %lu, transition %lu: %s", step->number, transitions, wrong);
	note("before it %s, after it %s", true_state(&step->before), true_state(&step->after));
	note("again, on the same kernel and device: lab/storm --seed %llu --transitions %lu%s",
	     (unsigned long long)options.seed, transitions + 1,
	     options.kernel_zone ? " --kernel-zone" : "");
}

/* If a step hangs, only another thread can report that. */
static void *watch(void *data)
{
	unsigned long seen = 0;
	unsigned int seconds;

	(void)data;
	for (seconds = 0;; seconds++) {
		sleep(1);
		if (steps != seen) {
			seen = steps;
			seconds = 0;
		}
		if (seconds >= STEP_SECONDS)
			break;
	}
	history_print();
	note("step %lu has not ended after %d s; seed %llu", seen, STEP_SECONDS,
	     (unsigned long long)options.seed);
	_exit(1);
}

/* one_step() - make a step; returns NULL, or the violation */
static const char *one_step(struct step *step)
{
	unsigned int begin = now_ms(), end_of_run, end_of_tenants;
	const char *wrong, *lost;

	step_plan(step, options.seed, options.kernel_zone);
	step_run(step, options.kernel_zone);
	end_of_run = now_ms();
	step_remember(step);
	transitions += step_is_transition(step);
	if (step->number == options.spoil)
		tenants_spoil();
	lost = tenants_check(step->errand);
	end_of_tenants = now_ms();
	wrong = invariants_check(&step->after);
	spent.steps += end_of_run - begin;
	spent.tenants += end_of_tenants - end_of_run;
	spent.invariants += now_ms() - end_of_tenants;
	if (lost)
		return lost;
	return wrong ? wrong : judge(step);
}

static bool is_done(time_t begin)
{
	return (options.transitions && transitions >= options.transitions) ||
	       (options.minutes && time(NULL) - begin >= options.minutes * 60);
}

static void report_progress(time_t begin)
{
	static time_t last;
	time_t now = time(NULL);

	if (!last)
		last = now;
	if (now - last < PROGRESS_SECONDS)
		return;
	last = now;
	note("%lu transitions in %lu steps, %ld s", transitions, (unsigned long)steps,
	     (long)(now - begin));
}

static const char *storm(struct step *step)
{
	time_t begin = time(NULL);
	struct facts facts;
	const char *wrong = invariants_check(&facts);

	while (!wrong && !is_done(begin)) {
		memset(step, 0, sizeof(*step));
		step->number = ++steps;
		step->before = facts;
		wrong = one_step(step);
		facts = step->after;
		report_progress(begin);
	}
	note("%lu transitions in %lu steps, %ld s, seed %llu", transitions, (unsigned long)steps,
	     (long)(time(NULL) - begin), (unsigned long long)options.seed);
	return wrong;
}

/* begin_unplugged() - unplug the device, and record the machine without it */
static void begin_unplugged(void)
{
	struct facts facts;

	put(path_of("%s/state", device.dir), "unplugged");
	observe(&facts);
	if (facts.count[ABSENT] != device.block_count)
		die("%s is not unplugged to begin with: %s", device.name, true_state(&facts));
	invariants_learn();
}

int main(int argc, char **argv)
{
	pthread_t watcher;
	struct step step = { 0 };
	const char *wrong;

	parse_options(argc, argv);
	device_find();
	actors_init();
	begin_unplugged();
	tenants_start((size_t)options.memory_mib << 20, options.seed);
	if (pthread_create(&watcher, NULL, watch, NULL))
		die("no thread to watch the others");
	wrong = storm(&step);
	note("%lu ms in steps, %lu ms with tenants, %lu ms with invariants", spent.steps,
	     spent.tenants, spent.invariants);
	tally_print();
	note("%llu pages of live data have left the device's node",
	     (unsigned long long)tenants_moved());
	if (wrong)
		print_violation(&step, wrong);
	tenants_stop();
	return wrong != NULL;
}

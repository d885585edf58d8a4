// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Makes a forecast of an unplug for each device, concurrently, with one thread and one handle for
 * each: threads DEVICE...
 *
 *	cc -pthread threads.c $(pkg-config --cflags --libs libdaxplug)
 */
#include <libdaxplug.h>
#include <pthread.h>
#include <stdio.h>

#define MOST 64

/* The arguments of a thread, and its result. */
struct question {
	const char *name;
	pthread_t thread;
	enum daxplug_verdict verdict;
	char finding[256];
};

static void keep_first_finding(struct question *question, const struct daxplug_forecast *forecast)
{
	if (daxplug_forecast_findings(forecast))
		snprintf(question->finding, sizeof(question->finding), "%s: %s",
			 daxplug_forecast_finding_id(forecast, 0),
			 daxplug_forecast_finding_text(forecast, 0));
}

static void ask(struct question *question, struct daxplug *daxplug)
{
	struct daxplug_device *device = NULL;
	struct daxplug_forecast *forecast;

	if (!daxplug_scan(daxplug))
		device = daxplug_find(daxplug, question->name);
	if (!device)
		return;
	if (daxplug_forecast_new(&device, 1, DAXPLUG_ACTION_UNPLUG, DAXPLUG_STATE_UNPLUGGED,
				 &forecast))
		return;
	question->verdict = daxplug_forecast_verdict(forecast);
	keep_first_finding(question, forecast);
	daxplug_forecast_unref(forecast);
}

/* A handle is for one thread at a time, so each thread has its own. */
static void *run(void *data)
{
	struct question *question = (struct question *)data;
	struct daxplug *daxplug;

	if (daxplug_new(NULL, &daxplug))
		return NULL;
	ask(question, daxplug);
	daxplug_unref(daxplug);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct question questions[MOST];
	int count = 0, i;

	for (i = 1; i < argc && count < MOST; i++) {
		questions[count].name = argv[i];
		if (pthread_create(&questions[count].thread, NULL, run, &questions[count]) == 0)
			count++;
	}
	for (i = 0; i < count; i++) {
		pthread_join(questions[i].thread, NULL);
		printf("%s: %s %s\n", questions[i].name, daxplug_verdict_name(questions[i].verdict),
		       questions[i].finding);
	}
	return 0;
}

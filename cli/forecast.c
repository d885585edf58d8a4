// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <unistd.h>

#include "core/plural.h"
#include "forecast.h"
#include "json.h"
#include "safe.h"
#include "text.h"

/* The maximum number of unmovable blocks, and of programs, to print. */
#define MOST_LINES 8

/* The kinds of memory that move on an unplug. The keys of the JSON are the library's names. */
static const struct {
	enum daxplug_use use;
	const char *label;
} moving[] = {
	{ DAXPLUG_USE_ANON, "anonymous" },
	{ DAXPLUG_USE_SHARED, "shared" },
	{ DAXPLUG_USE_HUGE, "huge pages" },
	{ DAXPLUG_USE_CACHE, "page cache" },
};

#define MOVING_COUNT (sizeof(moving) / sizeof(moving[0]))

/*
 * Whether to print the forecast as that of an unplug: also for a replug of memory that is present,
 * which needs no new page structs.
 */
static bool is_unplug(const struct daxplug_forecast *forecast)
{
	enum daxplug_action action = daxplug_forecast_action(forecast);

	return action == DAXPLUG_ACTION_UNPLUG ||
	       (action == DAXPLUG_ACTION_REPLUG && !daxplug_forecast_page_structs(forecast));
}

static const char *size_or_unknown(int64_t bytes, char *text)
{
	if (bytes < 0)
		return "an unknown amount";
	text_size(bytes, false, text);
	return text;
}

/* Describes the free huge pages that their pools lose in an unplug; empty if there are none. */
static const char *lost_pages(const struct daxplug_forecast *forecast, char text[TEXT_SIZE])
{
	unsigned long long lost = 0;
	unsigned int i;

	for (i = 0; i < daxplug_forecast_pools(forecast); i++)
		lost += daxplug_forecast_pool_lost(forecast, i);
	text[0] = '\0';
	if (lost)
		snprintf(text, TEXT_SIZE, ", %llu free huge page%s lost", lost, dax_plural(lost));
	return text;
}

/**
 * forecast_summary() - the memory that must move or is needed, in one line
 * @forecast: the forecast
 * @text: set to the line, empty if there is nothing to say
 * @size: the size of @text
 */
void forecast_summary(const struct daxplug_forecast *forecast, char *text, size_t size)
{
	int64_t must_move = daxplug_forecast_must_move(forecast);
	int64_t page_structs = daxplug_forecast_page_structs(forecast);
	int on_device = daxplug_forecast_page_structs_on_device(forecast);
	char one[TEXT_SIZE], other[TEXT_SIZE], lost[TEXT_SIZE];

	text[0] = '\0';
	if (is_unplug(forecast)) {
		snprintf(text, size, "%s to migrate, %s available elsewhere%s%s",
			 size_or_unknown(must_move, one),
			 size_or_unknown(daxplug_forecast_room(forecast), other),
			 must_move < 0 && geteuid() ? " (needs root)" : "",
			 lost_pages(forecast, lost));
	} else if (page_structs > 0) {
		text_size(page_structs, false, one);
		snprintf(text, size, "%s of page structs%s", one,
			 on_device > 0	  ? ", on the device itself"
			 : on_device == 0 ? ", on other nodes"
					  : "");
	}
}

static void label(const char *text)
{
	printf("  %-18s ", text);
}

static void print_use(const struct daxplug_forecast *forecast)
{
	char size[TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < MOVING_COUNT; i++) {
		int64_t bytes = daxplug_forecast_use(forecast, moving[i].use);
		char text[32];

		if (bytes <= 0)
			continue;
		snprintf(text, sizeof(text), "  %s", moving[i].label);
		label(text);
		text_size(bytes, false, size);
		printf("%s%s\n", daxplug_forecast_is_exact(forecast) ? "" : "about ", size);
	}
}

static void print_unmovable(const struct daxplug_forecast *forecast)
{
	unsigned int i, count = daxplug_forecast_unmovable(forecast);

	for (i = 0; i < count && i < MOST_LINES; i++) {
		enum daxplug_reason reason = daxplug_forecast_unmovable_reason(forecast, i);

		label(i ? "" : "may not move");
		printf("memory%llu of %s: %s\n",
		       (unsigned long long)daxplug_forecast_unmovable_block(forecast, i),
		       daxplug_forecast_unmovable_device(forecast, i),
		       reason == DAXPLUG_REASON_OTHER ? "it is in a kernel zone"
						      : daxplug_reason_text(reason));
	}
	if (count > MOST_LINES) {
		label("");
		printf("and %u more\n", count - MOST_LINES);
	}
}

static void print_pools(const struct daxplug_forecast *forecast)
{
	unsigned int i;
	char size[TEXT_SIZE];

	for (i = 0; i < daxplug_forecast_pools(forecast); i++) {
		text_size(daxplug_forecast_pool_page_size(forecast, i), false, size);
		label(i ? "" : "huge pages lost");
		printf("%llu of %s on node %d\n",
		       (unsigned long long)daxplug_forecast_pool_lost(forecast, i), size,
		       daxplug_forecast_pool_node(forecast, i));
	}
}

static void print_users(const struct daxplug_forecast *forecast)
{
	unsigned int i, count = daxplug_forecast_users(forecast);

	for (i = 0; i < count && i < MOST_LINES; i++) {
		int pid = daxplug_forecast_user_pid(forecast, i);
		char size[TEXT_SIZE];

		text_size(daxplug_forecast_user_bytes(forecast, i), false, size);
		label(i ? "" : "used by");
		print_safe(daxplug_forecast_user_name(forecast, i));
		if (pid)
			printf(" (pid %d)", pid);
		printf(": %s\n", size);
	}
	if (count && !daxplug_forecast_users_complete(forecast)) {
		label("");
		puts("(not all processes were looked at)");
	}
}

/* Prints a forecast without its findings, as lines below a device. */
void forecast_print(const struct daxplug_forecast *forecast)
{
	int64_t duration = daxplug_forecast_duration(forecast);
	char text[TEXT_SIZE];

	forecast_summary(forecast, text, sizeof(text));
	if (*text) {
		label(is_unplug(forecast) ? "to unplug it" : "to plug it");
		puts(text);
	}
	print_use(forecast);
	print_users(forecast);
	print_unmovable(forecast);
	print_pools(forecast);
	if (duration >= 0) {
		label("expected duration");
		printf("%.2f s\n", duration / 1000.0);
	}
}

/* --- JSON --- */

static struct json_object *must_move_json(const struct daxplug_forecast *forecast)
{
	struct json_object *object = json_new_object();
	unsigned int i;

	json_add_if_known(object, "total", daxplug_forecast_must_move(forecast));
	for (i = 0; i < MOVING_COUNT; i++)
		json_add_if_known(object, daxplug_use_name(moving[i].use),
				  daxplug_forecast_use(forecast, moving[i].use));
	return object;
}

static struct json_object *unmovable_json(const struct daxplug_forecast *forecast)
{
	struct json_object *array = json_new_array();
	unsigned int i;

	for (i = 0; i < daxplug_forecast_unmovable(forecast); i++) {
		enum daxplug_reason reason = daxplug_forecast_unmovable_reason(forecast, i);
		struct json_object *object = json_new_object();

		json_add_text(object, "chardev", daxplug_forecast_unmovable_device(forecast, i));
		json_add_number(object, "block", daxplug_forecast_unmovable_block(forecast, i));
		json_add_text(object, "reason", daxplug_reason_name(reason));
		json_append(array, object);
	}
	return array;
}

static struct json_object *pools_json(const struct daxplug_forecast *forecast)
{
	struct json_object *array = json_new_array();
	unsigned int i;

	for (i = 0; i < daxplug_forecast_pools(forecast); i++) {
		struct json_object *object = json_new_object();

		json_add_if_known(object, "node", daxplug_forecast_pool_node(forecast, i));
		json_add_number(object, "page_size", daxplug_forecast_pool_page_size(forecast, i));
		json_add_number(object, "pages", daxplug_forecast_pool_lost(forecast, i));
		json_append(array, object);
	}
	return array;
}

static struct json_object *users_json(const struct daxplug_forecast *forecast)
{
	struct json_object *array = json_new_array();
	unsigned int i;

	for (i = 0; i < daxplug_forecast_users(forecast); i++) {
		int pid = daxplug_forecast_user_pid(forecast, i);
		struct json_object *object = json_new_object();

		json_add_text(object, "name", daxplug_forecast_user_name(forecast, i));
		if (pid)
			json_add_number(object, "pid", pid);
		json_add_number(object, "size", daxplug_forecast_user_bytes(forecast, i));
		json_append(array, object);
	}
	return array;
}

/* Returns a forecast as docs/daxplug.schema.json describes it. The caller frees it. */
struct json_object *forecast_json(const struct daxplug_forecast *forecast)
{
	enum daxplug_reason reason = daxplug_forecast_reason(forecast);
	int on_device = daxplug_forecast_page_structs_on_device(forecast);
	struct json_object *object = json_new_object();

	json_add_text(object, "verdict", daxplug_verdict_name(daxplug_forecast_verdict(forecast)));
	if (reason != DAXPLUG_REASON_UNKNOWN)
		json_add_text(object, "reason", daxplug_reason_name(reason));
	json_add(object, "must_move", must_move_json(forecast));
	json_add_flag(object, "exact", daxplug_forecast_is_exact(forecast) > 0);
	json_add_if_known(object, "room", daxplug_forecast_room(forecast));
	json_add(object, "unmovable", unmovable_json(forecast));
	json_add(object, "lost_hugepages", pools_json(forecast));
	json_add(object, "users", users_json(forecast));
	json_add_flag(object, "users_complete", daxplug_forecast_users_complete(forecast));
	json_add_if_known(object, "page_structs", daxplug_forecast_page_structs(forecast));
	if (on_device >= 0)
		json_add_flag(object, "page_structs_on_device", on_device);
	json_add_if_known(object, "duration_ms", daxplug_forecast_duration(forecast));
	return object;
}

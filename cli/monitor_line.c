// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "json.h"
#include "monitor_line.h"
#include "safe.h"
#include "span.h"

/* Creates a record with the keys that every record has. */
static struct json_object *new_record(int64_t us, const char *event, const char *device)
{
	struct json_object *object = json_new_object();
	char when[STAMP_SIZE];

	stamp_text(us, true, when);
	json_add_text(object, "time", when);
	json_add_text(object, "event", event);
	json_add_text_if_any(object, "chardev", device);
	return object;
}

static void print_time(int64_t us)
{
	char when[STAMP_SIZE];

	stamp_text(us, false, when);
	printf("%s ", when);
}

/* --- events --- */

static void event_json(const struct daxplug_event *event, int64_t now)
{
	enum daxplug_event_type type = daxplug_event_get_type(event);
	struct json_object *object =
		new_record(now, daxplug_event_type_name(type), daxplug_event_device(event));

	json_add_number(object, "sequence", daxplug_event_sequence(event));
	if (type != DAXPLUG_EVENT_READY) {
		json_add_text(object, "kind", daxplug_kind_name(daxplug_event_kind(event)));
		json_add_text(object, "memory_state_before",
			      daxplug_state_name(daxplug_event_state_before(event)));
		json_add_text(object, "memory_state",
			      daxplug_state_name(daxplug_event_state(event)));
		json_add_text(object, "mode_before",
			      daxplug_mode_name(daxplug_event_mode_before(event)));
		json_add_text(object, "mode", daxplug_mode_name(daxplug_event_mode(event)));
		json_add_number(object, "online_memblocks_before",
				daxplug_event_blocks_online_before(event));
		json_add_number(object, "online_memblocks", daxplug_event_blocks_online(event));
		json_add_number(object, "total_memblocks", daxplug_event_blocks(event));
	}
	json_print_line(object, stdout);
}

static void event_text(const struct daxplug_event *event, int64_t now)
{
	enum daxplug_event_type type = daxplug_event_get_type(event);
	const char *before = daxplug_state_name(daxplug_event_state_before(event));
	const char *state = daxplug_state_name(daxplug_event_state(event));
	const char *mode_before = daxplug_mode_name(daxplug_event_mode_before(event));
	const char *mode = daxplug_mode_name(daxplug_event_mode(event));
	bool changed = type == DAXPLUG_EVENT_CHANGED;

	print_time(now);
	if (type == DAXPLUG_EVENT_READY) {
		puts("- ready");
		return;
	}
	printf("%s %s ", daxplug_event_device(event), daxplug_event_type_name(type));
	if (changed)
		printf("%s -> ", before);
	if (type == DAXPLUG_EVENT_REMOVED)
		printf("%s", before);
	else
		printf("%s %u/%u", state, daxplug_event_blocks_online(event),
		       daxplug_event_blocks(event));
	if (changed && daxplug_event_mode_before(event) != daxplug_event_mode(event))
		printf(" mode %s -> %s", mode_before, mode);
	else if (type == DAXPLUG_EVENT_PRESENT || type == DAXPLUG_EVENT_ADDED)
		printf(" mode %s", mode);
	putchar('\n');
}

/* Prints an event that has just been seen. */
void monitor_line_event(const struct daxplug_event *event, bool json)
{
	int64_t now = stamp_now();

	if (json)
		event_json(event, now);
	else
		event_text(event, now);
}

/* --- the journal --- */

static void entry_json(const struct journal_entry *entry)
{
	struct json_object *object = new_record(entry->us, entry->source, entry->device);

	json_add_text_if_any(object, "action", entry->action);
	json_add_text_if_any(object, "outcome", entry->outcome);
	json_add_text_if_any(object, "reason", entry->reason);
	json_add_text_if_any(object, "memory_state_before", entry->state_before);
	json_add_text_if_any(object, "memory_state", entry->state);
	json_add_text(object, "message", entry->message);
	json_print_line(object, stdout);
}

/* Prints an entry of the journal. */
void monitor_line_entry(const struct journal_entry *entry, bool json)
{
	if (json) {
		entry_json(entry);
		return;
	}
	print_time(entry->us);
	print_safe(*entry->device ? entry->device : "-");
	printf(" %s ", entry->source);
	print_safe(entry->message);
	putchar('\n');
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Metrics for node_exporter's textfile collector. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "complain.h"
#include "declared.h"
#include "drift.h"
#include "machine.h"
#include "metrics.h"
#include "select.h"
#include "status.h"
#include "tree.h"

static void print_help(void)
{
	puts("usage: daxplug metrics [OPTION...]\n"
	     "\n"
	     "Print metrics of all devices for node_exporter's textfile collector.\n"
	     "\n" GLOBAL_HELP);
}

/* --- the machine --- */

/* The driver in use, from the first finding of machine_driver(). */
static const char *driver_of(const char *finding)
{
	if (!strcmp(finding, "driver-of-daxplug"))
		return "daxplug";
	if (!strcmp(finding, "driver-missing") || !strcmp(finding, "driver-not-loaded"))
		return "none";
	return strcmp(finding, "driver-unknown") ? "kernel" : "unknown";
}

/* Uses the first finding of machine_driver(), which tells which driver is in use, and why. */
static void print_driver(struct daxplug *daxplug)
{
	struct findings findings = { 0 };
	const char *why = "driver-unknown";

	machine_driver(&findings, daxplug);
	if (findings.count)
		why = findings.list[0].id;
	metric_head("daxplug_info", "gauge", "Version of the command; always 1.");
	metric_begin("daxplug_info");
	metric_label("version", DAXPLUG_VERSION);
	metric_end(1);
	metric_head("daxplug_driver_info", "gauge",
		    "Which kmem driver serves, and why, as a finding of daxplug check; always 1.");
	metric_begin("daxplug_driver_info");
	metric_label("driver", driver_of(why));
	metric_label("reason", why);
	metric_end(1);
	findings_free(&findings);
}

static void print_orphans(struct daxplug *daxplug)
{
	struct daxplug_orphan *orphan;
	unsigned int count = 0;

	for (orphan = daxplug_orphan_first(daxplug); orphan; orphan = daxplug_orphan_next(orphan))
		count++;
	metric_head("daxplug_orphans", "gauge", "Ranges of memory that no device owns.");
	metric_begin("daxplug_orphans");
	metric_end(count);
	metric_head("daxplug_orphan_size_bytes", "gauge", "Size of a range that no device owns.");
	for (orphan = daxplug_orphan_first(daxplug); orphan; orphan = daxplug_orphan_next(orphan)) {
		metric_begin("daxplug_orphan_size_bytes");
		metric_label("range", daxplug_orphan_name(orphan));
		if (daxplug_orphan_quarantined(orphan) >= 0)
			metric_label("quarantined",
				     daxplug_orphan_quarantined(orphan) ? "true" : "false");
		metric_end(daxplug_orphan_end(orphan) - daxplug_orphan_start(orphan) + 1);
	}
}

/* --- devices --- */

static void begin_device(const char *name, const struct daxplug_device *device)
{
	metric_begin(name);
	metric_label("device", daxplug_device_name(device));
}

static void print_identity(struct daxplug *daxplug)
{
	struct daxplug_device *device;
	char node[16];

	metric_head("daxplug_device_info", "gauge",
		    "The properties of a device, and its driver; always 1.");
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		/* The label is empty if the device's node is unknown or it has none. */
		node[0] = '\0';
		if (daxplug_device_target_node(device) >= 0)
			snprintf(node, sizeof(node), "%d", daxplug_device_target_node(device));
		begin_device("daxplug_device_info", device);
		metric_label("kind", daxplug_kind_name(daxplug_device_kind(device)));
		metric_label("mode", daxplug_mode_name(daxplug_device_mode(device)));
		metric_label("backend", daxplug_backend_name(daxplug_device_backend(device)));
		metric_label("node", node);
		metric_end(1);
	}
}

static void print_states(struct daxplug *daxplug)
{
	struct daxplug_device *device;
	enum daxplug_state state;

	metric_head("daxplug_device_state", "gauge", "1 for the state of a device's memory.");
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		for (state = DAXPLUG_STATE_UNKNOWN; state <= DAXPLUG_STATE_MIXED; state++) {
			begin_device("daxplug_device_state", device);
			metric_label("state", daxplug_state_name(state));
			metric_end(daxplug_device_state(device) == state);
		}
	}
}

static void print_block_count(const struct daxplug_device *device, const char *status,
			      unsigned int count)
{
	begin_device("daxplug_device_memory_blocks", device);
	metric_label("status", status);
	metric_end(count);
}

/* Prints no counts if a block cannot be read. */
static void print_blocks(struct daxplug *daxplug)
{
	struct daxplug_device *device;

	metric_head("daxplug_device_memory_blocks", "gauge",
		    "Memory blocks of a device; total includes absent blocks.");
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		if (!daxplug_device_blocks(device) || daxplug_device_blocks_unknown(device))
			continue;
		print_block_count(device, "total", daxplug_device_blocks(device));
		print_block_count(device, "present", daxplug_device_blocks_present(device));
		print_block_count(device, "online", daxplug_device_blocks_online(device));
		print_block_count(device, "movable", daxplug_device_blocks_movable(device));
	}
}

static void print_bytes(struct daxplug *daxplug)
{
	struct daxplug_device *device;

	metric_head("daxplug_device_size_bytes", "gauge", "Size of a device.");
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		if (!daxplug_device_size(device))
			continue;
		begin_device("daxplug_device_size_bytes", device);
		metric_end(daxplug_device_size(device));
	}
	metric_head("daxplug_device_online_bytes", "gauge", "Memory of a device that is online.");
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		if (!daxplug_device_blocks(device) || daxplug_device_blocks_unknown(device))
			continue;
		begin_device("daxplug_device_online_bytes", device);
		metric_end(daxplug_device_blocks_online(device) *
			   daxplug_device_block_size(device));
	}
}

/* --- counters of daxplug's driver --- */

static void print_outcome(const struct daxplug_device *device, const char *outcome,
			  const char *reason, uint64_t count)
{
	begin_device("daxplug_device_transitions_total", device);
	metric_label("outcome", outcome);
	metric_label("reason", reason);
	metric_end(count);
}

/* Prints an attribute of lines with a reason and a number. */
static void print_reasons(const struct daxplug_device *device, const char *outcome)
{
	char path[128], *text, *line, *rest, reason[32];
	uint64_t count;

	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s/kmem/transitions_%s",
		 daxplug_device_name(device), outcome);
	rest = text = tree_read(path);
	while ((line = strsep(&rest, "\n")))
		if (sscanf(line, "%31s %" SCNu64, reason, &count) == 2)
			print_outcome(device, outcome, reason, count);
	free(text);
}

static void print_transitions(struct daxplug *daxplug)
{
	struct daxplug_device *device;

	metric_head("daxplug_device_transitions_total", "counter",
		    "Transitions since the device was bound, by outcome and reason.");
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		if (daxplug_device_transitions_done(device) < 0)
			continue;
		print_outcome(device, "done", "", daxplug_device_transitions_done(device));
		print_reasons(device, "failed");
		print_reasons(device, "cancelled");
	}
}

typedef int64_t property(const struct daxplug_device *device);

static int64_t guard(const struct daxplug_device *device)
{
	return daxplug_device_guard(device);
}

/* Metrics of one number for each device; unknown numbers are omitted. */
static const struct {
	const char *name;
	const char *type;
	property *get;
	double scale;
	const char *help;
} numbers[] = {
	{ "daxplug_device_last_transition_duration_seconds", "gauge", daxplug_device_last_duration,
	  0.001, "How long the last transition took, its rollback included." },
	{ "daxplug_device_refusals_total", "counter", daxplug_device_refusals, 1,
	  "Switches of a block by others that the driver refused." },
	{ "daxplug_device_poisoned_pages", "gauge", daxplug_device_pages_poisoned, 1,
	  "Pages with a hardware fault." },
	{ "daxplug_device_guard", "gauge", guard, 1,
	  "1 if the driver refuses switches of the device's blocks by other tasks." },
};

static void print_numbers(struct daxplug *daxplug)
{
	struct daxplug_device *device;
	unsigned int i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		metric_head(numbers[i].name, numbers[i].type, numbers[i].help);
		for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
			int64_t value = numbers[i].get(device);

			if (value < 0)
				continue;
			begin_device(numbers[i].name, device);
			metric_end_real(value * numbers[i].scale);
		}
	}
}

/* --- the configuration --- */

static void print_unmatched(const struct declared *declared, struct daxplug *daxplug)
{
	unsigned int i, count = 0;

	for (i = 0; i < declared->count; i++)
		count += !declared_may_match_any(&declared->sections[i], daxplug);
	metric_head("daxplug_config_sections_unmatched", "gauge",
		    "Sections of the configuration that match no device.");
	metric_begin("daxplug_config_sections_unmatched");
	metric_end(count);
}

static void print_drift(const struct declared *declared, struct daxplug *daxplug)
{
	struct daxplug_device *device;

	metric_head("daxplug_device_drift", "gauge",
		    "Keys in which a device differs from its section of the configuration.");
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		const struct section *section = declared_find(declared, device);
		char why[DECLARED_TEXT_SIZE];
		struct drift drift;

		if (!section || declared_unknown(declared, device, why))
			continue;
		drift = drift_of(section, device);
		begin_device("daxplug_device_drift", device);
		metric_label("section", section->label);
		metric_end(drift_count(&drift));
	}
}

/* Prints no drift while the configuration has a fault. */
static void print_declared(struct daxplug *daxplug)
{
	struct declared declared;
	bool valid = declared_load(&declared, NULL, 0) && declared_check_ties(&declared, daxplug);

	metric_head("daxplug_config_valid", "gauge",
		    "1 if nothing is wrong with the configuration, or there is none.");
	metric_begin("daxplug_config_valid");
	metric_end(valid);
	if (valid) {
		print_unmatched(&declared, daxplug);
		print_drift(&declared, daxplug);
	}
	declared_free(&declared);
}

/* --- */

static int print(struct daxplug *daxplug, void *data)
{
	(void)data;
	print_driver(daxplug);
	print_identity(daxplug);
	print_states(daxplug);
	print_blocks(daxplug);
	print_bytes(daxplug);
	print_transitions(daxplug);
	print_numbers(daxplug);
	print_declared(daxplug);
	print_orphans(daxplug);
	return EXIT_DONE;
}

static const struct option long_options[] = { GLOBAL_OPTIONS };

static int run(int argc, char **argv)
{
	struct selection selection = { .node = -1, .may_be_empty = true };
	int option = option_next(argc, argv, ":hV", long_options);

	if (option != OPTIONS_END)
		return option_stop(option, print_help);
	if (optind < argc)
		return usage_error("'%s': metrics are of all devices", argv[optind]);
	return select_devices(&selection, print, NULL);
}

const struct command metrics_command = {
	.name = "metrics",
	.summary = "print metrics for node_exporter",
	.help = print_help,
	.run = run,
};

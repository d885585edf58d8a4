/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The findings of check, in the order in which they are printed. */
#ifndef DAXPLUG_CLI_FINDINGS_H
#define DAXPLUG_CLI_FINDINGS_H

#include <json-c/json.h>

#include "libdaxplug.h"

/**
 * struct finding - a finding of check
 * @id: a stable word for programs, as in daxplug(8)
 * @severity: its severity
 * @device: the device that it concerns, or an empty string
 * @file: the file that it concerns, or NULL
 * @line: the line of that file, from 1
 * @text: one sentence without a full stop
 * @remedy: the remedy, a command line where there is one, or an empty string
 */
struct finding {
	char *id;
	enum daxplug_severity severity;
	char *device;
	char *file;
	unsigned int line;
	char *text;
	char *remedy;
};

/**
 * struct findings - a list of findings
 * @list: the findings, @count of them
 * @count: number of findings
 * @out_of_memory: some findings are missing
 */
struct findings {
	struct finding *list;
	unsigned int count;
	bool out_of_memory;
};

/* Where a finding is, for findings_add(). */
struct place {
	const char *device;
	const char *file;
	unsigned int line;
};

#define NO_PLACE ((struct place){ .device = "" })
#define AT_DEVICE(device) ((struct place){ daxplug_device_name(device), NULL, 0 })
#define AT_LINE(file, line) ((struct place){ "", file, line })

void findings_add(struct findings *findings, const char *id, enum daxplug_severity severity,
		  struct place place, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
void findings_add_forecast(struct findings *findings, const struct daxplug_forecast *forecast);
void findings_free(struct findings *findings);
void findings_sort(struct findings *findings);
enum daxplug_verdict findings_verdict(const struct findings *findings);
void findings_print(const struct findings *findings);
struct json_object *findings_json(const struct findings *findings);

#endif /* DAXPLUG_CLI_FINDINGS_H */

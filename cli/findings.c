// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "json.h"
#include "options.h"
#include "safe.h"

__attribute__((format(printf, 5, 0))) static bool fill(struct finding *finding, const char *id,
						       struct place place, const char *remedy,
						       const char *format, va_list arguments)
{
	if (vasprintf(&finding->text, format, arguments) < 0)
		finding->text = NULL;
	finding->id = strdup(id);
	finding->device = strdup(place.device);
	finding->file = place.file ? strdup(place.file) : NULL;
	finding->line = place.line;
	finding->remedy = strdup(remedy);
	return finding->text && finding->id && finding->device && finding->remedy &&
	       (finding->file || !place.file);
}

static void free_finding(struct finding *finding)
{
	free(finding->id);
	free(finding->text);
	free(finding->device);
	free(finding->file);
	free(finding->remedy);
}

/**
 * findings_add() - add a finding
 * @findings: the list
 * @id: its stable word, with an entry in docs/troubleshoot.md
 * @severity: its severity
 * @place: the device, or the file and line
 * @remedy: the remedy, or an empty string
 * @format: the format of its text, as for printf()
 */
void findings_add(struct findings *findings, const char *id, enum daxplug_severity severity,
		  struct place place, const char *remedy, const char *format, ...)
{
	struct finding finding = { .severity = severity }, *more;
	va_list arguments;
	bool filled;

	va_start(arguments, format);
	filled = fill(&finding, id, place, remedy, format, arguments);
	va_end(arguments);
	more = filled ? reallocarray(findings->list, findings->count + 1, sizeof(*more)) : NULL;
	if (!more) {
		free_finding(&finding);
		findings->out_of_memory = true;
		return;
	}
	findings->list = more;
	findings->list[findings->count++] = finding;
}

/* Adds all findings of a forecast. */
void findings_add_forecast(struct findings *findings, const struct daxplug_forecast *forecast)
{
	unsigned int i;

	for (i = 0; i < daxplug_forecast_findings(forecast); i++) {
		struct place place = { .device = daxplug_forecast_finding_device(forecast, i) };

		findings_add(findings, daxplug_forecast_finding_id(forecast, i),
			     daxplug_forecast_finding_severity(forecast, i), place,
			     daxplug_forecast_finding_remedy(forecast, i), "%s",
			     daxplug_forecast_finding_text(forecast, i));
	}
}

void findings_free(struct findings *findings)
{
	unsigned int i;

	for (i = 0; i < findings->count; i++)
		free_finding(&findings->list[i]);
	free(findings->list);
}

/* Sorts the most severe first, otherwise in the order of being added. */
void findings_sort(struct findings *findings)
{
	unsigned int i, j;

	for (i = 1; i < findings->count; i++) {
		struct finding finding = findings->list[i];

		for (j = i; j && findings->list[j - 1].severity < finding.severity; j--)
			findings->list[j] = findings->list[j - 1];
		findings->list[j] = finding;
	}
}

/*
 * Derives the verdict: refused if there is an error, unknown if a finding is
 * unsure.
 */
enum daxplug_verdict findings_verdict(const struct findings *findings)
{
	enum daxplug_severity worst = DAXPLUG_SEVERITY_INFO;
	unsigned int i;

	for (i = 0; i < findings->count; i++)
		if (findings->list[i].severity > worst)
			worst = findings->list[i].severity;
	if (worst == DAXPLUG_SEVERITY_ERROR)
		return DAXPLUG_VERDICT_REFUSED;
	if (worst == DAXPLUG_SEVERITY_UNSURE || findings->out_of_memory)
		return DAXPLUG_VERDICT_UNKNOWN;
	return DAXPLUG_VERDICT_GO;
}

static const char *color_of(enum daxplug_severity severity)
{
	switch (severity) {
	case DAXPLUG_SEVERITY_ERROR:
		return "\033[1;31m";
	case DAXPLUG_SEVERITY_WARNING:
	case DAXPLUG_SEVERITY_UNSURE:
		return "\033[1;35m";
	default:
		return "\033[1m";
	}
}

static void print_finding(const struct finding *finding, bool color)
{
	printf("%s%s:%s ", color ? color_of(finding->severity) : "",
	       daxplug_severity_name(finding->severity), color ? "\033[0m" : "");
	if (*finding->device)
		printf("%s: ", finding->device);
	if (finding->file) {
		print_safe(finding->file);
		printf(":%u: ", finding->line);
	}
	print_safe(finding->text);
	printf(" [%s]\n", finding->id);
	if (*finding->remedy) {
		printf("    ");
		print_safe(finding->remedy);
		putchar('\n');
	}
}

/*
 * Prints findings in the format of compiler messages, with the remedy on a
 * separate line.
 */
void findings_print(const struct findings *findings)
{
	bool color = options_color(stdout);
	unsigned int i;

	for (i = 0; i < findings->count; i++)
		print_finding(&findings->list[i], color);
}

static struct json_object *finding_json(const struct finding *finding)
{
	struct json_object *object = json_new_object();

	json_add_text(object, "id", finding->id);
	json_add_text(object, "severity", daxplug_severity_name(finding->severity));
	json_add_text_if_any(object, "chardev", finding->device);
	if (finding->file) {
		json_add_text(object, "file", finding->file);
		json_add_number(object, "line", finding->line);
	}
	json_add_text(object, "text", finding->text);
	json_add_text_if_any(object, "remedy", finding->remedy);
	return object;
}

/* Returns an array, which the caller frees. */
struct json_object *findings_json(const struct findings *findings)
{
	struct json_object *array = json_new_array();
	unsigned int i;

	for (i = 0; i < findings->count; i++)
		json_append(array, finding_json(&findings->list[i]));
	return array;
}

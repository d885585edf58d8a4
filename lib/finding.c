// SPDX-License-Identifier: LGPL-2.1-or-later
/* The findings of a forecast. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "forecast.h"

/**
 * find() - add a finding to a forecast
 * @forecast: the forecast; its findings stay sorted, the most severe first. If it is full, a more
 *	severe finding replaces the last of the least severe.
 * @id: a stable word for programs, a constant
 * @severity: its severity
 * @reason: the reason that a change would report if it failed because of this, or
 *	DAXPLUG_REASON_UNKNOWN
 * @device: the device that it concerns, or NULL for all
 * @remedy: the remedy, or ""
 * @format: one sentence without a full stop
 */
void find(struct daxplug_forecast *forecast, const char *id, enum daxplug_severity severity,
	  enum daxplug_reason reason, const struct daxplug_device *device, const char *remedy,
	  const char *format, ...)
{
	struct finding finding = { .id = id, .severity = severity, .reason = reason };
	unsigned int at = forecast->finding_count;
	va_list arguments;

	if (at == MOST_FINDINGS) {
		if (forecast->findings[--at].severity >= severity)
			return;
		forecast->finding_count--;
	}
	snprintf(finding.device, sizeof(finding.device), "%s", device ? device->name : "");
	snprintf(finding.remedy, sizeof(finding.remedy), "%s", remedy);
	va_start(arguments, format);
	vsnprintf(finding.text, sizeof(finding.text), format, arguments);
	va_end(arguments);

	for (; at && forecast->findings[at - 1].severity < severity; at--)
		forecast->findings[at] = forecast->findings[at - 1];
	forecast->findings[at] = finding;
	forecast->finding_count++;
}

/* Whether a device of the forecast belongs to a node. */
bool forecast_has_node(const struct daxplug_forecast *forecast, int node)
{
	unsigned int i;

	for (i = 0; i < forecast->count; i++)
		if (forecast->parts[i].node == node)
			return true;
	return false;
}

/* Formats a size, as in 1.5 GiB; returns @text. */
const char *forecast_size(uint64_t bytes, char *text, size_t size)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	unsigned int unit = 0;
	double value = bytes;

	for (; value >= 1023.95 && unit < 4; unit++)
		value /= 1024;
	if (value == (uint64_t)value || !unit)
		snprintf(text, size, "%.0f %s", value, units[unit]);
	else
		snprintf(text, size, "%.1f %s", value, units[unit]);
	return text;
}

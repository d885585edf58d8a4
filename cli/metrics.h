/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints metrics in Prometheus's text format. */
#ifndef DAXPLUG_CLI_METRICS_H
#define DAXPLUG_CLI_METRICS_H

#include <stdint.h>

/* Called once before the values of a metric. */
void metric_head(const char *name, const char *type, const char *help);

/* Prints a value: begin, its labels, end. */
void metric_begin(const char *name);
void metric_label(const char *name, const char *value);
void metric_end(uint64_t value);
void metric_end_real(double value);

#endif /* DAXPLUG_CLI_METRICS_H */

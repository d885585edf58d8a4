/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One metric after another in Prometheus's text format. */
#ifndef DAXPLUG_CLI_METRICS_H
#define DAXPLUG_CLI_METRICS_H

#include <stdint.h>

/* Before the values of a metric, once. */
void metric_head(const char *name, const char *type, const char *help);

/* A value: begin, its labels, end. */
void metric_begin(const char *name);
void metric_label(const char *name, const char *value);
void metric_end(uint64_t value);
void metric_end_real(double value);

#endif /* DAXPLUG_CLI_METRICS_H */

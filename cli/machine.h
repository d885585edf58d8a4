/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of "daxplug check" without devices, one file for each subject. Each adds its
 * findings.
 */
#ifndef DAXPLUG_CLI_MACHINE_H
#define DAXPLUG_CLI_MACHINE_H

#include "config.h"
#include "declared.h"
#include "findings.h"
#include "libdaxplug.h"

bool machine_read_config(struct findings *findings, const char *const *directories,
			 const char *suffix, config_visit *visit, void *data);
void machine_driver(struct findings *findings, struct daxplug *daxplug);
void machine_policy(struct findings *findings);
void machine_declared(struct findings *findings, struct daxplug *daxplug);
void machine_daxctl(struct findings *findings, const struct declared *declared,
		    struct daxplug *daxplug);
void machine_rivals(struct findings *findings);
void machine_devices(struct findings *findings, struct daxplug *daxplug);
void machine_instead(struct findings *findings);

#endif /* DAXPLUG_CLI_MACHINE_H */

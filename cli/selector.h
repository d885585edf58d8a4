/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selectors of devices: the grammar of the driver's default_state, plus /dev/daxX.Y, patterns and
 * "all".
 */
#ifndef DAXPLUG_CLI_SELECTOR_H
#define DAXPLUG_CLI_SELECTOR_H

#include <stdbool.h>

#include "libdaxplug.h"

/**
 * enum selector_fit - how a selector matches a device
 * @SELECTOR_NO: not at all
 * @SELECTOR_FITS: it matches this device among others
 * @SELECTOR_NAMES: it names this device, by its name, its UUID or the serial number of an expander
 *	behind it
 */
enum selector_fit { SELECTOR_NO, SELECTOR_FITS, SELECTOR_NAMES };

const char *selector_check(const char *text);
enum selector_fit selector_fit(const char *text, const struct daxplug_device *device);
bool selector_is_unique(const char *text);
int selector_unknown(const char *text, const struct daxplug_device *device, const char **property);

#endif /* DAXPLUG_CLI_SELECTOR_H */

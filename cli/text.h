/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of a device as text. */
#ifndef DAXPLUG_CLI_TEXT_H
#define DAXPLUG_CLI_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "libdaxplug.h"

#define TEXT_SIZE 160

void text_size(uint64_t bytes, bool exact, char *text);
void text_address(uint64_t address, char *text);
void text_number(int number, char *text);
void text_zones(const struct daxplug_device *device, char *text);
void text_serials(const struct daxplug_device *device, char *text);
bool text_knows_blocks(const struct daxplug_device *device);
void text_blocks(const struct daxplug_device *device, char *text);

#endif /* DAXPLUG_CLI_TEXT_H */

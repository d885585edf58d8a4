/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_CLI_CLOSEST_H
#define DAXPLUG_CLI_CLOSEST_H

const char *closest_word(const char *typed, const char *const *words, unsigned int count);

#endif /* DAXPLUG_CLI_CLOSEST_H */

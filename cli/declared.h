/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration, daxplug.conf(5): the wanted state of devices. */
#ifndef DAXPLUG_CLI_DECLARED_H
#define DAXPLUG_CLI_DECLARED_H

#include <stdbool.h>
#include <stdint.h>

#include "findings.h"
#include "libdaxplug.h"

/**
 * enum declared_key - the keys of a section
 *
 * The keys that match devices come first, in order from the most specific.
 */
enum declared_key {
	KEY_DEVICE,
	KEY_UUID,
	KEY_SERIAL,
	KEY_RANGE,
	KEY_NODE,
	KEY_KIND,
	KEY_STATE,
	KEY_GUARD,
	KEY_TIMEOUT,
	KEY_MEMMAP,
	KEY_COUNT,
};

#define MATCH_KEYS (KEY_KIND + 1)

/**
 * struct setting - one line of a section
 * @value: the value, or NULL if the section does not have the key
 * @file: its file, with a leading slash unless a relative FILE was given
 * @line: its line number, from 1
 */
struct setting {
	char *value;
	char *file;
	unsigned int line;
};

/**
 * struct section - a section of the configuration
 * @label: its label
 * @settings: its lines, by enum declared_key
 * @match: the key that matches devices
 * @selector: the devices, as a selector for selector_fit()
 * @state: the declared state, or DAXPLUG_STATE_UNKNOWN
 * @guard: 1 or 0, or -1 if not declared
 * @timeout: in ms, 0 for none, or -1 if not declared
 * @memmap: 1 or 0, or -1 if not declared
 */
struct section {
	char *label;
	struct setting settings[KEY_COUNT];
	enum declared_key match;
	char *selector;
	enum daxplug_state state;
	int guard;
	int64_t timeout;
	int memmap;
};

/**
 * struct declared - all sections of all files
 * @sections: the sections, @count of them, in the order in which they were first read
 * @count: number of sections
 * @faults: the faults of the files
 */
struct declared {
	struct section *sections;
	unsigned int count;
	struct findings faults;
};

/* The size of a buffer for declared_unknown(). */
#define DECLARED_TEXT_SIZE 256

/* The line that a finding about a section points to. */
#define AT_SETTING(setting) AT_LINE((setting)->file, (setting)->line)

extern const char *const declared_keys[KEY_COUNT];

/* declared_file.c: from files to settings */
void declared_read(struct declared *declared, char **files, int count);

/* declared.c: from settings to their meanings */
bool declared_load(struct declared *declared, char **files, int count);
void declared_free(struct declared *declared);
void declared_fault(struct declared *declared, const struct setting *setting, const char *format,
		    ...) __attribute__((format(printf, 3, 4)));

/* declared_match.c: finds the section for a device */
const struct section *declared_find(const struct declared *declared,
				    const struct daxplug_device *device);
bool declared_unknown(const struct declared *declared, const struct daxplug_device *device,
		      char *why);
bool declared_may_match_any(const struct section *section, struct daxplug *daxplug);
bool declared_check_ties(struct declared *declared, struct daxplug *daxplug);

#endif /* DAXPLUG_CLI_DECLARED_H */

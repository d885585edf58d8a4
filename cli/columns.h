/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of the table that list prints. */
#ifndef DAXPLUG_CLI_COLUMNS_H
#define DAXPLUG_CLI_COLUMNS_H

#include "libdaxplug.h"

#define MOST_COLUMNS 48

/**
 * enum column_total - the content of a column in the last line of a table
 * @TOTAL_NONE: nothing
 * @TOTAL_NUMBERS: the sum of its numbers
 * @TOTAL_SIZES: the sum of its sizes
 */
enum column_total { TOTAL_NONE, TOTAL_NUMBERS, TOTAL_SIZES };

typedef void column_text(const struct daxplug_device *device, bool exact, char *text);

/**
 * struct column - a column of the table
 * @name: its heading
 * @text: writes its value for a device to a buffer of TEXT_SIZE bytes; sizes in bytes if exact
 * @flags: flags of libsmartcols
 * @usual: whether it is printed by default
 * @help: its description
 * @total: its content in the line of totals
 */
struct column {
	const char *name;
	column_text *text;
	int flags;
	bool usual;
	const char *help;
	enum column_total total;
};

extern const struct column columns[];
extern const unsigned int column_count;

int columns_find(const char *name, size_t length);
int columns_parse(const char *names, bool all, unsigned int *wanted);
int columns_compare(int column, const struct daxplug_device *a, const struct daxplug_device *b);
void columns_total(int column, struct daxplug_device *const *devices, unsigned int count,
		   bool exact, char *text);

#endif /* DAXPLUG_CLI_COLUMNS_H */

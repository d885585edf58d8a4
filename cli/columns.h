/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAXPLUG_COLUMNS_H
#define DAXPLUG_COLUMNS_H

#include "libdaxplug.h"

#define MOST_COLUMNS 32

/**
 * struct column_options - how columns are to look
 * @names: names of columns, separated by commas; NULL for the usual ones
 * @all: every column
 * @exact: sizes in bytes
 */
struct column_options {
	const char *names;
	bool all;
	bool exact;
};

typedef void column_text(const struct daxplug_device *device, const struct column_options *options,
			 char *text);

/**
 * struct column - a column of the table
 * @name: its heading
 * @text: what stands in it
 * @flags: of libsmartcols
 * @usual: whether it is there when nothing else is asked for
 * @help: what it says
 */
struct column {
	const char *name;
	column_text *text;
	int flags;
	bool usual;
	const char *help;
};

extern const struct column columns[];
extern const unsigned int column_count;

bool columns_want(const struct column_options *options, const char *name);
int columns_wanted(const struct column_options *options, unsigned int *wanted);

#endif /* DAXPLUG_COLUMNS_H */

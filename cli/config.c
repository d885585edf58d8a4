// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "tree.h"

/* Without the leading slash. A longer path is cut off, and then not found. */
#define PATH_SIZE (CONFIG_PATH_SIZE - 1)

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length > end_length && !strcmp(text + length - end_length, end);
}

static bool is_continued(const char *newline, const char *text)
{
	return newline > text && newline[-1] == '\\';
}

/* Cuts the next line off a text, including its continuation lines, and counts the lines. */
static char *cut_line(char **text, unsigned int *lines)
{
	char *line = *text, *newline = strchr(line, '\n');

	for (*lines = 1; newline && is_continued(newline, line); (*lines)++) {
		newline[-1] = newline[0] = ' ';
		newline = strchr(newline, '\n');
	}
	*text = newline ? newline + 1 : line + strlen(line);
	if (newline)
		*newline = '\0';
	return line;
}

static char *strip(char *line)
{
	char *end = line + strlen(line);

	while (isspace((unsigned char)*line))
		line++;
	while (end > line && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return line;
}

/* Keeps the first error. */
static void note(struct config_gap *gap, const char *path, int err)
{
	if (!err || gap->err)
		return;
	snprintf(gap->path, sizeof(gap->path), "/%s", path);
	gap->err = err;
}

/* A file that is not a regular one, such as a link to /dev/null, has no lines. */
static void visit_file(const char *path, config_visit *visit, void *data, struct config_gap *gap)
{
	char file[CONFIG_PATH_SIZE], *text, *rest, *line;
	struct config_line found = { .file = file, .number = 1 };
	int err = tree_read_if_any(path, &text);
	unsigned int lines;

	note(gap, path, err == -EINVAL ? 0 : err);
	rest = text;
	snprintf(file, sizeof(file), "/%s", path);
	while (rest && *rest) {
		line = strip(cut_line(&rest, &lines));
		found.text = line;
		if (*line && *line != '#' && *line != ';')
			visit(&found, data);
		found.number += lines;
	}
	free(text);
}

/*
 * Whether a file of the same name in an earlier directory overrides this one. If that is unknown,
 * the file may be in effect.
 */
static bool is_overridden(const char *const *directories, const char *const *this, const char *name,
			  struct config_gap *gap)
{
	char path[PATH_SIZE];
	int err;

	for (; directories < this; directories++) {
		snprintf(path, sizeof(path), "%s/%s", *directories, name);
		err = tree_find(path);
		if (!err)
			return true;
		note(gap, path, err == -ENOENT ? 0 : err);
	}
	return false;
}

/**
 * config_each_line() - call a function for each line of all configuration files
 * @directories: the directories of the files, NULL-terminated, the first taking precedence
 * @suffix: the suffix of the files' names
 * @visit: called for each line
 * @data: passed to @visit
 * @gap: set to the first file or directory that could not be read
 */
void config_each_line(const char *const *directories, const char *suffix, config_visit *visit,
		      void *data, struct config_gap *gap)
{
	const char *const *directory;
	char path[PATH_SIZE], **names, **name;

	*gap = (struct config_gap){ 0 };
	for (directory = directories; *directory; directory++) {
		note(gap, *directory, tree_list_if_any(*directory, &names));
		for (name = names; name && *name; name++) {
			if (!ends_with(*name, suffix) ||
			    is_overridden(directories, directory, *name, gap))
				continue;
			snprintf(path, sizeof(path), "%s/%s", *directory, *name);
			visit_file(path, visit, data, gap);
		}
		tree_free_list(names);
	}
}

/* Whether a text contains a word, not adjacent to a letter, digit, "_" or "-". */
bool config_has_word(const char *text, const char *word)
{
	size_t length = strlen(word);
	const char *found;

	for (found = strstr(text, word); found; found = strstr(found + 1, word)) {
		char before = found > text ? found[-1] : ' ', after = found[length];

		if (!isalnum((unsigned char)before) && !strchr("_-", before) &&
		    !isalnum((unsigned char)after) && (!after || !strchr("_-", after)))
			return true;
	}
	return false;
}

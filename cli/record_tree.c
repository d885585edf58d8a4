// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record_tree.h"
#include "signals.h"
#include "tree.h"

/* The maximum number of steps, because links may form a loop. */
#define MOST_STEPS 400

static void failed(struct record_tree *tree)
{
	if (!tree->error)
		tree->error = errno;
}

/* --- writing --- */

/* Opens or creates a directory, and closes @directory. Returns -1 with errno on a failure. */
static int enter(int directory, const char *name)
{
	int below = -1;

	if (!mkdirat(directory, name, 0700) || errno == EEXIST)
		below = openat(directory, name, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	close(directory);
	return below;
}

/*
 * Opens the directory of a file and sets *@name to the file's name. Returns -1 with errno on a
 * failure.
 */
static int open_parent(const struct record_tree *tree, const char *path, const char **name)
{
	char parents[PATH_MAX], *rest = parents, *component;
	int directory = fcntl(tree->directory, F_DUPFD_CLOEXEC, 0);
	const char *slash = strrchr(path, '/');

	*name = slash ? slash + 1 : path;
	snprintf(parents, sizeof(parents), "%.*s", (int)(*name - path), path);
	while (directory >= 0 && (component = strsep(&rest, "/")))
		if (*component)
			directory = enter(directory, component);
	return directory;
}

static void make_directory(struct record_tree *tree, const char *path)
{
	const char *name;
	int directory = open_parent(tree, path, &name);

	if (directory >= 0)
		directory = enter(directory, name);
	if (directory < 0)
		failed(tree);
	else
		close(directory);
}

static void make_link(struct record_tree *tree, const char *path, const char *target)
{
	const char *name;
	int directory = open_parent(tree, path, &name);

	if (directory < 0 || (symlinkat(target, directory, name) && errno != EEXIST))
		failed(tree);
	if (directory >= 0)
		close(directory);
}

static bool write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t written = 0;

	for (; left; left -= written, text += written) {
		written = write(fd, text, left);
		if (written < 0)
			return false;
	}
	return true;
}

/**
 * record_write() - write a file of the tree
 * @tree: the tree
 * @path: the path in the tree, without a leading slash and without links
 * @text: its content
 *
 * An existing file is kept, because several names may lead to it.
 */
void record_write(struct record_tree *tree, const char *path, const char *text)
{
	int directory, fd = -1;
	const char *name;

	if (tree->error)
		return;
	directory = open_parent(tree, path, &name);
	if (directory >= 0)
		fd = openat(directory, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd >= 0)
		tree->files++;
	if ((fd < 0 && (directory < 0 || errno != EEXIST)) || (fd >= 0 && !write_all(fd, text)))
		failed(tree);
	if (fd >= 0)
		close(fd);
	if (directory >= 0)
		close(directory);
}

/* --- the content --- */

static bool has_word(const char *line, const char *words)
{
	char copy[256], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " ")))
		if (strstr(line, word))
			return true;
	return false;
}

/*
 * Empties, in place, each line with none of the words, but keeps the number of lines and a
 * backslash at the end of each. Returns whether anything is left.
 */
static bool keep_lines(char *text, const char *words)
{
	char *rest = text, *to = text, *line;
	bool any = false;

	while ((line = strsep(&rest, "\n"))) {
		size_t length = strlen(line);

		if (has_word(line, words)) {
			memmove(to, line, length);
			to += length;
			any = true;
		} else if (length && line[length - 1] == '\\') {
			*to++ = '\\';
		}
		if (rest)
			*to++ = '\n';
	}
	*to = '\0';
	return any;
}

static void note_failure(struct record_tree *tree, const char *path, int err)
{
	/* Only regular files are recorded; a missing file is not an error. */
	if (!err || err == ENOENT || err == ENOTDIR || err == ENXIO || err == ELOOP)
		return;
	if (err == EACCES || err == EPERM)
		tree->denied++;
	fprintf(tree->notes, "%s: %s\n", path, tree_error(err));
}

/* Removes the last component of a path. */
static void go_up(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

/* @path has PATH_MAX bytes. */
static bool append(char *path, const char *component)
{
	size_t length = strlen(path);

	return snprintf(path + length, PATH_MAX - length, "%s%s", length ? "/" : "", component) <
	       (int)(PATH_MAX - length);
}

/* Prepends the target of a link to @rest of a path, which is in @todo, of PATH_MAX bytes. */
static bool prepend(char *todo, const char *target, const char *rest)
{
	char behind[PATH_MAX];

	snprintf(behind, sizeof(behind), "%s", rest ? rest : "");
	return snprintf(todo, PATH_MAX, "%s/%s", target, behind) < PATH_MAX;
}

/* Follows one component, and records it if it is a link. Returns false if that leads nowhere. */
static bool follow(struct record_tree *tree, char *place, char *todo, char **rest)
{
	const char *component = strsep(rest, "/");
	char *target;
	bool good;

	if (!*component || !strcmp(component, "."))
		return true;
	if (!strcmp(component, "..")) {
		go_up(place);
		return true;
	}
	if (!append(place, component))
		return false;
	target = tree_link(place);
	if (!target)
		return true;
	make_link(tree, place, target);
	if (*target == '/')
		*place = '\0';
	else
		go_up(place);
	good = prepend(todo, target, *rest);
	*rest = todo;
	free(target);
	return good;
}

/*
 * Records the links on the way to a file, and sets @place to its path without links. Returns
 * false if there is no such file.
 */
static bool follow_links(struct record_tree *tree, const char *path, char *place)
{
	char todo[PATH_MAX], *rest = todo;
	unsigned int steps;

	*place = '\0';
	snprintf(todo, sizeof(todo), "%s", path);
	for (steps = 0; rest; steps++)
		if (steps > MOST_STEPS || !follow(tree, place, todo, &rest))
			return false;
	return true;
}

/* Whether to record a file. A link to /dev/null disables a configuration file, and is recorded. */
static bool is_wanted(const char *path, char *text, const char *words)
{
	if (!words)
		return true;
	return text ? keep_lines(text, words) : tree_leads_to_null(path);
}

static void record_file(struct record_tree *tree, const char *path, const char *words)
{
	char place[PATH_MAX], *text;
	int err;

	if (tree->error || signals_came())
		return;
	err = tree_find(path);
	if (err)
		note_failure(tree, path, -err);
	if (err || tree_is_write_only(path))
		return;
	errno = 0;
	text = tree_read(path);
	if (!text)
		note_failure(tree, path, errno);
	if (is_wanted(path, text, words) && follow_links(tree, path, place) && text)
		record_write(tree, place, text);
	free(text);
}

static void record_directory(struct record_tree *tree, const char *path)
{
	char place[PATH_MAX], **names = tree_list(path);

	if (!names)
		note_failure(tree, path, errno);
	if (names && follow_links(tree, path, place))
		make_directory(tree, place);
	tree_free_list(names);
}

static void expand(struct record_tree *tree, const char *done, const char *pattern,
		   const char *words);

/* Expands the rest of a pattern below each name in @done that matches @component. */
static void expand_component(struct record_tree *tree, const char *done, const char *component,
			     const char *rest, const char *words)
{
	char path[PATH_MAX], **names = tree_list(*done ? done : "."), **name;

	if (!names)
		note_failure(tree, done, errno);
	for (name = names; name && *name; name++) {
		if (fnmatch(component, *name, FNM_PERIOD | FNM_EXTMATCH))
			continue;
		if (snprintf(path, sizeof(path), "%s%s", done, *name) < (int)sizeof(path))
			expand(tree, path, rest, words);
	}
	tree_free_list(names);
}

static void expand(struct record_tree *tree, const char *done, const char *pattern,
		   const char *words)
{
	char path[PATH_MAX], component[NAME_MAX + 1];
	size_t length = strcspn(pattern, "/");

	if (!*pattern) {
		if (*done && done[strlen(done) - 1] == '/')
			record_directory(tree, done);
		else
			record_file(tree, done, words);
		return;
	}
	if (*pattern == '/') {
		if (snprintf(path, sizeof(path), "%s/", done) < (int)sizeof(path))
			expand(tree, path, pattern + 1, words);
		return;
	}
	snprintf(component, sizeof(component), "%.*s", (int)length, pattern);
	if (strpbrk(component, "*@"))
		expand_component(tree, done, component, pattern + length, words);
	else if (snprintf(path, sizeof(path), "%s%s", done, component) < (int)sizeof(path))
		expand(tree, path, pattern + length, words);
}

/**
 * record_files() - record files, with the links that lead to them
 * @tree: the tree
 * @pattern: a pattern below the root, without a leading slash, as for fnmatch(3) with
 *	FNM_EXTMATCH; with a trailing slash it matches directories, which are recorded without
 *	content
 * @words: words separated by spaces; a line with none of them is emptied, and a file with nothing
 *	left is omitted. NULL to record files completely
 *
 * Notes files and directories that cannot be read. Records nothing more after a failed write or a
 * signal.
 */
void record_files(struct record_tree *tree, const char *pattern, const char *words)
{
	expand(tree, "", pattern, words);
}

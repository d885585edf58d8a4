// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads configuration files into sections and their settings, through libeconf. */
#include <errno.h>
#include <libeconf.h>
#include <libeconf_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "closest.h"
#include "declared.h"
#include "tree.h"

#define MAIN_FILE "etc/daxplug.conf"
#define DROP_INS "etc/daxplug.conf.d"
#define VENDOR_FILE "usr/lib/daxplug.conf"
#define VENDOR_DROP_INS "usr/lib/daxplug.conf.d"

#define PATH_SIZE 512

const char *const declared_keys[KEY_COUNT] = {
	"device", "uuid",  "serial", "range",	"node",
	"kind",	  "state", "guard",  "timeout", "memmap-on-memory",
};

/* --- one setting --- */

static struct section *find_section(struct declared *declared, const char *label)
{
	struct section *more, *section;
	unsigned int i;

	for (i = 0; i < declared->count; i++)
		if (!strcmp(declared->sections[i].label, label))
			return &declared->sections[i];
	more = reallocarray(declared->sections, declared->count + 1, sizeof(*more));
	if (!more)
		return NULL;
	declared->sections = more;
	section = &more[declared->count];
	*section = (struct section){ .label = strdup(label) };
	if (!section->label)
		return NULL;
	declared->count++;
	return section;
}

static void unknown_key(struct declared *declared, const struct setting *at, const char *key)
{
	const char *closest = closest_word(key, declared_keys, KEY_COUNT);

	if (closest)
		declared_fault(declared, at, "unknown key '%s', did you mean '%s'?", key, closest);
	else
		declared_fault(declared, at,
			       "unknown key '%s'; the keys are device, uuid, serial, range, node, "
			       "kind, state, guard, timeout and memmap-on-memory",
			       key);
}

/* Returns false, with the setting unchanged, if out of memory. */
static bool replace(struct setting *setting, const struct setting *with)
{
	struct setting copy = { strdup(with->value), strdup(with->file), with->line };
	bool copied = copy.value && copy.file;
	struct setting unused = copied ? *setting : copy;

	if (copied)
		*setting = copy;
	free(unused.value);
	free(unused.file);
	return copied;
}

static void take_setting(struct declared *declared, const char *label, const char *key,
			 const struct setting *setting)
{
	struct section *section;
	unsigned int i;

	for (i = 0; i < KEY_COUNT && strcmp(key, declared_keys[i]);)
		i++;
	if (i == KEY_COUNT) {
		unknown_key(declared, setting, key);
		return;
	}
	section = find_section(declared, label);
	if (!section || !replace(&section->settings[i], setting))
		declared->faults.out_of_memory = true;
}

/* --- one file --- */

/*
 * libeconf appends an indented line, or one without "=", to the previous value, and reports the
 * number of the last such line.
 */
static void take_value(struct declared *declared, const char *file, const char *label,
		       const char *key, const struct econf_ext_value *value)
{
	struct setting setting = { "", (char *)file, value->line_number }, more;
	char **values = value->values;
	unsigned int count = 0;

	while (values && values[count])
		count++;
	if (count)
		setting.value = values[0];
	if (count > 1) {
		setting.line -= count - 1;
		more = (struct setting){ "", setting.file, setting.line + 1 };
		declared_fault(declared, &more, "'%s' is not KEY = VALUE", values[1]);
	}
	take_setting(declared, label, key, &setting);
}

static void take_key(struct declared *declared, econf_file *from, const char *file,
		     const char *label, const char *key)
{
	struct econf_ext_value *value = NULL;

	switch (econf_getExtValue(from, label, key, &value)) {
	case ECONF_SUCCESS:
		take_value(declared, file, label, key, value);
		econf_freeExtValue(value);
		break;
	case ECONF_NOMEM:
		declared->faults.out_of_memory = true;
		break;
	default:
		break;
	}
}

static bool is_known(const char *key)
{
	unsigned int i;

	for (i = 0; i < KEY_COUNT; i++)
		if (!strcmp(key, declared_keys[i]))
			return true;
	return false;
}

/*
 * Asks for each known key by name: econf_getKeys() of libeconf 0.5.1 omits the first key of a
 * section if the previous section ends with the same key.
 */
static void take_keys(struct declared *declared, econf_file *from, const char *file,
		      const char *label)
{
	char **keys = NULL;
	size_t count = 0, i;

	for (i = 0; i < KEY_COUNT; i++)
		take_key(declared, from, file, label, declared_keys[i]);
	if (econf_getKeys(from, label, &count, &keys))
		return;
	for (i = 0; i < count; i++) {
		if (!keys[i])
			declared->faults.out_of_memory = true;
		else if (!is_known(keys[i]))
			take_key(declared, from, file, label, keys[i]);
	}
	econf_freeArray(keys);
}

static void refuse_keys_outside(struct declared *declared, econf_file *from, const char *file)
{
	struct econf_ext_value *value = NULL;
	char **keys = NULL;
	size_t count = 0;

	if (econf_getKeys(from, NULL, &count, &keys))
		return;
	if (count && keys[0] && !econf_getExtValue(from, NULL, keys[0], &value)) {
		struct setting at = { "", (char *)file, value->line_number };

		declared_fault(declared, &at, "'%s' stands before the first [section]", keys[0]);
		econf_freeExtValue(value);
	}
	econf_freeArray(keys);
}

static void take_sections(struct declared *declared, econf_file *from, const char *file)
{
	char **labels = NULL;
	size_t count = 0, i;

	refuse_keys_outside(declared, from, file);
	if (econf_getGroups(from, &count, &labels))
		return;
	for (i = 0; i < count; i++) {
		if (labels[i])
			take_keys(declared, from, file, labels[i]);
		else
			declared->faults.out_of_memory = true;
	}
	econf_freeArray(labels);
}

static void syntax_error(struct declared *declared, const char *file, enum econf_err err)
{
	struct setting at = { "", (char *)file, 0 };
	uint64_t line = 0;
	char *path = NULL;

	econf_errLocation(&path, &line);
	free(path);
	at.line = line;
	declared_fault(declared, &at, "%s; a line is [LABEL], KEY = VALUE or # COMMENT",
		       econf_errString(err));
}

static void unreadable(struct declared *declared, const char *file, int error)
{
	struct setting at = { "", (char *)file, 0 };

	declared_fault(declared, &at, "cannot be read: %s",
		       error ? tree_error(error) : "not a regular file");
}

/* libeconf reads files only by path, and not below another root. */
static int copy_to_memory(const char *text)
{
	int fd = memfd_create("daxplug.conf", MFD_CLOEXEC);
	size_t length = strlen(text);

	if (fd >= 0 && write(fd, text, length) == (ssize_t)length)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void parse(struct declared *declared, const char *file, const char *text)
{
	econf_file *parsed = NULL;
	int fd = copy_to_memory(text);
	enum econf_err err;
	char path[32];

	if (fd < 0) {
		unreadable(declared, file, errno);
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = econf_readFile(&parsed, path, "=", "#;");
	close(fd);
	if (err == ECONF_NOMEM)
		declared->faults.out_of_memory = true;
	else if (err)
		syntax_error(declared, file, err);
	else
		take_sections(declared, parsed, file);
	econf_freeFile(parsed);
}

/* --- all files --- */

/* Returns whether a file of the system exists. If that is unknown, it is a fault. */
static bool exists(struct declared *declared, const char *path)
{
	int err = tree_find(path);
	char file[PATH_SIZE + 1];

	if (err && err != -ENOENT) {
		snprintf(file, sizeof(file), "/%s", path);
		unreadable(declared, file, -err);
	}
	return !err;
}

/*
 * Reads a file of the system. A link to /dev/null, which masks a vendor's file, declares nothing.
 */
static void read_system_file(struct declared *declared, const char *path)
{
	char file[PATH_SIZE + 1], *text;

	if (tree_leads_to_null(path))
		return;
	snprintf(file, sizeof(file), "/%s", path);
	errno = 0;
	text = tree_read(path);
	if (text)
		parse(declared, file, text);
	else
		unreadable(declared, file, errno);
	free(text);
}

static bool is_masked(struct declared *declared, const char *directory, const char *name)
{
	char path[PATH_SIZE];

	if (!strcmp(directory, DROP_INS))
		return false;
	snprintf(path, sizeof(path), DROP_INS "/%s", name);
	return exists(declared, path);
}

static void read_drop_ins(struct declared *declared, const char *directory)
{
	char path[PATH_SIZE], **names, **name;

	errno = 0;
	names = tree_list(directory);
	if (!names && errno && errno != ENOENT) {
		snprintf(path, sizeof(path), "/%s", directory);
		unreadable(declared, path, errno);
	}
	for (name = names; name && *name; name++) {
		const char *end = strrchr(*name, '.');

		if (!end || strcmp(end, ".conf") || is_masked(declared, directory, *name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, *name);
		read_system_file(declared, path);
	}
	tree_free_list(names);
}

static void read_given_file(struct declared *declared, const char *file)
{
	char *text = tree_read_given(file);

	if (text)
		parse(declared, file, text);
	else
		unreadable(declared, file, errno);
	free(text);
}

/**
 * declared_read() - read configuration files
 * @declared: set to the sections and faults
 * @files: files of the command line, which replace the system's
 * @count: number of @files; 0 for the system's files
 *
 * Reads in libeconf's order: /etc/daxplug.conf, or the vendor's if that is missing; the vendor's
 * drop-ins, except those for which /etc has a file of the same name; the drop-ins of /etc. A
 * later line replaces an earlier line of the same label and key.
 */
void declared_read(struct declared *declared, char **files, int count)
{
	int i;

	for (i = 0; i < count; i++)
		read_given_file(declared, files[i]);
	if (count)
		return;
	if (exists(declared, MAIN_FILE))
		read_system_file(declared, MAIN_FILE);
	else if (exists(declared, VENDOR_FILE))
		read_system_file(declared, VENDOR_FILE);
	read_drop_ins(declared, VENDOR_DROP_INS);
	read_drop_ins(declared, DROP_INS);
}

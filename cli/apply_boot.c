// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes module options from the configuration, with which the driver gives devices their states
 * when it binds them, before any policy applies.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply.h"
#include "complain.h"
#include "daxctl_config.h"
#include "options.h"
#include "status.h"
#include "tree.h"

#define OPTIONS_PATH "etc/modprobe.d/daxplug-boot.conf"
/*
 * Exists from before the options change until each initramfs that holds the driver is rebuilt, so
 * that the next run makes up for a rebuild that failed or was killed.
 */
#define PENDING_PATH "etc/modprobe.d/daxplug-boot.pending"

#define HEADER                                                                                     \
	"# Written by \"daxplug apply --boot\" from daxplug.conf(5); do not edit.\n"               \
	"options kmem default_state="

/* The driver refuses a list that is longer than PAGE_SIZE - 2 bytes. */
#define MOST_LIST 4094

/* --- the list --- */

/*
 * memmap-on-memory has to be set before the driver binds the device; there is no module option
 * for it.
 */
static void check_section(struct declared *declared, const struct section *section)
{
	if (section->memmap >= 0)
		declared_fault(declared, &section->settings[KEY_MEMMAP],
			       "memmap-on-memory cannot be set at boot: default_state has states "
			       "only; remove the line, or do not use --boot");
}

static const char *state_word(const struct section *section)
{
	return section->state == DAXPLUG_STATE_UNKNOWN ? "policy"
						       : daxplug_state_name(section->state);
}

static void check_twins(struct declared *declared, unsigned int index)
{
	const struct section *section = &declared->sections[index], *other;
	unsigned int i;

	for (i = 0; i < index; i++) {
		other = &declared->sections[i];
		if (!strcmp(section->selector, other->selector))
			declared_fault(declared, &section->settings[section->match],
				       "[%s] matches the same devices as [%s] at %s:%u",
				       section->label, other->label,
				       other->settings[other->match].file,
				       other->settings[other->match].line);
	}
}

/*
 * Finds the section that gives a namespace its state. Misses a section that matches by range or
 * node, because the device may be absent now: "daxplug check" compares such a section with the
 * device.
 */
static const struct section *section_of_uuid(const struct declared *declared, const char *uuid)
{
	const struct section *best = NULL, *section;
	unsigned int i;

	for (i = 0; i < declared->count; i++) {
		section = &declared->sections[i];
		if (section->match == KEY_UUID &&
		    !strcasecmp(section->settings[KEY_UUID].value, uuid))
			return section;
		if (!strcmp(section->selector, "pmem"))
			best = section;
	}
	return best;
}

static void check_daxctl(const struct daxctl_section *daxctl, void *data)
{
	struct declared *declared = data;
	const struct section *section = section_of_uuid(declared, daxctl->uuid.text);

	if (daxctl->is_ram && section && section->state == DAXPLUG_STATE_UNPLUGGED)
		declared_fault(declared, &section->settings[KEY_STATE],
			       "state = unplugged cannot be set at boot: %s:%u has daxctl bring "
			       "the same device online, and daxctl's service would fail at each "
			       "boot; remove one of the two sections",
			       daxctl->uuid.file, daxctl->uuid.number);
}

static void write_sections(const struct declared *declared, enum declared_key match, FILE *list)
{
	unsigned int i;

	for (i = 0; i < declared->count; i++)
		if (declared->sections[i].match == match)
			fprintf(list, "%s%s=%s", ftell(list) ? "," : "",
				declared->sections[i].selector, state_word(&declared->sections[i]));
}

/*
 * Lists the most specific entries first, because the first match wins. Returns NULL if out of
 * memory.
 */
static char *make_list(const struct declared *declared)
{
	enum declared_key match;
	char *text = NULL;
	size_t size;
	FILE *list = open_memstream(&text, &size);

	if (!list)
		return NULL;
	for (match = 0; match < MATCH_KEYS; match++)
		write_sections(declared, match, list);
	if (!fclose(list))
		return text;
	free(text);
	return NULL;
}

/* --- the file --- */

static int write_all(int fd, const char *text)
{
	size_t length = strlen(text);

	if (write(fd, text, length) != (ssize_t)length || fchmod(fd, 0644) || fsync(fd))
		return errno ? -errno : -EIO;
	return 0;
}

/* Writes the whole file, or leaves it unchanged. */
static int replace_file(const char *text)
{
	char temporary[] = "/" OPTIONS_PATH ".XXXXXX";
	int fd = mkostemp(temporary, O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	close(fd);
	if (!err && rename(temporary, "/" OPTIONS_PATH))
		err = -errno;
	if (err)
		unlink(temporary);
	return err;
}

/* Creates the file PENDING_PATH. */
static int mark_pending(void)
{
	int fd = open("/" PENDING_PATH, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int refresh(void)
{
	int status = initramfs_refresh();

	if (status == EXIT_DONE && unlink("/" PENDING_PATH)) {
		complain("/" PENDING_PATH ": cannot be removed: %s", strerror(errno));
		status = EXIT_FAILED;
	}
	return status;
}

static int write_file(const char *text)
{
	int err = mark_pending();

	if (!err)
		err = text ? replace_file(text) : unlink("/" OPTIONS_PATH) ? -errno : 0;
	if (err) {
		complain("/" OPTIONS_PATH ": cannot be written: %s", strerror(-err));
		return err == -EACCES || err == -EPERM || err == -EROFS ? EXIT_CANNOT_TELL
									: EXIT_FAILED;
	}
	printf("/" OPTIONS_PATH ": %s\n", text ? "written; takes effect at the next load of kmem"
					       : "removed, as nothing is declared");
	return refresh();
}

static bool is_same(const char *have, const char *want)
{
	return have && want ? !strcmp(have, want) : have == want;
}

static int print_plan(const char *want, bool same)
{
	if (same)
		puts("each initramfs that holds kmem would be rebuilt, as the last rebuild did not end");
	else
		printf("/" OPTIONS_PATH " would be %s\n%s", want ? "written:" : "removed",
		       want ? want : "");
	return EXIT_WOULD_CHANGE;
}

static int bring(const char *want, bool dry_run)
{
	char *have;
	int err = tree_read_if_any(OPTIONS_PATH, &have);
	bool same;

	if (err) {
		complain("/" OPTIONS_PATH ": cannot be read: %s",
			 err == -EINVAL ? "not a regular file" : tree_error(-err));
		return EXIT_CANNOT_TELL;
	}
	same = is_same(have, want);
	free(have);
	if (same && tree_find(PENDING_PATH) == -ENOENT)
		return EXIT_DONE;
	if (!dry_run && options_root()) {
		complain("a recorded tree cannot be changed; -n prints what would be written");
		return EXIT_NOT_SUPPORTED;
	}
	if (dry_run)
		return print_plan(want, same);
	return same ? refresh() : write_file(want);
}

/**
 * apply_boot() - write module options
 * @declared: the configuration, without faults; gets a fault for each setting that module options
 *	cannot express
 * @dry_run: print the options instead
 *
 * Return: an exit status.
 */
int apply_boot(struct declared *declared, bool dry_run)
{
	char *list, *text = NULL;
	struct config_gap gap;
	unsigned int i;
	int status;

	for (i = 0; i < declared->count; i++) {
		check_section(declared, &declared->sections[i]);
		check_twins(declared, i);
	}
	daxctl_each_section(check_daxctl, declared, &gap);
	if (declared->faults.count)
		return apply_faults(declared);
	if (gap.err) {
		complain("cannot tell which devices daxctl brings online: %s: %s", gap.path,
			 tree_error(-gap.err));
		return EXIT_CANNOT_TELL;
	}
	list = make_list(declared);
	if (list && strlen(list) > MOST_LIST) {
		complain("%zu bytes of default_state are more than the %d that the driver takes; "
			 "declare fewer sections",
			 strlen(list), MOST_LIST);
		status = EXIT_USAGE;
	} else if (!list || (*list && asprintf(&text, HEADER "%s\n", list) < 0)) {
		complain("out of memory");
		text = NULL;
		status = EXIT_CANNOT_TELL;
	} else {
		status = bring(text, dry_run);
	}
	free(text);
	free(list);
	return status;
}

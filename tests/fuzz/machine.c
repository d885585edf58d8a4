// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole machines: a recorded tree in which some files have arbitrary content, and a command
 * that reads the tree. The input is a letter that selects the command, then "PATH=TEXT"
 * separated by bytes 0x01, where PATH is a letter that selects one of the files below. The
 * first byte of TEXT may replace the file by something else, see enum kind.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "fuzz.h"

#define DEVICE "sys/bus/dax/devices/dax0.0/"
#define NODE "sys/devices/system/node/"
#define SEPARATOR "\x01"

int daxplug_main(int argc, char **argv);

static const char *const files[] = {
	FIXTURE_DEVICE_FILES(DEVICE),
	DEVICE "kmem/last_failure",
	DEVICE "kmem/transitions_failed",
	DEVICE "kmem/timeout_ms",
	DEVICE "kmem/guard",
	"sys/bus/dax/drivers/kmem/stranded/180000000-1bfffffff/blocks_total",
	"sys/bus/dax/drivers/kmem/stranded/180000000-1bfffffff/quarantined",
	"sys/devices/system/memory/block_size_bytes",
	"sys/devices/system/memory/auto_online_blocks",
	"sys/devices/system/memory/memory50/state",
	"sys/devices/system/memory/memory50/valid_zones",
	"sys/devices/virtual/memory_tiering/memory_tier4/nodelist",
	"sys/module/kmem/taint",
	"sys/module/kmem/parameters/default_state",
	NODE "has_memory",
	NODE "has_cpu",
	NODE "online",
	NODE "node1/meminfo",
	NODE "node1/distance",
	NODE "node1/hugepages/hugepages-2048kB/nr_hugepages",
	NODE "node1/hugepages/hugepages-2048kB/free_hugepages",
	"proc/meminfo",
	"proc/zoneinfo",
	"proc/iomem",
	"proc/swaps",
	"proc/self/status",
	"proc/12/numa_maps",
	"proc/12/comm",
	"proc/sys/vm/overcommit_memory",
	"proc/sys/kernel/osrelease",
	"sys/block/zram0/mm_stat",
	"sys/fs/cgroup/a/memory.numa_stat",
	"etc/daxplug.conf",
	"etc/daxctl.conf.d/daxctl.conf",
	"etc/modprobe.d/kmem.conf",
	"etc/udev/rules.d/40.rules",
	"etc/systemd/system/chmem.service",
};

#define FILES (sizeof(files) / sizeof(files[0]))

static const char *const commands[][6] = {
	{ "list", "-J" },
	{ "list", "--output-all" },
	{ "show", "all" },
	{ "show", "-J", "all" },
	{ "check" },
	{ "check", "-J", "all" },
	{ "metrics" },
	{ "apply", "-n" },
	{ "apply", "--dump" },
	{ "unplug", "--dry-run", "--force", "-J", "all" },
	{ "replug", "--dry-run", "all" },
	{ "reclaim", "--dry-run", "all" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static struct fixture fixture;

/* The content of each file in the record, or NULL without such a file. */
static char *originals[FILES];

static void remove_machine(void)
{
	fixture_remove(&fixture);
}

static void make_machine(void)
{
	unsigned int i;

	fixture_load(&fixture, RECORD);
	atexit(remove_machine);
	for (i = 0; i < FILES; i++) {
		if (!fixture_exists(&fixture, files[i]))
			continue;
		originals[i] = calloc(1, 1 << 16);
		fixture_read(&fixture, files[i], originals[i], 1 << 16);
	}
}

static void restore_machine(void)
{
	unsigned int i;

	for (i = 0; i < FILES; i++) {
		fixture_delete(&fixture, files[i]);
		if (originals[i])
			fixture_write(&fixture, files[i], "%s\n", originals[i]);
	}
}

enum kind {
	KIND_LINK = 2, /* to the target that the next byte chooses */
	KIND_DIRECTORY,
	KIND_FIFO,
	KIND_ABSENT,
};

/* In a circle, out of the tree, to a missing file, and to an endless file. */
static const char *const targets[] = {
	"state", ".", "..", "/", "../../../../../../../../..", "/dev/zero", "/dev/full", "none",
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))

/* A link that an earlier change has made must not be written through. */
static void change_file(const char *path, const char *text)
{
	char full[FIXTURE_PATH_SIZE];

	fixture_delete(&fixture, path);
	fixture_write(&fixture, path, "%s", text);
	if (*text < KIND_LINK || *text > KIND_ABSENT)
		return;

	fixture_delete(&fixture, path);
	fixture_path(&fixture, path, full);
	if (*text == KIND_LINK)
		fixture_link(&fixture, path, targets[(unsigned char)text[1] % TARGETS]);
	else if (*text == KIND_DIRECTORY)
		mkdir(full, 0755);
	else if (*text == KIND_FIFO)
		mkfifo(full, 0644);
}

static void change_machine(char *changes)
{
	char *change;

	while ((change = strsep(&changes, SEPARATOR)))
		if (*change)
			change_file(files[(unsigned char)*change % FILES], change + 1);
}

static void fuzz_command(const char *text, size_t size)
{
	char *argv[9] = { "daxplug", "--sysroot", fixture.root }, *changes;
	unsigned int argc = 3, i;

	if (!size)
		return;
	if (!*fixture.root)
		make_machine();
	changes = strdup(text + 1);
	change_machine(changes);
	free(changes);
	for (i = 0; commands[(unsigned char)*text % COMMANDS][i]; i++)
		argv[argc++] = (char *)commands[(unsigned char)*text % COMMANDS][i];
	argv[argc] = NULL;
	optind = 0; /* makes getopt_long() start again */
	daxplug_main(argc, argv);
	restore_machine();
}

const struct fuzz_target fuzz_machine[] = {
	{ .name = "command", .run = fuzz_command },
	{ .name = NULL },
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record_what.h"
#include "select.h"
#include "tree.h"

#define MEMORY "sys/devices/system/memory"

/* Words that select the lines about memory in other programs' configuration. */
#define ABOUT_MEMORY "memory dax kmem chmem online"
#define ABOUT_MODULES "kmem dax cxl nd_ memory"

/*
 * All files that list, show, check and the forecast of unplug read, and others that explain them.
 * Below proc/PID only the nodes that this process may use; no kernel addresses. record_tiers()
 * writes the memory tiers.
 */
static const struct {
	const char *pattern, *words;
} files[] = {
	/* DAX devices, and the devices behind them */
	{ "sys/bus/dax/devices/*/*", NULL },
	{ "sys/bus/dax/devices/*/@(mapping*|kmem|dax_region)/*", NULL },
	{ "sys/bus/dax/drivers/*/", NULL },
	{ "sys/bus/dax/drivers/kmem/stranded/", NULL },
	{ "sys/bus/dax/drivers/kmem/stranded/*/@(start|size|blocks_*|quarantined)", NULL },
	{ "sys/bus/cxl/devices/*", NULL },
	{ "sys/bus/cxl/devices/*/@(target*|size|uuid|mode|serial|interleave_*|numa_node)", NULL },
	{ "sys/bus/cxl/devices/endpoint*/uport/serial", NULL },
	{ "sys/bus/nd/devices/*", NULL },
	{ "sys/bus/nd/devices/*/@(namespace|uuid|mode|size|align|numa_node|alt_name)", NULL },
	{ "sys/bus/nd/devices/region*/@(badblocks|resource)", NULL },

	/* drivers */
	{ "sys/module/@(kmem|device_dax|dax_*|cxl_*|memory_hotplug)/", NULL },
	{ "sys/module/@(kmem|device_dax|dax_*|cxl_*)/@(taint|version|srcversion|refcnt)", NULL },
	{ "sys/module/@(kmem|device_dax|dax_*|memory_hotplug)/parameters/*", NULL },
	{ "sys/kernel/security/lockdown", NULL },
	{ "lib/modules/*/modules.@(dep|builtin)", "kmem.ko" },
	{ "run/daxplug/fallback", NULL },
	{ "proc/version", NULL },
	{ "proc/sys/kernel/osrelease", NULL },

	/* memory */
	{ "sys/devices/system/memory/@(block_size_bytes|auto_online_blocks|crash_hotplug)", NULL },
	{ "sys/devices/system/memory/memory*/state", NULL },
	{ "sys/devices/system/node/@(has_*|online|possible)", NULL },
	{ "sys/devices/system/node/node*/@(meminfo|distance|cpulist)", NULL },
	{ "sys/devices/system/node/node*/hugepages/*/*_hugepages", NULL },
	{ "sys/devices/system/node/node*/access0/initiators/*", NULL },
	{ "sys/kernel/mm/numa/*", NULL },
	{ "sys/kernel/mm/mempolicy/weighted_interleave/*", NULL },
	{ "sys/block/*/mm_stat", NULL },
	{ "proc/@(meminfo|zoneinfo|iomem|swaps)", NULL },
	{ "proc/sys/kernel/numa_balancing", NULL },
	{ "proc/sys/vm/@(overcommit_*|*_reserve_kbytes|min_free_kbytes|memory_failure_*)", NULL },
	{ "proc/self/status", "Mems_allowed" },

	/* configuration */
	{ "etc/daxplug.conf", NULL },
	{ "etc/daxplug.conf.d/*", NULL },
	{ "usr/lib/daxplug.conf", NULL },
	{ "usr/lib/daxplug.conf.d/*", NULL },
	{ "etc/daxctl.conf.d/*", NULL },
	{ "@(etc|run)/modprobe.d/*", ABOUT_MODULES },
	{ "usr/@(lib|local/lib)/modprobe.d/*", ABOUT_MODULES },
	{ "@(etc|run)/udev/rules.d/*", ABOUT_MEMORY },
	{ "usr/lib/udev/rules.d/*", ABOUT_MEMORY },
	{ "usr/local/lib/udev/rules.d/*", ABOUT_MEMORY },
	{ "@(etc|run)/systemd/system/*.service", ABOUT_MEMORY },
	{ "usr/lib/systemd/system/*.service", ABOUT_MEMORY },
	{ "usr/local/lib/systemd/system/*.service", ABOUT_MEMORY },
};

/*
 * Records the zones of online blocks only: for a block that is just being added, Linux 6.1 looks
 * for a zone on NUMA_NO_NODE, and oopses.
 */
static void record_zones(struct record_tree *tree)
{
	char **blocks = tree_list(MEMORY), **block, path[128], *state;

	for (block = blocks; block && *block; block++) {
		snprintf(path, sizeof(path), MEMORY "/%.32s/state", *block);
		state = tree_read(path);
		snprintf(path, sizeof(path), MEMORY "/%.32s/valid_zones", *block);
		if (state && !strncmp(state, "online", strlen("online")))
			record_files(tree, path, NULL);
		free(state);
	}
	tree_free_list(blocks);
}

/*
 * Leaves reading tiers to the library, because a read during memory hotplug can deadlock the
 * kernel.
 */
static void record_tiers(struct record_tree *tree, struct daxplug *daxplug)
{
	struct daxplug_device *device, *other;
	char path[96], nodes[4096];

	select_read_tiers(daxplug);
	for (device = daxplug_first(daxplug); device; device = daxplug_next(device)) {
		int tier = daxplug_device_tier(device);
		size_t length = 0;

		if (tier < 0)
			continue;
		for (other = daxplug_first(daxplug); other && length < sizeof(nodes) - 16;
		     other = daxplug_next(other))
			if (daxplug_device_tier(other) == tier)
				length += snprintf(nodes + length, 16, "%s%d", length ? "," : "",
						   daxplug_device_target_node(other));
		snprintf(path, sizeof(path),
			 "sys/devices/virtual/memory_tiering/memory_tier%d/nodelist", tier);
		record_write(tree, path, nodes);
	}
}

/* Whether to record a word of the kernel's command line: only known ones; others may be secret. */
static bool is_about_memory(const char *word)
{
	static const char *const beginnings[] = {
		"memmap=",   "memhp_",	    "memory_hotplug.",	   "movable", "kernelcore=", "efi=",
		"hugepages", "hugepagesz=", "default_hugepagesz=", "numa",    "kmem.",	     "dax",
		"cxl",	     "mem=",	    "crashkernel=",	   "nokaslr", "lockdown="
	};
	unsigned int i;

	for (i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (!strncmp(word, beginnings[i], strlen(beginnings[i])))
			return true;
	return false;
}

static void record_command_line(struct record_tree *tree)
{
	char *text = tree_read("proc/cmdline"), *rest = text, *to = text, *word;

	if (!text)
		return;
	while ((word = strsep(&rest, " \n"))) {
		size_t length = strlen(word);

		if (!is_about_memory(word))
			continue;
		memmove(to, word, length);
		to += length;
		if (rest)
			*to++ = ' ';
	}
	*to = '\0';
	record_write(tree, "proc/cmdline", text);
	free(text);
}

/* Records the files that a report of a problem needs and --sysroot reads back. */
void record_what(struct record_tree *tree, struct daxplug *daxplug)
{
	unsigned int i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		record_files(tree, files[i].pattern, files[i].words);
	record_zones(tree);
	record_command_line(tree);
	record_tiers(tree, daxplug);
}

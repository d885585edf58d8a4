// SPDX-License-Identifier: LGPL-2.1-or-later
/* Memory tiers: which memory the kernel thinks faster than which. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "handle.h"
#include "parse.h"

#define MEMORY_TIERS "sys/devices/virtual/memory_tiering"
#define TIER "memory_tier"

static bool tier_has_node(const struct daxplug *daxplug, const char *tier, unsigned int node)
{
	char path[sizeof(MEMORY_TIERS) + NAME_MAX + 16], nodes[ATTRIBUTE_SIZE];

	snprintf(path, sizeof(path), MEMORY_TIERS "/%s/nodelist", tier);
	return !sysfs_read(daxplug, path, nodes, sizeof(nodes)) && parse_list_has(nodes, node);
}

/**
 * tier_of_node() - the memory tier of a NUMA node
 * @daxplug: the handle
 * @node: the node, or -1
 *
 * Return: the tier's number, or -1 if the node is in none.
 */
int tier_of_node(const struct daxplug *daxplug, int node)
{
	int fd = node < 0 ? -1 : sysfs_open(daxplug, MEMORY_TIERS, O_RDONLY | O_DIRECTORY);
	struct dirent *entry;
	int tier = -1;
	DIR *dir;

	if (fd < 0)
		return -1;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -1;
	}

	while (tier < 0 && (entry = readdir(dir))) {
		uint64_t number;

		if (strncmp(entry->d_name, TIER, strlen(TIER)) ||
		    parse_number(entry->d_name + strlen(TIER), &number) || number > INT_MAX)
			continue;
		if (tier_has_node(daxplug, entry->d_name, node))
			tier = number;
	}

	closedir(dir);
	return tier;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* If there is no DAX device, finds memory that could become one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/plural.h"
#include "machine.h"
#include "text.h"
#include "tree.h"

#define NODES "sys/devices/system/node"

/* Whether a list such as 0-3,7 has a number. */
static bool list_has(const char *list, unsigned int number)
{
	while (*list) {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (end == list)
			return false;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (number >= first && number <= last)
			return true;
		list = *end == ',' ? end + 1 : "";
	}
	return false;
}

static void add_unknown(struct findings *findings, const char *path, int err)
{
	if (err)
		findings_add(findings, "memory-unknown", DAXPLUG_SEVERITY_UNSURE, NO_PLACE, "",
			     "cannot tell whether there is memory that could become a DAX device: "
			     "/%s: %s",
			     path, tree_error(-err));
}

/* The memory of a node in bytes; 0 if unknown. */
static uint64_t memory_of_node(struct findings *findings, unsigned int node)
{
	char path[64], *text, *total;
	unsigned long long kib = 0;

	snprintf(path, sizeof(path), NODES "/node%u/meminfo", node);
	add_unknown(findings, path, tree_read_if_any(path, &text));
	total = text ? strstr(text, "MemTotal:") : NULL;
	if (total)
		kib = strtoull(total + strlen("MemTotal:"), NULL, 10);
	free(text);
	return kib << 10;
}

/* Finds memory that firmware presents as ordinary RAM although its node has no CPU. */
static void find_nodes_without_cpus(struct findings *findings)
{
	char *with_cpu, **names, **name, size[TEXT_SIZE];
	unsigned int node;

	add_unknown(findings, NODES "/has_cpu", tree_read_if_any(NODES "/has_cpu", &with_cpu));
	add_unknown(findings, NODES, tree_list_if_any(NODES, &names));

	for (name = names; with_cpu && name && *name; name++) {
		uint64_t bytes;

		if (sscanf(*name, "node%u", &node) != 1 || list_has(with_cpu, node))
			continue;
		bytes = memory_of_node(findings, node);
		if (!bytes)
			continue;
		text_size(bytes, false, size);
		findings_add(findings, "node-without-cpus", DAXPLUG_SEVERITY_INFO, NO_PLACE,
			     "have the firmware mark it as specific-purpose memory",
			     "node %u has %s of memory and no CPU: firmware presents it as "
			     "ordinary RAM, and it cannot be unplugged",
			     node, size);
	}
	tree_free_list(names);
	free(with_cpu);
}

static unsigned int count_names(struct findings *findings, const char *directory,
				const char *prefix)
{
	unsigned int count = 0;
	char **names, **name;

	add_unknown(findings, directory, tree_list_if_any(directory, &names));

	for (name = names; name && *name; name++)
		count += !strncmp(*name, prefix, strlen(prefix));
	tree_free_list(names);
	return count;
}

static void find_expanders(struct findings *findings)
{
	unsigned int count = count_names(findings, "sys/bus/cxl/devices", "mem");

	if (count)
		findings_add(findings, "cxl-without-region", DAXPLUG_SEVERITY_INFO, NO_PLACE,
			     "cxl create-region -t ram -d decoder0.0 -m mem0",
			     "%u CXL memory device%s no region that makes a DAX device", count,
			     count == 1 ? " has" : "s have");
}

static void find_namespaces(struct findings *findings)
{
	unsigned int count = count_names(findings, "sys/bus/nd/devices", "namespace");

	if (count)
		findings_add(findings, "pmem-without-devdax", DAXPLUG_SEVERITY_INFO, NO_PLACE,
			     "ndctl list -N",
			     "%u namespace%s of persistent memory %s not in devdax mode; changing "
			     "the mode destroys the data stored there",
			     count, dax_plural(count), count == 1 ? "is" : "are");
}

static void find_soft_reserved(struct findings *findings)
{
	char *text;

	add_unknown(findings, "proc/iomem", tree_read_if_any("proc/iomem", &text));
	if (text && strstr(text, ": Soft Reserved"))
		findings_add(findings, "soft-reserved-unused", DAXPLUG_SEVERITY_INFO, NO_PLACE,
			     "modprobe dax_hmem",
			     "firmware has reserved memory that no DAX device covers");
	free(text);
}

/* Adds the findings of a machine without DAX devices. */
void machine_instead(struct findings *findings)
{
	findings_add(findings, "no-device", DAXPLUG_SEVERITY_INFO, NO_PLACE, "",
		     "there is no DAX device in this system");
	find_expanders(findings);
	find_namespaces(findings);
	find_soft_reserved(findings);
	find_nodes_without_cpus(findings);
}

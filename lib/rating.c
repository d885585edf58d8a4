// SPDX-License-Identifier: LGPL-2.1-or-later
/* The kernel's rating of a device's node: distance, bandwidth, latency. */
#include <stdio.h>
#include <stdlib.h>

#include "device.h"
#include "handle.h"
#include "parse.h"

static int64_t read_access(const struct daxplug_device *device, const char *attribute)
{
	char path[SYSFS_PATH_SIZE];
	uint64_t number;

	snprintf(path, sizeof(path), NODES "/node%d/access0/initiators/%s", device->target_node,
		 attribute);
	if (sysfs_read_number(device->daxplug, path, &number) || number > INT64_MAX)
		return -1;
	return number;
}

/* Finds the least distance to a node with CPUs; @distances has a number for each online node. */
static int least_distance(const char *distances, const char *online, const char *with_cpus)
{
	unsigned int node, last;
	int least = -1;
	char *end;

	while (parse_list_next(&online, &node, &last) == 1) {
		for (; node <= last; node++, distances = end) {
			long distance = strtol(distances, &end, 10);

			if (end == distances || distance < 0 || distance > 255)
				return -1;
			if (parse_list_has(with_cpus, node) && (least < 0 || distance < least))
				least = distance;
		}
	}

	return least;
}

static int read_distance(const struct daxplug_device *device)
{
	char path[SYSFS_PATH_SIZE], distances[ATTRIBUTE_SIZE], online[256], with_cpus[256];

	snprintf(path, sizeof(path), NODES "/node%d/distance", device->target_node);
	if (sysfs_read(device->daxplug, path, distances, sizeof(distances)) ||
	    sysfs_read(device->daxplug, NODES "/online", online, sizeof(online)) ||
	    sysfs_read(device->daxplug, NODES "/has_cpu", with_cpus, sizeof(with_cpus)))
		return -1;
	return least_distance(distances, online, with_cpus);
}

/* Reads the rating of a device's node, which exists only while the node has memory. */
void rating_read(struct daxplug_device *device)
{
	device->rating = (struct rating){ -1, -1, -1, -1, -1 };
	if (device->target_node < 0)
		return;
	device->rating.distance = read_distance(device);
	device->rating.read_bandwidth = read_access(device, "read_bandwidth");
	device->rating.write_bandwidth = read_access(device, "write_bandwidth");
	device->rating.read_latency = read_access(device, "read_latency");
	device->rating.write_latency = read_access(device, "write_latency");
}

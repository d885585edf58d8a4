/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake trees of /sys and /proc of a machine with DAX devices. */
#ifndef DAXPLUG_TESTS_FIXTURE_H
#define DAXPLUG_TESTS_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#define FIXTURE_BLOCK_SIZE (UINT64_C(128) << 20)
#define FIXTURE_PATH_SIZE 320

/* The files that every DAX device has, each with its prefix. */
#define FIXTURE_DEVICE_FILES(device)                                                               \
	device "size", device "align", device "target_node", device "numa_node",                   \
		device "resource", device "state", device "memmap_on_memory",                      \
		device "mapping0/start", device "mapping0/end", device "mapping0/page_offset"

/**
 * struct fixture - a tree
 * @root: its directory
 */
struct fixture {
	char root[64];
};

/**
 * struct fixture_device - a device in it
 * @name: such as dax0.0
 * @place: where it is in /sys/devices, without its name
 * @driver: the driver that it is bound to, or NULL
 * @node: its target node
 * @first: N of its first memoryN
 * @blocks: how many it has
 * @state: the content of its state file, or NULL without one
 */
struct fixture_device {
	const char *name;
	const char *place;
	const char *driver;
	int node;
	unsigned int first;
	unsigned int blocks;
	const char *state;
};

/* A device of eight blocks, bound to a driver without a state file. */
extern const struct fixture_device fixture_hmem;

void fixture_create(struct fixture *fixture);
void fixture_remove(struct fixture *fixture);
void fixture_load(struct fixture *fixture, const char *record);

void fixture_path(const struct fixture *fixture, const char *path, char *full);
void fixture_write(const struct fixture *fixture, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void fixture_link(const struct fixture *fixture, const char *path, const char *target);
void fixture_delete(const struct fixture *fixture, const char *path);
bool fixture_exists(const struct fixture *fixture, const char *path);
void fixture_read(const struct fixture *fixture, const char *path, char *text, int size);

void fixture_add_device(const struct fixture *fixture, const struct fixture_device *device);
void fixture_add_range(const struct fixture *fixture, const char *device, unsigned int range,
		       uint64_t start, uint64_t size);
void fixture_add_block(const struct fixture *fixture, unsigned int number, const char *state,
		       const char *zones);
void fixture_delete_block(const struct fixture *fixture, unsigned int number);
void fixture_add_blocks(const struct fixture *fixture, unsigned int first, unsigned int count,
			const char *state, const char *zones);

#endif /* DAXPLUG_TESTS_FIXTURE_H */

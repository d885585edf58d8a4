/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_DEVICE_H
#define STORM_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#define MEMORY "/sys/devices/system/memory"
#define NODES "/sys/devices/system/node"
#define CPUS "/sys/devices/system/cpu"
#define KMEM "/sys/bus/dax/drivers/kmem"
#define MODULE "/sys/module/kmem"

#define MAX_BLOCKS 256
#define MAX_RANGES 16

enum block_state { ABSENT, OFFLINE, ONLINE_KERNEL, ONLINE_MOVABLE, BLOCK_STATES };

/* A range of the device, cut down to whole memory blocks. */
struct range {
	uint64_t start, end; /* bytes; end is the last one */
	unsigned int first, count; /* indices of its blocks in struct device */
};

/* The properties that do not change during a storm. */
struct device {
	const char *name; /* dax0.0 */
	const char *dir; /* in sysfs */
	const char *module; /* the file of the driver */
	bool ours; /* daxplug's driver, not the kernel's own */
	int node;
	uint64_t block_size; /* bytes */
	unsigned int block_count, range_count;
	unsigned int numbers[MAX_BLOCKS]; /* N of memoryN */
	struct range ranges[MAX_RANGES];
};

/* The kernel's view of the device at one moment. */
struct facts {
	bool loaded, bound, guarded;
	char state[32]; /* the content of the file; empty if there is none */
	enum block_state blocks[MAX_BLOCKS];
	unsigned int count[BLOCK_STATES];
};

extern struct device device;

/* device_find() - fill in @device from the environment (DAX, DRIVER, ...) */
void device_find(void);
/* block_now() - return the present state of a block */
enum block_state block_now(unsigned int block);
void observe(struct facts *facts);
/* true_state() - return the word that "state" should read according to the blocks' own files */
const char *true_state(const struct facts *facts);
/* online() - the number of online blocks, in any zone */
unsigned int online(const struct facts *facts);
/* stranded_dir() - the directory that a range has while no device owns it */
const char *stranded_dir(const struct range *range);

/* Operations on the device; each returns 0 or the errno. */
int bind_device(void);
int unbind_device(void);
int load_driver(void);
int unload_driver(void);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device.h"
#include "files.h"

struct device device;

static const char *need_variable(const char *name)
{
	const char *value = getenv(name);

	if (!value || !value[0])
		die("%s is not set: this program is run by tests/guest/storm.sh", name);
	return value;
}

static void add_range(uint64_t start, uint64_t end)
{
	struct range *range = &device.ranges[device.range_count];
	uint64_t size = device.block_size;
	uint64_t number = (start + size - 1) / size;

	range->start = number * size;
	range->end = (end + 1) / size * size - 1;
	range->first = device.block_count;
	for (; (number + 1) * size - 1 <= range->end; number++) {
		if (device.block_count == MAX_BLOCKS)
			die("%s has more than %d blocks", device.name, MAX_BLOCKS);
		device.numbers[device.block_count++] = (unsigned int)number;
	}
	range->count = device.block_count - range->first;
	if (range->count)
		device.range_count++;
}

void device_find(void)
{
	unsigned int i;

	device.dir = need_variable("DAX");
	device.name = strrchr(device.dir, '/') + 1;
	device.ours = !strcmp(need_variable("DRIVER"), "ours");
	device.module = need_variable(device.ours ? "OUR_KMEM" : "STOCK_KMEM");
	device.node = (int)get_number(path_of("%s/target_node", device.dir), 10);
	device.block_size = (uint64_t)get_number(MEMORY "/block_size_bytes", 16);
	for (i = 0; i < MAX_RANGES; i++) {
		long long start = get_number(path_of("%s/mapping%u/start", device.dir, i), 0);
		long long end = get_number(path_of("%s/mapping%u/end", device.dir, i), 0);

		if (start >= 0 && end > start)
			add_range((uint64_t)start, (uint64_t)end);
	}
	if (!device.block_count)
		die("%s has no whole memory block", device.name);
}

enum block_state block_now(unsigned int block)
{
	unsigned int number = device.numbers[block];
	char word[64];

	if (get(path_of(MEMORY "/memory%u/state", number), word, sizeof(word)))
		return ABSENT;
	if (strcmp(word, "online"))
		return OFFLINE;
	if (get(path_of(MEMORY "/memory%u/valid_zones", number), word, sizeof(word)))
		return ABSENT;
	return strcmp(word, "Movable") ? ONLINE_KERNEL : ONLINE_MOVABLE;
}

void observe(struct facts *facts)
{
	char driver[256];
	ssize_t length;
	unsigned int i;

	memset(facts, 0, sizeof(*facts));
	facts->loaded = exists(MODULE "/refcnt");
	length = readlink(path_of("%s/driver", device.dir), driver, sizeof(driver) - 1);
	if (length > 0) {
		driver[length] = '\0';
		facts->bound = !strcmp(strrchr(driver, '/'), "/kmem");
	}
	get(path_of("%s/state", device.dir), facts->state, sizeof(facts->state));
	facts->guarded = get_number(path_of("%s/kmem/guard", device.dir), 10) == 1;
	for (i = 0; i < device.block_count; i++) {
		facts->blocks[i] = block_now(i);
		facts->count[facts->blocks[i]]++;
	}
}

unsigned int online(const struct facts *facts)
{
	return facts->count[ONLINE_KERNEL] + facts->count[ONLINE_MOVABLE];
}

const char *true_state(const struct facts *facts)
{
	static const char *const words[BLOCK_STATES] = {
		[ABSENT] = "unplugged",
		[OFFLINE] = "offline",
		[ONLINE_KERNEL] = "online_kernel",
		[ONLINE_MOVABLE] = "online_movable",
	};
	unsigned int i;

	for (i = 0; i < BLOCK_STATES; i++) {
		if (facts->count[i] == device.block_count)
			return words[i];
	}
	return "mixed";
}

const char *stranded_dir(const struct range *range)
{
	return path_of(KMEM "/stranded/%llx-%llx", (unsigned long long)range->start,
		       (unsigned long long)range->end);
}

/* Before Linux 6.6 a driver binds only devices that were written to new_id. */
int bind_device(void)
{
	int err = put(KMEM "/bind", device.name);

	if (err == ENODEV && !exists(path_of("%s/driver", device.dir)))
		err = put(KMEM "/new_id", device.name);
	return err;
}

int unbind_device(void)
{
	return put(KMEM "/unbind", device.name);
}

/* The numbers are those of the system call, for which libc has no header. */
enum { DECOMPRESS = 4 };

static bool is_compressed(const char *file)
{
	return strcmp(strrchr(file, '.'), ".ko");
}

int load_driver(void)
{
	int file = open(device.module, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (file < 0)
		return errno;
	if (syscall(SYS_finit_module, file, "", is_compressed(device.module) ? DECOMPRESS : 0))
		err = errno;
	close(file);
	return err;
}

int unload_driver(void)
{
	return syscall(SYS_delete_module, "kmem", O_NONBLOCK) ? errno : 0;
}

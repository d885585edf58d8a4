// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors.h"
#include "files.h"
#include "invariants.h"

enum { SETTLE_MS = 10000, PAGE = 4096 };

/* The machine without the device's memory. */
static struct {
	long long total_kb; /* MemTotal */
	unsigned int directories; /* memoryN */
	uint64_t kernel_pages, movable_pages; /* present in the zones of the device's node */
	char *iomem; /* without the lines that the driver adds */
	unsigned int reserved[MAX_RANGES], named[MAX_RANGES];
} base;

static char text[512];

#define VIOLATED(...) (snprintf(text, sizeof(text), __VA_ARGS__), text)

/* --- the machine's view --- */

static long long memory_total(void)
{
	char *info = slurp("/proc/meminfo");
	long long kb = atoll(strstr(info, "MemTotal:") + strlen("MemTotal:"));

	free(info);
	return kb;
}

static unsigned int count_directories(void)
{
	DIR *dir = opendir(MEMORY);
	struct dirent *entry;
	unsigned int count = 0;

	while (dir && (entry = readdir(dir)))
		count += !strncmp(entry->d_name, "memory", 6);
	if (dir)
		closedir(dir);
	return count;
}

/* Pages that are present in the kernel zones, and in ZONE_MOVABLE, of the device's node. */
static void count_present(uint64_t *kernel, uint64_t *movable)
{
	char *info = slurp("/proc/zoneinfo"), *line, *rest = info, zone[16] = "";
	unsigned long long pages;
	int node = -1;

	*kernel = *movable = 0;
	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "Node %d, zone %15s", &node, zone) == 2)
			continue;
		if (node != device.node || sscanf(line, " present %llu", &pages) != 1)
			continue;
		*(strcmp(zone, "Movable") ? kernel : movable) += pages;
	}
	free(info);
}

/* A line that the driver adds for a range, with this name. */
static bool is_line_of(const char *line, const struct range *range, const char *name)
{
	unsigned long long start, end;
	int length = 0;

	return sscanf(line, "%llx-%llx : %n", &start, &end, &length) == 2 && length &&
	       start == range->start && end == range->end && !strcmp(line + length, name);
}

/*
 * The content of /proc/iomem without the lines that the driver adds for its ranges, which are
 * counted: the reservation, by the device's name, and the memory.
 */
static char *read_iomem(unsigned int reserved[], unsigned int named[])
{
	char *all = slurp("/proc/iomem"), *line, *rest = all, *end = all;
	unsigned int i;

	memset(reserved, 0, MAX_RANGES * sizeof(*reserved));
	memset(named, 0, MAX_RANGES * sizeof(*named));
	while ((line = strsep(&rest, "\n"))) {
		bool ours = false;

		line += strspn(line, " ");
		for (i = 0; i < device.range_count && !ours; i++) {
			if (is_line_of(line, &device.ranges[i], "System RAM (kmem)"))
				ours = ++named[i];
			else if (is_line_of(line, &device.ranges[i], device.name))
				ours = ++reserved[i];
		}
		if (!ours) {
			size_t length = strlen(line);

			memmove(end, line, length); /* only ever towards the start */
			end += length;
			*end++ = '\n';
		}
	}
	end[-(end > all)] = '\0';
	return all;
}

void invariants_learn(void)
{
	base.total_kb = memory_total();
	base.directories = count_directories();
	count_present(&base.kernel_pages, &base.movable_pages);
	base.iomem = read_iomem(base.reserved, base.named);
}

/* --- the invariants --- */

static const char *check_blocks(const struct facts *facts)
{
	unsigned int present = device.block_count - facts->count[ABSENT], i;

	if (count_directories() != base.directories + present)
		return VIOLATED("%u memory blocks in all, of which %u of the device; without it there were %u",
				count_directories(), present, base.directories);
	for (i = 0; i < device.block_count; i++) {
		unsigned int number = device.numbers[i];
		bool on_node = exists(path_of(NODES "/node%d/memory%u", device.node, number));

		if (on_node != (facts->blocks[i] != ABSENT))
			return VIOLATED("memory%u is %s, and node %d %s it", number,
					on_node ? "absent" : "present", device.node,
					on_node ? "has" : "does not have");
	}
	return NULL;
}

static const char *check_total(const struct facts *facts)
{
	long long wanted = base.total_kb + (long long)(online(facts) * (device.block_size / 1024));
	long long total = memory_total();

	if (total == wanted)
		return NULL;
	return VIOLATED("MemTotal is %lld kB, which should be %lld kB with %u blocks online", total,
			wanted, online(facts));
}

static const char *check_zones(const struct facts *facts)
{
	uint64_t pages = device.block_size / PAGE, kernel, movable;
	uint64_t wanted_kernel = base.kernel_pages + facts->count[ONLINE_KERNEL] * pages;
	uint64_t wanted_movable = base.movable_pages + facts->count[ONLINE_MOVABLE] * pages;

	count_present(&kernel, &movable);
	if (kernel == wanted_kernel && movable == wanted_movable)
		return NULL;
	return VIOLATED("node %d has %llu pages in kernel zones and %llu in ZONE_MOVABLE; its blocks make %llu and %llu",
			device.node, (unsigned long long)kernel, (unsigned long long)movable,
			(unsigned long long)wanted_kernel, (unsigned long long)wanted_movable);
}

static bool has_block(const struct range *range, const struct facts *facts, enum block_state least)
{
	unsigned int i;

	for (i = range->first; i < range->first + range->count; i++) {
		if (facts->blocks[i] >= least)
			return true;
	}
	return false;
}

static const char *check_iomem(const struct facts *facts)
{
	unsigned int reserved[MAX_RANGES], named[MAX_RANGES], i;
	char *iomem = read_iomem(reserved, named);
	bool same = !strcmp(iomem, base.iomem);

	free(iomem);
	if (!same)
		return VIOLATED("/proc/iomem has changed elsewhere than in the device's ranges");
	for (i = 0; i < device.range_count; i++) {
		unsigned int wanted = has_block(&device.ranges[i], facts, OFFLINE);

		if (reserved[i] - base.reserved[i] != wanted || named[i] - base.named[i] != wanted)
			return VIOLATED("/proc/iomem has range %u of the device %u times as reserved, %u times as memory; it is %s",
					i, reserved[i] - base.reserved[i], named[i] - base.named[i],
					wanted ? "present" : "absent");
	}
	return NULL;
}

/* The device's own files. "online" is the state after a write of that word. */
static const char *check_state(const struct facts *facts)
{
	const char *wanted = true_state(facts);
	bool is_online = online(facts) == device.block_count;

	if (!facts->bound)
		return NULL;
	if (strcmp(facts->state, wanted) && !(is_online && !strcmp(facts->state, "online")))
		return VIOLATED("state reads '%s', and the blocks say '%s'", facts->state, wanted);
	return NULL;
}

static const char *check_count(const char *name, unsigned int wanted)
{
	long long count = get_number(path_of("%s/kmem/%s", device.dir, name), 10);

	return count == wanted ? NULL
			       : VIOLATED("kmem/%s is %lld, and should be %u", name, count, wanted);
}

static const char *check_counts(const struct facts *facts)
{
	const char *wrong;

	if (!facts->bound)
		return NULL;
	wrong = check_count("blocks_total", device.block_count);
	if (!wrong)
		wrong = check_count("blocks_present", device.block_count - facts->count[ABSENT]);
	if (!wrong)
		wrong = check_count("blocks_online", online(facts));
	if (!wrong)
		wrong = check_count("blocks_movable", facts->count[ONLINE_MOVABLE]);
	return wrong;
}

static const char *check_references(const struct facts *facts)
{
	long long references = get_number(MODULE "/refcnt", 10);

	if (!facts->loaded)
		return online(facts) ? VIOLATED("the driver is unloaded with %u blocks online",
						online(facts))
				     : NULL;
	/* The device holds a reference as long as a block is online. */
	if (references == (online(facts) > 0))
		return NULL;
	return VIOLATED("the driver has %lld references with %u blocks online", references,
			online(facts));
}

/* A range without a device is listed, and removed with its last online block. */
static const char *check_stranded(const struct facts *facts)
{
	unsigned int i, j, blocks;

	for (i = 0; i < device.range_count; i++) {
		const struct range *range = &device.ranges[i];
		bool stranded = !facts->bound && has_block(range, facts, ONLINE_KERNEL);

		if (!facts->bound && !stranded && has_block(range, facts, OFFLINE))
			return VIOLATED("range %u has no block online and no device, and is present",
					i);
		if (exists(stranded_dir(range)) != stranded)
			return VIOLATED("range %u is %sstranded, and %slisted so", i,
					stranded ? "" : "not ", stranded ? "not " : "");
		for (j = blocks = 0; j < range->count; j++)
			blocks += facts->blocks[range->first + j] >= ONLINE_KERNEL;
		if (stranded &&
		    get_number(path_of("%s/blocks_online", stranded_dir(range)), 10) != blocks)
			return VIOLATED("stranded range %u says a wrong blocks_online, and has %u",
					i, blocks);
	}
	return NULL;
}

/* The kernel's own driver keeps only the invariants of the core. */
static const struct {
	const char *(*check)(const struct facts *facts);
	bool ours;
} checks[] = {
	{ check_blocks, false },  { check_total, false },     { check_zones, false },
	{ check_iomem, false },	  { check_state, true },      { check_counts, true },
	{ check_stranded, true }, { check_references, true },
};

static const char *check_all(const struct facts *facts)
{
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]) && !wrong; i++) {
		if (device.ours || !checks[i].ours)
			wrong = checks[i].check(facts);
	}
	return wrong;
}

const char *invariants_check(struct facts *facts)
{
	const char *wrong;
	unsigned int ms;

	for (ms = 0;; ms += 10) {
		observe(facts);
		wrong = check_all(facts);
		if (!wrong || ms >= SETTLE_MS)
			return wrong;
		nap(10000);
	}
}

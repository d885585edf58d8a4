// SPDX-License-Identifier: LGPL-2.1-or-later
/* Estimates the use of memory blocks from a sample of their pages. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "device.h"
#include "handle.h"
#include "use.h"

/*
 * Samples runs of pages, evenly spread over each block: as many as keep the total within some ten
 * milliseconds, however large the device is.
 */
#define RUN_PAGES 256
#define MOST_RUNS 2048
#define MOST_RUNS_A_BLOCK 16
#define LEAST_RUNS_A_BLOCK 2

/* The other bits of /proc/kpageflags. */
#define KPF_LRU KPF_BIT(5)
#define KPF_SLAB KPF_BIT(7)
#define KPF_BUDDY KPF_BIT(10)
#define KPF_ANON KPF_BIT(12)
#define KPF_SWAPBACKED KPF_BIT(14)
#define KPF_HEAD KPF_BIT(15)
#define KPF_HUGE KPF_BIT(17)
#define KPF_UNEVICTABLE KPF_BIT(18)
#define KPF_NOPAGE KPF_BIT(20)
#define KPF_PGTABLE KPF_BIT(26)
#define KPF_RESERVED KPF_BIT(32)

/**
 * use_of_page() - the use of a page
 * @flags: its entry in /proc/kpageflags; for a large folio, that of the first page
 * @movable: whether it is in ZONE_MOVABLE
 *
 * Return: the use.
 */
enum daxplug_use use_of_page(uint64_t flags, bool movable)
{
	if (flags & (KPF_BUDDY | KPF_NOPAGE))
		return DAXPLUG_USE_FREE;
	if (flags & KPF_HUGE)
		return DAXPLUG_USE_HUGE;
	if (flags & KPF_ANON)
		return DAXPLUG_USE_ANON;
	if (flags & (KPF_SWAPBACKED | KPF_UNEVICTABLE))
		return DAXPLUG_USE_SHARED;
	if (flags & KPF_LRU)
		return DAXPLUG_USE_CACHE;
	/*
	 * The kernel has no pages of its own in ZONE_MOVABLE: such a page is on a per-CPU free
	 * list.
	 */
	return movable && !(flags & KPF_RESERVED) ? DAXPLUG_USE_FREE : DAXPLUG_USE_KERNEL;
}

static void count_page(struct sample *sample, uint64_t flags, bool movable)
{
	sample->seen++;
	sample->use[use_of_page(flags, movable)]++;
	sample->slab += (flags & KPF_SLAB) != 0;
	sample->page_table += (flags & KPF_PGTABLE) != 0;
	sample->reserved += (flags & KPF_RESERVED) != 0;
}

static void read_run(int fd, uint64_t first_page, uint64_t pages, bool movable,
		     struct sample *sample)
{
	uint64_t flags[RUN_PAGES], head = 0;
	size_t size = pages * sizeof(flags[0]);
	ssize_t got = pread(fd, flags, size, first_page * sizeof(flags[0]));
	unsigned int i;

	for (i = 0; got > 0 && i < got / sizeof(flags[0]); i++) {
		/* Some kernels (6.1) have all flags of a large folio only in its head page. */
		if (!(flags[i] & KPF_TAIL))
			head = flags[i] & KPF_HEAD ? flags[i] : 0;
		count_page(sample, flags[i] & KPF_TAIL && head ? head : flags[i], movable);
	}
}

static unsigned int runs_a_block(const struct daxplug_device *device)
{
	unsigned int runs = MOST_RUNS / (device->counts.online + 1);

	if (runs < LEAST_RUNS_A_BLOCK)
		return LEAST_RUNS_A_BLOCK;
	return runs < MOST_RUNS_A_BLOCK ? runs : MOST_RUNS_A_BLOCK;
}

static void read_block(int fd, uint64_t pages, unsigned int runs, struct block *block,
		       struct sample *sample)
{
	uint64_t step = pages / runs;
	uint64_t run = step < RUN_PAGES ? step : RUN_PAGES;
	bool movable = block->state == DAXPLUG_BLOCK_MOVABLE;
	unsigned int i;

	/* Sample the middle of each step, because a block may begin with its own page structs. */
	for (i = 0; i < runs; i++)
		read_run(fd, block->number * pages + i * step + (step - run) / 2, run, movable,
			 sample);
	if (sample->seen)
		block->use = (uint64_t)(sample->seen - sample->use[DAXPLUG_USE_FREE]) * 10000 /
			     sample->seen;
}

/**
 * use_read() - sample the pages of a device
 * @device: the device; the use of its blocks is set
 * @samples: an array with an element for each block, zeroed; or NULL
 *
 * Return: as daxplug_device_read_use().
 */
int use_read(struct daxplug_device *device, struct sample *samples)
{
	struct daxplug *daxplug = device->daxplug;
	uint64_t pages = daxplug->block_size / sysconf(_SC_PAGESIZE);
	int fd = root_open(daxplug, "proc/kpageflags", O_RDONLY);
	unsigned int runs = runs_a_block(device), i;
	struct sample own;

	if (fd < 0)
		return fd == -EPERM ? -EACCES : fd;
	for (i = 0; i < device->counts.total; i++) {
		struct block *block = &device->blocks[i];

		own = (struct sample){ 0 };
		block->use = -1;
		if (block_is_online(block->state))
			read_block(fd, pages, runs, block, samples ? &samples[i] : &own);
	}
	close(fd);
	return 0;
}

int daxplug_device_read_use(struct daxplug_device *device)
{
	struct report *report = &device->daxplug->report;
	int err = use_read(device, NULL);
	char words[64];

	report_clear(report);
	return err ? report_error(report, err, "cannot read /proc/kpageflags: %s",
				  report_errno(err, words, sizeof(words)))
		   : 0;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* What memory blocks are used for, from a sample of their pages. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "device.h"
#include "handle.h"

/*
 * Of each block some runs of pages are looked at, evenly spread: as many as
 * keep the whole within some ten milliseconds, however large the device is.
 */
#define RUN_PAGES 256
#define MOST_RUNS 2048
#define MOST_RUNS_A_BLOCK 16
#define LEAST_RUNS_A_BLOCK 2

/* Bits of /proc/kpageflags, an ABI; include/uapi/linux/kernel-page-flags.h names them. */
#define KPF_BIT(number) (UINT64_C(1) << (number))
#define KPF_LRU KPF_BIT(5)
#define KPF_BUDDY KPF_BIT(10)
#define KPF_ANON KPF_BIT(12)
#define KPF_SWAPBACKED KPF_BIT(14)
#define KPF_HEAD KPF_BIT(15)
#define KPF_TAIL KPF_BIT(16)
#define KPF_UNEVICTABLE KPF_BIT(18)
#define KPF_NOPAGE KPF_BIT(20)

/**
 * struct sample - pages counted
 * @seen: those looked at
 * @used: those of them that are not free
 * @must_move: those of these that are not just cached from a file
 */
struct sample {
	unsigned int seen;
	unsigned int used;
	unsigned int must_move;
};

static bool is_free(uint64_t flags)
{
	return flags & (KPF_BUDDY | KPF_NOPAGE);
}

static bool is_cache(uint64_t flags)
{
	return (flags & KPF_LRU) && !(flags & (KPF_ANON | KPF_SWAPBACKED | KPF_UNEVICTABLE));
}

static void count_page(struct sample *sample, uint64_t flags)
{
	sample->seen++;
	if (is_free(flags))
		return;
	sample->used++;
	if (!is_cache(flags))
		sample->must_move++;
}

static void read_run(int fd, uint64_t first_page, uint64_t pages, struct sample *sample)
{
	uint64_t flags[RUN_PAGES], head = 0;
	size_t size = pages * sizeof(flags[0]);
	ssize_t got = pread(fd, flags, size, first_page * sizeof(flags[0]));
	unsigned int i;

	for (i = 0; got > 0 && i < got / sizeof(flags[0]); i++) {
		/* Of a large folio some kernels (6.1) say all there is only for its head. */
		if (!(flags[i] & KPF_TAIL))
			head = flags[i] & KPF_HEAD ? flags[i] : 0;
		count_page(sample, flags[i] & KPF_TAIL && head ? head : flags[i]);
	}
}

static unsigned int runs_a_block(const struct daxplug_device *device)
{
	unsigned int runs = MOST_RUNS / (device->counts.online + 1);

	if (runs < LEAST_RUNS_A_BLOCK)
		return LEAST_RUNS_A_BLOCK;
	return runs < MOST_RUNS_A_BLOCK ? runs : MOST_RUNS_A_BLOCK;
}

static void read_block(int fd, uint64_t pages, unsigned int runs, struct block *block)
{
	struct sample sample = { 0 };
	uint64_t step = pages / runs;
	uint64_t run = step < RUN_PAGES ? step : RUN_PAGES;
	unsigned int i;

	/* In the middle of each step: a block may begin with the page structs of its own. */
	for (i = 0; i < runs; i++)
		read_run(fd, block->number * pages + i * step + (step - run) / 2, run, &sample);
	if (!sample.seen)
		return;
	block->use = (uint64_t)sample.used * 10000 / sample.seen;
	block->must_move = (uint64_t)sample.must_move * 10000 / sample.seen;
}

int daxplug_device_read_use(struct daxplug_device *device)
{
	struct daxplug *daxplug = device->daxplug;
	uint64_t pages = daxplug->block_size / sysconf(_SC_PAGESIZE);
	int fd = sysfs_open(daxplug, "proc/kpageflags", O_RDONLY);
	unsigned int runs = runs_a_block(device), i;
	char words[64];

	report_clear(&daxplug->report);
	if (fd == -EPERM)
		fd = -EACCES;
	if (fd < 0)
		return report_error(&daxplug->report, fd, "cannot read /proc/kpageflags: %s",
				    report_errno(fd, words, sizeof(words)));

	for (i = 0; i < device->counts.total; i++) {
		struct block *block = &device->blocks[i];

		block->use = -1;
		block->must_move = -1;
		if (block->state >= DAX_BLOCK_KERNEL)
			read_block(fd, pages, runs, block);
	}
	close(fd);
	return 0;
}

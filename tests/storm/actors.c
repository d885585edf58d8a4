// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "actors.h"
#include "files.h"
#include "policy.h"
#include "report.h"

enum { PAGE = 4096, HELD_PAGES = 16 };

const char *const role_names[ROLES] = {
	[TOGGLER] = "toggler",	   [WRITER] = "writer",		  [READER] = "reader",
	[BINDER] = "binder",	   [UNLOADER] = "unloader",	  [GUARDIAN] = "guardian",
	[HOLDER] = "holder",	   [POOL_KEEPER] = "pool keeper", [CPU_SWITCHER] = "CPU switcher",
	[COMPACTOR] = "compactor",
};

/* The last state is for kernels that can offline blocks in kernel zones. */
const char *const switch_words[SWITCH_WORDS] = { "offline", "online_movable", "online",
						 "online_kernel" };

static void do_nothing(int signal)
{
	(void)signal;
}

void actors_init(void)
{
	struct sigaction action = { .sa_handler = do_nothing }; /* no SA_RESTART */

	sigaction(SIGUSR1, &action, NULL);
}

void interrupt(pthread_t thread)
{
	pthread_kill(thread, SIGUSR1);
}

void nap(unsigned int us)
{
	const struct timespec time = { .tv_sec = us / 1000000,
				       .tv_nsec = (long)(us % 1000000) * 1000 };

	nanosleep(&time, NULL);
}

unsigned int now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned int)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

int toggle(struct rng *rng, bool may_use_kernel_zone)
{
	const char *word = switch_words[rng_below(rng, SWITCH_WORDS - !may_use_kernel_zone)];
	unsigned int number = device.numbers[rng_below(rng, device.block_count)];
	char what[48];
	int err;

	err = put(path_of(MEMORY "/memory%u/state", number), word);
	snprintf(what, sizeof(what), "block %s", word);
	tally(what, err);
	return err;
}

static void toggler_turn(struct actor *actor)
{
	int err = toggle(&actor->rng, actor->may_use_kernel_zone);

	if (!err)
		actor->switched = true;
	else if (err != EBUSY && err != EINVAL && err != ENOENT && err != ENODEV && err != EINTR)
		snprintf(actor->wrong, sizeof(actor->wrong), "a block's own file failed with %s",
			 errno_name(err));
}

static void writer_turn(struct actor *actor)
{
	static const char *const words[] = { "unplugged", "online_movable", "online",
					     "online_kernel" };
	const char *word = words[rng_below(&actor->rng, 4 - !actor->may_use_kernel_zone)];

	tally("second writer", put(path_of("%s/state", device.dir), word));
}

static void reader_turn(struct actor *actor)
{
	static const char *const words[] = { "unplugged",     "offline",	"online",
					     "online_kernel", "online_movable", "mixed" };
	char word[64];
	unsigned int i;

	get(path_of("%s/kmem/last_failure", device.dir), word, sizeof(word));
	if (get(path_of("%s/state", device.dir), word, sizeof(word)))
		return;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(word, words[i]))
			return;
	}
	snprintf(actor->wrong, sizeof(actor->wrong), "state read '%.40s'", word);
}

static void binder_turn(struct actor *actor)
{
	if (rng_percent(&actor->rng, 50))
		tally("beside: unbind", unbind_device());
	else
		tally("beside: bind", bind_device());
}

static void unloader_turn(struct actor *actor)
{
	if (rng_percent(&actor->rng, 50))
		tally("beside: unload", unload_driver());
	else
		tally("beside: load", load_driver());
}

static void guardian_turn(struct actor *actor)
{
	put(path_of("%s/kmem/guard", device.dir), rng_percent(&actor->rng, 50) ? "1" : "0");
}

/* Pins a page of its own by a pipe, as I/O would, or fills a pipe's buffer. */
static void hold_page(struct actor *actor, int pipe_end, char *pages)
{
	struct iovec page = { .iov_base = pages + HELD_PAGES / 2 * PAGE, .iov_len = PAGE };

	prefer_task(device.node);
	memset(pages, 1, (size_t)HELD_PAGES * PAGE);
	if (rng_percent(&actor->rng, 50))
		(void)!vmsplice(pipe_end, &page, 1, 0);
	else
		(void)!write(pipe_end, pages, PAGE);
	prefer_task(-1);
}

static void holder_turn(struct actor *actor)
{
	size_t size = (size_t)HELD_PAGES * PAGE;
	char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int ms;
	int ends[2];

	if (pages == MAP_FAILED || pipe(ends))
		die("a page to hold: %s", strerror(errno));
	hold_page(actor, ends[1], pages);
	for (ms = 0; ms < actor->hold_ms && !actor->stop; ms++)
		nap(1000);
	close(ends[0]);
	close(ends[1]);
	munmap(pages, size);
}

/* Requests some huge pages for a while, as memory permits; a rollback may restore some. */
static void pool_keeper_turn(struct actor *actor)
{
	const char *pool =
		path_of(NODES "/node%d/hugepages/hugepages-2048kB/nr_hugepages", device.node);
	char pages[16];

	snprintf(pages, sizeof(pages), "%u", rng_below(&actor->rng, 100));
	put(pool, pages);
	nap(rng_below(&actor->rng, 50000));
	put(pool, "0");
}

/* The last processor; the kernel refuses if it is the only one. */
static void cpu_switcher_turn(struct actor *actor)
{
	const char *cpu = path_of(CPUS "/cpu%ld/online", sysconf(_SC_NPROCESSORS_CONF) - 1);

	put(cpu, "0");
	nap(rng_below(&actor->rng, 20000));
	put(cpu, "1");
}

static void compactor_turn(struct actor *actor)
{
	if (rng_percent(&actor->rng, 50))
		put("/proc/sys/vm/drop_caches", "3");
	else
		put("/proc/sys/vm/compact_memory", "1");
}

static const struct {
	void (*turn)(struct actor *actor);
	unsigned int pause_us; /* the longest pause between two turns; 0: a single turn */
} roles[ROLES] = {
	[TOGGLER] = { toggler_turn, 3000 },
	[WRITER] = { writer_turn, 20000 },
	[READER] = { reader_turn, 2000 },
	[BINDER] = { binder_turn, 60000 },
	[UNLOADER] = { unloader_turn, 60000 },
	[GUARDIAN] = { guardian_turn, 10000 },
	[HOLDER] = { holder_turn, 0 },
	[POOL_KEEPER] = { pool_keeper_turn, 50000 },
	[CPU_SWITCHER] = { cpu_switcher_turn, 100000 },
	[COMPACTOR] = { compactor_turn, 100000 },
};

static void *act(void *data)
{
	struct actor *actor = data;
	unsigned int pause_us = roles[actor->role].pause_us;

	do {
		if (pause_us)
			nap(rng_below(&actor->rng, pause_us));
		roles[actor->role].turn(actor);
	} while (pause_us && !actor->stop);
	actor->ended = true;
	return NULL;
}

void actor_start(struct actor *actor)
{
	actor->stop = actor->ended = false;
	if (pthread_create(&actor->thread, NULL, act, actor))
		die("no thread for the %s", role_names[actor->role]);
}

void actor_stop(struct actor *actor)
{
	unsigned int naps;

	actor->stop = true;
	for (naps = 0; !actor->ended; naps++) {
		nap(1000);
		if (naps % 64 == 63)
			interrupt(actor->thread);
	}
	pthread_join(actor->thread, NULL);
}

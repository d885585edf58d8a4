// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "files.h"
#include "policy.h"
#include "random.h"
#include "tenants.h"

enum { PAGE = 4096, WORDS = PAGE / sizeof(uint64_t) };
enum { TENANTS = 3, ANSWER_SECONDS = 120 };

/* The kinds of memory of a tenant. */
enum kind { ANONYMOUS, HUGE_PAGES, SHARED };

static const char *const kinds[TENANTS] = { "anonymous memory", "huge pages", "shared memory" };

/* The messages of a tenant and the storm; shared, in ordinary memory. */
struct tenant {
	atomic_uint asked, answered; /* by the storm, by the tenant; equal when it is idle */
	_Atomic(enum errand) errand;
	atomic_bool spoil;
	/* The answer: */
	uint64_t on_node, moved; /* pages there now; pages that have left, in all */
	bool damaged;
	uint64_t page, word, wanted, found; /* the first that is damaged */
	/* Of the storm alone: */
	pid_t pid;
};

static struct tenant *tenants;

/* A tenant's own data. */
struct home {
	struct tenant *tenant;
	enum kind kind;
	char *memory;
	size_t pages;
	uint32_t *generation; /* of each page: how often it was written */
	struct rng rng;
};

static uint64_t content(const struct home *home, size_t page, unsigned int word)
{
	uint64_t first = ((uint64_t)page << 32 | home->generation[page]) * 0x9e3779b97f4a7c15ull;

	return first + word * 0xd6e8feb86659fd93ull;
}

static void write_page(struct home *home, size_t page)
{
	uint64_t *words = (uint64_t *)(home->memory + page * PAGE);
	unsigned int i;

	home->generation[page]++;
	for (i = 0; i < WORDS; i++)
		words[i] = content(home, page, i);
}

static void compare_page(struct home *home, size_t page)
{
	const uint64_t *words = (const uint64_t *)(home->memory + page * PAGE);
	struct tenant *tenant = home->tenant;
	unsigned int i;

	for (i = 0; i < WORDS; i++) {
		uint64_t wanted = content(home, page, i), found = words[i];

		if (found == wanted || tenant->damaged)
			continue;
		tenant->page = page;
		tenant->word = i;
		tenant->wanted = wanted;
		tenant->found = found;
		tenant->damaged = true;
	}
}

static void move_in(struct home *home)
{
	size_t bytes = home->pages * PAGE;
	int share = home->kind == SHARED ? MAP_SHARED : MAP_PRIVATE;
	size_t page;

	if (home->memory)
		munmap(home->memory, bytes);
	home->memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, share | MAP_ANONYMOUS, -1, 0);
	if (home->memory == MAP_FAILED)
		_exit(errno);
	prefer_range(home->memory, bytes, device.node);
	if (home->kind == HUGE_PAGES)
		madvise(home->memory, bytes, MADV_HUGEPAGE);
	for (page = 0; page < home->pages; page++)
		write_page(home, page);
	home->tenant->on_node = count_on_node(home->memory, home->pages, device.node);
}

static void spoil_page(struct home *home)
{
	home->memory[rng_below(&home->rng, (unsigned int)home->pages) * (size_t)PAGE] ^= 1;
}

static void answer(struct home *home, unsigned int asked)
{
	struct tenant *tenant = home->tenant;
	uint64_t before = tenant->on_node;
	size_t page;

	if (atomic_exchange(&tenant->spoil, false))
		spoil_page(home);
	for (page = 0; page < home->pages; page++)
		compare_page(home, page);
	tenant->on_node = count_on_node(home->memory, home->pages, device.node);
	if (tenant->on_node < before)
		tenant->moved += before - tenant->on_node;
	switch (tenant->errand) {
	case MOVE_IN:
		move_to_node(home->memory, home->pages, device.node);
		tenant->on_node = count_on_node(home->memory, home->pages, device.node);
		break;
	case START_ANEW:
		move_in(home);
		break;
	case STAY:
		break;
	}
	atomic_store(&tenant->answered, asked);
}

/* Compares a page and writes new content to it, between two messages. */
static void live_on(struct home *home)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	size_t page = rng_below(&home->rng, (unsigned int)home->pages);

	compare_page(home, page);
	write_page(home, page);
	nanosleep(&nap, NULL);
}

static void be_tenant(struct home *home)
{
	struct tenant *tenant = home->tenant;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	move_in(home);
	for (;;) {
		unsigned int asked = atomic_load(&tenant->asked);

		if (asked != atomic_load(&tenant->answered))
			answer(home, asked);
		else
			live_on(home);
	}
}

static void start_one(unsigned int number, size_t pages, uint64_t seed)
{
	struct home home = {
		.tenant = &tenants[number],
		.kind = (enum kind)number,
		.pages = pages,
		.generation = calloc(pages, sizeof(uint32_t)),
		.rng = rng_of(seed, number),
	};
	pid_t pid;

	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid)
		be_tenant(&home);
	home.tenant->pid = pid;
	free(home.generation);
}

void tenants_start(size_t bytes, uint64_t seed)
{
	unsigned int i;

	tenants = mmap(NULL, TENANTS * sizeof(*tenants), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tenants == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	fflush(stdout);
	for (i = 0; i < TENANTS; i++)
		start_one(i, bytes / TENANTS / PAGE, seed);
}

static const char *describe_damage(unsigned int number)
{
	static char text[256];
	const struct tenant *tenant = &tenants[number];

	snprintf(text, sizeof(text), "%s: page %llu, word %llu: %#llx instead of %#llx",
		 kinds[number], (unsigned long long)tenant->page, (unsigned long long)tenant->word,
		 (unsigned long long)tenant->found, (unsigned long long)tenant->wanted);
	return text;
}

/* await_answer() - wait for the answer; returns NULL, or why there is none */
static const char *await_answer(unsigned int number)
{
	static char text[128];
	struct tenant *tenant = &tenants[number];
	const struct timespec nap = { .tv_nsec = 500000 };
	time_t end = time(NULL) + ANSWER_SECONDS;
	int status;

	while (atomic_load(&tenant->answered) != atomic_load(&tenant->asked)) {
		if (waitpid(tenant->pid, &status, WNOHANG) == tenant->pid) {
			snprintf(text, sizeof(text), "%s: the process died (wait status %#x)",
				 kinds[number], (unsigned int)status);
			return text;
		}
		if (time(NULL) > end) {
			snprintf(text, sizeof(text), "%s: no answer for %d s", kinds[number],
				 ANSWER_SECONDS);
			return text;
		}
		nanosleep(&nap, NULL);
	}
	return NULL;
}

const char *tenants_check(enum errand errand)
{
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; i < TENANTS; i++) {
		tenants[i].errand = errand;
		atomic_fetch_add(&tenants[i].asked, 1);
	}
	for (i = 0; i < TENANTS && !wrong; i++) {
		wrong = await_answer(i);
		if (!wrong && tenants[i].damaged)
			wrong = describe_damage(i);
	}
	return wrong;
}

void tenants_spoil(void)
{
	atomic_store(&tenants[0].spoil, true);
}

uint64_t tenants_moved(void)
{
	uint64_t moved = 0;
	unsigned int i;

	for (i = 0; i < TENANTS; i++)
		moved += tenants[i].moved;
	return moved;
}

void tenants_stop(void)
{
	unsigned int i;

	for (i = 0; i < TENANTS; i++) {
		kill(tenants[i].pid, SIGKILL);
		waitpid(tenants[i].pid, NULL, 0);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: live anon|thp|shared|huge MIB NODE
 *        live file MIB NODE FILE
 *
 * Writes to memory all the time, and checks the memory before each write. The memory is first
 * allocated on NODE, and may then be moved anywhere. Prints "ready"; at SIGUSR1 prints "written"
 * and the number of pages; at SIGTERM ends with "intact" and that number, or "damaged" and a page.
 */
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, WORDS = PAGE / sizeof(uint64_t), BURST = 64 };

/**
 * struct load - the memory
 * @memory: the pages
 * @count: how many
 * @generation: how often each was written
 * @written: how many were written since all were ready
 */
struct load {
	uint64_t *memory;
	size_t count;
	uint32_t *generation;
	uint64_t written;
};

static volatile sig_atomic_t ends;
static volatile sig_atomic_t tells;

static void take_signal(int signal)
{
	if (signal == SIGTERM)
		ends = 1;
	else
		tells = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Differs between pages, between words, and from one write to the next. */
static uint64_t word_of(const struct load *load, size_t page, unsigned int word)
{
	return (page << 32 | load->generation[page]) * UINT64_C(0x9e3779b97f4a7c15) + word;
}

static void write_page(struct load *load, size_t page)
{
	uint64_t *words = load->memory + page * WORDS;
	unsigned int i;

	load->generation[page]++;
	for (i = 0; i < WORDS; i++)
		words[i] = word_of(load, page, i);
}

static bool is_intact(const struct load *load, size_t page)
{
	const uint64_t *words = load->memory + page * WORDS;
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		if (words[i] != word_of(load, page, i))
			return false;
	return true;
}

static void check(const struct load *load, size_t page)
{
	if (is_intact(load, page))
		return;
	printf("damaged %zu\n", page);
	exit(1);
}

static void policy(int mode, int node)
{
	unsigned long nodes = 1UL << node;

	if (syscall(SYS_set_mempolicy, mode, mode == MPOL_DEFAULT ? NULL : &nodes,
		    mode == MPOL_DEFAULT ? 0 : 8 * sizeof(nodes)))
		die("set_mempolicy");
}

static uint64_t *map(const char *kind, size_t size, const char *file)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS, fd = -1;
	void *memory;

	if (!strcmp(kind, "shared")) {
		flags = MAP_SHARED | MAP_ANONYMOUS;
	} else if (!strcmp(kind, "huge")) {
		flags |= MAP_HUGETLB;
	} else if (!strcmp(kind, "file") && file) {
		flags = MAP_SHARED;
		fd = open(file, O_RDWR | O_CREAT, 0600);
		if (fd < 0 || ftruncate(fd, size))
			die(file);
	}
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	if (!strcmp(kind, "anon"))
		madvise(memory, size, MADV_NOHUGEPAGE);
	if (!strcmp(kind, "thp"))
		madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}

static void fill(struct load *load)
{
	size_t page;

	for (page = 0; page < load->count; page++)
		write_page(load, page);
}

/* Sleeps at times, so that the measured command gets a processor, too. */
static void run(struct load *load)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	uint64_t random = 1;
	unsigned int i;

	while (!ends) {
		for (i = 0; i < BURST; i++) {
			size_t page;

			random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
			page = (random >> 33) % load->count;
			check(load, page);
			write_page(load, page);
			load->written++;
		}
		nanosleep(&nap, NULL);
		if (tells) {
			tells = 0;
			printf("written %llu\n", (unsigned long long)load->written);
			fflush(stdout);
		}
	}
}

static void check_all(const struct load *load)
{
	size_t page;

	for (page = 0; page < load->count; page++)
		check(load, page);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = take_signal };
	struct load load = { 0 };
	size_t size;

	if (argc < 4) {
		fprintf(stderr, "usage: live anon|thp|shared|huge|file MIB NODE [FILE]\n");
		return 2;
	}
	size = strtoul(argv[2], NULL, 10) << 20;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	load.count = size / PAGE;
	load.generation = calloc(load.count, sizeof(*load.generation));
	if (!load.generation)
		die("calloc");
	policy(MPOL_PREFERRED, atoi(argv[3]));
	load.memory = map(argv[1], size, argv[4]);
	fill(&load);
	policy(MPOL_DEFAULT, 0);
	puts("ready");
	fflush(stdout);
	run(&load);
	check_all(&load);
	printf("intact %llu\n", (unsigned long long)load.written);
	return 0;
}

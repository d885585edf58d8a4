// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: copy MIB
 *
 * Prints how many microseconds memcpy() and memset() take for MIB of memory: the least time in
 * which a program can move it, and clear its new place first.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* MAP_POPULATE faults all pages in before the clock starts. */
static char *allocate(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return memory;
}

/* Keeps the compiler from leaving out a write that nothing reads. */
static void use(const char *memory)
{
	__asm__ volatile("" : : "r"(memory) : "memory");
}

int main(int argc, char **argv)
{
	uint64_t begin, copied, cleared;
	char *from, *to;
	size_t size;

	if (argc != 2) {
		fprintf(stderr, "usage: copy MIB\n");
		return 2;
	}
	size = strtoul(argv[1], NULL, 10) << 20;
	from = allocate(size);
	to = allocate(size);
	memset(from, 1, size);

	begin = now_us();
	memcpy(to, from, size);
	use(to);
	copied = now_us() - begin;

	begin = now_us();
	memset(to, 0, size);
	use(to);
	cleared = now_us() - begin;

	printf("%llu %llu\n", (unsigned long long)copied, (unsigned long long)cleared);
	return 0;
}

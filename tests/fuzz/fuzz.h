/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The targets, one for each parser. Each also checks the parser's promises. */
#ifndef DAXPLUG_TESTS_FUZZ_H
#define DAXPLUG_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct fuzz_target - one fuzz target
 * @name: its name, which is also the name of its corpus
 * @run: takes a text, which ends with a NUL behind @size bytes
 * @binary: whether these may have a NUL among them
 */
struct fuzz_target {
	const char *name;
	void (*run)(const char *text, size_t size);
	bool binary;
};

/* Each ends with a target without a name. */
extern const struct fuzz_target fuzz_parsers[];
extern const struct fuzz_target fuzz_core[];
extern const struct fuzz_target fuzz_words[];
extern const struct fuzz_target fuzz_machine[];

#endif /* DAXPLUG_TESTS_FUZZ_H */

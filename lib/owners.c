// SPDX-License-Identifier: LGPL-2.1-or-later
/* Processes, files and shared memory segments that have pages on the device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drain.h"
#include "grow.h"

/* Limits for owners and for the bytes of their paths, beyond which pages are left to the unplug. */
#define MOST_OWNERS (1U << 17)
#define MOST_PATHS (16U << 20)

static int compare(const void *one, const void *other)
{
	const struct owner *a = one, *b = other;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Whether no more owners fit in this pass. */
bool owners_are_full(const struct drain *drain)
{
	return drain->owner_count >= MOST_OWNERS || drain->path_bytes >= MOST_PATHS;
}

/**
 * owners_add() - add an owner
 * @drain: the drain; its owners may move in memory
 *
 * Return: the owner, all zero; NULL if out of memory, or no more owners fit.
 */
struct owner *owners_add(struct drain *drain)
{
	struct owner *owners;

	if (owners_are_full(drain))
		return NULL;
	owners = grow(drain->owners, drain->owner_count, sizeof(*owners));
	if (!owners)
		return NULL;
	drain->owners = owners;
	memset(&owners[drain->owner_count], 0, sizeof(*owners));
	return &owners[drain->owner_count++];
}

/**
 * owners_add_file() - add a file
 * @drain: the drain; its owners may move in memory
 * @path: the file, which is copied
 *
 * Return: as owners_add().
 */
struct owner *owners_add_file(struct drain *drain, const char *path)
{
	struct owner *owner = owners_add(drain);

	if (!owner)
		return NULL;
	owner->path = strdup(path);
	drain->path_bytes += strlen(path) + 1;
	return owner->path ? owner : NULL;
}

/**
 * owners_find() - find a process of an earlier pass
 * @drain: the drain
 * @key: has the PID and the name of the process
 *
 * Return: its owner; NULL if it has none.
 */
struct owner *owners_find(const struct drain *drain, const struct owner *key)
{
	if (!drain->known_owners)
		return NULL;
	return bsearch(key, drain->owners, drain->known_owners, sizeof(*key), compare);
}

/**
 * owners_begin_pass() - drop the files and the sizes, which each pass finds again
 * @drain: the drain, without pieces; its processes stay, for the report
 */
void owners_begin_pass(struct drain *drain)
{
	unsigned int i, count = 0;

	for (i = 0; i < drain->owner_count; i++) {
		free(drain->owners[i].path);
		drain->owners[i].path = NULL;
		drain->owners[i].anon = 0;
		if (drain->owners[i].pid)
			drain->owners[count++] = drain->owners[i];
	}
	drain->owner_count = drain->known_owners = count;
	drain->path_bytes = 0;
	if (count)
		qsort(drain->owners, count, sizeof(*drain->owners), compare);
}

/* Anonymous memory of a process on the device; an upper bound if the node has other memory. */
uint64_t owner_anon(const struct drain *drain, const struct owner *owner)
{
	return owner->anon < drain->anon ? owner->anon : drain->anon;
}

/*
 * Whether the nodes in the process's cpuset have too little free memory for its anonymous memory.
 */
static bool lacks_room(struct drain *drain, const struct owner *owner)
{
	return owner->pid && owner->targets && !targets_are_all(&drain->targets, owner->targets) &&
	       owner_anon(drain, owner) > targets_spare(&drain->targets, owner->targets);
}

/* Returns the first process that lacks_room(); NULL if there is none. */
const struct owner *owners_without_room(struct drain *drain)
{
	unsigned int i;

	for (i = 0; i < drain->owner_count; i++)
		if (lacks_room(drain, &drain->owners[i]))
			return &drain->owners[i];
	return NULL;
}

/* Frees the owners. */
void owners_free(struct drain *drain)
{
	unsigned int i;

	for (i = 0; i < drain->owner_count; i++)
		free(drain->owners[i].path);
	free(drain->owners);
}

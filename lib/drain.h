/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Draining moves the pages of a device to other nodes from user space, without the hotplug locks,
 * before the kernel takes the device's blocks offline. The worker's main thread finds the pages
 * (drain.c) and watches the mover threads (watch.c), which move them (movers.c).
 */
#ifndef DAXPLUG_DRAIN_H
#define DAXPLUG_DRAIN_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "change.h"
#include "targets.h"
#include "use.h"

/**
 * struct owner - an owner of pages on the device: a process, a file, a segment of shared memory
 * @pid: the PID of the process; 0 for another owner
 * @name: the name of the process
 * @path: the file, relative to the root; NULL for another owner
 * @mount: the length of the part of @path that leads to the mount point of the file system;
 *	0 for "proc/PID/fd/N"
 * @device: the number of the device of the file
 * @inode: the number of its inode
 * @segment: the ID of the segment
 * @found: its bytes on the node of the device, or on all nodes
 * @anon: of @found, anonymous memory of the process
 * @targets: a bit for each target that the cpuset of the process allows
 * @moved: bytes that were moved
 * @err: 0, or why its pages cannot be moved: -EACCES, its cpuset has no target; -EPERM
 */
struct owner {
	int pid;
	char name[32];
	char *path;
	size_t mount;
	dev_t device;
	ino_t inode;
	int segment;
	uint64_t found;
	uint64_t anon;
	uint64_t targets;
	atomic_uint_least64_t moved;
	atomic_int err;
};

/**
 * struct piece - a run of addresses of a process, or of offsets in a file
 * @owner: the index of its owner
 * @start: the first address or offset
 * @end: the address or offset after the last one
 * @page_size: the page size of its mapping, in bytes
 * @use: the use of its pages, if /proc/kpageflags does not tell
 */
struct piece {
	unsigned int owner;
	uint64_t start;
	uint64_t end;
	uint64_t page_size;
	enum daxplug_use use;
};

/**
 * struct frames - a run of page frames of the device
 * @first: the first pfn
 * @end: the pfn after the last one
 */
struct frames {
	uint64_t first;
	uint64_t end;
};

/**
 * struct drain - one drain
 * @change: the change that it belongs to
 * @frames: the page frames of the blocks that are online, ascending, @frames_count of them
 * @targets: the nodes that pages may move to
 * @owners: the owners of pages on the device, @owner_count of them; the first @known_owners are
 *	the processes of earlier passes, by PID
 * @path_bytes: the total length of their paths
 * @pieces: the memory to move in this pass, @piece_count of them
 * @anon: bytes of anonymous memory on the device before the pass; UINT64_MAX if unknown
 * @owns_node: whether the node has no memory but the device's
 * @next: the index of the piece that the next mover takes
 * @moved: bytes that were moved, by use
 * @swapped: bytes that were swapped out
 * @total: bytes to move, at the start of the drain
 * @must_move: the bytes, without page cache, that are to have moved by the end of the pass,
 *	including those of earlier passes
 * @stop: tells the movers to end
 * @pause: tells the movers to wait, because the system is short of memory
 * @starved: a mover gave up because no target had enough free memory
 * @no_cache: no target has free memory for page cache in this pass
 * @no_gigantic: no target has a free gigantic page in this pass
 * @dropped: bytes of page cache that were dropped
 * @movers: number of movers that have started
 * @running: number of movers that are running
 */
struct drain {
	struct daxplug_change *change;
	struct frames *frames;
	unsigned int frames_count;
	struct targets targets;
	struct owner *owners;
	unsigned int owner_count;
	unsigned int known_owners;
	size_t path_bytes;
	struct piece *pieces;
	unsigned int piece_count;
	uint64_t anon;
	bool owns_node;
	atomic_uint next;
	atomic_uint_least64_t moved[USES];
	atomic_uint_least64_t swapped;
	uint64_t total;
	uint64_t must_move;
	atomic_bool stop;
	atomic_bool pause;
	atomic_bool starved;
	atomic_bool no_cache;
	atomic_bool no_gigantic;
	uint64_t dropped;
	atomic_uint movers;
	atomic_uint running;
};

/* batch.c */

/* The maximum number of bytes in a batch: a mover that is told to stop ends after its batch. */
#define BATCH_BYTES (UINT64_C(64) << 20)
#define BATCH_PAGES 16384

/**
 * struct batch - pages that one call of move_pages() moves
 * @drain: the drain
 * @pid: the process that the addresses belong to; 0 for this process
 * @owner: the owner to account the pages to
 * @page_size: the page size of their mapping
 * @count: number of pages
 * @bytes: their total size
 * @limit: the maximum of @bytes, adapted to the duration of the last batch
 * @page: their addresses
 * @node: the node that each is to move to
 * @status: the node of each, or the negative errno for which it was not moved
 * @size: the size of each, in bytes
 * @use: the use of each, an enum daxplug_use
 */
struct batch {
	struct drain *drain;
	int pid;
	struct owner *owner;
	uint64_t page_size;
	unsigned int count;
	uint64_t bytes;
	uint64_t limit;
	void *page[BATCH_PAGES];
	int node[BATCH_PAGES];
	int status[BATCH_PAGES];
	uint64_t size[BATCH_PAGES];
	uint8_t use[BATCH_PAGES];
};

bool batch_takes(const struct batch *batch, uint64_t more, enum daxplug_use use);
void batch_add(struct batch *batch, uint64_t address, uint64_t size, enum daxplug_use use);
void batch_move(struct batch *batch);
void batch_begin(struct batch *batch, struct owner *owner, uint64_t page_size);
uint64_t moved_except_cache(struct drain *drain);
uint64_t must_still_move(struct drain *drain);

/* pages.c */

/**
 * struct pages - a mover's data for finding the pages of the device in a run of addresses
 * @batch: the batch that they are added to
 * @pagemap: the pagemap of the process
 * @kpageflags: /proc/kpageflags, or a negative errno
 * @next: the pfn that would continue the large folio of the last page
 * @busy: whether that folio is locked or under writeback, and stays
 */
struct pages {
	struct batch *batch;
	int pagemap;
	int kpageflags;
	uint64_t next;
	bool busy;
};

void pages_move(struct pages *pages, uint64_t start, uint64_t end, const struct piece *piece);

/* reach.c */
int reach_mount(const struct daxplug *daxplug, const char *path);
int reach_below(int dir, const char *path, struct stat *file);
int reach_open_file(const struct daxplug *daxplug, const char *path, struct stat *file);
int reach_again(int fd, int flags);
int reach_owner(const struct daxplug *daxplug, const struct owner *owner);

/* window.c */
void window_move(struct pages *pages, const struct piece *piece);

/* movers.c */
int movers_start(struct drain *drain, unsigned int count, pthread_t *movers);

/* watch.c */
int movers_run(struct drain *drain);
int movers_read_room(struct drain *drain);
uint64_t moved_in_all(struct drain *drain);

/* owners.c */
struct owner *owners_add(struct drain *drain);
struct owner *owners_add_file(struct drain *drain, const char *path);
struct owner *owners_find(const struct drain *drain, const struct owner *key);
bool owners_are_full(const struct drain *drain);
uint64_t owner_anon(const struct drain *drain, const struct owner *owner);
void owners_begin_pass(struct drain *drain);
const struct owner *owners_without_room(struct drain *drain);
void owners_free(struct drain *drain);

/* pieces.c */
bool pieces_are_dense(uint64_t size, uint64_t bytes);
bool pieces_are_full(const struct drain *drain);
int pieces_add(struct drain *drain, const struct piece *all);
void pieces_sort(struct drain *drain);

/* evacuees.c */
void evacuees_find(struct drain *drain, int64_t deadline);

/* files.c */
void files_find(struct drain *drain, int64_t deadline);

/* segments.c */
void segments_find(struct drain *drain);
char *segment_attach(const struct daxplug *daxplug, const struct owner *owner, uint64_t end);

/* drain_report.c */
void drain_report(struct drain *drain, const int64_t *left, int64_t began);

/* reclaim.c */
bool reclaim_cache(struct drain *drain, uint64_t bytes);

#endif /* DAXPLUG_DRAIN_H */

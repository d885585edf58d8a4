/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for the parts of the kernel that the operations on memory groups (upstream/) use, so
 * that they can be compiled for the host. Each function that can fail calls may_fail() first.
 */
#ifndef SERIES_KERNEL_H
#define SERIES_KERNEL_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long u64;
typedef int mhp_t;

/* Small blocks: a section of 8 pages is one. */
#define PAGES_PER_SECTION 8UL
#define PAGE_SHIFT 12
#define BLOCK_SIZE (PAGES_PER_SECTION << PAGE_SHIFT)
static const int sections_per_block = 1;

#define PFN_PHYS(pfn) ((u64)(pfn) << PAGE_SHIFT)
#define section_nr_to_pfn(nr) ((nr)*PAGES_PER_SECTION)
#define memory_block_size_bytes() BLOCK_SIZE
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define IS_ENABLED(option) 1
#define EXPORT_SYMBOL_FOR_MODULES(symbol, modules)
#define EXPORT_SYMBOL_GPL(symbol)
#define ERR_PTR(error) ((void *)(long)(error))
#define kfree(pointer) free(pointer)
#define IORESOURCE_SYSTEM_RAM 1
#define MHP_NID_IS_MGID 4

struct list_head {
	struct list_head *next, *prev;
};

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))
#define list_for_each_entry(entry, head, member)                                                   \
	for (entry = container_of((head)->next, __typeof__(*entry), member);                       \
	     &entry->member != (head);                                                             \
	     entry = container_of(entry->member.next, __typeof__(*entry), member))

enum mmop { MMOP_OFFLINE, MMOP_ONLINE, MMOP_ONLINE_KERNEL, MMOP_ONLINE_MOVABLE };
enum zone_type { ZONE_NORMAL, ZONE_MOVABLE };
enum memory_block_state { MEM_ONLINE, MEM_OFFLINE };

struct device {
	unsigned int id;
};

struct zone {
	enum zone_type type;
};
#define zone_idx(zone) ((zone)->type)

struct resource {
	unsigned long flags;
};

struct range {
	u64 start, end;
};
#define range_len(range) ((range)->end - (range)->start + 1)

struct memory_group;
struct memory_block {
	unsigned long start_section_nr;
	enum memory_block_state state;
	enum mmop online_type;
	struct zone *zone;
	struct device dev;
	struct list_head group_next;
};

/* Faults of the operation so far: lines in the log. */
extern unsigned int complaints;
#define pr_err(...) (complaints += snprintf(NULL, 0, __VA_ARGS__) > 0)
#define pr_warn(...) pr_err(__VA_ARGS__)

/* Milliseconds that the operation has waited so far. */
extern unsigned int waited;
#define msleep(milliseconds) (waited += (milliseconds))

extern bool killed, locked;
#define current NULL
#define fatal_signal_pending(task) killed

int may_fail(void);

static inline int lock_device_hotplug_killable(void)
{
	assert(!locked);
	locked = !killed;
	return killed ? -EINTR : 0;
}

static inline void lock_device_hotplug(void)
{
	assert(!locked);
	locked = true;
}

static inline void unlock_device_hotplug(void)
{
	assert(locked);
	locked = false;
}

int device_online(struct device *dev);
int device_offline(struct device *dev);
int add_driver_managed_range(int mgid, u64 start, u64 size, const char *name, mhp_t flags,
			     enum mmop online_type);
int try_remove_memory(u64 start, u64 size);
struct resource *request_mem_region(u64 start, u64 size, const char *name);
void remove_resource(struct resource *res);
int walk_memory_blocks(u64 start, u64 size, void *arg,
		       int (*function)(struct memory_block *, void *));
struct memory_group *memory_group_find_by_id(int mgid);
int memory_group_unregister(int mgid);
void memory_group_disown(int mgid);
void memory_group_set_device(struct memory_group *group, struct device *dev);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guard hears of every memory block that goes online or offline, whoever
 * does it. It keeps the record of what each block of a region is, and refuses
 * what would disturb a transition.
 */
#ifndef DAXPLUG_GUARD_H
#define DAXPLUG_GUARD_H

#include <linux/spinlock.h>

#include "core/state.h"

struct kmem_range;
struct kmem_region;

/**
 * enum kmem_consent - how far the memory notifiers came with one switch of a block
 * @KMEM_NOT_ASKED: the core gave up before it asked them
 * @KMEM_ASKED: the first was asked, the last was not: one between them refused
 * @KMEM_AGREED: all were asked, none refused
 */
enum kmem_consent {
	KMEM_NOT_ASKED,
	KMEM_ASKED,
	KMEM_AGREED,
};

extern spinlock_t kmem_guard_lock;
extern struct list_head kmem_guard_regions;

int kmem_guard_init(void);
void kmem_guard_exit(void);

enum dax_state kmem_guard_state(struct kmem_region *region);
bool kmem_guard_has_device(const struct kmem_region *region);
enum dax_block_state kmem_guard_block(const struct kmem_region *region, unsigned int block);
struct dax_block_counts kmem_guard_counts(struct kmem_region *region);
void kmem_guard_copy(struct kmem_region *region, u8 *blocks);
void kmem_guard_record_absent(struct kmem_region *region, unsigned int first, unsigned int count);
void kmem_guard_record_found(struct kmem_region *region, unsigned int block,
			     enum dax_block_state state);
void kmem_guard_begin_add(struct kmem_region *region, const struct kmem_range *range);
void kmem_guard_end_add(struct kmem_region *region, bool done);

void kmem_guard_ask(struct kmem_region *region);
enum kmem_consent kmem_guard_consent(struct kmem_region *region);

void kmem_guard_claim_now(struct kmem_region *region);
int kmem_guard_claim(struct kmem_region *region);
bool kmem_guard_pin(struct kmem_region *region);
void kmem_guard_unpin(struct kmem_region *region);
void kmem_guard_unpin_if_idle(struct kmem_region *region);
void kmem_guard_release(struct kmem_region *region);
bool kmem_guard_default(void);
void kmem_guard_set_guarded(struct kmem_region *region, bool guarded);
void kmem_guard_set_whole_online(struct kmem_region *region, bool whole_online);

#endif /* DAXPLUG_GUARD_H */

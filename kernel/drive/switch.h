/* SPDX-License-Identifier: GPL-2.0-only */
/* Switches one block of a job. */
#ifndef DAXPLUG_SWITCH_H
#define DAXPLUG_SWITCH_H

struct kmem_job;
struct kmem_slice;
struct memory_block;

int kmem_switch_online(struct kmem_job *job, unsigned int block, struct memory_block *memblk,
		       unsigned int wanted);
int kmem_switch_offline(struct kmem_job *job, unsigned int block, struct memory_block *memblk,
			struct kmem_slice *slice, unsigned int ms);

#endif /* DAXPLUG_SWITCH_H */

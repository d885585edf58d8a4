/* SPDX-License-Identifier: GPL-2.0-only */
/* The worker: a kernel thread that makes one transition, and rolls it back if it fails. */
#ifndef DAXPLUG_WORKER_H
#define DAXPLUG_WORKER_H

struct kmem_drive;
struct kmem_outcome;
struct kmem_report;

int kmem_worker_run(struct kmem_drive *drive, struct kmem_report *report,
		    struct kmem_outcome *outcome, unsigned int timeout_ms);

#endif /* DAXPLUG_WORKER_H */

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_CONFINED_H
#define DAXPLUG_CONFINED_H

#include "forecast.h"
#include "process.h"
#include "targets.h"

/**
 * struct confined - processes that a drain could not move
 * @forecast: the forecast of the drain
 * @active: whether there will be a drain
 * @targets: the nodes that it could move pages to
 * @without_node: number of processes that may use none of @targets
 * @first_without_node: the first of these
 * @without_room: number of processes whose share of @targets has too little
 *	free memory
 * @first_without_room: the first of these
 * @pinned: number of processes that have pinned memory, on the devices or
 *	elsewhere
 * @first_pinned: the first of these
 */
struct confined {
	struct daxplug_forecast *forecast;
	bool active;
	struct targets targets;
	unsigned int without_node;
	struct process first_without_node;
	unsigned int without_room;
	struct process first_without_room;
	unsigned int pinned;
	struct process first_pinned;
};

void confined_init(struct confined *confined, struct daxplug_forecast *forecast);
void confined_note(struct confined *confined, const struct process *process, uint64_t bytes,
		   uint64_t anon);
void confined_find(struct confined *confined);

#endif /* DAXPLUG_CONFINED_H */

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXPLUG_FORECAST_H
#define DAXPLUG_FORECAST_H

#include "device.h"
#include "libdaxplug.h"
#include "node_set.h"
#include "pools.h"
#include "use.h"

#define MOST_FINDINGS 32
#define MOST_UNMOVABLE 64
#define MOST_LOST_POOLS 32
#define MOST_USERS 8

/* The remedy if other nodes have too little free memory for a drain. */
#define DRAIN_ROOM_REMEDY                                                                          \
	"free memory on other nodes, or unplug without draining: the kernel then drops page "      \
	"cache and swaps"

/**
 * struct finding - a condition that matters for a change
 */
struct finding {
	const char *id;
	enum daxplug_severity severity;
	enum daxplug_reason reason;
	char device[DEVICE_NAME_SIZE];
	char text[256];
	char remedy[160];
};

/* A block that cannot, or may not, go offline. */
struct unmovable {
	char device[DEVICE_NAME_SIZE];
	uint64_t block;
	enum daxplug_reason reason;
};

/* A pool whose free pages would be lost. */
struct lost_pool {
	int node;
	uint64_t size;
	uint64_t pages;
};

/* A program, or a control group of programs. */
struct user {
	char name[192];
	int pid;
	uint64_t bytes;
};

/**
 * struct part - a device of a forecast
 * @device: the device, with a reference
 * @node: its node, or -1
 * @avoid: nodes to which its drain is not to move pages
 * @owns_node: whether that node has no memory but that of devices of this forecast
 * @use: the use of its memory, in bytes; -1 if unknown
 * @must_move: the bytes that must move, or -1
 * @online: the bytes that are online
 * @in_kernel_zone: the number of its blocks in a kernel zone
 * @held: the number of its blocks that contain unmovable pages
 * @first_held: the first of them
 */
struct part {
	struct daxplug_device *device;
	int node;
	struct node_set avoid;
	bool owns_node;
	int64_t use[USES];
	int64_t must_move;
	uint64_t online;
	unsigned int in_kernel_zone;
	unsigned int held;
	struct unmovable first_held;
};

/**
 * struct terms - the change to be made to devices
 * @action: the change
 * @state: the state to plug to
 * @flags: DAXPLUG_CHANGE_*, of which only _DRAIN, _SWAP and _NO_REFILL matter
 * @avoid: for each device, the nodes to which its drain is not to move pages; or NULL
 * @with_users: whether to search for the programs that use the memory
 */
struct terms {
	enum daxplug_action action;
	enum daxplug_state state;
	unsigned int flags;
	const struct node_set *avoid;
	bool with_users;
};

/**
 * struct daxplug_forecast - the conditions that a change of some devices would meet
 * @refs: number of references
 * @daxplug: the handle, with a reference
 * @action: the change
 * @state: the state to plug to
 * @flags: as in struct terms
 * @parts: the devices, @count of them
 * @exact: whether all figures of use are exact, not estimated
 *
 * The other members are as the public functions describe them.
 */
struct daxplug_forecast {
	unsigned int refs;
	struct daxplug *daxplug;
	enum daxplug_action action;
	enum daxplug_state state;
	unsigned int flags;
	struct part *parts;
	unsigned int count;
	bool exact;
	int64_t use[USES];
	int64_t must_move;
	int64_t room;
	struct finding findings[MOST_FINDINGS];
	unsigned int finding_count;
	struct unmovable unmovable[MOST_UNMOVABLE];
	unsigned int unmovable_count;
	struct lost_pool pools[MOST_LOST_POOLS];
	unsigned int pool_count;
	struct user users[MOST_USERS];
	unsigned int user_count;
	bool users_complete;
	int64_t page_structs;
	int page_structs_on_device;
	int64_t duration;
};

int forecast_make(struct daxplug_device *const *devices, unsigned int count,
		  const struct terms *terms, struct daxplug_forecast **forecast);
const struct finding *forecast_obstacle(const struct daxplug_forecast *forecast);

/* The parts of a forecast, each in its own file. */
void find(struct daxplug_forecast *forecast, const char *id, enum daxplug_severity severity,
	  enum daxplug_reason reason, const struct daxplug_device *device, const char *remedy,
	  const char *format, ...) __attribute__((format(printf, 7, 8)));
bool forecast_has_node(const struct daxplug_forecast *forecast, int node);
const char *forecast_size(uint64_t bytes, char *text, size_t size);

void forecast_use(struct daxplug_forecast *forecast);
void forecast_pools(struct daxplug_forecast *forecast);
void find_room_unknown(struct daxplug_forecast *forecast);
void forecast_room(struct daxplug_forecast *forecast);
int forecast_drain_room(struct daxplug_forecast *forecast);
void forecast_commit(struct daxplug_forecast *forecast);
void forecast_push_back(struct daxplug_forecast *forecast);
void forecast_users(struct daxplug_forecast *forecast);
void forecast_driver(struct daxplug_forecast *forecast);
void forecast_plug(struct daxplug_forecast *forecast);

#endif /* DAXPLUG_FORECAST_H */

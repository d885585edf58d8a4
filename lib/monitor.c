// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events. What the kernel announces is only a reason to look again: what is
 * reported is the difference between two looks, so that nothing is invented
 * and a lost announcement is made good by the next.
 */
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "device.h"
#include "handle.h"

/* A recorded tree announces nothing; and one announcement may be lost among many. */
#define LOOK_RECORDED_MS 200
#define LOOK_LIVE_MS 2000

/* After an announcement: a transition makes hundreds, one look does for many. */
#define SETTLE_MS 20

struct daxplug_event {
	enum daxplug_event_type type;
	char device[DEVICE_NAME_SIZE];
	enum daxplug_state before;
	enum daxplug_state state;
	unsigned int online;
	unsigned int blocks;
};

/* What of a device makes an event when it differs. */
struct seen {
	char name[DEVICE_NAME_SIZE];
	enum daxplug_state state;
	enum daxplug_mode mode;
	struct dax_block_counts counts;
};

/**
 * struct daxplug_monitor - a watch over all devices
 * @daxplug: its own handle
 * @epoll: readable when it is time to look
 * @timer: for that
 * @look_ms: when to look again though nothing is announced
 * @udev: the library
 * @uevents: the kernel's announcements, or NULL for a recorded tree
 * @seen: what the last look has seen, @seen_count of it
 * @events: what is to be told, from @next to @event_count
 * @settling: an announcement has come, the timer has been set short
 */
struct daxplug_monitor {
	struct daxplug *daxplug;
	int epoll;
	int timer;
	int look_ms;
	struct udev *udev;
	struct udev_monitor *uevents;
	struct seen *seen;
	unsigned int seen_count;
	struct daxplug_event *events;
	unsigned int event_count;
	unsigned int next;
	bool settling;
};

static void set_timer(struct daxplug_monitor *monitor, int ms)
{
	struct itimerspec when = {
		.it_value = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L },
	};

	timerfd_settime(monitor->timer, 0, &when, NULL);
}

static int watch(struct daxplug_monitor *monitor, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(monitor->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int listen_to_kernel(struct daxplug_monitor *monitor)
{
	monitor->udev = udev_new();
	if (!monitor->udev)
		return -ENOMEM;
	/* The kernel's own, not udevd's: that may not be running. */
	monitor->uevents = udev_monitor_new_from_netlink(monitor->udev, "kernel");
	if (!monitor->uevents)
		return -ENOMEM;
	udev_monitor_filter_add_match_subsystem_devtype(monitor->uevents, "dax", NULL);
	udev_monitor_filter_add_match_subsystem_devtype(monitor->uevents, "memory", NULL);
	if (udev_monitor_enable_receiving(monitor->uevents) < 0)
		return -errno;
	return watch(monitor, udev_monitor_get_fd(monitor->uevents));
}

static int remember(struct daxplug_monitor *monitor)
{
	struct daxplug *daxplug = monitor->daxplug;
	struct seen *seen = calloc(daxplug->count + 1, sizeof(*seen));
	unsigned int i;

	if (!seen)
		return -ENOMEM;
	for (i = 0; i < daxplug->count; i++) {
		const struct daxplug_device *device = daxplug->devices[i];

		memcpy(seen[i].name, device->name, sizeof(seen[i].name));
		seen[i].state = device->state;
		seen[i].mode = device->mode;
		seen[i].counts = device->counts;
	}

	free(monitor->seen);
	monitor->seen = seen;
	monitor->seen_count = daxplug->count;
	return 0;
}

static int start(struct daxplug_monitor *monitor, const char *root)
{
	int err = daxplug_open(root, &monitor->daxplug);

	if (err)
		return err;
	monitor->look_ms = root ? LOOK_RECORDED_MS : LOOK_LIVE_MS;
	monitor->epoll = epoll_create1(EPOLL_CLOEXEC);
	monitor->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (monitor->epoll < 0 || monitor->timer < 0)
		return -errno;
	err = watch(monitor, monitor->timer);
	if (!err && !root)
		err = listen_to_kernel(monitor);
	if (!err)
		err = daxplug_scan(monitor->daxplug);
	if (!err)
		err = remember(monitor);
	set_timer(monitor, monitor->look_ms);
	return err;
}

int daxplug_monitor_open(const char *root, struct daxplug_monitor **monitor)
{
	struct daxplug_monitor *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->epoll = -1;
	new->timer = -1;
	err = start(new, root);
	if (err)
		daxplug_monitor_close(new);
	else
		*monitor = new;
	return err;
}

void daxplug_monitor_close(struct daxplug_monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->uevents)
		udev_monitor_unref(monitor->uevents);
	if (monitor->udev)
		udev_unref(monitor->udev);
	if (monitor->timer >= 0)
		close(monitor->timer);
	if (monitor->epoll >= 0)
		close(monitor->epoll);
	free(monitor->seen);
	free(monitor->events);
	daxplug_close(monitor->daxplug);
	free(monitor);
}

int daxplug_monitor_fd(const struct daxplug_monitor *monitor)
{
	return monitor->epoll;
}

/* Throws the announcements away; that there were some is all that counts. */
static bool drain_uevents(struct daxplug_monitor *monitor)
{
	struct udev_device *device;
	bool any = false;

	while (monitor->uevents) {
		errno = 0;
		device = udev_monitor_receive_device(monitor->uevents);
		/* Too many to be kept: some were lost. */
		any |= device || errno == ENOBUFS;
		if (!device)
			break;
		udev_device_unref(device);
	}

	return any;
}

/* Is it time to look: the timer has run out. */
static bool is_time(struct daxplug_monitor *monitor)
{
	uint64_t times;

	if (drain_uevents(monitor) && !monitor->settling) {
		monitor->settling = true;
		set_timer(monitor, SETTLE_MS);
	}
	if (read(monitor->timer, &times, sizeof(times)) != sizeof(times))
		return false;
	monitor->settling = false;
	set_timer(monitor, monitor->look_ms);
	return true;
}

static void tell(struct daxplug_monitor *monitor, enum daxplug_event_type type,
		 const struct seen *before, const struct daxplug_device *now)
{
	struct daxplug_event *event = &monitor->events[monitor->event_count++];

	*event = (struct daxplug_event){
		.type = type,
		.before = before ? before->state : DAXPLUG_STATE_UNKNOWN,
		.state = now ? now->state : DAXPLUG_STATE_UNKNOWN,
		.online = now ? now->counts.online : 0,
		.blocks = now ? now->counts.total : before->counts.total,
	};
	memcpy(event->device, now ? now->name : before->name, sizeof(event->device));
}

static const struct seen *find_seen(const struct daxplug_monitor *monitor, const char *name)
{
	unsigned int i;

	for (i = 0; i < monitor->seen_count; i++)
		if (!strcmp(monitor->seen[i].name, name))
			return &monitor->seen[i];
	return NULL;
}

static bool differs(const struct seen *before, const struct daxplug_device *now)
{
	return before->state != now->state || before->mode != now->mode ||
	       memcmp(&before->counts, &now->counts, sizeof(now->counts));
}

static void compare(struct daxplug_monitor *monitor)
{
	struct daxplug *daxplug = monitor->daxplug;
	unsigned int i;

	for (i = 0; i < monitor->seen_count; i++)
		if (!daxplug_find(daxplug, monitor->seen[i].name))
			tell(monitor, DAXPLUG_EVENT_REMOVED, &monitor->seen[i], NULL);
	for (i = 0; i < daxplug->count; i++) {
		const struct daxplug_device *now = daxplug->devices[i];
		const struct seen *before = find_seen(monitor, now->name);

		if (!before)
			tell(monitor, DAXPLUG_EVENT_ADDED, NULL, now);
		else if (differs(before, now))
			tell(monitor, DAXPLUG_EVENT_CHANGED, before, now);
	}
}

static int look(struct daxplug_monitor *monitor)
{
	int err = daxplug_scan(monitor->daxplug);

	if (err)
		return err;
	free(monitor->events);
	monitor->next = 0;
	monitor->event_count = 0;
	monitor->events =
		calloc(monitor->seen_count + monitor->daxplug->count + 1, sizeof(*monitor->events));
	if (!monitor->events)
		return -ENOMEM;
	compare(monitor);
	return remember(monitor);
}

int daxplug_monitor_next(struct daxplug_monitor *monitor, const struct daxplug_event **event)
{
	if (monitor->next == monitor->event_count && is_time(monitor)) {
		int err = look(monitor);

		if (err)
			return err;
	}
	if (monitor->next == monitor->event_count)
		return 0;
	*event = &monitor->events[monitor->next++];
	return 1;
}

enum daxplug_event_type daxplug_event_type(const struct daxplug_event *event)
{
	return event->type;
}

const char *daxplug_event_device(const struct daxplug_event *event)
{
	return event->device;
}

enum daxplug_state daxplug_event_state_before(const struct daxplug_event *event)
{
	return event->before;
}

enum daxplug_state daxplug_event_state(const struct daxplug_event *event)
{
	return event->state;
}

unsigned int daxplug_event_blocks_online(const struct daxplug_event *event)
{
	return event->online;
}

unsigned int daxplug_event_blocks(const struct daxplug_event *event)
{
	return event->blocks;
}

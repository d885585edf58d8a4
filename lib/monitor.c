// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events. A uevent only triggers another scan of the devices. Events are the differences between
 * two scans, so that none is wrong, and the next scan makes up for a lost uevent.
 */
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "device.h"
#include "handle.h"

/*
 * The interval of scans without a uevent, in ms. It is long where uevents can be received: then
 * such a scan finds only changes that send none.
 */
#define SCAN_ANNOUNCED 300000
#define SCAN_LIVE 2000
#define SCAN_RECORDED 200

/*
 * The delay of a scan after a uevent, in ms: a transition sends hundreds, and one scan serves
 * many. If a scan takes long, the delay is a multiple of its duration, to leave the CPU to
 * others.
 */
#define SETTLE 20
#define SETTLE_SCANS 10

/* A device as a scan found it; a difference makes an event. */
struct view {
	char name[DEVICE_NAME_SIZE];
	enum daxplug_kind kind;
	enum daxplug_state state;
	enum daxplug_mode mode;
	struct dax_block_counts counts;
	unsigned int unknown;
};

struct daxplug_event {
	enum daxplug_event_type type;
	uint64_t sequence;
	struct view before;
	struct view now;
};

/**
 * struct daxplug_monitor - a watch over all devices
 * @refs: number of references
 * @daxplug: the caller's handle, with a reference; gets the messages
 * @own: a handle with its own devices
 * @epoll: readable when a scan is due
 * @timer: the timer of the next scan
 * @scan_ms: the interval of scans without a uevent
 * @took_ms: the duration of the last scan
 * @udev: the context of libudev
 * @uevents: the kernel's uevents, or NULL if they cannot be received
 * @views: the devices of the last scan, @view_count of them
 * @view_count: number of elements of @views
 * @events: events to be returned, from @next to @event_count
 * @event_count: number of elements of @events
 * @next: the index of the next event to return
 * @sequence: number of events so far
 * @settling: a uevent has arrived, and the timer has been set to the short delay
 */
struct daxplug_monitor {
	unsigned int refs;
	struct daxplug *daxplug;
	struct daxplug *own;
	int epoll;
	int timer;
	int scan_ms;
	int took_ms;
	struct udev *udev;
	struct udev_monitor *uevents;
	struct view *views;
	unsigned int view_count;
	struct daxplug_event *events;
	unsigned int event_count;
	unsigned int next;
	uint64_t sequence;
	bool settling;
};

static void set_timer(const struct daxplug_monitor *monitor, int ms)
{
	struct itimerspec when = {
		.it_value = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L },
	};

	timerfd_settime(monitor->timer, 0, &when, NULL);
}

static int watch(const struct daxplug_monitor *monitor, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(monitor->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static bool receive_from(struct udev_monitor *uevents)
{
	/* Both names are the kernel's own. */
	return udev_monitor_filter_add_match_subsystem_devtype(uevents, "dax", NULL) >= 0 &&
	       udev_monitor_filter_add_match_subsystem_devtype(uevents, "memory", NULL) >= 0 &&
	       udev_monitor_enable_receiving(uevents) >= 0;
}

static void stop_listening(struct daxplug_monitor *monitor)
{
	udev_monitor_unref(monitor->uevents);
	udev_unref(monitor->udev);
	monitor->uevents = NULL;
	monitor->udev = NULL;
}

/*
 * Receives uevents from the kernel, not from udevd, which may not run. Without them scans are
 * more frequent.
 */
static void listen_to_kernel(struct daxplug_monitor *monitor)
{
	monitor->udev = udev_new();
	if (monitor->udev)
		monitor->uevents = udev_monitor_new_from_netlink(monitor->udev, "kernel");
	if (monitor->uevents && receive_from(monitor->uevents) &&
	    !watch(monitor, udev_monitor_get_fd(monitor->uevents))) {
		monitor->scan_ms = SCAN_ANNOUNCED;
		return;
	}
	stop_listening(monitor);
}

static struct view view_of(const struct daxplug_device *device)
{
	struct view view;

	/* Clear the padding too, because views are compared by their bytes. */
	memset(&view, 0, sizeof(view));
	memcpy(view.name, device->name, strlen(device->name));
	view.kind = device->kind;
	view.state = device->state;
	view.mode = device->mode;
	view.counts = device->counts;
	view.unknown = device->unknown;
	return view;
}

static int remember(struct daxplug_monitor *monitor)
{
	const struct daxplug *own = monitor->own;
	struct view *views = calloc(own->count + 1, sizeof(*views));
	unsigned int i;

	if (!views)
		return -ENOMEM;
	for (i = 0; i < own->count; i++)
		views[i] = view_of(own->devices[i]);
	free(monitor->views);
	monitor->views = views;
	monitor->view_count = own->count;
	return 0;
}

static void tell(struct daxplug_monitor *monitor, enum daxplug_event_type type,
		 const struct view *before, const struct view *now)
{
	struct daxplug_event *event = &monitor->events[monitor->event_count++];

	memset(event, 0, sizeof(*event));
	event->type = type;
	event->sequence = ++monitor->sequence;
	if (before)
		event->before = *before;
	if (now)
		event->now = *now;
}

static int make_room(struct daxplug_monitor *monitor)
{
	free(monitor->events);
	monitor->next = 0;
	monitor->event_count = 0;
	monitor->events =
		calloc(monitor->view_count + monitor->own->count + 1, sizeof(*monitor->events));
	return monitor->events ? 0 : -ENOMEM;
}

static int take_snapshot(struct daxplug_monitor *monitor)
{
	unsigned int i;
	int err = daxplug_scan(monitor->own);

	if (!err)
		err = make_room(monitor);
	if (!err)
		err = remember(monitor);
	for (i = 0; !err && i < monitor->view_count; i++)
		tell(monitor, DAXPLUG_EVENT_PRESENT, NULL, &monitor->views[i]);
	if (!err)
		tell(monitor, DAXPLUG_EVENT_READY, NULL, NULL);
	return err;
}

static int start(struct daxplug_monitor *monitor)
{
	int err;

	err = handle_copy(monitor->daxplug, &monitor->own);
	if (err)
		return err;
	monitor->own->brief = true;
	monitor->scan_ms = monitor->own->live ? SCAN_LIVE : SCAN_RECORDED;
	monitor->epoll = epoll_create1(EPOLL_CLOEXEC);
	monitor->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (monitor->epoll < 0 || monitor->timer < 0)
		return -errno;
	err = watch(monitor, monitor->timer);
	if (err)
		return err;
	/* Listen before the first scan, so that no event is lost. */
	if (monitor->own->live)
		listen_to_kernel(monitor);
	err = take_snapshot(monitor);
	/* Make the descriptor readable at once: the events of this scan are waiting. */
	set_timer(monitor, 1);
	return err;
}

int daxplug_monitor_new(struct daxplug *daxplug, struct daxplug_monitor **monitor)
{
	struct daxplug_monitor *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->refs = 1;
	new->daxplug = daxplug_ref(daxplug);
	new->epoll = -1;
	new->timer = -1;
	err = start(new);
	if (!err) {
		*monitor = new;
		return 0;
	}
	if (new->own)
		daxplug->report = new->own->report;
	daxplug_monitor_unref(new);
	return err;
}

struct daxplug_monitor *daxplug_monitor_ref(struct daxplug_monitor *monitor)
{
	monitor->refs++;
	return monitor;
}

void daxplug_monitor_unref(struct daxplug_monitor *monitor)
{
	if (!monitor || --monitor->refs)
		return;
	stop_listening(monitor);
	if (monitor->timer >= 0)
		close(monitor->timer);
	if (monitor->epoll >= 0)
		close(monitor->epoll);
	free(monitor->views);
	free(monitor->events);
	daxplug_unref(monitor->own);
	daxplug_unref(monitor->daxplug);
	free(monitor);
}

int daxplug_monitor_fd(const struct daxplug_monitor *monitor)
{
	return monitor->epoll;
}

bool daxplug_monitor_polls(const struct daxplug_monitor *monitor)
{
	return !monitor->uevents;
}

/* Discards the uevents; returns whether there were any. */
static bool drain_uevents(struct daxplug_monitor *monitor)
{
	struct udev_device *device;
	bool any = false;

	while (monitor->uevents) {
		errno = 0;
		device = udev_monitor_receive_device(monitor->uevents);
		/* ENOBUFS: there were too many, and some were lost. */
		any |= device || errno == ENOBUFS;
		if (!device)
			break;
		udev_device_unref(device);
	}

	return any;
}

/* Whether the timer has expired, so that a scan is due. */
static bool is_time(struct daxplug_monitor *monitor)
{
	uint64_t times;

	if (drain_uevents(monitor) && !monitor->settling) {
		monitor->settling = true;
		set_timer(monitor, SETTLE + SETTLE_SCANS * monitor->took_ms);
	}
	if (read(monitor->timer, &times, sizeof(times)) != sizeof(times))
		return false;
	monitor->settling = false;
	set_timer(monitor, monitor->scan_ms);
	return true;
}

static const struct view *find_view(const struct daxplug_monitor *monitor, const char *name)
{
	unsigned int i;

	for (i = 0; i < monitor->view_count; i++)
		if (!strcmp(monitor->views[i].name, name))
			return &monitor->views[i];
	return NULL;
}

static void compare(struct daxplug_monitor *monitor)
{
	struct daxplug *own = monitor->own;
	unsigned int i;

	for (i = 0; i < monitor->view_count; i++)
		if (!daxplug_find(own, monitor->views[i].name))
			tell(monitor, DAXPLUG_EVENT_REMOVED, &monitor->views[i], NULL);
	for (i = 0; i < own->count; i++) {
		struct view now = view_of(own->devices[i]);
		const struct view *before = find_view(monitor, now.name);

		if (!before)
			tell(monitor, DAXPLUG_EVENT_ADDED, NULL, &now);
		else if (memcmp(before, &now, sizeof(now)))
			tell(monitor, DAXPLUG_EVENT_CHANGED, before, &now);
	}
}

static int look(struct daxplug_monitor *monitor)
{
	int64_t began = clock_now();
	int err = daxplug_scan(monitor->own);

	monitor->took_ms = clock_now() - began;
	if (!err)
		err = make_room(monitor);
	if (err)
		return err;
	compare(monitor);
	return remember(monitor);
}

int daxplug_monitor_next(struct daxplug_monitor *monitor, const struct daxplug_event **event)
{
	if (monitor->next == monitor->event_count && is_time(monitor)) {
		int err = look(monitor);

		if (err) {
			/* The uevents of this scan have been received; no other may follow. */
			set_timer(monitor,
				  monitor->scan_ms < SCAN_LIVE ? monitor->scan_ms : SCAN_LIVE);
			monitor->daxplug->report = monitor->own->report;
			return err;
		}
	}
	if (monitor->next == monitor->event_count)
		return 0;
	*event = &monitor->events[monitor->next++];
	return 1;
}

enum daxplug_event_type daxplug_event_get_type(const struct daxplug_event *event)
{
	return event->type;
}

uint64_t daxplug_event_sequence(const struct daxplug_event *event)
{
	return event->sequence;
}

static const struct view *any_view(const struct daxplug_event *event)
{
	return event->now.name[0] ? &event->now : &event->before;
}

const char *daxplug_event_device(const struct daxplug_event *event)
{
	return any_view(event)->name;
}

enum daxplug_kind daxplug_event_kind(const struct daxplug_event *event)
{
	return any_view(event)->kind;
}

enum daxplug_state daxplug_event_state_before(const struct daxplug_event *event)
{
	return event->before.state;
}

enum daxplug_state daxplug_event_state(const struct daxplug_event *event)
{
	return event->now.state;
}

enum daxplug_mode daxplug_event_mode_before(const struct daxplug_event *event)
{
	return event->before.mode;
}

enum daxplug_mode daxplug_event_mode(const struct daxplug_event *event)
{
	return event->now.mode;
}

unsigned int daxplug_event_blocks_online_before(const struct daxplug_event *event)
{
	return event->before.counts.online;
}

unsigned int daxplug_event_blocks_online(const struct daxplug_event *event)
{
	return event->now.counts.online;
}

unsigned int daxplug_event_blocks(const struct daxplug_event *event)
{
	return any_view(event)->counts.total;
}

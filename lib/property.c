// SPDX-License-Identifier: LGPL-2.1-or-later
/* The properties of a device, for the caller. */
#include "device.h"
#include "handle.h"

#define PROPERTY(type, name, field)                                                                \
	type daxplug_device_##name(const struct daxplug_device *device)                            \
	{                                                                                          \
		return device->field;                                                              \
	}

PROPERTY(const char *, name, name)
PROPERTY(unsigned int, region, region)
PROPERTY(const char *, region_name, region_name)
PROPERTY(const char *, driver, driver)
PROPERTY(enum daxplug_kind, kind, kind)
PROPERTY(enum daxplug_mode, mode, mode)
PROPERTY(enum daxplug_backend, backend, backend)
PROPERTY(enum daxplug_state, state, state)
PROPERTY(uint64_t, size, size)
PROPERTY(uint64_t, align, align)
PROPERTY(int, numa_node, numa_node)
PROPERTY(int, tier, tier)
PROPERTY(int, memmap_wanted, memmap_wanted)
PROPERTY(int, memmap_error, memmap_error)
PROPERTY(const char *, namespace, identity.namespace)
PROPERTY(const char *, uuid, identity.uuid)
PROPERTY(int, uuid_error, identity.uuid_error)
PROPERTY(unsigned int, serials, identity.serial_count)
PROPERTY(int, serials_error, identity.serials_error)
PROPERTY(int, distance, rating.distance)
PROPERTY(int64_t, read_bandwidth, rating.read_bandwidth)
PROPERTY(int64_t, write_bandwidth, rating.write_bandwidth)
PROPERTY(int64_t, read_latency, rating.read_latency)
PROPERTY(int64_t, write_latency, rating.write_latency)
PROPERTY(unsigned int, ranges, range_count)
PROPERTY(uint64_t, block_size, daxplug->block_size)
PROPERTY(unsigned int, blocks, counts.total)
PROPERTY(unsigned int, blocks_present, counts.present)
PROPERTY(unsigned int, blocks_online, counts.online)
PROPERTY(unsigned int, blocks_movable, counts.movable)
PROPERTY(unsigned int, blocks_unknown, unknown)
PROPERTY(int, guard, words.guard)
PROPERTY(int, guard_error, words.guard_error)
PROPERTY(int64_t, timeout, words.timeout)
PROPERTY(int, timeout_error, words.timeout_error)
PROPERTY(int64_t, last_duration, words.last_duration)
PROPERTY(const char *, last_failure, words.last_failure)
PROPERTY(int64_t, transitions_done, words.done)
PROPERTY(int64_t, transitions_failed, words.failed)
PROPERTY(int64_t, transitions_cancelled, words.cancelled)
PROPERTY(int64_t, refusals, words.refusals)
PROPERTY(int64_t, pages_poisoned, words.pages_poisoned)

int daxplug_device_target_node(const struct daxplug_device *device)
{
	return device->node_known ? device->target_node : -2;
}

int daxplug_device_memmap_on_memory(const struct daxplug_device *device)
{
	return memmap_in_effect(device);
}

uint64_t daxplug_device_unusable(const struct daxplug_device *device)
{
	uint64_t used = device->counts.total * device->daxplug->block_size;

	return device->counts.total && device->size > used ? device->size - used : 0;
}

uint64_t daxplug_device_serial(const struct daxplug_device *device, unsigned int serial)
{
	return serial < device->identity.serial_count ? device->identity.serials[serial] : 0;
}

static const struct range *range_of(const struct daxplug_device *device, unsigned int range)
{
	static const struct range none;

	return range < device->range_count ? &device->ranges[range] : &none;
}

uint64_t daxplug_device_range_start(const struct daxplug_device *device, unsigned int range)
{
	return range_of(device, range)->start;
}

uint64_t daxplug_device_range_end(const struct daxplug_device *device, unsigned int range)
{
	return range_of(device, range)->end;
}

uint64_t daxplug_device_range_page_offset(const struct daxplug_device *device, unsigned int range)
{
	return range_of(device, range)->page_offset;
}

static const struct block *block_of(const struct daxplug_device *device, unsigned int block)
{
	static const struct block none = { .use = -1 };

	return device->blocks && block < device->counts.total ? &device->blocks[block] : &none;
}

uint64_t daxplug_device_block_number(const struct daxplug_device *device, unsigned int block)
{
	return block_of(device, block)->number;
}

enum daxplug_block_state daxplug_device_block_state(const struct daxplug_device *device,
						    unsigned int block)
{
	return (enum daxplug_block_state)block_of(device, block)->state;
}

const char *daxplug_device_block_zone(const struct daxplug_device *device, unsigned int block)
{
	return block_of(device, block)->zone;
}

int daxplug_device_block_use(const struct daxplug_device *device, unsigned int block)
{
	int use = block_of(device, block)->use;

	return use < 0 ? -1 : (use + 99) / 100;
}

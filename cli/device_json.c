// SPDX-License-Identifier: GPL-2.0-or-later
#include "device_json.h"
#include "json.h"
#include "text.h"

static void add_size(struct json_object *object, const char *key, uint64_t size)
{
	if (size)
		json_add_number(object, key, size);
}

/*
 * Adds the keys of "daxctl list", with the same meanings, except that total_memblocks includes
 * absent blocks.
 */
static void add_daxctl_keys(struct json_object *object, const struct daxplug_device *device)
{
	enum daxplug_mode mode = daxplug_device_mode(device);
	unsigned int online = daxplug_device_blocks_online(device);

	json_add_text(object, "chardev", daxplug_device_name(device));
	add_size(object, "size", daxplug_device_size(device));
	json_add_if_known(object, "target_node", daxplug_device_target_node(device));
	add_size(object, "align", daxplug_device_align(device));
	json_add_text(object, "mode", daxplug_mode_name(mode));
	if (mode == DAXPLUG_MODE_DISABLED)
		json_add_text(object, "state", "disabled");
	if (!daxplug_device_blocks(device) || mode == DAXPLUG_MODE_DEVDAX ||
	    daxplug_device_blocks_unknown(device))
		return;
	json_add_number(object, "online_memblocks", online);
	json_add_number(object, "total_memblocks", daxplug_device_blocks(device));
	if (online)
		json_add_flag(object, "movable", daxplug_device_blocks_movable(device) == online);
}

static void add_serials(struct json_object *object, const struct daxplug_device *device)
{
	struct json_object *serials;
	unsigned int i;

	if (!daxplug_device_serials(device))
		return;
	serials = json_new_array();
	for (i = 0; i < daxplug_device_serials(device); i++)
		json_append(serials, json_object_new_uint64(daxplug_device_serial(device, i)));
	json_add(object, "serials", serials);
}

static void add_identity(struct json_object *object, const struct daxplug_device *device)
{
	json_add_text(object, "kind", daxplug_kind_name(daxplug_device_kind(device)));
	json_add_text_if_any(object, "driver", daxplug_device_driver(device));
	json_add_number(object, "region", daxplug_device_region(device));
	json_add_text_if_any(object, "region_name", daxplug_device_region_name(device));
	json_add_text_if_any(object, "namespace", daxplug_device_namespace(device));
	json_add_text_if_any(object, "uuid", daxplug_device_uuid(device));
	add_serials(object, device);
}

static void add_own_keys(struct json_object *object, const struct daxplug_device *device)
{
	int worker = daxplug_device_worker(device);
	char zones[TEXT_SIZE];

	text_zones(device, zones);
	json_add_text(object, "memory_state", daxplug_state_name(daxplug_device_state(device)));
	json_add_text(object, "backend", daxplug_backend_name(daxplug_device_backend(device)));
	add_identity(object, device);
	json_add_if_known(object, "numa_node", daxplug_device_numa_node(device));
	json_add_if_known(object, "tier", daxplug_device_tier(device));
	add_size(object, "memblock_size", daxplug_device_block_size(device));
	add_size(object, "unusable_size", daxplug_device_unusable(device));
	if (daxplug_device_blocks(device) && !daxplug_device_blocks_unknown(device)) {
		json_add_number(object, "present_memblocks", daxplug_device_blocks_present(device));
		json_add_number(object, "movable_memblocks", daxplug_device_blocks_movable(device));
	}
	json_add_text_if_any(object, "zones", zones);
	if (worker)
		json_add_number(object, "worker", worker);
}

/* Returns the object that list prints for a device. The caller frees it. */
struct json_object *json_device(const struct daxplug_device *device)
{
	struct json_object *object = json_new_object();

	add_daxctl_keys(object, device);
	add_own_keys(object, device);
	return object;
}

/* Returns the object of an orphaned range. The caller frees it. */
struct json_object *json_orphan(const struct daxplug_orphan *orphan)
{
	struct json_object *object = json_new_object();
	int quarantined = daxplug_orphan_quarantined(orphan);

	json_add_text(object, "orphan", daxplug_orphan_name(orphan));
	json_add_number(object, "start", daxplug_orphan_start(orphan));
	json_add_number(object, "end", daxplug_orphan_end(orphan));
	json_add_number(object, "size",
			daxplug_orphan_end(orphan) - daxplug_orphan_start(orphan) + 1);
	json_add_if_known(object, "target_node", daxplug_orphan_node(orphan));
	json_add_if_known(object, "online_memblocks", daxplug_orphan_blocks_online(orphan));
	json_add_if_known(object, "total_memblocks", daxplug_orphan_blocks(orphan));
	if (quarantined >= 0)
		json_add_flag(object, "quarantined", quarantined);
	return object;
}

static struct json_object *mapping(const struct daxplug_device *device, unsigned int range)
{
	struct json_object *object = json_new_object();
	uint64_t start = daxplug_device_range_start(device, range);
	uint64_t end = daxplug_device_range_end(device, range);

	json_add_number(object, "page_offset", daxplug_device_range_page_offset(device, range));
	json_add_number(object, "start", start);
	json_add_number(object, "end", end);
	json_add_number(object, "size", end - start + 1);
	return object;
}

static struct json_object *block(const struct daxplug_device *device, unsigned int i)
{
	struct json_object *object = json_new_object();
	enum daxplug_block_state state = daxplug_device_block_state(device, i);

	json_add_number(object, "block", daxplug_device_block_number(device, i));
	json_add_text(object, "state", daxplug_block_state_name(state));
	json_add_text_if_any(object, "zone", daxplug_device_block_zone(device, i));
	json_add_if_known(object, "use_percent", daxplug_device_block_use(device, i));
	return object;
}

static void add_flag_if_known(struct json_object *object, const char *key, int flag)
{
	if (flag >= 0)
		json_add_flag(object, key, flag);
}

/* Adds the values that only daxplug's driver has. */
static void add_driver_keys(struct json_object *object, const struct daxplug_device *device)
{
	add_flag_if_known(object, "guard", daxplug_device_guard(device));
	json_add_if_known(object, "timeout_ms", daxplug_device_timeout(device));
	json_add_if_known(object, "last_duration_ms", daxplug_device_last_duration(device));
	json_add_text_if_any(object, "last_failure", daxplug_device_last_failure(device));
	json_add_if_known(object, "transitions_done", daxplug_device_transitions_done(device));
	json_add_if_known(object, "transitions_failed", daxplug_device_transitions_failed(device));
	json_add_if_known(object, "transitions_cancelled",
			  daxplug_device_transitions_cancelled(device));
	json_add_if_known(object, "refusals", daxplug_device_refusals(device));
	json_add_if_known(object, "pages_poisoned", daxplug_device_pages_poisoned(device));
}

static void add_performance(struct json_object *object, const struct daxplug_device *device)
{
	json_add_if_known(object, "distance", daxplug_device_distance(device));
	json_add_if_known(object, "read_bandwidth_mib_per_s",
			  daxplug_device_read_bandwidth(device));
	json_add_if_known(object, "write_bandwidth_mib_per_s",
			  daxplug_device_write_bandwidth(device));
	json_add_if_known(object, "read_latency_ns", daxplug_device_read_latency(device));
	json_add_if_known(object, "write_latency_ns", daxplug_device_write_latency(device));
}

/* Adds the values that show prints in addition to those of list. */
void json_add_details(struct json_object *object, const struct daxplug_device *device)
{
	struct json_object *mappings = json_new_array(), *blocks = json_new_array();
	unsigned int i;

	add_flag_if_known(object, "memmap_on_memory", daxplug_device_memmap_on_memory(device));
	add_flag_if_known(object, "memmap_on_memory_wanted", daxplug_device_memmap_wanted(device));
	add_performance(object, device);
	add_driver_keys(object, device);
	for (i = 0; i < daxplug_device_ranges(device); i++)
		json_append(mappings, mapping(device, i));
	for (i = 0; i < daxplug_device_blocks(device); i++)
		json_append(blocks, block(device, i));
	json_add(object, "mappings", mappings);
	json_add(object, "memblocks", blocks);
}

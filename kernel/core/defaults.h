/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The default states of devices: a list of SELECTOR=STATE entries, separated by commas or white
 * space. A device that is bound gets the state of the first entry whose selector matches it.
 *
 * SELECTOR	matches
 * dax0.0	the device with that name
 * cxl		devices of that kind; hmem and pmem work likewise
 * node:1	devices whose memory goes to that node
 * range:A-B	devices whose memory lies entirely within addresses A to B, inclusive
 * uuid:U	devices with that UUID
 * serial:N	devices with an expander of that serial number
 * any		all devices
 *
 * STATE is unplugged, offline, online, online_kernel or online_movable, or "policy": the state
 * that the system's policy gives new memory.
 */
#ifndef DAXPLUG_CORE_DEFAULTS_H
#define DAXPLUG_CORE_DEFAULTS_H

#include "state.h"
#include "text.h"

/* Stands for "policy" where a state is expected. */
#define DAX_DEFAULT_POLICY ((enum dax_state)DAX_STATE_COUNT)

/**
 * struct dax_identity - the properties of a device before it is bound
 * @name: its name
 * @kind: "cxl", "hmem" or "pmem"; NULL for any other kind
 * @node: the node that its memory goes to
 * @start: its lowest address
 * @end: its highest address
 * @uuid: its UUID as text, or NULL
 * @serials: the serial numbers of the expanders behind it
 * @nr_serials: number of elements of @serials
 */
struct dax_identity {
	const char *name;
	const char *kind;
	int node;
	unsigned long long start;
	unsigned long long end;
	const char *uuid;
	const unsigned long long *serials;
	unsigned int nr_serials;
};

const char *dax_defaults_check(const char *list, struct dax_text *entry);
bool dax_defaults_find(const char *list, const struct dax_identity *device, enum dax_state *state);
bool dax_default_state_parse(const char *word, size_t length, enum dax_state *state);

#endif /* DAXPLUG_CORE_DEFAULTS_H */

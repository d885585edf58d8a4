/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Which state a device is to have when it is bound: a list of SELECTOR=STATE,
 * with commas or white space between them. The first whose selector fits the
 * device counts.
 *
 * SELECTOR	fits
 * dax0.0	the device of that name
 * cxl		devices of that kind, also hmem and pmem
 * node:1	devices whose memory goes to that node
 * range:A-B	devices all of whose memory lies from address A to B, both included
 * uuid:U	devices of that UUID
 * serial:N	devices with an expander of that serial number
 * any		all
 *
 * STATE is a state that a device can be left in, or "policy": the state that
 * the system gives new memory.
 */
#ifndef DAXPLUG_CORE_DEFAULTS_H
#define DAXPLUG_CORE_DEFAULTS_H

#include "state.h"

/* Stands for "policy" where a state is expected. */
#define DAX_DEFAULT_POLICY ((enum dax_state)DAX_STATE_COUNT)

/**
 * struct dax_identity - the properties of a device before it is bound
 * @name: its name
 * @kind: "cxl", "hmem", "pmem"; NULL: something else
 * @node: the node that its memory goes to
 * @start: its lowest address
 * @end: its highest address
 * @uuid: its UUID as text, NULL: none
 * @serials: the serial numbers of the expanders behind it
 * @nr_serials: how many
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

/**
 * struct dax_text - a piece of a text
 * @at: where it begins
 * @length: in bytes
 */
struct dax_text {
	const char *at;
	size_t length;
};

const char *dax_defaults_check(const char *list, struct dax_text *entry);
bool dax_defaults_find(const char *list, const struct dax_identity *device, enum dax_state *state);
bool dax_default_state_parse(const char *word, size_t length, enum dax_state *state);

#endif /* DAXPLUG_CORE_DEFAULTS_H */

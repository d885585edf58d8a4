// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "defaults.h"
#include "text.h"

/* The result of comparing a selector with a device; FIT_WRONG if the text has not this form. */
enum fit {
	FIT_WRONG,
	FIT_NO,
	FIT_YES,
};

static enum fit fit(bool fits)
{
	return fits ? FIT_YES : FIT_NO;
}

static enum fit fit_any(struct dax_text value, const struct dax_identity *device)
{
	(void)device;
	return dax_text_is(value, "any") ? FIT_YES : FIT_WRONG;
}

static enum fit fit_name(struct dax_text value, const struct dax_identity *device)
{
	struct dax_text numbers, region, number;
	unsigned long long unused;

	if (value.length < 3 || memcmp(value.at, "dax", 3))
		return FIT_WRONG;
	numbers = (struct dax_text){ value.at + 3, value.length - 3 };
	if (!dax_text_split(numbers, '.', &region, &number))
		return FIT_WRONG;
	if (!dax_text_digits(region, 10, &unused) || !dax_text_digits(number, 10, &unused))
		return FIT_WRONG;
	return fit(dax_text_is(value, device->name));
}

static enum fit fit_kind(struct dax_text value, const struct dax_identity *device)
{
	if (!dax_text_is(value, "cxl") && !dax_text_is(value, "hmem") &&
	    !dax_text_is(value, "pmem"))
		return FIT_WRONG;
	return fit(device->kind && dax_text_is(value, device->kind));
}

static enum fit fit_node(struct dax_text value, const struct dax_identity *device)
{
	unsigned long long node;

	if (!dax_text_number(value, &node))
		return FIT_WRONG;
	return fit(device->node >= 0 && node == (unsigned int)device->node);
}

static enum fit fit_range(struct dax_text value, const struct dax_identity *device)
{
	unsigned long long start, end;

	if (!dax_text_range(value, &start, &end))
		return FIT_WRONG;
	return fit(device->start >= start && device->end <= end);
}

static bool is_uuid(struct dax_text text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	if (text.length != sizeof(form) - 1)
		return false;

	for (i = 0; i < text.length; i++)
		if (form[i] == '-' ? text.at[i] != '-' : dax_digit(text.at[i]) == 16)
			return false;
	return true;
}

/* Compares two valid UUIDs, ignoring case. */
static bool is_same_uuid(struct dax_text uuid, const char *other)
{
	size_t i;

	for (i = 0; i < uuid.length; i++)
		if (dax_digit(uuid.at[i]) != dax_digit(other[i]))
			return false;
	return true;
}

static enum fit fit_uuid(struct dax_text value, const struct dax_identity *device)
{
	if (!is_uuid(value))
		return FIT_WRONG;
	if (!device->uuid || !is_uuid((struct dax_text){ device->uuid, strlen(device->uuid) }))
		return FIT_NO;
	return fit(is_same_uuid(value, device->uuid));
}

static enum fit fit_serial(struct dax_text value, const struct dax_identity *device)
{
	unsigned long long serial;
	unsigned int i;

	if (!dax_text_number(value, &serial))
		return FIT_WRONG;
	for (i = 0; i < device->nr_serials; i++)
		if (device->serials[i] == serial)
			return FIT_YES;
	return FIT_NO;
}

static const struct selector {
	const char *prefix;
	enum fit (*fit)(struct dax_text value, const struct dax_identity *device);
} selectors[] = {
	{ "", fit_any },	   { "", fit_name },
	{ "", fit_kind },	   { "node:", fit_node },
	{ "range:", fit_range },   { "uuid:", fit_uuid },
	{ "serial:", fit_serial }, {},
};

static enum fit fit_selector(struct dax_text text, const struct dax_identity *device)
{
	const struct selector *selector;
	enum fit result = FIT_WRONG;

	for (selector = selectors; selector->fit && result == FIT_WRONG; selector++) {
		size_t skip = strlen(selector->prefix);

		if (text.length < skip || memcmp(text.at, selector->prefix, skip))
			continue;
		result = selector->fit((struct dax_text){ text.at + skip, text.length - skip },
				       device);
	}

	return result;
}

/**
 * dax_default_state_parse() - parse the state of an entry
 * @word: the word, without a newline; need not be NUL-terminated
 * @length: its length in bytes
 * @state: set to the state, DAX_DEFAULT_POLICY for "policy"; unchanged if the word is not a state
 *
 * Return: true if the word names a state that a device can have after a bind.
 */
bool dax_default_state_parse(const char *word, size_t length, enum dax_state *state)
{
	enum dax_state parsed = DAX_DEFAULT_POLICY;

	if (!dax_text_is((struct dax_text){ word, length }, "policy") &&
	    (!dax_state_parse(word, length, &parsed) || parsed == DAX_STATE_MIXED))
		return false;

	*state = parsed;
	return true;
}

static const char no_selector[] =
	"its selector is not one of daxX.Y cxl hmem pmem node:N range:A-B uuid:U serial:N any";
static const char no_state[] =
	"its state is not one of unplugged offline online online_kernel online_movable policy";

/* Returns NULL if the entry is valid, or else an error text. */
static const char *read_entry(struct dax_text entry, const struct dax_identity *device,
			      enum fit *fits, enum dax_state *state)
{
	struct dax_text selector, word;

	if (!dax_text_split(entry, '=', &selector, &word))
		return "it is not SELECTOR=STATE";

	*fits = fit_selector(selector, device);
	if (*fits == FIT_WRONG)
		return no_selector;
	if (!dax_default_state_parse(word.at, word.length, state))
		return no_state;
	return NULL;
}

/**
 * dax_defaults_check() - check a list of defaults
 * @list: the list, NUL-terminated
 * @entry: set to the first invalid entry
 *
 * Return: NULL if the list is valid, or else a text that says what is wrong with @entry.
 */
const char *dax_defaults_check(const char *list, struct dax_text *entry)
{
	static const struct dax_identity no_device = { .name = "", .node = -1 };
	const char *wrong = NULL;
	enum dax_state state;
	enum fit fits;

	while (!wrong && dax_text_next(&list, entry))
		wrong = read_entry(*entry, &no_device, &fits, &state);
	return wrong;
}

/**
 * dax_defaults_find() - find the state that a list of defaults gives a device
 * @list: the list, which dax_defaults_check() has accepted
 * @device: the device
 * @state: set to the state, DAX_DEFAULT_POLICY for "policy"; unchanged if no entry matches
 *
 * Return: true if an entry matches the device.
 */
bool dax_defaults_find(const char *list, const struct dax_identity *device, enum dax_state *state)
{
	struct dax_text entry;
	enum dax_state entry_state;
	enum fit fits;

	while (dax_text_next(&list, &entry)) {
		if (read_entry(entry, device, &fits, &entry_state) || fits != FIT_YES)
			continue;
		*state = entry_state;
		return true;
	}

	return false;
}

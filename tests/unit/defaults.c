// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of SELECTOR=STATE: their syntax, and the state that they give a device. */
#include "core/defaults.h"
#include "suite.h"

#define UNTOUCHED ((enum dax_state)77)
#define UUID "0f3f5a4e-1b2c-4d5e-8f90-abcdefabcdef"

static const unsigned long long serials[] = { 0x1234, 7 };

static const struct dax_identity expander = {
	.name = "dax3.1",
	.kind = "cxl",
	.node = 2,
	.start = 0x180000000,
	.end = 0x27fffffff,
	.serials = serials,
	.nr_serials = 2,
};

static const struct dax_identity dimm = {
	.name = "dax0.0",
	.kind = "pmem",
	.node = 1,
	.start = 0x1000000000,
	.end = 0x1fffffffff,
	.uuid = UUID,
};

static const struct dax_identity stranger = { .name = "dax9.9", .node = 0 };

/* The copy ends with its last byte, so that the sanitizer detects an overrun. */
static char *copy_of(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(size);

	assert_non_null(copy);
	return memcpy(copy, text, size);
}

static enum dax_state find(const char *list, const struct dax_identity *device)
{
	enum dax_state state = UNTOUCHED;
	struct dax_text entry;
	char *copy = copy_of(list);
	bool found;

	assert_null(dax_defaults_check(copy, &entry));
	found = dax_defaults_find(copy, device, &state);
	assert_int_equal(found, state != UNTOUCHED);
	free(copy);
	return state;
}

static void assert_wrong(const char *list, const char *entry)
{
	struct dax_text wrong;
	char *copy = copy_of(list);

	assert_non_null(dax_defaults_check(copy, &wrong));
	assert_int_equal(wrong.length, strlen(entry));
	assert_memory_equal(wrong.at, entry, wrong.length);
	free(copy);
}

UNIT_TEST(an_empty_list_says_nothing)
{
	static const char *const empty[] = { "", "\n", " ", ",", " ,\t\n, " };

	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		assert_int_equal(find(empty[i], &dimm), UNTOUCHED);
}

UNIT_TEST(each_state_that_a_device_can_be_left_in)
{
	assert_int_equal(find("any=unplugged", &dimm), DAX_STATE_UNPLUGGED);
	assert_int_equal(find("any=offline", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("any=online", &dimm), DAX_STATE_ONLINE);
	assert_int_equal(find("any=online_kernel", &dimm), DAX_STATE_ONLINE_KERNEL);
	assert_int_equal(find("any=online_movable", &dimm), DAX_STATE_ONLINE_MOVABLE);
	assert_int_equal(find("any=policy", &dimm), DAX_DEFAULT_POLICY);
}

UNIT_TEST(the_first_that_fits_counts)
{
	assert_int_equal(find("pmem=offline,dax0.0=unplugged", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("dax0.0=unplugged,pmem=offline", &dimm), DAX_STATE_UNPLUGGED);
	assert_int_equal(find("cxl=online,any=unplugged", &dimm), DAX_STATE_UNPLUGGED);
	assert_int_equal(find("any=policy,pmem=offline", &dimm), DAX_DEFAULT_POLICY);
}

UNIT_TEST(entries_are_parted_by_commas_and_white_space)
{
	assert_int_equal(find("cxl=online\npmem=offline\n", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find(" cxl=online , pmem=offline,", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("\tcxl=online\tpmem=offline", &dimm), DAX_STATE_OFFLINE);
}

UNIT_TEST(by_name)
{
	assert_int_equal(find("dax3.1=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("dax3.10=offline", &expander), UNTOUCHED);
	assert_int_equal(find("dax3.0=offline", &expander), UNTOUCHED);
	assert_int_equal(find("dax13.1=offline", &expander), UNTOUCHED);
}

UNIT_TEST(by_kind)
{
	assert_int_equal(find("cxl=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("pmem=offline", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("hmem=offline", &dimm), UNTOUCHED);
	assert_int_equal(find("cxl=offline,hmem=offline,pmem=offline", &stranger), UNTOUCHED);
}

UNIT_TEST(by_node)
{
	assert_int_equal(find("node:2=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("node:0x2=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("node:1=offline", &expander), UNTOUCHED);
	assert_int_equal(find("node:4294967298=offline", &expander), UNTOUCHED);
	assert_int_equal(find("node:0=offline", &stranger), DAX_STATE_OFFLINE);
}

UNIT_TEST(by_range)
{
	assert_int_equal(find("range:0x180000000-0x27fffffff=offline", &expander),
			 DAX_STATE_OFFLINE);
	assert_int_equal(find("range:6442450944-10737418239=offline", &expander),
			 DAX_STATE_OFFLINE);
	assert_int_equal(find("range:0-0xFFFFFFFFFFFFFFFF=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("range:0x180000001-0x27fffffff=offline", &expander), UNTOUCHED);
	assert_int_equal(find("range:0x180000000-0x27ffffffe=offline", &expander), UNTOUCHED);
	assert_int_equal(find("range:0x280000000-0x300000000=offline", &expander), UNTOUCHED);
}

UNIT_TEST(by_uuid)
{
	struct dax_identity odd = dimm;

	assert_int_equal(find("uuid:" UUID "=offline", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("uuid:0F3F5A4E-1B2C-4D5E-8F90-ABCDEFABCDEF=offline", &dimm),
			 DAX_STATE_OFFLINE);
	assert_int_equal(find("uuid:1f3f5a4e-1b2c-4d5e-8f90-abcdefabcdef=offline", &dimm),
			 UNTOUCHED);
	assert_int_equal(find("uuid:" UUID "=offline", &expander), UNTOUCHED);
	odd.uuid = "0f3f5a4e";
	assert_int_equal(find("uuid:" UUID "=offline", &odd), UNTOUCHED);
}

UNIT_TEST(by_serial)
{
	assert_int_equal(find("serial:0x1234=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("serial:7=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("serial:8=offline", &expander), UNTOUCHED);
	assert_int_equal(find("serial:7=offline", &dimm), UNTOUCHED);
}

UNIT_TEST(a_wrong_selector_is_named)
{
	static const char *const selectors[] = {
		"",
		"dax",
		"dax0",
		"dax0.",
		"dax.0",
		"dax0.0.0",
		"dax0.x",
		"dax-1.0",
		"CXL",
		"cxk",
		"ANY",
		"node",
		"node:",
		"node:x",
		"node:-1",
		"node:0x",
		"node:18446744073709551616",
		"node:0x10000000000000000",
		"range:",
		"range:0-",
		"range:-1",
		"range:0",
		"range:2-1",
		"range:0x0-0x1-0x2",
		"range:0x0-1G",
		"uuid:",
		"uuid:0f3f5a4e-1b2c-4d5e-8f90-abcdefabcde",
		"uuid:0f3f5a4e-1b2c-4d5e-8f90-abcdefabcdef0",
		"uuid:0f3f5a4e01b2c04d5e08f900abcdefabcdef",
		"uuid:0f3f5a4g-1b2c-4d5e-8f90-abcdefabcdef",
		"serial:",
		"serial:x",
		"serials:1",
	};

	for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		char entry[80], list[120];

		snprintf(entry, sizeof(entry), "%s=offline", selectors[i]);
		snprintf(list, sizeof(list), "any=online %s,cxl=nonsense", entry);
		assert_wrong(entry, entry);
		assert_wrong(list, entry);
	}
}

UNIT_TEST(a_wrong_state_is_named)
{
	static const char *const entries[] = {
		"any=",		"any=mixed",	 "any=Offline", "any=off",
		"any==offline", "any=offline=1", "any=online_", "any",
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		assert_wrong(entries[i], entries[i]);
}

/* No list is read beyond its end. */
UNIT_TEST(nonsense_is_survived)
{
	static const char letters[] = "dax0.:=-,node rangeuid\nofflinexyFpolicy";
	unsigned int seed = 1;

	for (int round = 0; round < 20000; round++) {
		struct dax_text entry;
		enum dax_state state;
		size_t length = round % 60;
		char *list = malloc(length + 1);

		assert_non_null(list);
		for (size_t i = 0; i < length; i++) {
			seed = seed * 1103515245 + 12345;
			list[i] = letters[(seed >> 16) % (sizeof(letters) - 1)];
		}
		list[length] = '\0';
		if (dax_defaults_check(list, &entry))
			assert_true(entry.length > 0);
		dax_defaults_find(list, &dimm, &state);
		free(list);
	}
}

UNIT_SUITE(defaults, UNIT_CASE(an_empty_list_says_nothing),
	   UNIT_CASE(each_state_that_a_device_can_be_left_in),
	   UNIT_CASE(the_first_that_fits_counts),
	   UNIT_CASE(entries_are_parted_by_commas_and_white_space), UNIT_CASE(by_name),
	   UNIT_CASE(by_kind), UNIT_CASE(by_node), UNIT_CASE(by_range), UNIT_CASE(by_uuid),
	   UNIT_CASE(by_serial), UNIT_CASE(a_wrong_selector_is_named),
	   UNIT_CASE(a_wrong_state_is_named), UNIT_CASE(nonsense_is_survived))

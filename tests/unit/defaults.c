// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of SELECTOR=STATE: their syntax, and the state that they give a device. */
#include <stdlib.h>
#include <string.h>

#include "cmocka.h"
#include "core/defaults.h"

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

/* Ends with its last byte, for the sanitizer to watch. */
static char *copy_of(const char *text)
{
	char *copy = malloc(strlen(text) + 1);

	assert_non_null(copy);
	return strcpy(copy, text);
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

static void an_empty_list_says_nothing(void **unused)
{
	static const char *const empty[] = { "", "\n", " ", ",", " ,\t\n, " };

	(void)unused;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		assert_int_equal(find(empty[i], &dimm), UNTOUCHED);
}

static void each_state_that_a_device_can_be_left_in(void **unused)
{
	(void)unused;
	assert_int_equal(find("any=unplugged", &dimm), DAX_STATE_UNPLUGGED);
	assert_int_equal(find("any=offline", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("any=online", &dimm), DAX_STATE_ONLINE);
	assert_int_equal(find("any=online_kernel", &dimm), DAX_STATE_ONLINE_KERNEL);
	assert_int_equal(find("any=online_movable", &dimm), DAX_STATE_ONLINE_MOVABLE);
	assert_int_equal(find("any=policy", &dimm), DAX_DEFAULT_POLICY);
}

static void the_first_that_fits_counts(void **unused)
{
	(void)unused;
	assert_int_equal(find("pmem=offline,dax0.0=unplugged", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("dax0.0=unplugged,pmem=offline", &dimm), DAX_STATE_UNPLUGGED);
	assert_int_equal(find("cxl=online,any=unplugged", &dimm), DAX_STATE_UNPLUGGED);
	assert_int_equal(find("any=policy,pmem=offline", &dimm), DAX_DEFAULT_POLICY);
}

static void entries_are_parted_by_commas_and_white_space(void **unused)
{
	(void)unused;
	assert_int_equal(find("cxl=online\npmem=offline\n", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find(" cxl=online , pmem=offline,", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("\tcxl=online\tpmem=offline", &dimm), DAX_STATE_OFFLINE);
}

static void by_name(void **unused)
{
	(void)unused;
	assert_int_equal(find("dax3.1=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("dax3.10=offline", &expander), UNTOUCHED);
	assert_int_equal(find("dax3.0=offline", &expander), UNTOUCHED);
	assert_int_equal(find("dax13.1=offline", &expander), UNTOUCHED);
}

static void by_kind(void **unused)
{
	(void)unused;
	assert_int_equal(find("cxl=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("pmem=offline", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("hmem=offline", &dimm), UNTOUCHED);
	assert_int_equal(find("cxl=offline,hmem=offline,pmem=offline", &stranger), UNTOUCHED);
}

static void by_node(void **unused)
{
	(void)unused;
	assert_int_equal(find("node:2=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("node:0x2=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("node:1=offline", &expander), UNTOUCHED);
	assert_int_equal(find("node:4294967298=offline", &expander), UNTOUCHED);
	assert_int_equal(find("node:0=offline", &stranger), DAX_STATE_OFFLINE);
}

static void by_range(void **unused)
{
	(void)unused;
	assert_int_equal(find("range:0x180000000-0x27fffffff=offline", &expander),
			 DAX_STATE_OFFLINE);
	assert_int_equal(find("range:6442450944-10737418239=offline", &expander),
			 DAX_STATE_OFFLINE);
	assert_int_equal(find("range:0-0xFFFFFFFFFFFFFFFF=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("range:0x180000001-0x27fffffff=offline", &expander), UNTOUCHED);
	assert_int_equal(find("range:0x180000000-0x27ffffffe=offline", &expander), UNTOUCHED);
	assert_int_equal(find("range:0x280000000-0x300000000=offline", &expander), UNTOUCHED);
}

static void by_uuid(void **unused)
{
	struct dax_identity odd = dimm;

	(void)unused;
	assert_int_equal(find("uuid:" UUID "=offline", &dimm), DAX_STATE_OFFLINE);
	assert_int_equal(find("uuid:0F3F5A4E-1B2C-4D5E-8F90-ABCDEFABCDEF=offline", &dimm),
			 DAX_STATE_OFFLINE);
	assert_int_equal(find("uuid:1f3f5a4e-1b2c-4d5e-8f90-abcdefabcdef=offline", &dimm),
			 UNTOUCHED);
	assert_int_equal(find("uuid:" UUID "=offline", &expander), UNTOUCHED);
	odd.uuid = "0f3f5a4e";
	assert_int_equal(find("uuid:" UUID "=offline", &odd), UNTOUCHED);
}

static void by_serial(void **unused)
{
	(void)unused;
	assert_int_equal(find("serial:0x1234=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("serial:7=offline", &expander), DAX_STATE_OFFLINE);
	assert_int_equal(find("serial:8=offline", &expander), UNTOUCHED);
	assert_int_equal(find("serial:7=offline", &dimm), UNTOUCHED);
}

static void a_wrong_selector_is_named(void **unused)
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

	(void)unused;
	for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		char entry[80], list[120];

		strcat(strcpy(entry, selectors[i]), "=offline");
		strcat(strcat(strcpy(list, "any=online "), entry), ",cxl=nonsense");
		assert_wrong(entry, entry);
		assert_wrong(list, entry);
	}
}

static void a_wrong_state_is_named(void **unused)
{
	static const char *const entries[] = {
		"any=",		"any=mixed",	 "any=Offline", "any=off",
		"any==offline", "any=offline=1", "any=online_", "any",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		assert_wrong(entries[i], entries[i]);
}

/* Any list is read to its end and no further. */
static void nonsense_is_survived(void **unused)
{
	static const char letters[] = "dax0.:=-,node rangeuid\nofflinexyFpolicy";
	unsigned int seed = 1;

	(void)unused;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_list_says_nothing),
		cmocka_unit_test(each_state_that_a_device_can_be_left_in),
		cmocka_unit_test(the_first_that_fits_counts),
		cmocka_unit_test(entries_are_parted_by_commas_and_white_space),
		cmocka_unit_test(by_name),
		cmocka_unit_test(by_kind),
		cmocka_unit_test(by_node),
		cmocka_unit_test(by_range),
		cmocka_unit_test(by_uuid),
		cmocka_unit_test(by_serial),
		cmocka_unit_test(a_wrong_selector_is_named),
		cmocka_unit_test(a_wrong_state_is_named),
		cmocka_unit_test(nonsense_is_survived),
	};

	return cmocka_run_group_tests_name("defaults", tests, NULL, NULL);
}

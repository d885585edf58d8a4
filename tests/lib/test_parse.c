// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "cmocka_all.h"
#include "parse.h"

static void numbers(void **state)
{
	uint64_t number = 7;

	(void)state;
	assert_int_equal(parse_number("0", &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(parse_number("4294967296", &number), 0);
	assert_int_equal(number, 4294967296);
	assert_int_equal(parse_number("0x180000000", &number), 0);
	assert_int_equal(number, 0x180000000);
	assert_int_equal(parse_number("18446744073709551615", &number), 0);
	assert_true(number == UINT64_MAX);
	assert_int_equal(parse_hex("8000000", &number), 0);
	assert_int_equal(number, 0x8000000);
}

static void no_numbers(void **state)
{
	static const char *const texts[] = {
		"",  " 1",  "-1",  "+1",   "1 ", "1\n", "0x", "0xg", "18446744073709551616",
		"a", "1e3", "1.5", "0x-1", "nan"
	};
	uint64_t number = 7;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(parse_number(texts[i], &number), -EINVAL);
	assert_int_equal(parse_hex("xyz", &number), -EINVAL);
	assert_int_equal(number, 7);
}

static void device_names(void **state)
{
	static const char *const bad[] = {
		"",	   "dax",     "dax0",	  "dax0.",  "dax.0",   "dax0.0a", "dax00.0",
		"dax0.00", "dax-1.0", "dax0.0.0", "Dax0.0", "dax 0.0", "dax0,0",  "dax99999999999.0"
	};
	unsigned int region, instance, i;

	(void)state;
	assert_int_equal(parse_device_name("dax12.34", &region, &instance), 0);
	assert_int_equal(region, 12);
	assert_int_equal(instance, 34);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_device_name(bad[i], &region, &instance), -EINVAL);
}

static void lists(void **state)
{
	const char *rest = "0-2,5";
	unsigned int first, last;

	(void)state;
	assert_int_equal(parse_list_next(&rest, &first, &last), 1);
	assert_int_equal(first, 0);
	assert_int_equal(last, 2);
	assert_int_equal(parse_list_next(&rest, &first, &last), 1);
	assert_int_equal(first, 5);
	assert_int_equal(last, 5);
	assert_int_equal(parse_list_next(&rest, &first, &last), 0);

	assert_true(parse_list_has("0-2,5", 1));
	assert_false(parse_list_has("0-2,5", 3));
	assert_true(parse_list_has("0-2,5", 5));
	assert_false(parse_list_has("", 0));
	assert_false(parse_list_has("2-1", 1));
	assert_false(parse_list_has("x", 0));
	assert_false(parse_list_has("0-", 0));
}

static void meminfo(void **state)
{
	static const char node[] = "\nNode 1 MemTotal:        4194304 kB\n"
				   "Node 1 MemFree:         4190000 kB\n"
				   "Node 1 KReclaimable:          5 kB\n"
				   "Node 1 SReclaimable:          9 kB\n"
				   "Node 1 Active(file):          1 kB\n";
	uint64_t bytes = 7;

	(void)state;
	assert_int_equal(parse_meminfo(node, "MemFree", &bytes), 0);
	assert_int_equal(bytes, UINT64_C(4190000) * 1024);
	assert_int_equal(parse_meminfo(node, "SReclaimable", &bytes), 0);
	assert_int_equal(bytes, 9 * 1024);
	assert_int_equal(parse_meminfo(node, "Active(file)", &bytes), 0);
	assert_int_equal(bytes, 1024);
	assert_int_equal(parse_meminfo("SwapFree: 12 kB\n", "SwapFree", &bytes), 0);
	assert_int_equal(bytes, 12 * 1024);

	bytes = 7;
	assert_int_equal(parse_meminfo(node, "Reclaimable", &bytes), -ENODATA);
	assert_int_equal(parse_meminfo("MemFree: kB", "MemFree", &bytes), -ENODATA);
	assert_int_equal(parse_meminfo("MemFree: 1 MB", "MemFree", &bytes), -ENODATA);
	assert_int_equal(parse_meminfo("MemFree", "MemFree", &bytes), -ENODATA);
	assert_int_equal(bytes, 7);
}

static void values(void **state)
{
	static const char line[] = "wanted=unplugged reason=pinned block=memory42 pfn=";
	char value[16] = "untouched";

	(void)state;
	assert_int_equal(parse_value(line, "pin", value, sizeof(value)), -ENODATA);
	assert_int_equal(parse_value(line, "loc", value, sizeof(value)), -ENODATA);
	assert_int_equal(parse_value(line, "wanted=unplugged", value, sizeof(value)), -ENODATA);
	assert_int_equal(parse_value("", "block", value, sizeof(value)), -ENODATA);
	assert_int_equal(parse_value("block", "block", value, sizeof(value)), -ENODATA);
	assert_int_equal(parse_value(line, "block", value, 8), -EINVAL);
	assert_string_equal(value, "untouched");
	assert_int_equal(parse_value(line, "block", value, 9), 0);
	assert_string_equal(value, "memory42");
	assert_int_equal(parse_value(line, "wanted", value, sizeof(value)), 0);
	assert_string_equal(value, "unplugged");
	assert_int_equal(parse_value(line, "pfn", value, sizeof(value)), 0);
	assert_string_equal(value, "");
}

static void places(void **state)
{
	static const struct {
		const char *path;
		enum daxplug_kind kind;
		const char *parent;
	} places[] = {
		{ "../../../devices/platform/hmem.0/dax0.0", DAXPLUG_KIND_HMEM, "hmem.0" },
		{ "../../../devices/platform/ACPI0017:00/root0/decoder0.0/region0/dax_region0/dax0.0",
		  DAXPLUG_KIND_CXL, "region0" },
		{ "../../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/region3/dax3.0/dax3.0",
		  DAXPLUG_KIND_PMEM, "region3" },
		{ "../../../devices/virtual/dax9.0", DAXPLUG_KIND_UNKNOWN, "virtual" },
	};
	unsigned int i;
	char parent[64];

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		assert_int_equal(parse_kind(places[i].path), places[i].kind);
		assert_int_equal(parse_parent(places[i].path, parent, sizeof(parent)), 0);
		assert_string_equal(parent, places[i].parent);
	}
	assert_int_equal(parse_parent("dax0.0", parent, sizeof(parent)), -EINVAL);
	assert_int_equal(parse_parent("/dax0.0", parent, sizeof(parent)), -EINVAL);
	assert_int_equal(parse_parent("platform/dax0.0", parent, 4), -EINVAL);
}

static void spans(void **state)
{
	uint64_t start = 7, end = 7;

	(void)state;
	assert_int_equal(parse_span("180000000-1bfffffff", &start, &end), 0);
	assert_int_equal(start, 0x180000000);
	assert_int_equal(end, 0x1bfffffff);
	assert_int_equal(parse_span("0-0", &start, &end), 0);
	assert_int_equal(parse_span("2-1", &start, &end), -EINVAL);
	assert_int_equal(parse_span("-1", &start, &end), -EINVAL);
	assert_int_equal(parse_span("1-", &start, &end), -EINVAL);
	assert_int_equal(parse_span("1-2-3", &start, &end), -EINVAL);
	assert_int_equal(parse_span("00000000000000000000001-2", &start, &end), -EINVAL);
	assert_int_equal(end, 0);
}

static void nodes(void **state)
{
	(void)state;
	assert_int_equal(parse_node_name("node0"), 0);
	assert_int_equal(parse_node_name("node17"), 17);
	assert_int_equal(parse_node_name("node"), -1);
	assert_int_equal(parse_node_name("node1x"), -1);
	assert_int_equal(parse_node_name("memory1"), -1);
}

/* Each word of the driver, and one that a later driver may have. */
static void words(void **state)
{
	int reason;

	(void)state;
	for (reason = DAXPLUG_REASON_SLAB; reason <= DAXPLUG_REASON_UNLOAD; reason++)
		assert_int_equal(parse_reason(daxplug_reason_name(reason)), reason);
	assert_int_equal(parse_reason("gremlins"), DAXPLUG_REASON_OTHER);
	for (; reason <= DAXPLUG_REASON_INVALID; reason++) {
		assert_string_not_equal(daxplug_reason_name(reason), "unknown");
		assert_string_not_equal(daxplug_reason_text(reason), "");
	}
	assert_string_equal(daxplug_reason_name(reason), "unknown");
	assert_string_equal(daxplug_reason_name((enum daxplug_reason) - 1), "unknown");

	assert_int_equal(parse_state("mixed"), DAXPLUG_STATE_MIXED);
	assert_int_equal(parse_state("unplugged"), DAXPLUG_STATE_UNPLUGGED);
	assert_int_equal(parse_state(""), DAXPLUG_STATE_UNKNOWN);
	assert_string_equal(daxplug_state_name(DAXPLUG_STATE_UNKNOWN), "unknown");
	assert_string_equal(daxplug_state_name((enum daxplug_state)7), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),	cmocka_unit_test(no_numbers),
		cmocka_unit_test(device_names), cmocka_unit_test(lists),
		cmocka_unit_test(meminfo),	cmocka_unit_test(values),
		cmocka_unit_test(places),	cmocka_unit_test(spans),
		cmocka_unit_test(nodes),	cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

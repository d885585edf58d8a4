// SPDX-License-Identifier: GPL-2.0-or-later
/* The build stops for a kernel whose dax types have members of other kinds or sizes. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "btf_builder.h"
#include "cmocka.h"

/* The numbers of the types, in the order of add_all(). */
enum {
	VOID,
	INT,
	BOOL,
	SHORT,
	LONG,
	NUMBER, /* a typedef of int */
	DEVICE,
	KOBJECT,
	DRIVER,
	RANGE,
	WIDE_RANGE,
	DEV_DAX,
	DEV_DAX_RANGE,
	POINTER, /* to dev_dax_range */
	ARRAY, /* of dev_dax_range */
	PROTO_PROBE, /* int (*)(struct dev_dax *) */
	PROTO_REMOVE, /* void (*)(struct dev_dax *) */
	PROTO_TWO, /* int (*)(struct dev_dax *, int) */
	PROBE,
	REMOVE,
	PROBE_TWO,
	DEVICE_POINTER,
	DRIVER_TYPE,
	DAX_DRIVER,
	DRIVER_PRIVATE,
	DEV_DAX_POINTER,
};

/**
 * struct change - a difference from the kernel that the driver knows
 * @type: the structure
 * @member: its member
 * @as: the member's type; VOID: there is no such member
 * @bits: the size of the member if it is a bit field
 */
struct change {
	const char *type;
	const char *member;
	__u32 as;
	__u32 bits;
};

static void add_unless(struct builder *b, const struct change *change, const char *type,
		       const char *member, __u32 as, __u32 bytes)
{
	__u32 bits = 0;

	if (!strcmp(change->type, type) && !strcmp(change->member, member)) {
		as = change->as;
		bits = change->bits;
	}
	add_member_of(b, as == VOID ? "other" : member, as == VOID ? INT : as,
		      bits << 24 | bytes * 8);
}

static void add_int(struct builder *b, const char *text, __u32 bytes)
{
	__u32 encoding = bytes * 8;

	add_type(b, text, BTF_KIND_INT, 0, 0, bytes);
	add(b, &encoding, sizeof(encoding));
}

static void add_prototype(struct builder *b, __u32 returns, __u32 parameters)
{
	const struct btf_param params[] = { { .type = DEV_DAX_POINTER }, { .type = INT } };

	add_type(b, NULL, BTF_KIND_FUNC_PROTO, parameters, 0, returns);
	add(b, params, parameters * sizeof(*params));
}

static void add_pointer(struct builder *b, __u32 to)
{
	add_type(b, NULL, BTF_KIND_PTR, 0, 0, to);
}

static void add_array(struct builder *b)
{
	const struct btf_array array = { .type = DEV_DAX_RANGE, .index_type = INT };

	add_type(b, NULL, BTF_KIND_ARRAY, 0, 0, 0);
	add(b, &array, sizeof(array));
}

static void add_range(struct builder *b, const char *text, __u32 bytes)
{
	add_type(b, text, BTF_KIND_STRUCT, 2, 0, bytes);
	add_member_of(b, "start", LONG, 0);
	add_member_of(b, "end", LONG, bytes / 2 * 8);
}

static void add_dev_dax(struct builder *b, const struct change *change)
{
	add_type(b, "dev_dax", BTF_KIND_STRUCT, 5, 1, 200);
	add_unless(b, change, "dev_dax", "target_node", INT, 8);
	add_unless(b, change, "dev_dax", "dev", DEVICE, 16);
	add_unless(b, change, "dev_dax", "nr_range", INT, 120);
	add_unless(b, change, "dev_dax", "ranges", POINTER, 128);
	add_unless(b, change, "dev_dax", "memmap_on_memory", BOOL, 136);
	add_type(b, "dev_dax_range", BTF_KIND_STRUCT, 1, 0, 64);
	add_unless(b, change, "dev_dax_range", "range", RANGE, 8);
}

static void add_driver(struct builder *b, const struct change *change)
{
	add_type(b, "dax_driver_type", BTF_KIND_ENUM, 1, 0, 4);
	add_enumerator(b, "DAXDRV_KMEM_TYPE", 0);
	add_type(b, "dax_device_driver", BTF_KIND_STRUCT, 4, 0, 160);
	add_unless(b, change, "dax_device_driver", "drv", DRIVER, 0);
	add_unless(b, change, "dax_device_driver", "type", DRIVER_TYPE, 128);
	add_unless(b, change, "dax_device_driver", "probe", PROBE, 136);
	add_unless(b, change, "dax_device_driver", "remove", REMOVE, 144);
	add_type(b, "driver_private", BTF_KIND_STRUCT, 1, 0, 80);
	add_unless(b, change, "driver_private", "kobj", KOBJECT, 0);
}

static void add_all(struct builder *b, const struct change *change)
{
	add_int(b, "int", 4);
	add_int(b, "_Bool", 1);
	add_int(b, "short int", 2);
	add_int(b, "long int", 8);
	add_type(b, "number", BTF_KIND_TYPEDEF, 0, 0, INT);
	add_type(b, "device", BTF_KIND_STRUCT, 0, 0, 100);
	add_type(b, "kobject", BTF_KIND_STRUCT, 0, 0, 64);
	add_type(b, "device_driver", BTF_KIND_STRUCT, 0, 0, 120);
	add_range(b, "range", 16);
	add_range(b, "wide_range", 32);
	add_dev_dax(b, change);
	add_pointer(b, DEV_DAX_RANGE);
	add_array(b);
	add_prototype(b, INT, 1);
	add_prototype(b, VOID, 1);
	add_prototype(b, INT, 2);
	add_pointer(b, PROTO_PROBE);
	add_pointer(b, PROTO_REMOVE);
	add_pointer(b, PROTO_TWO);
	add_pointer(b, DEVICE);
	add_driver(b, change);
	add_pointer(b, DEV_DAX);
}

static void write_blob(const struct change *change, const char *path)
{
	struct builder b;
	size_t length;
	unsigned char *blob;
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	begin(&b);
	add_all(&b, change);
	blob = blob_of(&b, 0, &length);
	assert_int_equal(fwrite(blob, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	free(blob);
}

/* Runs gen on a blob. Returns its exit status, with the last line of its error output in @said. */
static int run_gen(const struct change *change, char *said, int room)
{
	char path[] = "/tmp/daxplug-btf.XXXXXX", command[512];
	FILE *output;
	int status;

	close(mkstemp(path));
	write_blob(change, path);
	snprintf(command, sizeof(command), "%s %s 2>&1 >/dev/null", GEN, path);
	output = popen(command, "r");
	assert_non_null(output);
	while (fgets(said, room, output))
		;
	status = pclose(output);
	unlink(path);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void assert_accepted(struct change change)
{
	char said[512] = "";

	if (run_gen(&change, said, sizeof(said)))
		fail_msg("%s.%s as type %u is refused: %s", change.type, change.member, change.as,
			 said);
}

static void assert_refused(struct change change)
{
	char said[512] = "", wanted[64];

	snprintf(wanted, sizeof(wanted), "%s.%s", change.type, change.member);
	if (!run_gen(&change, said, sizeof(said)))
		fail_msg("%s as type %u (%u bits) is accepted", wanted, change.as, change.bits);
	if (!strstr(said, wanted))
		fail_msg("%s is not named: %s", wanted, said);
}

static void what_the_driver_knows_is_accepted(void **unused)
{
	(void)unused;
	assert_accepted((struct change){ "", "", INT, 0 });
	assert_accepted((struct change){ "dev_dax", "nr_range", NUMBER, 0 });
	/* Linux 6.1 lacks these. */
	assert_accepted((struct change){ "dev_dax", "memmap_on_memory", VOID, 0 });
	assert_accepted((struct change){ "dax_device_driver", "type", VOID, 0 });
}

static void a_member_that_is_missing_is_refused(void **unused)
{
	(void)unused;
	assert_refused((struct change){ "dev_dax", "ranges", VOID, 0 });
	assert_refused((struct change){ "dax_device_driver", "probe", VOID, 0 });
}

static void an_array_for_a_pointer_is_refused(void **unused)
{
	(void)unused;
	assert_refused((struct change){ "dev_dax", "ranges", ARRAY, 0 });
	assert_refused((struct change){ "dev_dax", "ranges", LONG, 0 });
}

static void an_integer_of_another_size_is_refused(void **unused)
{
	(void)unused;
	assert_refused((struct change){ "dev_dax", "nr_range", LONG, 0 });
	assert_refused((struct change){ "dev_dax", "nr_range", SHORT, 0 });
	assert_refused((struct change){ "dev_dax", "nr_range", POINTER, 0 });
	assert_refused((struct change){ "dev_dax", "target_node", SHORT, 0 });
	assert_refused((struct change){ "dev_dax", "memmap_on_memory", INT, 0 });
}

static void a_bit_field_is_refused_and_not_taken_for_missing(void **unused)
{
	(void)unused;
	assert_refused((struct change){ "dev_dax", "memmap_on_memory", BOOL, 1 });
	assert_refused((struct change){ "dev_dax", "nr_range", INT, 31 });
}

static void a_pointer_for_a_structure_is_refused(void **unused)
{
	(void)unused;
	assert_refused((struct change){ "dev_dax", "dev", DEVICE_POINTER, 0 });
	assert_refused((struct change){ "dax_device_driver", "drv", DEVICE_POINTER, 0 });
	assert_refused((struct change){ "dev_dax_range", "range", POINTER, 0 });
}

static void a_structure_of_another_size_is_refused(void **unused)
{
	(void)unused;
	assert_refused((struct change){ "dev_dax_range", "range", WIDE_RANGE, 0 });
}

static void a_callback_with_another_prototype_is_refused(void **unused)
{
	(void)unused;
	assert_refused((struct change){ "dax_device_driver", "probe", PROBE_TWO, 0 });
	assert_refused((struct change){ "dax_device_driver", "probe", REMOVE, 0 });
	assert_refused((struct change){ "dax_device_driver", "probe", POINTER, 0 });
	assert_refused((struct change){ "dax_device_driver", "remove", PROBE, 0 });
	assert_refused((struct change){ "dax_device_driver", "remove", PROBE_TWO, 0 });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_driver_knows_is_accepted),
		cmocka_unit_test(a_member_that_is_missing_is_refused),
		cmocka_unit_test(an_array_for_a_pointer_is_refused),
		cmocka_unit_test(an_integer_of_another_size_is_refused),
		cmocka_unit_test(a_bit_field_is_refused_and_not_taken_for_missing),
		cmocka_unit_test(a_pointer_for_a_structure_is_refused),
		cmocka_unit_test(a_structure_of_another_size_is_refused),
		cmocka_unit_test(a_callback_with_another_prototype_is_refused),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}

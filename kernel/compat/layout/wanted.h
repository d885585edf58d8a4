/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The members that the driver uses in private types of the dax core (drivers/dax/dax-private.h
 * and drivers/dax/bus.h in the kernel's source) and of the driver core (drivers/base/base.h).
 *
 * DAX_LAYOUT(ENTRY) calls ENTRY(kind, need, type, name, as, bytes) for each:
 *   kind   size: of structure `type`; member: offset of `name`; value: of enumerator `name`
 *   need   always; or maybe: some kernels lack it, then the value is BTF_NOT_FOUND
 *   as     the type of a member as btf_member_type() writes it
 *   bytes  the size of a member that is an integer or a structure, 0 if the header
 *          packages know it
 */
#ifndef DAXPLUG_LAYOUT_WANTED_H
#define DAXPLUG_LAYOUT_WANTED_H

#define DAX_LAYOUT(ENTRY)                                                                          \
	ENTRY(member, always, dev_dax, target_node, "int", 4)                                      \
	ENTRY(member, always, dev_dax, dev, "struct device", 0)                                    \
	ENTRY(member, always, dev_dax, nr_range, "int", 4)                                         \
	ENTRY(member, always, dev_dax, ranges, "struct dev_dax_range *", 0)                        \
	ENTRY(member, maybe, dev_dax, memmap_on_memory, "_Bool", 1)                                \
	ENTRY(size, always, dev_dax_range, size, "", 0)                                            \
	ENTRY(member, always, dev_dax_range, range, "struct range", 16)                            \
	ENTRY(size, always, dax_device_driver, size, "", 0)                                        \
	ENTRY(member, always, dax_device_driver, drv, "struct device_driver", 0)                   \
	ENTRY(member, maybe, dax_device_driver, type, "enum dax_driver_type", 4)                   \
	ENTRY(member, always, dax_device_driver, probe, "int (*)(struct dev_dax *)", 0)            \
	ENTRY(member, always, dax_device_driver, remove, "void (*)(struct dev_dax *)", 0)          \
	ENTRY(value, maybe, dax_driver_type, DAXDRV_KMEM_TYPE, "", 0)                              \
	ENTRY(member, always, driver_private, kobj, "struct kobject", 0)

#define DAX_LAYOUT_LOOKUP_size(view, type, name) btf_struct_size(view, #type)
#define DAX_LAYOUT_LOOKUP_member(view, type, name) btf_member_offset(view, #type, #name)
#define DAX_LAYOUT_LOOKUP_value(view, type, name) btf_enum_value(view, #type, #name)

#define DAX_LAYOUT_TYPE_size(view, type, name, as, bytes, found) BTF_MATCHES
#define DAX_LAYOUT_TYPE_member(view, type, name, as, bytes, found)                                 \
	btf_member_type(view, #type, #name, as, bytes, found)
#define DAX_LAYOUT_TYPE_value(view, type, name, as, bytes, found) BTF_MATCHES

#endif /* DAXPLUG_LAYOUT_WANTED_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver must know of the dax core's private types
 * (drivers/dax/dax-private.h and drivers/dax/bus.h in the kernel's source), and
 * of the driver core's (drivers/base/base.h).
 *
 * DAX_LAYOUT(ENTRY) calls ENTRY(kind, need, type, name) for each:
 *   kind  size: of structure `type`; member: offset of `name`; value: of enumerator `name`
 *   need  always, or maybe: kernels without it exist, its value is then BTF_NOT_FOUND
 */
#ifndef DAXPLUG_LAYOUT_WANTED_H
#define DAXPLUG_LAYOUT_WANTED_H

#define DAX_LAYOUT(ENTRY)                                                                          \
	ENTRY(member, always, dev_dax, target_node)                                                \
	ENTRY(member, always, dev_dax, dev)                                                        \
	ENTRY(member, always, dev_dax, nr_range)                                                   \
	ENTRY(member, always, dev_dax, ranges)                                                     \
	ENTRY(member, maybe, dev_dax, memmap_on_memory)                                            \
	ENTRY(size, always, dev_dax_range, size)                                                   \
	ENTRY(member, always, dev_dax_range, range)                                                \
	ENTRY(size, always, dax_device_driver, size)                                               \
	ENTRY(member, always, dax_device_driver, drv)                                              \
	ENTRY(member, maybe, dax_device_driver, type)                                              \
	ENTRY(member, always, dax_device_driver, probe)                                            \
	ENTRY(member, always, dax_device_driver, remove)                                           \
	ENTRY(value, maybe, dax_driver_type, DAXDRV_KMEM_TYPE)                                     \
	ENTRY(member, always, driver_private, kobj)

#define DAX_LAYOUT_LOOKUP_size(view, type, name) btf_struct_size(view, #type)
#define DAX_LAYOUT_LOOKUP_member(view, type, name) btf_member_offset(view, #type, #name)
#define DAX_LAYOUT_LOOKUP_value(view, type, name) btf_enum_value(view, #type, #name)

#endif /* DAXPLUG_LAYOUT_WANTED_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between the headers of kernels; layout/wanted.h has those of private types. To
 * find out whether a kernel has a function, probe.sh compiles a line that uses it. Version checks
 * would be wrong, because distributions backport.
 */
#ifndef DAXPLUG_COMPAT_H
#define DAXPLUG_COMPAT_H

#include <linux/device.h>
#include <linux/fs_struct.h>
#include <linux/list.h>
#include <linux/memory-tiers.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>

#include "compat_probes.h"

/* A pointer to a bus, which is const since 6.3. */
#define kmem_bus_ptr typeof(((struct device *)NULL)->bus)

/*
 * MEM_PREPARE_ONLINE (6.8 to 7.1) is sent before the block is moved into a zone, so a refusal
 * there is cheap. Other kernels send MEM_GOING_ONLINE first.
 */
#ifdef HAVE_MEM_PREPARE_ONLINE
#define KMEM_IS_PREPARE_ONLINE(event) ((event) == MEM_PREPARE_ONLINE)
#else
#define KMEM_IS_PREPARE_ONLINE(event) false
#endif

/* Since 6.10 __assign_str() takes the source of a string from __string(). */
#ifdef HAVE_ONE_ARGUMENT_ASSIGN_STR
#define kmem_assign_str(field, source) __assign_str(field)
#else
#define kmem_assign_str(field, source) __assign_str(field, source)
#endif

/*
 * Since 7.3 a kernel thread can open a file by its path only with init's view of the file system.
 */
#ifndef HAVE_SCOPED_WITH_INIT_FS
#define scoped_with_init_fs()
#endif

/* put_memory_type() was destroy_memory_type() before 6.7. */
#ifndef HAVE_PUT_MEMORY_TYPE
#define put_memory_type(type) destroy_memory_type(type)
#endif

/* Before 6.7 the default is the only distance. */
#ifndef HAVE_MT_CALC_ADISTANCE
static inline int mt_calc_adistance(int node, int *distance)
{
	return 0;
}
#endif

/* Before 6.10 a driver keeps the list of its memory types itself (compat.c). */
#ifndef HAVE_MT_FIND_ALLOC_MEMORY_TYPE
struct memory_dev_type *mt_find_alloc_memory_type(int distance, struct list_head *types);
void mt_put_memory_types(struct list_head *types);
#endif

/*
 * Page structs go to a device's own memory only if memory_hotplug.memmap_on_memory is set,
 * although every CXL device asks for that. Before 6.8 no device can.
 */
static inline bool kmem_supports_memmap_on_memory(void)
{
#ifdef HAVE_MHP_SUPPORTS_MEMMAP_ON_MEMORY
	return mhp_supports_memmap_on_memory();
#else
	return false;
#endif
}

/* Before 6.17 page->mapping marks such a page. */
static inline bool kmem_page_has_movable_ops(struct page *page)
{
#ifdef HAVE_PAGE_HAS_MOVABLE_OPS
	return page_has_movable_ops(page);
#else
	return __PageMovable(page);
#endif
}

/* Before 6.15 nothing tells such a page from the kernel's other pages. */
static inline bool kmem_page_is_large_kmalloc(struct page *page)
{
#ifdef HAVE_PAGE_LARGE_KMALLOC
	return PageLargeKmalloc(page);
#else
	return false;
#endif
}

#endif /* DAXPLUG_COMPAT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAXPLUG_DIAGNOSIS_H
#define DAXPLUG_DIAGNOSIS_H

struct kmem_failure;
struct kmem_region;

void kmem_diagnose(struct kmem_region *region, struct kmem_failure *failure);

#endif /* DAXPLUG_DIAGNOSIS_H */

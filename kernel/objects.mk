# SPDX-License-Identifier: GPL-2.0-only
# The objects of the driver, for builds inside and outside a kernel tree.

# The objects that use no other part of the kernel.
core := core/defaults.o core/order.o core/reason.o core/record.o core/spans.o core/state.o core/step.o \
	core/text.o

kmem-y := main.o \
	  user/device_attrs.o user/orphan_dirs.o \
	  owner/bind.o owner/orphans.o owner/takeover.o owner/transition.o owner/power.o \
	  owner/policy.o owner/identity.o owner/kmem_dev.o owner/dax_device.o \
	  drive/worker.o drive/report.o drive/drive.o drive/offline.o drive/switch.o drive/slice.o \
	  drive/job.o drive/diagnosis.o drive/lifecycle.o drive/trace.o \
	  block/range.o block/gate.o block/unmovable.o block/memtier.o block/log.o \
	  block/hugepages.o \
	  memblk/memblk.o \
	  compat/attribute.o compat/setting.o \
	  $(core)
kmem-$(CONFIG_MEMORY_FAILURE) += user/faulty_pages.o block/poison.o

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The result of kernel/compat/probe.sh for the kernel of linux/device.h. */
#define HAVE_CONST_DEVICE_ATTRIBUTE

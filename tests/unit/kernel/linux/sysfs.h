/* SPDX-License-Identifier: GPL-2.0-or-later */
/* linux/device.h has it all. */

/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of the driver, each a call of a function of the core, and which of them fail. */
#ifndef FAULT_STEPS_H
#define FAULT_STEPS_H

#include <linux/types.h>

int fault_in_step(const char *word, u64 address);

int fault_steps_init(void);
void fault_steps_exit(void);

#endif /* FAULT_STEPS_H */

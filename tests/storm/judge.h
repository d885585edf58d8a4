/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_JUDGE_H
#define STORM_JUDGE_H

#include "step.h"

/*
 * judge() - whether a step ended in a way that docs/abi.md allows: the errno, and what it
 * did to the blocks. Returns NULL, or what is wrong, valid until the next call.
 */
const char *judge(const struct step *step);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORM_JUDGE_H
#define STORM_JUDGE_H

#include "step.h"

/*
 * judge() - check that docs/abi.md allows the result of a step: the errno, and the state of the
 * blocks. Returns NULL, or the violation, valid until the next call.
 */
const char *judge(const struct step *step);

#endif

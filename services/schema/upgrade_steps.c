// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/upgrade_steps.h"

#include "base/cleanup.h"

const struct upgrade_step upgrade_steps[] = {
	{"2026-11-23", "2026-11-24", upgrade_to_2026_11_24, 0},
	{"2026-11-24", "2026-11-28", NULL, 3},
};
const size_t upgrade_n_steps = ARRAY_SIZE(upgrade_steps);

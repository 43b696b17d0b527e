// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps of the release before this one (test_versions.py). */
#include "base/cleanup.h"
#include "schema/upgrade_steps.h"

const struct upgrade_step upgrade_steps[] = {
	{"2026-11-23", "2026-11-24", upgrade_to_2026_11_24, 0},
};
const size_t upgrade_n_steps = ARRAY_SIZE(upgrade_steps);

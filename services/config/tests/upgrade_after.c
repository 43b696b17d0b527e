// SPDX-License-Identifier: GPL-2.0-or-later
/* The next release's steps: its model only adds a leaf, of feature level 4 (test_versions.py). */
#include "base/cleanup.h"
#include "schema/upgrade_steps.h"

const struct upgrade_step upgrade_steps[] = {
	{"2026-11-23", "2026-11-24", upgrade_to_2026_11_24, 0},
	{"2026-11-24", "2026-11-28", NULL, 3},
	{"2026-11-28", "2099-01-01", NULL, 4},
};
const size_t upgrade_n_steps = ARRAY_SIZE(upgrade_steps);

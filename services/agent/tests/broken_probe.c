// SPDX-License-Identifier: GPL-2.0-or-later
/* A router that is alone of two takes the group without hearing that the other one answers. */
#include "agent/tests/sim.h"

bool sim_probe_hears(void)
{
	return false;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/tests/sim.h"

bool sim_probe_hears(void)
{
	return true;
}

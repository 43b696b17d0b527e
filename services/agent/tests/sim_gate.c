// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/tests/sim.h"

bool sim_gate_passes(const struct gate_lease *lease, uint64_t now)
{
	return gate_lease_runs(lease, now);
}

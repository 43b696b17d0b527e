// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/watchdog.h"

enum watchdog_verdict watchdog_judge(struct watchdog_state *state,
				     const struct watchdog_sight *sight, uint64_t timeout,
				     uint64_t now)
{
	bool turning = sight->runs && now - sight->turn <= timeout;

	if (!sight->turn) {
		*state = (struct watchdog_state){0};
		return WATCHDOG_PET;
	}
	if (!turning)
		state->turning_since = 0;
	else if (!state->turning_since)
		state->turning_since = now;
	if (turning && now - state->turning_since >= WATCHDOG_WELL_NS)
		state->last_well = now;
	if (!state->last_well)
		return WATCHDOG_PET;
	if (sight->runs && !turning)
		return WATCHDOG_HUNG;
	if (now - state->last_well <= WATCHDOG_ABSENT_NS)
		return WATCHDOG_PET;
	return sight->runs ? WATCHDOG_CRASHING : WATCHDOG_GONE;
}

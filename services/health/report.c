// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/report.h"

bool report_due(const struct targets *targets, const struct subscriber *subscriber)
{
	enum engine_health verdict = targets->probes[subscriber->probe].check.verdict;

	return verdict != ENGINE_HEALTH_UNKNOWN && verdict != subscriber->reported;
}

void report_refresh(struct targets *targets, size_t *cursor)
{
	size_t share = (targets->n_subscribers + REPORT_ROUND - 1) / REPORT_ROUND;

	for (size_t i = 0; i < share; i++) {
		if (*cursor >= targets->n_subscribers)
			*cursor = 0;
		targets->subscribers[(*cursor)++].reported = ENGINE_HEALTH_UNKNOWN;
	}
}

void report_forget(struct targets *targets)
{
	for (size_t i = 0; i < targets->n_subscribers; i++)
		targets->subscribers[i].reported = ENGINE_HEALTH_UNKNOWN;
}

uint64_t report_backoff(uint64_t *wait)
{
	if (*wait == 0)
		*wait = RECONNECT_FIRST_NS;
	else
		*wait = *wait < RECONNECT_MAX_NS / 2 ? 2 * *wait : RECONNECT_MAX_NS;
	return *wait;
}

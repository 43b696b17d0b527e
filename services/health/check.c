// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/check.h"

#include "base/clock_io.h"

static uint64_t nanoseconds(uint32_t milliseconds)
{
	return milliseconds * NSEC_PER_MSEC;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void check_init(struct check *check, const struct check_rules *rules, uint32_t index,
		uint32_t count, uint64_t now)
{
	uint64_t spread = smaller(nanoseconds(rules->interval), CHECK_SPREAD_NS);

	*check = (struct check){.rules = *rules, .next = now};
	if (count > 0)
		check->next += spread * index / count;
}

uint64_t check_due(const struct check *check)
{
	return check->running ? check->started + nanoseconds(check->rules.timeout) : check->next;
}

void check_start(struct check *check, uint64_t now)
{
	check->running = true;
	check->started = now;
}

/* Intervals run from start to start; a start that was missed is not made up for. */
static void schedule(struct check *check, bool good, uint64_t now)
{
	uint64_t interval = nanoseconds(check->rules.interval);

	check->next = check->started + interval;
	if (check->verdict == ENGINE_HEALTH_UNKNOWN && !good)
		check->next = smaller(check->next, now + CHECK_RETRY_NS);
	if (check->next < now)
		check->next = now;
}

bool check_end(struct check *check, bool good, uint64_t now)
{
	enum engine_health seen = good ? ENGINE_HEALTH_UP : ENGINE_HEALTH_DOWN;
	uint8_t enough = good ? check->rules.rise : check->rules.fall;
	bool changed = false;

	/* Without a verdict only failures are counted. */
	if (check->verdict == ENGINE_HEALTH_UNKNOWN && good)
		enough = 1;
	check->running = false;
	if (seen == check->verdict) {
		check->row = 0;
	} else if (++check->row >= enough) {
		check->verdict = seen;
		check->row = 0;
		changed = true;
	}
	schedule(check, good, now);
	return changed;
}

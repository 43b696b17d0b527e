// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/explain_time.h"

#include <stdio.h>
#include <time.h>

#include "base/clock_io.h"

#define DAY_S 86400

static int64_t wall_ms(const struct explain_clock *clock, uint64_t at)
{
	int64_t ms = ((int64_t)at + clock->wall) / (int64_t)NSEC_PER_MSEC;

	return ms < 0 ? 0 : ms;
}

static const char *format(const struct explain_clock *clock, uint64_t at, bool tenths, char *buf,
			  size_t size)
{
	int64_t ms = wall_ms(clock, at);
	time_t seconds = (time_t)(ms / 1000);
	bool today = seconds / DAY_S == wall_ms(clock, clock->now) / 1000 / DAY_S;
	struct tm tm = {0};
	char day[32] = "", tenth[4] = "";

	gmtime_r(&seconds, &tm); /* the zone is in the clock */
	if (!today)
		snprintf(day, sizeof(day), "%04d-%02d-%02d ", (int16_t)(tm.tm_year + 1900),
			 tm.tm_mon + 1, tm.tm_mday);
	if (tenths)
		snprintf(tenth, sizeof(tenth), ".%d", (int)(ms % 1000 / 100) % 10);
	snprintf(buf, size, "%s%02d:%02d:%02d%s", day, tm.tm_hour, tm.tm_min, tm.tm_sec, tenth);
	return buf;
}

const char *explain_moment(const struct explain_clock *clock, uint64_t at, char *buf, size_t size)
{
	return format(clock, at, false, buf, size);
}

const char *explain_instant(const struct explain_clock *clock, uint64_t at, char *buf, size_t size)
{
	return format(clock, at, true, buf, size);
}

const char *explain_span(uint64_t ns, char *buf, size_t size)
{
	unsigned long long ms = ns / NSEC_PER_MSEC;

	if (ms < 1000)
		snprintf(buf, size, "%llu ms", ms);
	else if (ms < 120000)
		snprintf(buf, size, "%llu s", ms / 1000);
	else if (ms < 7200000)
		snprintf(buf, size, "%llu min", ms / 60000);
	else
		snprintf(buf, size, "%llu h", ms / 3600000);
	return buf;
}

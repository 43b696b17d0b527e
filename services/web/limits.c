// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/limits.h"

#include "base/clock_io.h"

#define COST 1000 /* of a connection, in thousandths */

static void fill(struct limits_bucket *bucket, uint32_t rate, uint64_t now)
{
	const uint64_t full = (uint64_t)rate * COST;
	uint64_t passed = now - bucket->at, gained;

	gained = passed >= NSEC_PER_SEC ? full : passed * rate / (NSEC_PER_SEC / COST);
	/* What is less than a thousandth is kept as time. */
	if (gained == 0)
		return;
	gained += bucket->tokens;
	bucket->tokens = (uint32_t)(gained < full ? gained : full);
	bucket->at = now;
}

static void start(struct limits_bucket *bucket, uint32_t address, uint32_t rate, uint64_t now)
{
	*bucket = (struct limits_bucket){.address = address, .tokens = rate * COST, .at = now};
}

/* The bucket of the address; a new one takes the place of the one that was used longest ago. */
static struct limits_bucket *find(struct limits *limits, uint32_t address, uint64_t now)
{
	struct limits_bucket *oldest = &limits->of_address[0];

	for (size_t i = 0; i < LIMITS_ADDRESSES; i++) {
		struct limits_bucket *bucket = &limits->of_address[i];

		if (bucket->at && bucket->address == address)
			return bucket;
		if (bucket->at < oldest->at)
			oldest = bucket;
	}
	start(oldest, address, LIMITS_RATE_OF_ADDRESS, now);
	return oldest;
}

static bool take(struct limits_bucket *bucket)
{
	if (bucket->tokens < COST)
		return false;
	bucket->tokens -= COST;
	return true;
}

bool limits_admit(struct limits *limits, uint32_t address, uint64_t now)
{
	struct limits_bucket *bucket = find(limits, address, now);
	bool quiet;

	if (!limits->all.at) {
		start(&limits->all, 0, LIMITS_RATE, now);
		start(&limits->quiet, 0, LIMITS_RATE_OF_QUIET, now);
	}
	fill(bucket, LIMITS_RATE_OF_ADDRESS, now);
	fill(&limits->all, LIMITS_RATE, now);
	fill(&limits->quiet, LIMITS_RATE_OF_QUIET, now);
	quiet = bucket->tokens == LIMITS_RATE_OF_ADDRESS * COST;
	return take(bucket) && (take(&limits->all) || (quiet && take(&limits->quiet)));
}

uint64_t limits_due(enum phase phase, uint64_t now)
{
	static const unsigned int seconds[] = {
		[PHASE_FIRST] = 10,  [PHASE_BODY] = 30, [PHASE_WORK] = 0,
		[PHASE_ANSWER] = 60, [PHASE_IDLE] = 60, [PHASE_STREAM] = 0,
	};

	return seconds[phase] ? now + seconds[phase] * NSEC_PER_SEC : UINT64_MAX;
}

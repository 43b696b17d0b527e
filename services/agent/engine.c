// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/engine.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "proto/turn.h"

/* After the last turn; one that is started again turns within a second or two. */
#define GONE_NS ((ENGINE_TURN_S + 7) * NSEC_PER_SEC)
/* It may be at work on many services. */
#define STUCK_NS (4 * ENGINE_TURN_S * NSEC_PER_SEC)

static const char *trouble_text(uint64_t word)
{
	static const char *const texts[] = {
		[ENGINE_TROUBLE_CONFIGURATION] = "configuration",
		[ENGINE_TROUBLE_FIREWALL] = "firewall",
		[ENGINE_TROUBLE_FORWARDING] = "forwarding",
		[ENGINE_TROUBLE_SERVICES] = "services",
	};

	return word < ARRAY_SIZE(texts) ? texts[word] : "all of it";
}

enum agent_wire_health engine_health(const struct engine_sight *sight, uint64_t started,
				     uint64_t now, char ret_object[AGENT_WIRE_OBJECT_MAX])
{
	uint64_t last = sight->turn ? sight->turn : started;

	ret_object[0] = '\0';
	if (now > last && now - last > (sight->runs ? STUCK_NS : GONE_NS))
		return AGENT_HEALTH_NO_ENGINE;
	if (!sight->turn || ENGINE_WORD_TROUBLE(sight->word) == ENGINE_TROUBLE_NONE)
		return AGENT_HEALTH_FIT;
	snprintf(ret_object, AGENT_WIRE_OBJECT_MAX, "%s",
		 trouble_text(ENGINE_WORD_TROUBLE(sight->word)));
	return AGENT_HEALTH_ENGINE_FAILED;
}

bool engine_synchronised(const struct engine_sight *sight, uint64_t now)
{
	return sight->runs && (sight->word & ENGINE_WORD_SYNCHRONISED) && now >= sight->turn &&
	       now - sight->turn <= GONE_NS;
}

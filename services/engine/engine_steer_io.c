// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>

#include "base/cleanup.h"
#include "engine/engine.h"
#include "engine/engine_steer.h"

/* Of a service of that name, most often at the same place; NULL: there was none. */
static const struct steer_verdict *former(const struct engine *engine, const char *name,
					  size_t place)
{
	const struct config *config = engine->config;

	if (!config)
		return NULL;
	if (place < config->n_services && strcmp(config->services[place].name, name) == 0)
		return &engine->verdicts[place];
	for (size_t i = 0; i < config->n_services; i++) {
		if (strcmp(config->services[i].name, name) == 0)
			return &engine->verdicts[i];
	}
	return NULL;
}

struct steer_verdict *engine_steer_carry(const struct engine *engine, const struct config *config)
{
	struct steer_verdict *verdicts = calloc(config->n_services + 1, sizeof(*verdicts));

	for (size_t i = 0; verdicts && i < config->n_services; i++) {
		const struct steer_verdict *before = former(engine, config->services[i].name, i);

		if (before)
			verdicts[i] = *before;
		else
			strcpy(verdicts[i].reason, "not decided yet");
	}
	return verdicts;
}

int engine_steer(struct engine *engine, const struct steer_facts *facts)
{
	const struct config *config = engine->config;
	_cleanup_free_ struct steer_verdict *verdicts =
		calloc(config->n_services + 1, sizeof(*verdicts));
	int r = verdicts ? steer_make(config, engine->node, facts, verdicts) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < config->n_services; i++) {
		if (verdicts[i].xdp != engine->verdicts[i].xdp ||
		    strcmp(verdicts[i].reason, engine->verdicts[i].reason) != 0)
			qb_log(LOG_NOTICE, "%s: %s: %s", config->services[i].name,
			       verdicts[i].xdp ? "xdp" : "ipvs", verdicts[i].reason);
		engine->verdicts[i] = verdicts[i];
	}
	return r;
}

bool engine_is_steered(const struct engine *engine)
{
	for (size_t i = 0; i < engine->config->n_services; i++) {
		if (!engine->verdicts[i].xdp)
			return false;
	}
	return true;
}

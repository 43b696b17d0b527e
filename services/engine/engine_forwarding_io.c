// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/engine_forwarding.h"

#include "engine/forwarding_io.h"

static int judge(struct engine *engine)
{
	struct steer_facts facts = forwarding_facts(engine->forwarding, engine->node);

	return engine_steer(engine, &facts);
}

int engine_forwarding_configure(struct engine *engine)
{
	struct forwarding *f = engine->forwarding;

	forwarding_configure(f, engine->config, engine->node);
	engine->datapath = f->open ? &f->statistics : NULL;
	engine->sync = f->open && f->sync.sync.n_peers > 0 ? &f->sync : NULL;
	return judge(engine);
}

void engine_forwarding_look(struct engine *engine)
{
	forwarding_look(engine->forwarding);
}

void engine_forwarding_apply(struct engine *engine, uint64_t now)
{
	struct forwarding_input input = {
		.config = engine->config,
		.marks = engine->marks,
		.health = engine->health,
		.verdicts = engine->verdicts,
		/* IPVS is open: it was compared with this. */
		.wanted = engine->ipvs ? &engine->services : NULL,
	};

	if (engine->node->role != CONFIG_ROLE_ROUTER)
		return;
	if (forwarding_ports_changed(engine->forwarding))
		judge(engine);
	/* A service that has found no room is IPVS's alone, and gives back what it has got. */
	if (forwarding_apply(engine->forwarding, &input, now) > 0 && judge(engine) == 0)
		forwarding_apply(engine->forwarding, &input, now);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/health_io.h"

#include <stdio.h>
#include <string.h>

#include "base/clock_io.h"
#include "proto/turn.h"

int health_io_open(struct health_io *io, const char *engine, uint64_t now)
{
	char poke[sizeof(io->poke.to.sun_path) + 1];

	*io = (struct health_io){
		.engine = {.fd = -1}, .poke = {.fd = -1}, .reach = {.fd = -1}, .started = now};
	if (!engine[0])
		return 0;
	snprintf(poke, sizeof(poke), "%s" ENGINE_POKE_SUFFIX, engine);
	/* Without it the engine finds out by itself, later. */
	poke_io_open(&io->poke, poke);
	return turn_io_await(&io->engine, engine);
}

void health_io_close(struct health_io *io)
{
	turn_io_close(&io->engine);
	poke_io_close(&io->poke);
	reach_io_close(&io->reach);
}

static bool look_at_engine(struct health_io *io, uint64_t now)
{
	char object[AGENT_WIRE_OBJECT_MAX];
	struct engine_sight sight;
	struct turn_page page;
	enum agent_wire_health code;
	bool same;

	if (!io->engine.page)
		return false;
	page = turn_io_get(&io->engine, &sight.runs);
	sight.turn = page.turn;
	sight.word = page.word;
	io->synchronised = engine_synchronised(&sight, now);
	code = engine_health(&sight, io->started, now, object);
	same = code == io->engine_code && strcmp(object, io->engine_object) == 0;
	io->engine_code = code;
	memcpy(io->engine_object, object, sizeof(object));
	return !same;
}

bool health_io_look(struct health_io *io, const struct port_state *ports, size_t n_ports,
		    uint64_t now)
{
	bool changed;

	if (now < io->next)
		return false;
	io->next = now + NSEC_PER_SEC;
	changed = look_at_engine(io, now);
	return reach_io_turn(&io->reach, ports, n_ports) || changed;
}

enum agent_wire_health health_io_of(const struct health_io *io, const struct port_state *ports,
				    size_t n_ports, const struct config_group *group,
				    char ret_object[AGENT_WIRE_OBJECT_MAX])
{
	enum agent_wire_health code = ports_health(ports, n_ports, group, ret_object);

	if (code != AGENT_HEALTH_FIT)
		return code;
	if (io->engine_code == AGENT_HEALTH_FIT)
		return reach_health(io->reach.list, io->reach.n, group, ret_object);
	memcpy(ret_object, io->engine_object, sizeof(io->engine_object));
	return io->engine_code;
}

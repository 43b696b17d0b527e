// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/steer.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/forward_lease.h"
#include "engine/steer_shared.h"
#include "schema/datapath.h"

struct needed {
	const char *names[CONFIG_PORTS_MAX];
	size_t n;
};

/* Where a port's frames really pass: a VLAN's below it. */
static const char *carrier(const struct config_node *node, const char *name)
{
	const struct config_port *port = config_port_by_name(node, name);

	for (size_t i = 0; port && port->kind == CONFIG_PORT_VLAN && i < CONFIG_PORTS_MAX; i++) {
		name = port->parent;
		port = config_port_by_name(node, name);
	}
	return name;
}

static void need(const struct config_node *node, const char *name, struct needed *needed)
{
	name = carrier(node, name);
	for (size_t i = 0; i < needed->n; i++) {
		if (strcmp(needed->names[i], name) == 0)
			return;
	}
	if (needed->n < CONFIG_PORTS_MAX)
		needed->names[needed->n++] = name;
}

/* Beside where clients come in, where real servers are; those of a tunnel are anywhere. */
static void need_reals(const struct config_node *node, const struct config_service *service,
		       struct needed *needed)
{
	for (size_t i = 0; service->method != CONFIG_METHOD_TUNNEL && i < service->n_reals; i++) {
		struct config_inet inet = config_real_inet(&service->reals[i]);
		const struct config_port *port = config_port_by_inet(node, &inet);

		if (port)
			need(node, port->name, needed);
	}
}

static const struct steer_port *fact_of(const struct steer_facts *facts, const char *name)
{
	static const struct steer_port unknown = {.why = "not attached"};

	for (size_t i = 0; i < facts->n_ports; i++) {
		if (strcmp(facts->ports[i].name, name) == 0)
			return &facts->ports[i];
	}
	return &unknown;
}

static void look_at_ports(const struct steer_facts *facts, const struct needed *needed,
			  struct text *why)
{
	for (size_t i = 0; i < needed->n; i++) {
		const struct steer_port *port = fact_of(facts, needed->names[i]);

		if (port->mode != STEER_NONE)
			continue;
		text_add(why, "%s has no XDP", needed->names[i]);
		text_add(why, ": %s", port->why);
		return;
	}
}

/* "native XDP on eth0 and eth1". Whether there is any. */
static bool add_mode(const struct steer_facts *facts, const struct needed *needed,
		     enum steer_mode mode, const char *before, struct text *reason)
{
	bool any = false;

	for (size_t i = 0; i < needed->n; i++) {
		if (fact_of(facts, needed->names[i])->mode != mode)
			continue;
		text_add(reason, "%s%s", any ? " and " : before, needed->names[i]);
		any = true;
	}
	return any;
}

/* Each reason why a port is not native, once. */
static void add_whys(const struct steer_facts *facts, const struct needed *needed,
		     struct text *reason)
{
	const char *before = ": ";

	for (size_t i = 0; i < needed->n; i++) {
		const struct steer_port *port = fact_of(facts, needed->names[i]);
		bool said = port->mode != STEER_GENERIC;

		for (size_t j = 0; j < i && !said; j++) {
			const struct steer_port *other = fact_of(facts, needed->names[j]);

			said = other->mode == STEER_GENERIC && strcmp(other->why, port->why) == 0;
		}
		if (said)
			continue;
		text_add(reason, "%s%s", before, port->why);
		before = "; ";
	}
}

static void say_modes(const struct steer_facts *facts, const struct needed *needed,
		      struct text *reason)
{
	bool native = add_mode(facts, needed, STEER_NATIVE, "native XDP on ", reason);

	if (add_mode(facts, needed, STEER_GENERIC, native ? ", generic on " : "generic XDP on ",
		     reason))
		add_whys(facts, needed, reason);
}

static void judge(const struct config *config, const struct config_node *node,
		  const struct steer_facts *facts, size_t index, struct steer_verdict *verdict)
{
	const struct config_service *service = &config->services[index];
	struct text reason = TEXT_ON(verdict->reason);
	const char *clients = forward_port(config, service);
	struct needed needed = {0};

	verdict->xdp = false;
	datapath_obstacle(service, &reason);
	if (reason.used == 0 && facts->broken)
		text_add(&reason, "XDP cannot be used: %s", facts->broken);
	if (reason.used == 0 && !clients)
		text_add(&reason, "its address is in no group");
	if (reason.used == 0 && clients) {
		need(node, clients, &needed);
		need_reals(node, service, &needed);
	}
	if (reason.used == 0)
		look_at_ports(facts, &needed, &reason);
	if (reason.used == 0 && facts->refused && facts->refused[index])
		text_add(&reason, "XDP cannot take it: %s", facts->refused[index]);
	if (reason.used > 0)
		return;
	verdict->xdp = true;
	say_modes(facts, &needed, &reason);
}

/* Under NAT, a real server on the port that the service's address is on; NULL: there is none. */
static const struct config_real *real_near_clients(const struct config *config,
						   const struct config_node *node,
						   const struct config_service *service)
{
	const char *clients = forward_port(config, service);

	if (service->method != CONFIG_METHOD_NAT || !clients)
		return NULL;
	for (size_t i = 0; i < service->n_reals; i++) {
		struct config_inet inet = config_real_inet(&service->reals[i]);
		const struct config_port *port = config_port_by_inet(node, &inet);

		if (port && strcmp(port->name, clients) == 0)
			return &service->reals[i];
	}
	return NULL;
}

/* Whom the firewall refuses (ruleset.c), where nobody can do full NAT. */
static void say_refused(const struct config *config, const struct config_node *node, size_t index,
			struct steer_verdict *verdict)
{
	const struct config_real *near = real_near_clients(config, node, &config->services[index]);
	struct text reason = {.buf = verdict->reason,
			      .size = sizeof(verdict->reason),
			      .used = strlen(verdict->reason)};

	if (!verdict->xdp && near)
		text_add(&reason,
			 "; clients in the network of real server %s are refused, since IPVS has "
			 "no full NAT",
			 near->name);
}

int steer_make(const struct config *config, const struct config_node *node,
	       const struct steer_facts *facts, struct steer_verdict *ret_verdicts)
{
	int r;

	for (size_t i = 0; i < config->n_services; i++)
		judge(config, node, facts, i, &ret_verdicts[i]);
	r = steer_shared(config, ret_verdicts);
	for (size_t i = 0; i < config->n_services; i++)
		say_refused(config, node, i, &ret_verdicts[i]);
	return r;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/state.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "console/api.h"

/* As much of the text as fits, without what could steer a terminal. */
static void take_text(const json_t *object, const char *key, char *buf, size_t size)
{
	const char *text = json_text_of(object, key);
	size_t length = strnlen(text, size - 1);

	for (size_t i = 0; i < length; i++)
		buf[i] = (char)(text[i] < ' ' || text[i] > '~' ? '?' : text[i]);
	buf[length] = '\0';
}

#define TAKE_TEXT(object, key, buf) take_text(object, key, buf, sizeof(buf))

/* The value of 0 to `last` whose word (proto/state_words.h) stands there, or `otherwise`. */
static uint8_t take_value(const json_t *object, const char *key, const char *(*word)(uint8_t),
			  uint8_t last, uint8_t otherwise)
{
	const char *text = json_text_of(object, key);

	for (uint8_t value = 0; value <= last; value++) {
		if (strcmp(word(value), text) == 0)
			return value;
	}
	return otherwise;
}

static uint32_t take_address(const json_t *object)
{
	uint32_t address = 0;

	(void)parse_ipv4(json_text_of(object, "address"), &address);
	return address;
}

static void take_inet(const json_t *object, struct engine_inet *inet)
{
	(void)parse_inet(json_text_of(object, "address"), &inet->family, inet->bytes);
}

static uint64_t take_count(const json_t *object, const char *key)
{
	long long number = json_number_of(object, key);

	return number > 0 ? (uint64_t)number : 0;
}

static void take_node(const json_t *member, struct agent_status *agent)
{
	struct agent_status_node *node = &agent->nodes[agent->n_nodes++];

	node->id = (uint32_t)take_count(member, "id");
	node->present = json_flag_of(member, "present");
	node->fit = json_flag_of(member, "fit");
	node->witness = strcmp(json_text_of(member, "role"), "witness") == 0;
	TAKE_TEXT(member, "name", node->name);
	TAKE_TEXT(member, "reason", node->reason);
}

static uint32_t node_id(const struct agent_status *agent, const char *name)
{
	for (uint32_t i = 0; i < agent->n_nodes; i++) {
		if (strcmp(agent->nodes[i].name, name) == 0)
			return agent->nodes[i].id;
	}
	return 0;
}

/* Members that the state does not have are none of the group's. */
static void take_reasons(const json_t *json, const struct agent_status *agent,
			 struct agent_status_group *group)
{
	const json_t *member;
	size_t i;

	json_array_foreach(json_object_get(json, "member"), i, member)
	{
		for (uint32_t k = 0; k < agent->n_nodes; k++) {
			if (strcmp(agent->nodes[k].name, json_text_of(member, "name")) == 0)
				TAKE_TEXT(member, "reason", group->reasons[k]);
		}
	}
}

static void take_group(const json_t *json, struct agent_status *agent)
{
	struct agent_status_group *group = &agent->groups[agent->n_groups++];

	TAKE_TEXT(json, "name", group->name);
	group->role = take_value(json, "role", word_role, AGENT_ROLE_UNFIT, AGENT_ROLE_STARTING);
	group->owner = node_id(agent, json_text_of(json, "owner"));
	group->epoch = take_count(json, "epoch");
	group->lease_left_ms = (int64_t)take_count(json, "lease-left");
	take_reasons(json, agent, group);
}

static int take_agent(const json_t *state, struct agent_status *agent)
{
	const json_t *members = json_object_get(state, "member"), *entry;
	const json_t *groups = json_object_get(state, "group");
	size_t i;

	if (json_array_size(members) > AGENT_NODES_MAX ||
	    json_array_size(groups) > AGENT_GROUPS_MAX)
		return -EPROTO;
	agent->quorum =
		take_value(state, "quorum", word_quorum, AGENT_QUORUM_FORCED, AGENT_QUORUM_UNKNOWN);
	agent->lease_ms = (uint32_t)take_count(json_object_get(state, "timing"), "lease");
	agent->guard_ms = (uint32_t)take_count(json_object_get(state, "timing"), "guard");
	json_array_foreach(members, i, entry)
	{
		take_node(entry, agent);
	}
	json_array_foreach(groups, i, entry)
	{
		take_group(entry, agent);
	}
	agent->node_id = node_id(agent, json_text_of(state, "node"));
	return 0;
}

static void take_real(const json_t *json, struct engine_real_status *real)
{
	TAKE_TEXT(json, "name", real->name);
	TAKE_TEXT(json, "reason", real->reason);
	take_inet(json, &real->address);
	real->port = (uint16_t)take_count(json, "port");
	real->weight = (uint16_t)take_count(json, "weight");
	real->health =
		take_value(json, "health", word_health, ENGINE_HEALTH_DOWN, ENGINE_HEALTH_UNKNOWN);
	real->admin = take_value(json, "admin-state", word_admin, ENGINE_ADMIN_DISABLED,
				 ENGINE_ADMIN_ENABLED);
	real->in_use = json_flag_of(json, "in-use");
	real->active = (uint32_t)take_count(json, "active");
	real->inactive = (uint32_t)take_count(json, "inactive");
	real->connections = take_count(json, "connections");
	real->packets_in = take_count(json, "packets-in");
	real->packets_out = take_count(json, "packets-out");
	real->bytes_in = take_count(json, "bytes-in");
	real->bytes_out = take_count(json, "bytes-out");
}

static uint8_t take_protocol(const json_t *json)
{
	static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP};

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (strcmp(format_protocol(protocols[i]), json_text_of(json, "protocol")) == 0)
			return protocols[i];
	}
	return 0;
}

static int take_service(const json_t *json, struct view_service *service)
{
	const json_t *reals = json_object_get(json, "real-server"), *entry;
	size_t i;

	TAKE_TEXT(json, "name", service->name);
	TAKE_TEXT(json, "scheduler", service->scheduler);
	TAKE_TEXT(json, "method", service->method);
	TAKE_TEXT(json, "ports", service->ports);
	TAKE_TEXT(json, "datapath-reason", service->datapath_reason);
	service->datapath = take_value(json, "datapath", word_datapath, ENGINE_DATAPATH_XDP,
				       ENGINE_DATAPATH_IPVS);
	take_inet(json, &service->address);
	service->port = (uint16_t)take_count(json, "port");
	service->protocol = take_protocol(json);
	service->applied = json_flag_of(json, "applied");
	service->reals = calloc(json_array_size(reals) + 1, sizeof(*service->reals));
	if (!service->reals)
		return -ENOMEM;
	json_array_foreach(reals, i, entry)
	{
		take_real(entry, &service->reals[service->n_reals++]);
	}
	return 0;
}

static int take_services(const json_t *state, struct view *view)
{
	const json_t *services = json_object_get(state, "service"), *entry;
	size_t i;

	view->services = calloc(json_array_size(services) + 1, sizeof(*view->services));
	if (!view->services)
		return -ENOMEM;
	json_array_foreach(services, i, entry)
	{
		int r = take_service(entry, &view->services[view->n_services++]);

		if (r < 0)
			return r;
	}
	return 0;
}

static void take_source(const json_t *json, struct health_source_status *source)
{
	const json_t *consumers = json_object_get(json, "consumer"), *entry;
	size_t i;

	TAKE_TEXT(json, "name", source->name);
	TAKE_TEXT(json, "type", source->type);
	TAKE_TEXT(json, "reason", source->reason);
	source->address = take_address(json);
	source->port = (uint16_t)take_count(json, "port");
	source->state = take_value(json, "state", word_source_state, HEALTH_SOURCE_DOWN,
				   HEALTH_SOURCE_UNKNOWN);
	source->for_ms = take_count(json, "for");
	json_array_foreach(consumers, i, entry)
	{
		const char *name = json_string_value(entry);

		if (name && source->n_consumers < HEALTH_CONSUMERS_MAX &&
		    copy_text(source->consumers[source->n_consumers], HEALTH_NAME_MAX, name) == 0)
			source->n_consumers++;
	}
}

static int take_sources(const json_t *state, struct view *view)
{
	const json_t *sources = json_object_get(state, "data-source"), *entry;
	size_t i;

	view->sources = calloc(json_array_size(sources) + 1, sizeof(*view->sources));
	if (!view->sources)
		return -ENOMEM;
	json_array_foreach(sources, i, entry)
	{
		take_source(entry, &view->sources[view->n_sources++]);
	}
	return 0;
}

/* The daemon's error, by the words that the API has for it; 0: it has answered. */
static int error_of(const json_t *state, const char *daemon)
{
	static const int errors[] = {-ECONNREFUSED, -EACCES, -EPROTO, -ETIMEDOUT};
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(state, "unavailable"), i, part)
	{
		if (strcmp(json_text_of(part, "part"), daemon) != 0)
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(errors); k++) {
			char words[128];
			struct text text = TEXT_ON(words);

			word_no_answer(daemon, errors[k], &text);
			if (strcmp(json_text_of(part, "reason"), words) == 0)
				return errors[k];
		}
		return -EIO;
	}
	return 0;
}

static void take_datapath(const json_t *json, struct view_datapath *datapath)
{
	const json_t *table;
	size_t i;

	datapath->there = json_is_object(json);
	datapath->half_open = take_count(json, "half-open");
	datapath->half_open_max = take_count(json, "half-open-max");
	datapath->memory = take_count(json, "memory");
	json_array_foreach(json_object_get(json, "table"), i, table)
	{
		datapath->flows += take_count(table, "flows");
		datapath->templates += take_count(table, "templates");
		datapath->room += take_count(table, "room");
	}
}

static void take_routers(const json_t *json, struct view *view)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(json, "router"), i, entry)
	{
		struct view_router *router = &view->routers[view->n_routers];

		if (view->n_routers == VIEW_ROUTERS_MAX)
			return;
		TAKE_TEXT(entry, "name", router->name);
		router->present = json_flag_of(entry, "present");
		router->complete = json_flag_of(entry, "complete");
		router->lag_ms = take_count(entry, "lag");
		router->missed = take_count(entry, "missed");
		view->n_routers++;
	}
}

int state_view(const json_t *state, struct view *view)
{
	int r;

	if (!json_is_object(state))
		return -EPROTO;
	TAKE_TEXT(state, "node", view->host_name);
	TAKE_TEXT(state, "version", view->version);
	view->taken_ms = take_count(state, "taken");
	take_datapath(json_object_get(state, "datapath"), &view->datapath);
	take_routers(json_object_get(state, "synchronisation"), view);
	view->agent_error = error_of(state, "agent");
	view->engine_error = error_of(state, "engine");
	view->health_error = error_of(state, "health checker");
	r = take_agent(state, &view->agent);
	if (r == 0)
		r = take_services(state, view);
	if (r == 0)
		r = take_sources(state, view);
	return r;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/json.h"

#include "base/parse.h"

static void add_string(struct text *text, const char *value)
{
	text_add(text, "\"");
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add(text, "\\%c", *value);
		else if ((unsigned char)*value < 0x20)
			text_add(text, "\\u%04x", (unsigned int)(unsigned char)*value);
		else
			text_add(text, "%c", *value);
	}
	text_add(text, "\"");
}

static void add_member(struct text *text, const char *name, const char *value)
{
	text_add(text, "\"%s\":", name);
	add_string(text, value);
}

static const char *boolean(bool value)
{
	return value ? "true" : "false";
}

static void add_nodes(const struct agent_status *agent, struct text *text)
{
	text_add(text, ",\"nodes\":[");
	for (uint32_t i = 0; i < agent->n_nodes; i++) {
		const struct agent_status_node *node = &agent->nodes[i];

		text_add(text, "%s{\"id\":%u,", i ? "," : "", node->id);
		add_member(text, "name", node->name);
		text_add(text, ",\"present\":%s,\"fit\":%s,\"witness\":%s,", boolean(node->present),
			 boolean(node->fit), boolean(node->witness));
		add_member(text, "reason", node->reason);
		text_add(text, "}");
	}
	text_add(text, "]");
}

static void add_groups(const struct agent_status *agent, struct text *text)
{
	text_add(text, ",\"groups\":[");
	for (uint32_t i = 0; i < agent->n_groups; i++) {
		const struct agent_status_group *group = &agent->groups[i];

		text_add(text, "%s{", i ? "," : "");
		add_member(text, "name", group->name);
		text_add(text, ",");
		add_member(text, "role", word_role(group->role));
		text_add(text, ",\"owner\":");
		if (group->owner)
			add_string(text, word_node(agent, group->owner));
		else
			text_add(text, "null");
		text_add(text, ",\"epoch\":%llu,\"lease_left_ms\":%lld}",
			 (unsigned long long)group->epoch, (long long)group->lease_left_ms);
	}
	text_add(text, "]");
}

static void add_error(const char *daemon, int error, struct text *text)
{
	char words[128];
	struct text sentence = TEXT_ON(words);

	word_no_answer(daemon, error, &sentence);
	text_add(text, "{");
	add_member(text, "error", words);
	text_add(text, "}");
}

static void add_agent(const struct view *view, struct text *text)
{
	const struct agent_status *agent = &view->agent;

	if (view->agent_error) {
		add_error("agent", view->agent_error, text);
		return;
	}
	text_add(text, "{\"node\":%u,", agent->node_id);
	add_member(text, "quorum", word_quorum(agent->quorum));
	text_add(text, ",\"ring\":%llu", (unsigned long long)agent->ring_seq);
	add_nodes(agent, text);
	add_groups(agent, text);
	text_add(text, "}");
}

static void add_real(const struct engine_real_status *real, struct text *text)
{
	char address[16];

	text_add(text, "{");
	add_member(text, "name", real->name);
	text_add(text, ",\"address\":\"%s\",\"port\":%u,\"weight\":%u,\"health\":\"%s\",",
		 format_ipv4(real->address, address, sizeof(address)), real->port, real->weight,
		 word_health(real->health));
	text_add(text, "\"admin_state\":\"%s\",", word_admin(real->admin));
	text_add(text, "\"in_use\":%s,\"active\":%u,\"inactive\":%u,\"connections\":%llu,",
		 boolean(real->in_use), real->active, real->inactive,
		 (unsigned long long)real->connections);
	text_add(text, "\"bytes_in\":%llu,\"bytes_out\":%llu,", (unsigned long long)real->bytes_in,
		 (unsigned long long)real->bytes_out);
	add_member(text, "reason", real->reason);
	text_add(text, "}");
}

static void add_service(const struct view_service *service, struct text *text)
{
	char address[16];

	text_add(text, "{");
	add_member(text, "name", service->name);
	text_add(text, ",\"address\":\"%s\",\"port\":%u,\"protocol\":\"%s\",",
		 format_ipv4(service->address, address, sizeof(address)), service->port,
		 format_protocol(service->protocol));
	add_member(text, "method", service->method);
	text_add(text, ",");
	add_member(text, "scheduler", service->scheduler);
	text_add(text, ",\"applied\":%s,\"reals\":[", boolean(service->applied));
	for (size_t i = 0; i < service->n_reals; i++) {
		text_add(text, "%s", i ? "," : "");
		add_real(&service->reals[i], text);
	}
	text_add(text, "]}");
}

static void add_engine(const struct view *view, struct text *text)
{
	if (view->engine_error) {
		add_error("engine", view->engine_error, text);
		return;
	}
	text_add(text, "{\"services\":[");
	for (size_t i = 0; i < view->n_services; i++) {
		text_add(text, "%s", i ? "," : "");
		add_service(&view->services[i], text);
	}
	text_add(text, "]}");
}

static void add_source(const struct health_source_status *source, struct text *text)
{
	char address[16];

	text_add(text, "{");
	add_member(text, "name", source->name);
	text_add(text, ",");
	add_member(text, "type", source->type);
	text_add(text, ",\"address\":\"%s\",\"port\":%u,\"state\":\"%s\",\"for_ms\":%llu,",
		 format_ipv4(source->address, address, sizeof(address)), source->port,
		 word_source_state(source->state), (unsigned long long)source->for_ms);
	add_member(text, "reason", source->reason);
	text_add(text, ",\"pools\":[");
	for (uint32_t i = 0; i < source->n_consumers; i++) {
		text_add(text, "%s", i ? "," : "");
		add_string(text, source->consumers[i]);
	}
	text_add(text, "]}");
}

static void add_health(const struct view *view, struct text *text)
{
	if (view->health_error) {
		add_error("health checker", view->health_error, text);
		return;
	}
	text_add(text, "{\"sources\":[");
	for (size_t i = 0; i < view->n_sources; i++) {
		text_add(text, "%s", i ? "," : "");
		add_source(&view->sources[i], text);
	}
	text_add(text, "]}");
}

void json_status(const struct view *view, struct text *text)
{
	char words[256];
	struct text why = TEXT_ON(words);

	text_add(text, "{");
	add_member(text, "host", view->host_name);
	text_add(text, ",");
	add_member(text, "version", view->version);
	text_add(text, ",\"ready\":%s,", boolean(view_ready(view, &why)));
	add_member(text, "not_ready", words);
	text_add(text, ",\"password_set\":%s,", boolean(view->password_set));
	add_member(text, "problem", view->problem);
	text_add(text, ",\"agent\":");
	add_agent(view, text);
	text_add(text, ",\"engine\":");
	add_engine(view, text);
	text_add(text, ",\"health\":");
	add_health(view, text);
	text_add(text, "}\n");
}

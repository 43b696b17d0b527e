// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/state.h"

#include <inttypes.h>
#include <string.h>

#include "api/state_datapath.h"
#include "api/state_sync.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "base/text.h"
#include "proto/state_words.h"
#include "proto/watchdog_report.h"

/* 64-bit numbers are texts (RFC 7951 section 6.1); others stand as they are. */
static void add_u64(struct buffer *b, const char *name, uint64_t value)
{
	buffer_format(b, ",\"%s\":\"%" PRIu64 "\"", name, value);
}

static void add_number(struct buffer *b, const char *name, int64_t value)
{
	buffer_format(b, ",\"%s\":%" PRId64, name, value);
}

static void add_bool(struct buffer *b, const char *name, bool value)
{
	buffer_format(b, ",\"%s\":%s", name, value ? "true" : "false");
}

static void add_text(struct buffer *b, const char *name, const char *value)
{
	buffer_format(b, ",\"%s\":", name);
	buffer_json(b, value);
}

/* A text that may be missing. */
static void add_words(struct buffer *b, const char *name, const char *value)
{
	if (value && value[0])
		add_text(b, name, value);
}

static void add_address(struct buffer *b, const char *name, uint32_t address)
{
	char text[16];

	if (address)
		add_text(b, name, format_ipv4(address, text, sizeof(text)));
}

static void add_inet(struct buffer *b, const struct engine_inet *inet)
{
	char text[INET6_ADDRSTRLEN];

	add_words(b, "address", format_inet(inet->family, inet->bytes, text));
}

/* An entry of a list begins with its key. */
static void begin_entry(struct buffer *b, bool first, const char *key, const char *value)
{
	buffer_format(b, "%s{\"%s\":", first ? "" : ",", key);
	buffer_json(b, value);
}

static void add_real(struct buffer *b, bool first, const struct engine_real_status *real)
{
	begin_entry(b, first, "name", real->name);
	add_inet(b, &real->address);
	add_number(b, "port", real->port);
	add_number(b, "weight", real->weight);
	add_text(b, "health", word_health(real->health));
	add_text(b, "admin-state", word_admin(real->admin));
	add_bool(b, "in-use", real->in_use);
	add_number(b, "active", real->active);
	add_number(b, "inactive", real->inactive);
	add_u64(b, "connections", real->connections);
	add_u64(b, "packets-in", real->packets_in);
	add_u64(b, "packets-out", real->packets_out);
	add_u64(b, "bytes-in", real->bytes_in);
	add_u64(b, "bytes-out", real->bytes_out);
	add_words(b, "reason", real->reason);
	buffer_text(b, "}");
}

void state_add_service(struct buffer *b, const struct engine_service_status *service)
{
	begin_entry(b, b->used == 0, "name", service->name);
	add_inet(b, &service->address);
	add_number(b, "port", service->port);
	add_words(b, "ports", service->ports);
	if (service->protocol)
		add_text(b, "protocol", format_protocol(service->protocol));
	add_text(b, "method", service->method);
	add_text(b, "scheduler", service->scheduler);
	add_text(b, "datapath", word_datapath(service->datapath));
	add_words(b, "datapath-reason", service->datapath_reason);
	add_bool(b, "applied", service->applied);
	buffer_text(b, ",\"real-server\":[");
	for (uint32_t i = 0; i < service->n_reals; i++)
		add_real(b, i == 0, &service->reals[i]);
	buffer_text(b, "]}");
}

void state_add_source(struct buffer *b, const struct health_source_status *source)
{
	begin_entry(b, b->used == 0, "name", source->name);
	add_text(b, "type", source->type);
	add_address(b, "address", source->address);
	add_number(b, "port", source->port);
	add_text(b, "state", word_source_state(source->state));
	add_u64(b, "for", source->for_ms);
	add_words(b, "reason", source->reason);
	buffer_text(b, ",\"consumer\":[");
	for (uint32_t i = 0; i < source->n_consumers; i++) {
		buffer_text(b, i ? "," : "");
		buffer_json(b, source->consumers[i]);
	}
	buffer_text(b, "]}");
}

static void add_members(struct buffer *b, const struct agent_status *agent)
{
	buffer_text(b, ",\"member\":[");
	for (uint32_t i = 0; i < agent->n_nodes; i++) {
		const struct agent_status_node *node = &agent->nodes[i];

		begin_entry(b, i == 0, "name", node->name);
		add_number(b, "id", node->id);
		add_text(b, "role", node->witness ? "witness" : "router");
		add_bool(b, "present", node->present);
		add_bool(b, "fit", node->fit);
		add_bool(b, "standby", node->standby);
		add_words(b, "reason", node->reason);
		buffer_text(b, "}");
	}
	buffer_text(b, "]");
}

/* The agent knows the groups by name, the configuration has their labels. */
static void add_aliases(struct buffer *b, const struct state_input *in, const char *group)
{
	bool first = true;

	buffer_text(b, ",\"alias\":[");
	for (size_t i = 0; i < in->n_groups; i++) {
		const struct config_group *g = &in->groups[i];

		for (size_t k = 0; strcmp(g->name, group) == 0 && k < g->n_aliases; k++) {
			begin_entry(b, first, "label", g->aliases[k].label);
			add_address(b, "address", g->aliases[k].address);
			buffer_text(b, "}");
			first = false;
		}
	}
	buffer_text(b, "]");
}

static void add_reasons(struct buffer *b, const struct agent_status *agent,
			const struct agent_status_group *group)
{
	buffer_text(b, ",\"member\":[");
	for (uint32_t i = 0; i < agent->n_nodes; i++) {
		begin_entry(b, i == 0, "name", agent->nodes[i].name);
		if (agent->nodes[i].present)
			add_text(b, "role", word_role(group->roles[i]));
		add_words(b, "reason", group->reasons[i]);
		buffer_text(b, "}");
	}
	buffer_text(b, "]");
}

static void add_ipv6_aliases(struct buffer *b, const struct state_input *in, const char *group)
{
	char address[INET6_ADDRSTRLEN];
	bool first = true;

	buffer_text(b, ",\"ipv6-alias\":[");
	for (size_t i = 0; i < in->n_groups; i++) {
		const struct config_group *g = &in->groups[i];

		for (size_t k = 0; strcmp(g->name, group) == 0 && k < g->n_ipv6_aliases; k++) {
			const struct config_ipv6_alias *alias = &g->ipv6_aliases[k];

			begin_entry(b, first, "address",
				    format_ipv6(&alias->address, address, sizeof(address)));
			add_text(b, "port", alias->port);
			buffer_text(b, "}");
			first = false;
		}
	}
	buffer_text(b, "]");
}

static void add_resources(struct buffer *b, const struct state_input *in, const char *group)
{
	bool first = true;

	buffer_text(b, ",\"resource\":[");
	for (size_t i = 0; i < in->n_resources; i++) {
		const struct resource_status *resource = &in->resources[i];

		if (strcmp(resource->group, group) != 0)
			continue;
		begin_entry(b, first, "name", resource->name);
		add_text(b, "agent", resource->agent);
		add_text(b, "state", word_resource_state(resource->state));
		add_u64(b, "for", resource->for_ms);
		add_words(b, "reason", resource->words);
		buffer_text(b, "}");
		first = false;
	}
	buffer_text(b, "]");
}

static void add_groups(struct buffer *b, const struct state_input *in)
{
	const struct agent_status *agent = in->agent;

	buffer_format(b, ",\"timing\":{\"lease\":%u,\"guard\":%u}", agent->lease_ms,
		      agent->guard_ms);
	buffer_text(b, ",\"group\":[");
	for (uint32_t i = 0; i < agent->n_groups; i++) {
		const struct agent_status_group *group = &agent->groups[i];
		int64_t left = group->lease_left_ms;

		begin_entry(b, i == 0, "name", group->name);
		if (group->owner)
			add_text(b, "owner", word_node(agent, group->owner));
		add_text(b, "role", word_role(group->role));
		add_u64(b, "epoch", group->epoch);
		add_number(b, "lease-left", left < 0 ? 0 : left > UINT32_MAX ? UINT32_MAX : left);
		add_reasons(b, agent, group);
		add_aliases(b, in, group->name);
		add_ipv6_aliases(b, in, group->name);
		add_resources(b, in, group->name);
		buffer_text(b, "}");
	}
	buffer_text(b, "]");
}

/* How many of the agent's times were below each power of two, in ns. */
static void add_times(struct buffer *b, bool first, const char *name, const struct histogram *h)
{
	unsigned int last = HISTOGRAM_FIRST + HISTOGRAM_OCTAVES;

	begin_entry(b, first, "name", name);
	add_u64(b, "count", histogram_count(h));
	add_u64(b, "total", h->sum);
	add_u64(b, "longest", h->max);
	buffer_text(b, ",\"bucket\":[");
	for (unsigned int power = HISTOGRAM_FIRST; power <= last; power++)
		buffer_format(b, "%s{\"below\":\"%llu\",\"count\":\"%" PRIu64 "\"}",
			      power == HISTOGRAM_FIRST ? "" : ",", 1ull << power,
			      histogram_below(h, power));
	buffer_text(b, "]}");
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int64_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void add_configuration(struct buffer *b, const json_t *status)
{
	const json_t *confirm = json_object_get(status, "to-confirm");

	buffer_format(b, ",\"configuration\":{\"revision\":%" PRId64,
		      number_of(status, "revision"));
	add_words(b, "time", text_of(status, "time"));
	add_words(b, "author", text_of(status, "author"));
	add_words(b, "comment", text_of(status, "comment"));
	add_words(b, "etag", text_of(status, "etag"));
	add_bool(b, "current", json_is_true(json_object_get(status, "current")));
	add_bool(b, "local", json_is_true(json_object_get(status, "local")));
	add_words(b, "replication", text_of(status, "why"));
	add_words(b, "summary", text_of(status, "summary"));
	if (confirm)
		buffer_format(b,
			      ",\"confirm\":{\"revision\":%" PRId64 ",\"remaining\":%" PRId64
			      ",\"reverted\":%s}",
			      number_of(confirm, "revision"), number_of(confirm, "seconds"),
			      json_is_true(json_object_get(confirm, "reverted")) ? "true"
										 : "false");
	buffer_text(b, "}");
}

static void add_revisions(struct buffer *b, const json_t *history)
{
	const json_t *list = json_object_get(history, "revisions"), *entry;
	size_t i;

	buffer_text(b, ",\"revision\":[");
	json_array_foreach(list, i, entry)
	{
		buffer_format(b, "%s{\"number\":%" PRId64, i ? "," : "",
			      number_of(entry, "revision"));
		add_words(b, "time", text_of(entry, "time"));
		add_words(b, "author", text_of(entry, "author"));
		add_words(b, "comment", text_of(entry, "comment"));
		add_words(b, "kind", text_of(entry, "kind"));
		add_words(b, "state", text_of(entry, "state"));
		add_words(b, "id", text_of(entry, "id"));
		buffer_text(b, "}");
	}
	buffer_text(b, "]");
}

static void add_watchdog(struct buffer *b, const struct state_input *in)
{
	const struct watchdog_report *report = in->watchdog;
	enum watchdog_standing standing;
	char words[160] = "";
	struct text why = TEXT_ON(words);

	standing = watchdog_standing(in->watchdog, in->watchdog_size, in->now, &why);
	buffer_format(b, ",\"watchdog\":{\"state\":\"%s\"", watchdog_word(standing));
	if (standing == WATCHDOG_PETTED || standing == WATCHDOG_NOT_PETTED) {
		char device[sizeof(report->device)];

		memcpy(device, report->device, sizeof(device));
		device[sizeof(device) - 1] = '\0';
		add_words(b, "device", device);
		add_number(b, "timeout", report->timeout_s);
	}
	add_words(b, "reason", words);
	buffer_text(b, "}");
}

/* Which daemons have not answered, and why. */
static void add_unavailable(struct buffer *b, const struct state_input *in)
{
	const struct {
		const char *name;
		int error;
	} parts[] = {
		{"agent", in->agent_error},	      {"engine", in->engine_error},
		{"health checker", in->health_error}, {"helper for resources", in->resource_error},
		{"config service", in->config_error},
	};
	bool first = true;

	buffer_text(b, ",\"unavailable\":[");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		char words[128];
		struct text reason = TEXT_ON(words);

		if (!parts[i].error)
			continue;
		word_no_answer(parts[i].name, parts[i].error, &reason);
		begin_entry(b, first, "part", parts[i].name);
		add_text(b, "reason", words);
		buffer_text(b, "}");
		first = false;
	}
	buffer_text(b, "]");
}

/* A list that was made before. */
static void add_list(struct buffer *b, const char *name, const char *entries)
{
	buffer_format(b, ",\"%s\":[", name);
	buffer_text(b, entries ? entries : "");
	buffer_text(b, "]");
}

int state_members(const struct state_input *in, char **ret_text, size_t *ret_size)
{
	_cleanup_buffer_ struct buffer b = buffer_of(STATE_MAX);
	bool has_agent = in->agent_error == 0;

	buffer_text(&b, "\"node\":");
	buffer_json(&b, in->node);
	add_text(&b, "version", in->version);
	add_u64(&b, "taken", in->now / NSEC_PER_MSEC);
	add_text(&b, "quorum",
		 word_quorum(has_agent ? in->agent->quorum : (uint8_t)AGENT_QUORUM_UNKNOWN));
	if (in->config_error == 0)
		add_words(&b, "ring", text_of(in->status, "ring"));
	if (has_agent) {
		add_members(&b, in->agent);
		add_groups(&b, in);
		buffer_text(&b, ",\"agent-time\":[");
		add_times(&b, true, "echo", &in->agent->echo);
		add_times(&b, false, "reform", &in->agent->reform);
		buffer_text(&b, "]");
	}
	if (in->engine_error == 0)
		add_list(&b, "service", in->services);
	if (in->engine_error == 0 && in->totals)
		state_add_datapath(&b, in->totals);
	if (in->engine_error == 0 && in->sync)
		state_add_sync(&b, in->sync);
	if (in->health_error == 0)
		add_list(&b, "data-source", in->sources);
	if (in->config_error == 0) {
		add_configuration(&b, in->status);
		add_revisions(&b, in->history);
	}
	add_watchdog(&b, in);
	add_unavailable(&b, in);
	return buffer_take(&b, ret_text, ret_size);
}

int state_answer(const char *members, const char *user, enum access_role role, char **ret_text,
		 size_t *ret_size)
{
	_cleanup_buffer_ struct buffer b = buffer_of(STATE_MAX + 1024);

	buffer_text(&b, "{\"state\":{\"trireme-api:state\":{");
	if (user[0]) {
		buffer_text(&b, "\"session\":{\"user\":");
		buffer_json(&b, user);
		add_text(&b, "role", access_role_name(role));
		buffer_text(&b, "},");
	}
	buffer_text(&b, members);
	buffer_text(&b, "}}}");
	return buffer_take(&b, ret_text, ret_size);
}

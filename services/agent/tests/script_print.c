// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/tests/script_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock_io.h"
#include "proto/state_words.h"

void script_fail(struct script *s, const char *what, const char *word)
{
	if (!s->failed)
		snprintf(s->error, s->error_size, "%s: '%s'", what, word);
	s->failed = true;
}

void script_print(struct script *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	s->length += (size_t)vsnprintf(s->output + s->length, OUTPUT_MAX - s->length, format, args);
	va_end(args);
	if (s->length >= OUTPUT_MAX) {
		s->length = OUTPUT_MAX - 1;
		script_fail(s, "the output is too long", "");
	}
}

static const char *const health_names[] = {
	[AGENT_HEALTH_FIT] = "fit",
	[AGENT_HEALTH_WITNESS] = "witness",
	[AGENT_HEALTH_NO_PORT] = "no-port",
	[AGENT_HEALTH_NO_CARRIER] = "no-carrier",
	[AGENT_HEALTH_NO_ADDRESS] = "no-address",
	[AGENT_HEALTH_ALIAS_FAILED] = "alias-failed",
	[AGENT_HEALTH_LEAVING] = "leaving",
	[AGENT_HEALTH_STALE] = "stale",
	[AGENT_HEALTH_STANDBY] = "standby",
	[AGENT_HEALTH_NO_GATE] = "no-gate",
	[AGENT_HEALTH_NO_ENGINE] = "no-engine",
	[AGENT_HEALTH_ENGINE_FAILED] = "engine-failed",
	[AGENT_HEALTH_UNREACHABLE] = "unreachable",
};

uint8_t script_health(struct script *s, const char *text, char object[AGENT_WIRE_OBJECT_MAX])
{
	size_t length = strcspn(text, ":");

	snprintf(object, AGENT_WIRE_OBJECT_MAX, "%s", text[length] ? text + length + 1 : "");
	for (size_t i = 0; i <= AGENT_HEALTH_LAST; i++)
		if (strlen(health_names[i]) == length &&
		    strncmp(health_names[i], text, length) == 0)
			return (uint8_t)i;
	script_fail(s, "no such health", text);
	return 0;
}

const char *script_name(const struct script *s, uint32_t id)
{
	return id ? decide_name(&s->state, id) : "none";
}

static void print_message(struct script *s, const struct agent_message *m, const char *group)
{
	const char *type = agent_wire_type_name(m->type);

	if (m->type == AGENT_WIRE_STATE || m->type == AGENT_WIRE_HEALTH) {
		script_print(s, "  -> send %s", type);
		for (size_t i = 0; i < m->state.n_groups; i++) {
			const struct agent_wire_group *g = &m->state.groups[i];

			script_print(s, "%s %s%s%s", i ? "," : "", health_names[g->health],
				     g->object[0] ? ":" : "", g->object);
			if (m->type == AGENT_WIRE_HEALTH)
				continue;
			script_print(s, " epoch=%llu owner=%s guard=%llu%s%s%s%s",
				     (unsigned long long)g->epoch, script_name(s, g->owner),
				     (unsigned long long)(g->guard_left / NSEC_PER_MSEC),
				     g->flags & AGENT_STATE_HOLDING ? " hold" : "",
				     g->flags & AGENT_STATE_RELEASED ? " released" : "",
				     g->flags & AGENT_STATE_LAPSED ? " lapsed" : "",
				     g->flags & AGENT_STATE_VOTED ? " voted" : "");
		}
		script_print(s, "\n");
		return;
	}
	script_print(s, "  -> send %s %s epoch=%llu", type, group,
		     (unsigned long long)m->group.epoch);
	if (m->type == AGENT_WIRE_RELEASED)
		script_print(s, " because %s", word_cause((uint8_t)m->group.seq));
	else if (m->group.seq || m->type == AGENT_WIRE_CLAIM)
		script_print(s, " seq=%llu", (unsigned long long)m->group.seq);
	if (m->group.node)
		script_print(s, " for %s", script_name(s, m->group.node));
	script_print(s, "\n");
}

static bool hidden(const struct script *s, const struct decide_action *a)
{
	if (!s->hide)
		return false;
	if (a->type == DECIDE_SEND)
		return a->message.type == AGENT_WIRE_HEARTBEAT ||
		       a->message.type == AGENT_WIRE_ECHO;
	return a->type == DECIDE_LEASE_SET || a->type == DECIDE_ADDRESSES_REFRESH;
}

void script_print_action(struct script *s, const struct decide_action *a)
{
	static const char *const words[] = {
		[DECIDE_LEASE_CLEAR] = "clear lease of",
		[DECIDE_ADDRESSES_ADD] = "add aliases of",
		[DECIDE_ADDRESSES_DELETE] = "delete aliases of",
		[DECIDE_ADDRESSES_REFRESH] = "refresh aliases of",
		[DECIDE_ANNOUNCE_START] = "announce",
		[DECIDE_ANNOUNCE_STOP] = "announce no more",
		[DECIDE_PROBE_START] = "probe for",
		[DECIDE_PROBE_STOP] = "probe no more for",
	};
	const char *group = s->settings.groups[a->group];

	if (hidden(s, a))
		return;
	if (a->type == DECIDE_SEND)
		print_message(s, &a->message, group);
	else if (a->type == DECIDE_LEASE_SET)
		script_print(s, "  -> lease of %s until %llu\n", group,
			     (unsigned long long)(a->deadline / NSEC_PER_MSEC));
	else if (a->type == DECIDE_FENCE)
		script_print(s, "  -> fence %s, request %u\n", script_name(s, a->node), a->request);
	else
		script_print(s, "  -> %s %s\n", words[a->type], group);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether this node can own a group: what it tells the others, and when an owner makes way. */
#include "agent/decide_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* What an error number means of a port that takes no gate; NULL: nothing that is known of it. */
static const char *gate_error_text(long error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return "the kernel does not allow it";
	case ENOENT:
	case EOPNOTSUPP:
		return "the kernel has not got what it needs";
	case EEXIST:
	case EINVAL:
		return "something else is in its place";
	case EXDEV:
		return "it is a member of another port";
	case EMEDIUMTYPE:
		return "it is not Ethernet";
	default:
		return NULL;
	}
}

/* object: the port, a slash, the number of the error. */
static void gate_text(const char *object, char *buf, size_t size)
{
	int port = (int)strcspn(object, "/");
	long error = object[port] ? strtol(object + port + 1, NULL, 10) : 0;
	const char *text = gate_error_text(error);

	if (text)
		snprintf(buf, size, "%.*s has no gate (%s)", port, object, text);
	else
		snprintf(buf, size, "%.*s has no gate (error %ld)", port, object, error);
}

const char *decide_health_text(const struct decide_health *health, char *buf, size_t size)
{
	static const char *const texts[] = {
		[AGENT_HEALTH_FIT] = "it is fit",
		[AGENT_HEALTH_WITNESS] = "a witness votes and never owns",
		[AGENT_HEALTH_NO_PORT] = "%s is missing",
		[AGENT_HEALTH_NO_CARRIER] = "%s has no carrier",
		[AGENT_HEALTH_NO_ADDRESS] = "%s does not have its own address",
		[AGENT_HEALTH_ALIAS_FAILED] = "the alias %s could not be added",
		[AGENT_HEALTH_LEAVING] = "its agent is shutting down",
		[AGENT_HEALTH_STALE] = "its configuration is not the newest",
		[AGENT_HEALTH_STANDBY] = "standby by configuration",
		[AGENT_HEALTH_NO_GATE] = "%s has no gate",
		[AGENT_HEALTH_NO_ENGINE] = "the forwarding engine does not run",
		[AGENT_HEALTH_ENGINE_FAILED] = "the forwarding engine could not apply: %s",
		[AGENT_HEALTH_UNREACHABLE] = "%s does not answer",
	};
	const char *text = health->code < ARRAY_SIZE(texts)
				   ? texts[health->code]
				   : "its software knows why, which is newer than this node's";
	const char *at = strstr(text, "%s");

	if (health->code == AGENT_HEALTH_NO_GATE)
		gate_text(health->object, buf, size);
	else if (at)
		snprintf(buf, size, "%.*s%s%s", (int)(at - text), text, health->object, at + 2);
	else
		snprintf(buf, size, "%s", text);
	return buf;
}

/* Without it nothing could be served, or nothing would end it. */
static bool is_vital(enum agent_wire_health code)
{
	return code == AGENT_HEALTH_ALIAS_FAILED || code == AGENT_HEALTH_LEAVING ||
	       code == AGENT_HEALTH_NO_GATE;
}

void health_update(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	struct decide_health health = g->ports;
	char text[DECIDE_CAUSE_MAX];

	if (g->failed_until && g->failed_until <= now)
		g->failed_until = 0;
	if (s->standby && health.code != AGENT_HEALTH_WITNESS)
		health = (struct decide_health){.code = AGENT_HEALTH_STANDBY, .since = now};
	if (s->leaving)
		health = (struct decide_health){.code = AGENT_HEALTH_LEAVING, .since = now};
	/* Whatever else is wrong: an owner without all its addresses is none. */
	if (g->failed_until &&
	    (choose_grade(health.code) != CHOOSE_UNFIT || (g->owning && !is_vital(health.code)))) {
		health = (struct decide_health){.code = AGENT_HEALTH_ALIAS_FAILED,
						.since = g->failed_until - DECIDE_RETRY_NS};
		memcpy(health.object, g->failed_label, sizeof(health.object));
	}
	if (s->stale && !group_holds(g) && s->force != DECIDE_FORCE_YES &&
	    choose_grade(health.code) != CHOOSE_UNFIT)
		health = (struct decide_health){.code = AGENT_HEALTH_STALE, .since = now};
	if (health.code == g->health.code && strcmp(health.object, g->health.object) == 0)
		return;
	g->health = health;
	s->health_dirty = true;
	transition_cause(s, group, AGENT_CAUSE_HEALTH, "%s",
			 decide_health_text(&health, text, sizeof(text)));
}

uint64_t health_yield_time(const struct decide_state *s, size_t group, uint32_t successor)
{
	const struct decide_group *g = &s->groups[group];
	const struct decide_health *other = choose_health(s, group, successor);
	enum choose_grade grade = choose_grade(g->health.code);
	uint64_t from = g->health.since;

	if (!g->owning || grade == CHOOSE_FIT)
		return UINT64_MAX;
	if (is_vital(g->health.code))
		return 0;
	if (!decide_view_quorate(s))
		return UINT64_MAX;
	if (g->health.code == AGENT_HEALTH_STANDBY)
		return 0;
	if (!successor || !other || choose_grade(other->code) >= grade)
		return UINT64_MAX;
	if (grade == CHOOSE_UNFIT)
		return 0;
	return (other->since > from ? other->since : from) + DECIDE_DEGRADED_NS;
}

void health_yield(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	uint32_t successor = decide_fittest(s, group, s->settings.self);
	bool wanted = g->health.code == AGENT_HEALTH_STANDBY;
	char text[DECIDE_LOG_MAX / 2], cause[DECIDE_LOG_MAX];

	if (health_yield_time(s, group, successor) > now)
		return;
	snprintf(cause, sizeof(cause), "%s%s", decide_health_text(&g->health, text, sizeof(text)),
		 wanted && !successor ? ", though no other router is fit" : "");
	group_release(s, group, successor, AGENT_CAUSE_HEALTH, cause);
}

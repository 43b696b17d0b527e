// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/decide_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/clock_io.h"

struct decide_action *decide_emit(struct decide_state *s, enum decide_action_type type,
				  size_t group)
{
	struct decide_actions *a = s->actions;
	/* The list holds more than one event can cause; if not, the last entry is overwritten. */
	struct decide_action *action = &a->list[a->n < DECIDE_ACTIONS_MAX ? a->n++ : a->n - 1];

	action->type = type;
	action->group = group;
	action->epoch = action->deadline = 0;
	action->node = action->request = 0;
	return action;
}

void decide_send(struct decide_state *s, enum agent_wire_type type, size_t group, uint64_t epoch,
		 uint64_t seq, uint32_t node)
{
	struct agent_message *m = &decide_emit(s, DECIDE_SEND, group)->message;

	m->type = type;
	m->view = s->view;
	m->group.key = s->groups[group].key;
	m->group.epoch = epoch;
	m->group.seq = seq;
	m->group.lease = s->settings.times.lease;
	m->group.node = node;
}

const struct decide_node *decide_node(const struct decide_state *s, uint32_t id)
{
	for (size_t i = 0; i < s->settings.n_nodes; i++)
		if (s->settings.nodes[i].id == id)
			return &s->settings.nodes[i];
	return NULL;
}

const char *decide_name(const struct decide_state *s, uint32_t id)
{
	const struct decide_node *node = decide_node(s, id);

	return node ? node->name : id ? "an unknown node" : "nobody";
}

void decide_init(struct decide_state *s, const struct decide_settings *settings,
		 struct decide_actions *actions, uint64_t now)
{
	memset(s, 0, sizeof(*s));
	s->settings = *settings;
	s->actions = actions;
	s->expected_votes = settings->expected_votes;
	actions->n = actions->n_logs = 0;
	for (size_t i = 0; i < settings->n_nodes; i++)
		s->absent_since[i] = now;
	for (size_t i = 0; i < settings->n_groups; i++) {
		const struct decide_node *self = decide_node(s, settings->self);
		struct decide_group *g = &s->groups[i];

		g->key = agent_wire_key(settings->groups[i]);
		g->guard_until = lease_guard(now, settings->times.lease);
		prefer_begin(&g->back);
		g->ports.code =
			!self || self->witness ? AGENT_HEALTH_WITNESS : AGENT_HEALTH_NO_PORT;
		g->ports.since = now;
		g->health = g->ports;
		g->told = (struct decide_told){.role = decide_role(s, i), .since = now};
	}
	s->ring_since = s->quorum_since = now;
}

void decide_voted(struct decide_state *s, uint64_t guard_until, uint64_t now)
{
	if (guard_until > lease_guard(now, LEASE_MAX)) {
		decide_log(s, LOG_ERR, "what the agent's former life has voted for is damaged");
		return;
	}
	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (s->groups[i].guard_until < guard_until)
			s->groups[i].guard_until = guard_until;
}

uint64_t decide_vote(const struct decide_state *s)
{
	uint64_t until = 0;

	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (s->groups[i].guard_until > until)
			until = s->groups[i].guard_until;
	return until;
}

void decide_adopt(struct decide_state *s, size_t group, uint64_t epoch, uint64_t deadline,
		  uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	if (deadline <= now)
		return;
	g->epoch = g->highest = epoch;
	g->owner = s->settings.self;
	g->lease_until = deadline;
	g->adopting = true;
	transition_event(s, AGENT_CAUSE_STARTED,
			 "the lease of the agent's former life runs for %llu ms",
			 (unsigned long long)((deadline - now) / NSEC_PER_MSEC));
	transition_tell(s, now);
}

static void begin(struct decide_state *s, uint64_t now)
{
	transition_event(s, AGENT_CAUSE_TIME, "time went by");
	for (size_t i = 0; i < s->settings.n_groups; i++)
		group_expire(s, i, now);
	transition_end(s, now);
}

static void note_reform(struct decide_state *s, uint64_t now)
{
	bool judged = s->quorum_known && s->quorum_ring.seq == s->ring.seq;

	if (!s->configured_at || !s->view || !judged || s->n_peers < 2)
		return;
	histogram_add(&s->reform, now - s->configured_at);
	s->configured_at = 0;
}

/* What the event was is said before what follows from it. */
static void finish(struct decide_state *s, uint64_t now)
{
	force_step(s, now);
	transition_tell(s, now);
	note_reform(s, now);
	for (size_t i = 0; i < s->settings.n_groups; i++)
		group_step(s, i, now);
	fence_step(s, now);
	transition_end(s, now);
	if (s->health_dirty && s->view)
		view_send_state(s, AGENT_WIRE_HEALTH, now);
}

void decide_tick(struct decide_state *s, uint64_t now)
{
	begin(s, now);
	finish(s, now);
}

void decide_configuration(struct decide_state *s, const struct decide_ring *ring,
			  const struct ring_member *members, size_t n_members, uint64_t now)
{
	begin(s, now);
	s->configured_at = now;
	view_configuration(s, ring, members, n_members, now);
	finish(s, now);
}

void decide_ring_lost(struct decide_state *s, uint64_t now)
{
	static const struct decide_ring none;

	begin(s, now);
	transition_event(s, AGENT_CAUSE_RING_LOST, "the connection to corosync is lost");
	decide_log(s, LOG_ERR, "the connection to corosync is lost; a running lease stands");
	s->quorum_known = false;
	view_configuration(s, &none, NULL, 0, now);
	finish(s, now);
}

void decide_quorum(struct decide_state *s, const struct decide_ring *ring, bool quorate,
		   uint32_t expected_votes, uint64_t now)
{
	begin(s, now);
	transition_event(s, AGENT_CAUSE_QUORUM, "the members %s a quorum",
			 quorate ? "are" : "are not");
	if (!s->quorum_known || s->quorate != quorate) {
		s->quorum_since = now;
		decide_say(s, AGENT_SUBJECT_QUORUM, DECIDE_GROUPS_MAX, AGENT_CAUSE_QUORUM,
			   quorate ? LOG_INFO : LOG_WARNING, "quorum %s (ring %llu)",
			   quorate ? "reached" : "missing", (unsigned long long)ring->seq);
	}
	if (!s->quorum_known || !s->quorate || s->quorum_ring.seq != ring->seq ||
	    s->quorum_ring.node != ring->node)
		s->quorate_since = now;
	s->quorum_known = true;
	s->quorum_ring = *ring;
	s->quorate = quorate;
	if (expected_votes)
		s->expected_votes = expected_votes;
	if (quorate)
		force_end(s);
	for (size_t i = 0; i < s->settings.n_groups && !quorate && s->force != DECIDE_FORCE_YES;
	     i++)
		group_release(s, i, 0, AGENT_CAUSE_QUORUM, "the quorum is lost");
	finish(s, now);
}

void decide_message(struct decide_state *s, uint32_t sender, const struct agent_message *message,
		    uint64_t now)
{
	begin(s, now);
	if (message->type == AGENT_WIRE_STATE || message->type == AGENT_WIRE_HEALTH) {
		view_receive_state(s, sender, message, now);
	} else if (s->view && message->view == s->view && view_peer_index(s, sender) >= 0) {
		for (size_t i = 0; i < s->settings.n_groups; i++)
			if (s->groups[i].key == message->group.key)
				group_message(s, i, sender, message, now);
	}
	finish(s, now);
}

void decide_health(struct decide_state *s, size_t group, enum agent_wire_health code,
		   const char *object, uint64_t now)
{
	static const char *const can_own[] = {
		[CHOOSE_FIT] = "can own",
		[CHOOSE_DEGRADED] = "owns only if no other router is fit",
		[CHOOSE_UNFIT] = "cannot own",
	};
	struct decide_health *h = &s->groups[group].ports;
	char text[DECIDE_LOG_MAX];

	begin(s, now);
	if (h->code != AGENT_HEALTH_WITNESS &&
	    (h->code != code || strncmp(h->object, object, sizeof(h->object) - 1) != 0)) {
		*h = (struct decide_health){.code = code, .since = now};
		snprintf(h->object, sizeof(h->object), "%s", object);
		decide_say(s, AGENT_SUBJECT_FITNESS, group, AGENT_CAUSE_HEALTH, LOG_NOTICE,
			   "%s: this node %s: %s", s->settings.groups[group],
			   can_own[choose_grade(code)], decide_health_text(h, text, sizeof(text)));
	}
	finish(s, now);
}

void decide_current(struct decide_state *s, bool current, uint64_t now)
{
	begin(s, now);
	transition_event(s, AGENT_CAUSE_CONFIGURATION, "the configuration is %s",
			 current ? "the newest" : "not the newest");
	if (s->stale == current)
		decide_log(s, LOG_NOTICE, "the configuration is %s",
			   current ? "the newest again"
				   : "not the newest: this node takes over nothing");
	s->stale = !current;
	finish(s, now);
}

void decide_standby(struct decide_state *s, bool standby, uint64_t now)
{
	begin(s, now);
	transition_event(s, AGENT_CAUSE_CONFIGURATION, "the configuration is another one");
	if (s->standby != standby)
		decide_log(s, LOG_NOTICE, "by configuration this node %s",
			   standby ? "stands by: it gives up what it owns and takes over nothing"
				   : "stands by no longer");
	s->standby = standby;
	finish(s, now);
}

void decide_synchronised(struct decide_state *s, bool synchronised, uint64_t now)
{
	begin(s, now);
	transition_event(s, AGENT_CAUSE_PREFERRED, "connections are %ssynchronised",
			 synchronised ? "" : "not ");
	if (s->synchronised != synchronised)
		decide_log(s, LOG_INFO, "connections are %ssynchronised",
			   synchronised ? "" : "not ");
	s->synchronised = synchronised;
	finish(s, now);
}

void decide_fencing(struct decide_state *s, const struct decide_device devices[DECIDE_NODES_MAX],
		    uint64_t now)
{
	begin(s, now);
	transition_event(s, AGENT_CAUSE_CONFIGURATION, "the configuration is another one");
	memcpy(s->devices, devices, sizeof(s->devices));
	finish(s, now);
}

void decide_fenced(struct decide_state *s, uint32_t request, const char *failure, uint64_t now)
{
	begin(s, now);
	transition_event(s, AGENT_CAUSE_FENCED, "the helper has answered");
	fence_answer(s, request, failure, now);
	finish(s, now);
}

void decide_addresses_failed(struct decide_state *s, size_t group, const char *label, uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	begin(s, now);
	g->failed_until = now + DECIDE_RETRY_NS;
	snprintf(g->failed_label, sizeof(g->failed_label), "%s", label);
	finish(s, now);
}

void decide_probed(struct decide_state *s, size_t group, uint64_t now)
{
	begin(s, now);
	conflict_probed(s, group, now);
	finish(s, now);
}

void decide_conflict(struct decide_state *s, size_t group, const struct probe_seen *seen,
		     uint64_t now)
{
	begin(s, now);
	conflict_seen(s, group, seen, now);
	finish(s, now);
}

int decide_switchover(struct decide_state *s, size_t group, uint64_t now, uint32_t *ret_target,
		      char *text, size_t size)
{
	struct decide_group *g = &s->groups[group];
	const char *name = s->settings.groups[group];
	const struct decide_health *owner, *health;
	uint32_t target;

	begin(s, now);
	if (!decide_view_quorate(s)) {
		snprintf(text, size, "refused: this node is not part of a quorum");
		return -EAGAIN;
	}
	if (!decide_owner(s, group)) {
		snprintf(text, size, "refused: nobody owns %s at the moment", name);
		return -EAGAIN;
	}
	target = decide_fittest(s, group, g->owner);
	owner = choose_health(s, group, g->owner);
	health = choose_health(s, group, target);
	if (!health || !owner || choose_grade(health->code) > choose_grade(owner->code)) {
		snprintf(text, size, "refused: no other router is fit to take %s", name);
		return -EHOSTUNREACH;
	}
	if (g->owner == s->settings.self)
		group_release(s, group, target, AGENT_CAUSE_COMMAND, "switch-over by command");
	else
		decide_send(s, AGENT_WIRE_SWITCHOVER, group, g->epoch, 0, target);
	finish(s, now);
	*ret_target = target;
	return 0;
}

void decide_leave(struct decide_state *s, uint64_t now)
{
	begin(s, now);
	transition_event(s, AGENT_CAUSE_LEAVING, "the agent is shutting down");
	s->leaving = true;
	for (size_t i = 0; i < s->settings.n_groups; i++)
		group_release(s, i, decide_fittest(s, i, s->settings.self), AGENT_CAUSE_LEAVING,
			      "the agent is shutting down");
	finish(s, now);
}

int decide_force(struct decide_state *s, uint64_t now, char *text, size_t size)
{
	int r;

	begin(s, now);
	r = force_ask(s, now, text, size);
	finish(s, now);
	return r;
}

/* Nothing is held, and the others know; the successor, if there is one, has been heard. */
static bool is_handed_over(const struct decide_state *s, const struct decide_group *g)
{
	if (group_holds(g))
		return false;
	if (!s->view || !decide_peer(s, g->owner))
		return true;
	if (g->owner == s->settings.self)
		return g->released && (!g->successor || g->successor == g->owner);
	return g->last_seq > 0;
}

bool decide_may_leave(const struct decide_state *s)
{
	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (!is_handed_over(s, &s->groups[i]))
			return false;
	return true;
}

uint64_t decide_deadline(const struct decide_state *s, uint64_t now)
{
	uint64_t at = force_deadline(s), fence = fence_deadline(s);

	at = fence < at ? fence : at;
	at = at < now ? now : at;
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		uint64_t group = group_deadline(s, i, now);

		if (group < at)
			at = group;
	}
	return at;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/explain.h"

#include <stdio.h>
#include <string.h>

#include "agent/decide_internal.h"
#include "base/clock_io.h"
#include "base/text.h"

#define CLAIMS_SHOWN_NS (600 * NSEC_PER_SEC) /* after the last one */
#define SILENT_HEARTBEATS 4 /* an owner that has missed so many is said to be silent */

/* A sentence about a node and a group, while it is made. */
struct sentence {
	const struct decide_state *s;
	const struct decide_node *node;
	size_t group;
	const struct explain_clock *clock;
	struct text text;
};

static bool is_self(const struct sentence *w)
{
	return w->node->id == w->s->settings.self;
}

static const struct decide_group *group_of(const struct sentence *w)
{
	return &w->s->groups[w->group];
}

static void add_since(struct sentence *w, uint64_t at)
{
	char time[EXPLAIN_TIME_MAX];

	text_add(&w->text, " since %s", explain_moment(w->clock, at, time, sizeof(time)));
}

/* "r1", "r1 and w", "r1, r2 and w": those for which it holds. */
static unsigned int add_names(struct sentence *w,
			      bool (*holds)(const struct decide_state *s, size_t node))
{
	const struct decide_settings *settings = &w->s->settings;
	unsigned int n = 0, at = 0;

	for (size_t i = 0; i < settings->n_nodes; i++)
		n += holds(w->s, i);
	for (size_t i = 0; i < settings->n_nodes; i++) {
		if (!holds(w->s, i))
			continue;
		text_add(&w->text, "%s%s",
			 at == 0       ? ""
			 : at + 1 == n ? " and "
				       : ", ",
			 settings->nodes[i].name);
		at++;
	}
	return n;
}

static bool is_absent(const struct decide_state *s, size_t node)
{
	return !decide_peer(s, s->settings.nodes[node].id);
}

static bool is_mute(const struct decide_state *s, size_t node)
{
	const struct decide_peer *peer = decide_peer(s, s->settings.nodes[node].id);

	return peer && !peer->stated;
}

/* Why there is no view, or no lease is granted in it; false: there is nothing in the way. */
static bool add_obstacle(struct sentence *w)
{
	const struct decide_state *s = w->s;
	bool judged = s->quorum_known && s->quorum_ring.seq == s->ring.seq;

	if (decide_view_quorate(s))
		return false;
	if (s->n_peers == 0) {
		text_add(&w->text,
			 s->ring.seq ? "two agents run on one node, or too many nodes are there"
				     : "corosync is not there");
		add_since(w, s->ring_since);
	} else if (!s->view) {
		text_add(&w->text, "nothing is heard of ");
		if (add_names(w, is_mute) == 0)
			text_add(&w->text, "a member that is not in the configuration");
		add_since(w, s->ring_since);
	} else if (!judged) {
		text_add(&w->text, "the quorum of the present members is not known yet");
	} else if (s->n_peers >= view_needed_votes(s)) {
		text_add(&w->text, "corosync sees no quorum");
		add_since(w, s->quorum_since);
	} else if (s->n_peers + s->settings.device_votes >= view_needed_votes(s)) {
		text_add(&w->text, "the quorum device does not vote for this node");
		add_since(w, s->quorum_since);
	} else {
		text_add(&w->text, "not part of a quorum: ");
		if (add_names(w, is_absent) == 0)
			text_add(&w->text, "the others");
		text_add(&w->text, " are not heard");
		add_since(w, s->ring_since);
		text_add(&w->text, ", %u of %u needed", (unsigned int)s->n_peers,
			 view_needed_votes(s));
	}
	return true;
}

static void say_absent(struct sentence *w)
{
	size_t node = (size_t)(w->node - w->s->settings.nodes);

	if (w->s->n_peers == 0)
		text_add(&w->text, "not known: this node has no connection to the others");
	else if (w->s->agent_only[node])
		text_add(&w->text, "its agent does not run, though its corosync does,");
	else
		text_add(&w->text, "not on the ring (power, networks or corosync)");
	add_since(w, w->s->absent_since[node]);
	text_add(&w->text, "%s", fence_text(w->s, node));
}

/* A claim whose place in the order has come, or that of an owner that was here before. */
static void add_owner_cause(struct sentence *w)
{
	const struct decide_group *g = group_of(w);
	bool seen = g->taken.owner == g->owner && g->taken.epoch == g->epoch;

	if (seen)
		add_since(w, g->taken.at);
	text_add(&w->text, " with epoch %llu", (unsigned long long)g->epoch);
	if (seen)
		text_add(&w->text, " because %s", g->taken.cause.text);
}

/* Another machine has claimed an address of what this node serves, not long ago. */
static void add_claims(struct sentence *w)
{
	const struct decide_conflict *c = &group_of(w)->conflict;
	char text[64], time[EXPLAIN_TIME_MAX];

	if (c->claims && w->clock->now < c->claimed_at + CLAIMS_SHOWN_NS)
		text_add(&w->text, "; %s, too (%u frames, the last at %s)",
			 conflict_text(&c->last, "claimed", text, sizeof(text)), c->claims,
			 explain_moment(w->clock, c->claimed_at, time, sizeof(time)));
}

static void say_own_lease(struct sentence *w)
{
	const struct decide_group *g = group_of(w);
	char time[EXPLAIN_TIME_MAX];

	text_add(&w->text, "owner");
	add_owner_cause(w);
	text_add(&w->text, "; its lease runs for another %s",
		 explain_span(g->lease_until - w->clock->now, time, sizeof(time)));
	add_claims(w);
	if (decide_view_quorate(w->s))
		return;
	text_add(&w->text, " and is not renewed: ");
	add_obstacle(w);
}

/* Another one is better off, and has only to be so for long enough. */
static bool is_about_to_yield(const struct sentence *w)
{
	const struct decide_health *own = choose_health(w->s, w->group, w->node->id);
	const struct decide_health *other =
		choose_health(w->s, w->group, decide_fittest(w->s, w->group, w->node->id));

	return own && other && choose_grade(other->code) < choose_grade(own->code);
}

static void say_owner(struct sentence *w)
{
	const struct decide_group *g = group_of(w);
	const struct decide_peer *peer = decide_peer(w->s, w->node->id);
	uint64_t patience = SILENT_HEARTBEATS * w->s->settings.times.heartbeat;
	char text[64], time[EXPLAIN_TIME_MAX];

	if (is_self(w) && g->lease_until > w->clock->now) {
		say_own_lease(w);
	} else if (is_self(w)) {
		text_add(&w->text, "waits for a quorum to confirm its claim with epoch %llu",
			 (unsigned long long)g->epoch);
	} else {
		text_add(&w->text, "owner");
		add_owner_cause(w);
	}
	if (peer && peer->groups[w->group].health.code != AGENT_HEALTH_FIT)
		text_add(&w->text, "; %s, %s",
			 decide_health_text(&peer->groups[w->group].health, text, sizeof(text)),
			 is_about_to_yield(w) ? "and makes way" : "but no other router is fit");
	if (!is_self(w) && g->heard && w->clock->now > g->heard + patience)
		text_add(&w->text, "; not heard since %s",
			 explain_instant(w->clock, g->heard, time, sizeof(time)));
}

static void say_unfit(struct sentence *w, const struct decide_health *health)
{
	bool standby = health->code == AGENT_HEALTH_STANDBY;
	char text[64], time[EXPLAIN_TIME_MAX];

	text_add(&w->text, "%s%s",
		 standby ? "" : "standby: ", decide_health_text(health, text, sizeof(text)));
	add_since(w, health->since);
	if (health->code == AGENT_HEALTH_ALIAS_FAILED)
		text_add(&w->text, ", tried again at %s",
			 explain_moment(w->clock, health->since + DECIDE_RETRY_NS, time,
					sizeof(time)));
	if (standby && !decide_owner(w->s, w->group) &&
	    !decide_fittest(w->s, w->group, w->node->id))
		text_add(&w->text, ", though no other router is fit");
}

/* Nobody owns it: who takes it, and when. */
static void say_vacant(struct sentence *w)
{
	const struct decide_state *s = w->s;
	const struct decide_group *g = group_of(w);
	const struct decide_conflict *c = &g->conflict;
	uint64_t end = decide_guard_end(s, w->group);
	uint32_t first = decide_fittest(s, w->group, 0);
	char time[EXPLAIN_TIME_MAX], text[64];

	if (is_self(w) && c->answers)
		text_add(&w->text,
			 "standby: %s: the owner lives on a net that this router does not hear "
			 "otherwise",
			 conflict_text(&c->last, "answered", text, sizeof(text)));
	else if (is_self(w) && c->probe == DECIDE_PROBE_RUNNING)
		text_add(&w->text, "standby: it asks on its ports whether another one has it");
	else if (!first)
		text_add(&w->text, "standby: no router is known to be fit");
	else if (first != w->node->id)
		text_add(&w->text,
			 end > w->clock->now ? "standby: %s takes over first, from %s on"
					     : "standby: %s takes over first",
			 decide_name(s, first), explain_instant(w->clock, end, time, sizeof(time)));
	else if (end <= w->clock->now && is_self(w) && g->claiming_until)
		text_add(&w->text, "its claim with epoch %llu is under way",
			 (unsigned long long)g->highest + 1);
	else if (end <= w->clock->now)
		text_add(&w->text, "it is about to take over");
	else if (g->owner && g->owner != w->node->id)
		text_add(&w->text, "waits until %s for the lease of %s to end",
			 explain_instant(w->clock, end, time, sizeof(time)),
			 decide_name(s, g->owner));
	else
		text_add(&w->text, "waits until %s: an earlier owner may still hold a lease",
			 explain_instant(w->clock, end, time, sizeof(time)));
}

/* Its health is why it does not own; one that is degraded takes what nobody has. */
static bool is_in_the_way(const struct sentence *w, const struct decide_health *health,
			  uint32_t owner)
{
	const struct decide_state *s = w->s;
	enum choose_grade grade = choose_grade(health->code);

	return s->n_peers && (s->view || is_self(w)) &&
	       (grade == CHOOSE_UNFIT || (grade == CHOOSE_DEGRADED && owner));
}

static void say_group(struct sentence *w)
{
	const struct decide_state *s = w->s;
	const struct decide_group *g = group_of(w);
	const struct decide_peer *peer = decide_peer(s, w->node->id);
	const struct decide_health *health =
		is_self(w) || !peer ? &g->health : &peer->groups[w->group].health;
	uint32_t owner = decide_owner(s, w->group);
	char text[PREEMPT_TEXT_MAX];
	size_t before;

	if (!is_self(w) && !peer) {
		say_absent(w);
	} else if (!is_self(w) && !peer->stated) {
		text_add(&w->text, "its agent has said nothing");
		add_since(w, s->ring_since);
		text_add(&w->text, ": no group is claimed until it does");
	} else if (owner == w->node->id && (s->view || is_self(w))) {
		say_owner(w);
	} else if (w->node->witness && s->n_peers) {
		text_add(&w->text, "witness: votes and never owns");
	} else if (is_in_the_way(w, health, owner)) {
		say_unfit(w, health);
	} else {
		text_add(&w->text, "standby: ");
		before = w->text.used;
		if (owner && s->view)
			text_add(&w->text, "%s is the owner%s", decide_name(s, owner),
				 preempt_text(s, w->group, w->node->id, w->clock->now, text,
					      sizeof(text)));
		else if (!add_obstacle(w)) {
			w->text.used = before - strlen("standby: ");
			say_vacant(w);
		}
	}
}

const char *explain_group(const struct decide_state *s, size_t node, size_t group,
			  const struct explain_clock *clock, char *buf, size_t size)
{
	struct sentence w = {.s = s,
			     .node = &s->settings.nodes[node],
			     .group = group,
			     .clock = clock,
			     .text = text_on(buf, size)};

	if (is_self(&w) && s->force == DECIDE_FORCE_YES)
		text_add(&w.text, "forced quorum: ");
	say_group(&w);
	return buf;
}

const char *explain_node(const struct decide_state *s, size_t node,
			 const struct explain_clock *clock, char *buf, size_t size)
{
	char first[AGENT_REASON_MAX], other[AGENT_REASON_MAX];
	struct text text = text_on(buf, size);
	bool same = true;

	explain_group(s, node, 0, clock, first, sizeof(first));
	for (size_t i = 1; i < s->settings.n_groups && same; i++)
		same = strcmp(first, explain_group(s, node, i, clock, other, sizeof(other))) == 0;
	if (same) {
		text_add(&text, "%s", first);
		return buf;
	}
	/* In short, so that more of them have room. */
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		explain_group(s, node, i, clock, other, sizeof(other));
		text_add(&text, "%s%s: %.*s", i ? "; " : "", s->settings.groups[i],
			 (int)strcspn(other, ";"), other);
	}
	return buf;
}

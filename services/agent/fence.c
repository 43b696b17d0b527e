// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fencing: an owner that is missing is powered off, so that nobody need wait for its lease. The
 * fittest router of a quorate view asks its helper, which says when the node was off for certain;
 * FENCED tells the others. Without an answer everything goes on as without fencing.
 *
 * That the lease has ended is told in the very view in which it was asked for. The node was off
 * after that view had begun without it, so what it held of the epoch named is gone with its memory.
 * What it gains in a later life it gains in a later view: whoever votes there has left this one,
 * and votes here no more.
 */
#include "agent/decide_internal.h"

#include <string.h>
#include <syslog.h>

#include "base/clock_io.h"

#define TRIES_MAX 3
#define AGAIN_NS NSEC_PER_SEC /* after the first failure; twice as long after the next */

#define NODE(s, i) ((s)->settings.nodes[i])

void fence_view_left(struct decide_state *s)
{
	memset(s->fences, 0, sizeof(s->fences));
}

/* The groups of which the node may hold a lease. */
static uint32_t held_by(const struct decide_state *s, uint32_t id, uint64_t now)
{
	uint32_t groups = 0;

	for (size_t i = 0; i < s->settings.n_groups; i++) {
		const struct decide_group *g = &s->groups[i];

		if (g->owner == id && !g->released && decide_guard_end(s, i) > now)
			groups |= 1u << i;
	}
	return groups;
}

void fence_view_installed(struct decide_state *s, uint64_t now)
{
	/* An agent that ended is started again, and goes on with its lease: it may be the one. */
	if (s->ring.n_nodes > s->n_peers)
		return;
	for (size_t i = 0; i < s->settings.n_nodes; i++) {
		struct decide_fence *f = &s->fences[i];

		if (decide_peer(s, NODE(s, i).id) || s->agent_only[i])
			continue;
		f->groups = held_by(s, NODE(s, i).id, now);
		if (!f->groups)
			continue;
		f->state = DECIDE_FENCE_WANTED;
		f->at = now + s->devices[i].delay;
	}
}

/* Whether this node is the one that asks: the fittest for the first group that has one. */
static bool is_mine(const struct decide_state *s, const struct decide_fence *f)
{
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		uint32_t fittest = f->groups & 1u << i ? decide_fittest(s, i, 0) : 0;

		if (fittest)
			return fittest == s->settings.self;
	}
	return false;
}

static bool is_due(const struct decide_state *s, size_t node)
{
	const struct decide_fence *f = &s->fences[node];

	return f->state == DECIDE_FENCE_WANTED && s->devices[node].usable &&
	       decide_view_quorate(s) && s->force != DECIDE_FORCE_YES &&
	       (f->tries || is_mine(s, f));
}

static void ask(struct decide_state *s, size_t node, uint64_t now)
{
	struct decide_action *a = decide_emit(s, DECIDE_FENCE, 0);
	struct decide_fence *f = &s->fences[node];

	f->state = DECIDE_FENCE_ASKED;
	f->request = ++s->last_request;
	f->tries++;
	f->asked = now;
	f->at = now + s->devices[node].timeout;
	a->node = NODE(s, node).id;
	a->request = f->request;
	decide_log(s, LOG_NOTICE, "%s is missing and may hold a lease: it is fenced, try %u of %d",
		   NODE(s, node).name, f->tries, TRIES_MAX);
}

static void failed(struct decide_state *s, size_t node, const char *why, uint64_t now)
{
	struct decide_fence *f = &s->fences[node];
	bool again = f->tries < TRIES_MAX;

	f->state = again ? DECIDE_FENCE_WANTED : DECIDE_FENCE_FAILED;
	f->at = now + (AGAIN_NS << (f->tries - 1));
	decide_log(s, LOG_ERR, "%s could not be fenced%s: %s", NODE(s, node).name,
		   again ? "" : ", which is not tried again", why);
}

static void succeeded(struct decide_state *s, size_t node, uint64_t now)
{
	struct decide_fence *f = &s->fences[node];
	uint32_t id = NODE(s, node).id;

	f->state = DECIDE_FENCE_DONE;
	decide_log(s, LOG_NOTICE, "%s is fenced, %llu ms after it was asked for",
		   NODE(s, node).name, (unsigned long long)((now - f->asked) / NSEC_PER_MSEC));
	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (s->groups[i].owner == id && !s->groups[i].released)
			decide_send(s, AGENT_WIRE_FENCED, i, s->groups[i].epoch, 0, id);
}

void fence_answer(struct decide_state *s, uint32_t request, const char *failure, uint64_t now)
{
	for (size_t i = 0; i < s->settings.n_nodes; i++) {
		const struct decide_fence *f = &s->fences[i];

		if (f->state != DECIDE_FENCE_ASKED || f->request != request)
			continue;
		if (failure)
			failed(s, i, failure, now);
		else
			succeeded(s, i, now);
		return;
	}
	decide_log(s, LOG_INFO, "an answer about fencing comes when nobody waits for it any more");
}

void fence_message(struct decide_state *s, size_t group, uint32_t sender,
		   const struct agent_message *m, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	uint32_t id = m->group.node;

	if (!id || decide_peer(s, id) || id != g->owner || m->group.epoch != g->epoch ||
	    g->released)
		return;
	for (size_t i = 0; i < s->settings.n_nodes; i++)
		if (NODE(s, i).id == id)
			s->fences[i].state = DECIDE_FENCE_DONE;
	g->released = true;
	g->release = AGENT_CAUSE_FENCED;
	g->vacant_since = now;
	agree_owner_ended(s, group);
	transition_cause(s, group, AGENT_CAUSE_FENCED, "%s has fenced %s", decide_name(s, sender),
			 decide_name(s, id));
	decide_say(s, AGENT_SUBJECT_NOTE, group, AGENT_CAUSE_FENCED, LOG_NOTICE,
		   "%s: %s has fenced %s, whose lease has ended", s->settings.groups[group],
		   decide_name(s, sender), decide_name(s, id));
}

void fence_step(struct decide_state *s, uint64_t now)
{
	for (size_t i = 0; i < s->settings.n_nodes; i++) {
		struct decide_fence *f = &s->fences[i];

		if (f->state == DECIDE_FENCE_ASKED && f->at <= now)
			failed(s, i, "nobody has said that it was", now);
		if (f->at <= now && is_due(s, i))
			ask(s, i, now);
	}
}

uint64_t fence_deadline(const struct decide_state *s)
{
	uint64_t at = UINT64_MAX;

	for (size_t i = 0; i < s->settings.n_nodes; i++) {
		const struct decide_fence *f = &s->fences[i];
		bool waits = f->state == DECIDE_FENCE_ASKED || is_due(s, i);

		if (waits && f->at < at)
			at = f->at;
	}
	return at;
}

const char *fence_text(const struct decide_state *s, size_t node)
{
	static const char *const texts[] = {
		[DECIDE_FENCE_NONE] = "",
		[DECIDE_FENCE_WANTED] = "",
		[DECIDE_FENCE_ASKED] = ", is being fenced",
		[DECIDE_FENCE_DONE] = ", fenced",
		[DECIDE_FENCE_FAILED] = ", could not be fenced",
	};

	return texts[s->fences[node].state];
}

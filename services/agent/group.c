// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of one alias group at this node: claim, service, release. */
#include "agent/decide_internal.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define NAME(s, i) ((s)->settings.groups[i])

uint64_t decide_guard_end(const struct decide_state *s, size_t group)
{
	const struct decide_group *g = &s->groups[group];
	uint64_t end = g->guard_until > g->view_guard ? g->guard_until : g->view_guard;
	uint64_t device = device_guard(s);

	/* There is nobody else who could have had the device's vote. */
	if (g->released && g->release == AGENT_CAUSE_FENCED && s->settings.n_nodes == 2)
		return end;
	return end > device ? end : device;
}

uint32_t decide_owner(const struct decide_state *s, size_t group)
{
	const struct decide_group *g = &s->groups[group];
	bool holds = g->owner == s->settings.self ? group_holds(g)
						  : !g->released && decide_peer(s, g->owner);

	return holds ? g->owner : 0;
}

void group_release(struct decide_state *s, size_t group, uint32_t successor, enum agent_cause cause,
		   const char *text)
{
	struct decide_group *g = &s->groups[group];
	uint64_t epoch = g->epoch;

	if (!group_holds(g))
		return;
	g->owning = g->adopting = g->lapsed = false;
	g->lease_until = 0;
	g->n_outstanding = 0;
	decide_emit(s, DECIDE_LEASE_CLEAR, group);
	decide_emit(s, DECIDE_ADDRESSES_DELETE, group);
	decide_emit(s, DECIDE_ANNOUNCE_STOP, group);
	g->addresses = false;
	g->release = cause;
	transition_cause(s, group, cause, "%s", text);
	if (s->view && g->owner == s->settings.self)
		decide_send(s, AGENT_WIRE_RELEASED, group, epoch, cause, successor);
}

void group_expire(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	if (!g->lease_until || g->lease_until > now)
		return;
	group_release(s, group, 0, AGENT_CAUSE_LAPSED,
		      "the lease ran out, no quorum of voters confirmed a heartbeat in time");
	g->lapsed = true;
}

/* A claim ends with its view unless a quorum has confirmed it: the STATE that follows says so. */
void group_view_left(struct decide_state *s, size_t group)
{
	struct decide_group *g = &s->groups[group];

	g->claiming_until = 0;
	g->n_outstanding = 0;
	conflict_forget(s, group);
	if (g->owning && !g->lease_until)
		group_release(s, group, 0, AGENT_CAUSE_UNCONFIRMED,
			      "the members changed before a quorum had confirmed the claim");
}

void group_view_installed(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	g->next_seq = 1;
	if (!group_holds(g)) {
		/* Given up since this node's STATE: the view still takes it for the owner. */
		if (g->owner == s->settings.self && !g->released)
			decide_send(s, AGENT_WIRE_RELEASED, group, g->epoch, g->release,
				    g->lapsed ? g->owner : 0);
		return;
	}
	if (g->owner != s->settings.self) {
		char cause[DECIDE_LOG_MAX];

		snprintf(cause, sizeof(cause), "%s holds it with epoch %llu",
			 decide_name(s, g->owner), (unsigned long long)g->epoch);
		group_release(s, group, 0, AGENT_CAUSE_CLAIMED, cause);
		return;
	}
	if (g->adopting)
		decide_send(s, AGENT_WIRE_ADOPT, group, g->epoch, 0, 0);
	g->next_heartbeat = now;
}

static void on_released(struct decide_state *s, size_t group, uint32_t sender,
			const struct agent_message *m, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	bool named = m->group.node && m->group.node != sender;
	bool known = m->group.seq <= AGENT_CAUSE_LAST;

	if (m->group.epoch != g->epoch || sender != g->owner || g->released)
		return;
	g->released = true;
	g->successor = m->group.node;
	g->guard_until = g->view_guard = 0;
	g->vacant_since = now;
	g->release = known ? (enum agent_cause)m->group.seq : AGENT_CAUSE_NONE;
	if (g->release == AGENT_CAUSE_PREFERRED)
		prefer_given(&g->back, g->successor, now);
	transition_cause(s, group, AGENT_CAUSE_RELEASED, "%s released it%s%s%s",
			 decide_name(s, sender), named ? " in favour of " : "",
			 named ? decide_name(s, g->successor) : "",
			 transition_release_text(g->release));
}

/* The own claim is delivered: what was in its favour may have ended since it was sent. */
static void begin_ownership(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	g->owning = true;
	g->next_seq = 1;
	g->n_outstanding = 0;
	g->next_heartbeat = now;
	if (!decide_view_quorate(s))
		group_release(s, group, 0, AGENT_CAUSE_QUORUM,
			      "the quorum was lost before the claim was delivered");
	else if (conflict_voids_claim(s, g))
		group_release(s, group, 0, AGENT_CAUSE_CONFLICT,
			      "another one was heard before the claim was delivered");
	else if (s->stale && s->force != DECIDE_FORCE_YES)
		group_release(s, group, 0, AGENT_CAUSE_CONFIGURATION,
			      "its configuration is not the newest any more");
	else if (choose_grade(g->health.code) == CHOOSE_UNFIT)
		group_release(s, group, decide_fittest(s, group, s->settings.self),
			      AGENT_CAUSE_HEALTH,
			      "it was not fit any more when the claim was delivered");
}

static void on_claim(struct decide_state *s, size_t group, uint32_t sender,
		     const struct agent_message *m, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	bool mine = sender == s->settings.self;

	if (mine)
		g->claiming_until = 0;
	/* Another claim came first, or the owner was heard after the claimant had decided. */
	if (m->group.epoch != g->highest + 1 || m->group.seq != g->last_seq)
		return;
	transition_taken(s, group, sender, m->group.epoch, now);
	prefer_taken(&g->back, sender, now);
	if (group_holds(g)) {
		char cause[DECIDE_LOG_MAX];

		snprintf(cause, sizeof(cause), "%s claimed it with epoch %llu",
			 decide_name(s, sender), (unsigned long long)m->group.epoch);
		g->owner = sender; /* the release of a passed epoch is nobody's business */
		group_release(s, group, 0, AGENT_CAUSE_CLAIMED, cause);
	}
	g->epoch = g->highest = m->group.epoch;
	g->owner = sender;
	g->released = false;
	g->release = AGENT_CAUSE_NONE;
	g->successor = 0;
	g->last_seq = 0;
	g->owner_since = now;
	/* As if it were the first heartbeat: nobody else claims before this owner has had its time.
	 */
	heartbeat_vote(g, s->settings.times.lease, now);
	if (mine)
		begin_ownership(s, group, now);
}

static void on_adopt(struct decide_state *s, size_t group, uint32_t sender,
		     const struct agent_message *m, uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	if (m->group.epoch != g->epoch || sender != g->owner || g->released)
		return;
	decide_say(s, AGENT_SUBJECT_NOTE, group, AGENT_CAUSE_ADOPTED, LOG_NOTICE,
		   "%s: the restarted agent of %s goes on with epoch %llu", NAME(s, group),
		   decide_name(s, sender), (unsigned long long)g->epoch);
	if (sender != s->settings.self || !g->adopting)
		return;
	g->adopting = false;
	g->owning = true;
	g->owner_since = now;
	g->next_heartbeat = now;
}

static void on_switchover(struct decide_state *s, size_t group, const struct agent_message *m)
{
	struct decide_group *g = &s->groups[group];
	const struct decide_health *target = choose_health(s, group, m->group.node);

	if (!g->owning || m->group.epoch != g->epoch || m->group.node == s->settings.self)
		return;
	/* It would give it back. */
	if (!target || choose_grade(target->code) == CHOOSE_UNFIT ||
	    choose_grade(target->code) > choose_grade(g->health.code))
		return;
	group_release(s, group, m->group.node, AGENT_CAUSE_COMMAND, "switch-over by command");
}

void group_message(struct decide_state *s, size_t group, uint32_t sender,
		   const struct agent_message *m, uint64_t now)
{
	switch (m->type) {
	case AGENT_WIRE_HEARTBEAT:
		heartbeat_receive(s, group, sender, m, now);
		break;
	case AGENT_WIRE_ECHO:
		heartbeat_echo(s, group, sender, m);
		break;
	case AGENT_WIRE_RELEASED:
		on_released(s, group, sender, m, now);
		break;
	case AGENT_WIRE_CLAIM:
		on_claim(s, group, sender, m, now);
		break;
	case AGENT_WIRE_ADOPT:
		on_adopt(s, group, sender, m, now);
		break;
	case AGENT_WIRE_SWITCHOVER:
		on_switchover(s, group, m);
		break;
	case AGENT_WIRE_FENCED:
		fence_message(s, group, sender, m, now);
		break;
	case AGENT_WIRE_STATE:
	case AGENT_WIRE_HEALTH:
		break;
	}
}

/* From when on this node claims the group; UINT64_MAX: some event must come first. */
static uint64_t claim_time(const struct decide_state *s, size_t group)
{
	const struct decide_group *g = &s->groups[group];
	uint64_t from = decide_guard_end(s, group);
	int rank;

	/* The own release comes first, so that everybody knows when the claim arrives. */
	if (g->owner == s->settings.self && !g->released)
		return UINT64_MAX;
	if (s->leaving || group_holds(g) || choose_grade(g->health.code) == CHOOSE_UNFIT ||
	    !decide_view_quorate(s))
		return UINT64_MAX;
	rank = choose_rank(s, group);
	if (rank < 0)
		return UINT64_MAX;
	if (from < g->vacant_since)
		from = g->vacant_since;
	if (from < g->claiming_until)
		from = g->claiming_until;
	if (from < conflict_claim_time(g))
		from = conflict_claim_time(g);
	/* The next one comes in when the one before it has had the time of a lease. */
	if (from > UINT64_MAX - (uint64_t)rank * s->settings.times.lease)
		return UINT64_MAX;
	return from + (uint64_t)rank * s->settings.times.lease;
}

static void claim(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	struct decide_cause why;

	if (claim_time(s, group) > now || conflict_must_probe(s, group))
		return;
	/* Should it be lost it is made again; of two of one epoch the first counts. */
	g->claiming_until = now + s->settings.times.lease;
	transition_why_free(s, group, s->settings.self, &why);
	transition_cause(s, group, why.code, "%s", why.text);
	decide_say(s, AGENT_SUBJECT_CLAIM, group, why.code, LOG_NOTICE,
		   "%s claimed with epoch %llu: %s", NAME(s, group),
		   (unsigned long long)g->highest + 1, why.text);
	decide_send(s, AGENT_WIRE_CLAIM, group, g->highest + 1, g->last_seq, 0);
}

void group_step(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	health_update(s, group, now);
	health_yield(s, group, now);
	preempt_step(s, group, now);
	heartbeat_grant(s, group, now);
	heartbeat_send(s, group, now);
	claim(s, group, now);
	if (g->addresses && now >= g->next_refresh) {
		decide_emit(s, DECIDE_ADDRESSES_REFRESH, group);
		g->next_refresh = now + DECIDE_REFRESH_NS;
	}
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t group_deadline(const struct decide_state *s, size_t group, uint64_t now)
{
	const struct decide_group *g = &s->groups[group];
	uint64_t at = claim_time(s, group);

	if (g->lease_until)
		at = earlier(at, g->lease_until);
	if (g->owning && s->view)
		at = earlier(at, g->next_heartbeat);
	if (g->addresses)
		at = earlier(at, g->next_refresh);
	if (g->failed_until)
		at = earlier(at, g->failed_until);
	at = earlier(at, preempt_time(s, group));
	at = earlier(at, health_yield_time(s, group, decide_fittest(s, group, s->settings.self)));
	return at < now ? now : at;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the decision says of itself. Each event ends by comparing what this node is for a group, its
 * owner and its epoch with what was said of them last, so none of them changes without a line that
 * names the cause.
 */
#include "agent/decide_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "proto/state_words.h"

enum agent_role decide_role(const struct decide_state *s, size_t group)
{
	const struct decide_group *g = &s->groups[group];
	int rank = choose_rank(s, group);

	if (g->ports.code == AGENT_HEALTH_WITNESS)
		return s->view ? AGENT_ROLE_NONE : AGENT_ROLE_STARTING;
	if (g->lease_until)
		return AGENT_ROLE_OWNER;
	if (s->leaving)
		return AGENT_ROLE_RELEASING;
	if (choose_grade(g->health.code) == CHOOSE_UNFIT)
		return AGENT_ROLE_UNFIT;
	if (!s->view)
		return AGENT_ROLE_STARTING;
	if (g->owning || g->claiming_until)
		return AGENT_ROLE_WAITING;
	if (rank == 0 && decide_view_quorate(s) && !decide_owner(s, group) && !g->conflict.answers)
		return AGENT_ROLE_WAITING;
	return AGENT_ROLE_STANDBY;
}

/* A line more; what does not fit in the list is left out. */
__attribute__((format(printf, 6, 0))) static void add_line(struct decide_state *s,
							   enum agent_subject subject, size_t group,
							   enum agent_cause cause, int priority,
							   const char *format, va_list args)
{
	struct decide_actions *a = s->actions;
	struct decide_log *log;

	if (a->n_logs == DECIDE_LOGS_MAX)
		return;
	log = &a->logs[a->n_logs++];
	log->priority = priority;
	log->subject = subject;
	log->cause = cause;
	log->group = group;
	log->view = s->view;
	log->epoch = group < s->settings.n_groups ? s->groups[group].epoch : 0;
	log->owner = group < s->settings.n_groups ? decide_owner(s, group) : 0;
	vsnprintf(log->text, sizeof(log->text), format, args);
}

void decide_log(struct decide_state *s, int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(s, AGENT_SUBJECT_NOTE, DECIDE_GROUPS_MAX, s->event.code, priority, format, args);
	va_end(args);
}

void decide_say(struct decide_state *s, enum agent_subject subject, size_t group,
		enum agent_cause cause, int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(s, subject, group, cause, priority, format, args);
	va_end(args);
}

__attribute__((format(printf, 3, 0))) static void
set_cause(struct decide_cause *cause, enum agent_cause code, const char *format, va_list args)
{
	cause->code = code;
	vsnprintf(cause->text, sizeof(cause->text), format, args);
}

void transition_event(struct decide_state *s, enum agent_cause code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_cause(&s->event, code, format, args);
	va_end(args);
}

void transition_cause(struct decide_state *s, size_t group, enum agent_cause code,
		      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_cause(&s->groups[group].cause, code, format, args);
	va_end(args);
}

/* "main: standby -> waiting, owner r1 -> nobody, epoch 3: r1 left the ring" */
static void tell(struct decide_state *s, size_t group, const struct decide_told *now)
{
	const struct decide_group *g = &s->groups[group];
	const struct decide_told *was = &g->told;
	const struct decide_cause *cause = g->cause.code ? &g->cause : &s->event;
	bool owners = was->owner != now->owner, roles = was->role != now->role;
	bool counts = owners || was->epoch != now->epoch || was->role == AGENT_ROLE_OWNER ||
		      now->role == AGENT_ROLE_OWNER;

	decide_say(s, AGENT_SUBJECT_TRANSITION, group, cause->code, counts ? LOG_NOTICE : LOG_INFO,
		   "%s: %s%s%s, owner %s%s%s, epoch %llu: %s", s->settings.groups[group],
		   word_role((uint8_t)was->role), roles ? " -> " : "",
		   roles ? word_role((uint8_t)now->role) : "", decide_name(s, was->owner),
		   owners ? " -> " : "", owners ? decide_name(s, now->owner) : "",
		   (unsigned long long)now->epoch, cause->text);
}

void transition_tell(struct decide_state *s, uint64_t now)
{
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		struct decide_group *g = &s->groups[i];
		struct decide_told is = {.role = decide_role(s, i),
					 .owner = decide_owner(s, i),
					 .epoch = g->epoch,
					 .since = g->told.since};

		if (is.role == g->told.role && is.owner == g->told.owner &&
		    is.epoch == g->told.epoch)
			continue;
		if (is.role != g->told.role)
			is.since = now;
		tell(s, i, &is);
		g->told = is;
	}
}

void transition_end(struct decide_state *s, uint64_t now)
{
	transition_tell(s, now);
	for (size_t i = 0; i < s->settings.n_groups; i++)
		s->groups[i].cause.code = AGENT_CAUSE_NONE;
}

const char *transition_release_text(enum agent_cause cause)
{
	static const char *const texts[] = {
		[AGENT_CAUSE_QUORUM] = ": it was not part of a quorum",
		[AGENT_CAUSE_LAPSED] = ": its lease ran out",
		[AGENT_CAUSE_UNCONFIRMED] = ": no quorum confirmed its claim",
		[AGENT_CAUSE_COMMAND] = ": switch-over by command",
		[AGENT_CAUSE_HEALTH] = ": it is not fit any more",
		[AGENT_CAUSE_CLAIMED] = ": another holds it",
		[AGENT_CAUSE_LEAVING] = ": its agent is shutting down",
		[AGENT_CAUSE_CONFIGURATION] = ": its configuration is not the newest",
		[AGENT_CAUSE_PREFERRED] = ": another router is preferred",
		[AGENT_CAUSE_CONFLICT] = ": another machine was heard with an address of it",
	};

	return cause < ARRAY_SIZE(texts) && texts[cause] ? texts[cause] : "";
}

/* The owner has said that it holds nothing; its health tells more than a word of why. */
static void why_released(const struct decide_state *s, size_t group, struct decide_cause *cause)
{
	const struct decide_group *g = &s->groups[group];
	const struct decide_peer *owner = decide_peer(s, g->owner);
	const struct decide_health *health = owner ? &owner->groups[group].health : NULL;
	char text[DECIDE_CAUSE_MAX / 2];

	cause->code = g->release ? g->release : AGENT_CAUSE_RELEASED;
	if (health && g->release == AGENT_CAUSE_HEALTH && health->code != AGENT_HEALTH_FIT)
		snprintf(cause->text, sizeof(cause->text), "%s released it: %s",
			 decide_name(s, g->owner), decide_health_text(health, text, sizeof(text)));
	else
		snprintf(cause->text, sizeof(cause->text), "%s released it%s",
			 decide_name(s, g->owner), transition_release_text(g->release));
}

/* Of a node that is no member. */
static const char *absence_text(const struct decide_state *s, uint32_t id)
{
	for (size_t i = 0; i < s->settings.n_nodes; i++)
		if (s->settings.nodes[i].id == id && s->agent_only[i])
			return "has no agent any more";
	return "is not on the ring (power or networks)";
}

void transition_why_free(const struct decide_state *s, size_t group, uint32_t claimant,
			 struct decide_cause *ret_cause)
{
	const struct decide_group *g = &s->groups[group];
	const char *name = decide_name(s, g->owner);

	if (!g->owner) {
		ret_cause->code = AGENT_CAUSE_VACANT;
		snprintf(ret_cause->text, sizeof(ret_cause->text), "nobody owned it");
	} else if (g->owner == claimant && g->successor == claimant) {
		ret_cause->code = AGENT_CAUSE_LAPSED;
		snprintf(ret_cause->text, sizeof(ret_cause->text),
			 "its lease had ended, and it is the first to take it again");
	} else if (g->released && g->release == AGENT_CAUSE_FENCED) {
		ret_cause->code = AGENT_CAUSE_FENCED;
		snprintf(ret_cause->text, sizeof(ret_cause->text), "%s is fenced", name);
	} else if (g->released) {
		why_released(s, group, ret_cause);
	} else if (!decide_peer(s, g->owner)) {
		ret_cause->code = AGENT_CAUSE_MEMBERS;
		snprintf(ret_cause->text, sizeof(ret_cause->text), "%s %s", name,
			 absence_text(s, g->owner));
	} else {
		ret_cause->code = AGENT_CAUSE_SILENT;
		snprintf(ret_cause->text, sizeof(ret_cause->text),
			 "nothing was heard of %s until its lease had ended", name);
	}
}

void transition_taken(struct decide_state *s, size_t group, uint32_t claimant, uint64_t epoch,
		      uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	struct decide_taken *taken = &g->taken;

	transition_why_free(s, group, claimant, &taken->cause);
	taken->epoch = epoch;
	taken->at = now;
	taken->owner = claimant;
	taken->from = g->owner;
	transition_cause(s, group, taken->cause.code, "%s claimed it: %s", decide_name(s, claimant),
			 taken->cause.text);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/ring_change_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void ring_change_init(struct ring_change *rc, uint32_t self, const struct ring *file,
		      const struct ring *start)
{
	*rc = (struct ring_change){.self = self, .file = *file, .start = *start, .wanted = *start};
	rc->target = ring_digest(start);
}

static void end(struct ring_change *rc)
{
	rc->waiting = RING_WAITING_NONE;
	if (rc->announced)
		return;
	rc->announced = true;
	rc->end_wanted =
		ring_distance(&rc->file, &rc->wanted) > 0 ? RING_ACTION_FAILED : RING_ACTION_DONE;
	rc->start = rc->file;
}

/* Another node gave up: so does this one. */
static void follow_back(struct ring_change *rc)
{
	for (size_t i = 0; i < rc->n_members && !rc->back; i++) {
		const struct ring_change_member *m = &rc->members[i];

		if (!m->heard || m->report.target != rc->target ||
		    !(m->report.flags & RING_REPORT_BACK))
			continue;
		ring_change_fail(rc, m->report.reason);
		rc->announced = false;
	}
}

/* What has been reported and is on its way is known here already. */
static void know_self(struct ring_change *rc)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		if (rc->members[i].id == rc->self)
			rc->members[i].report = ring_change_own_report(rc);
	}
}

static void proceed(struct ring_change *rc, uint64_t now)
{
	unsigned int most;

	follow_back(rc);
	know_self(rc);
	if (rc->write_wanted || rc->write_pending || !ring_change_all_heard(rc))
		return;
	if (ring_change_try_other_key(rc, now))
		return;
	most = ring_change_most_behind(rc);
	if (most == 0 && rc->running && ring_distance(&rc->file, ring_change_goal(rc)) == 0)
		end(rc);
	else if (rc->running && ring_distance(&rc->file, ring_change_goal(rc)) == most)
		ring_change_begin_step(rc, most, now);
	else if (ring_change_all_have(rc, most, RING_REPORT_RUNNING, false))
		ring_change_take_up(rc, now);
}

static bool same_report(const struct ring_report *a, const struct ring_report *b)
{
	return a->target == b->target && a->left == b->left && a->flags == b->flags &&
	       strcmp(a->reason, b->reason) == 0;
}

/* After every event. */
static void work(struct ring_change *rc, uint64_t now)
{
	struct ring_report report;

	if (!rc->aimed || !rc->asked)
		return;
	if (!ring_node_by_id(ring_change_goal(rc), rc->self)) {
		if (!rc->announced)
			rc->end_wanted = RING_ACTION_LEAVE;
		rc->announced = true;
		return;
	}
	proceed(rc, now);
	report = ring_change_own_report(rc);
	if (!same_report(&report, &rc->sent))
		rc->send_wanted = true;
}

int ring_change_aim(struct ring_change *rc, const struct ring *wanted, uint64_t now,
		    struct text *text)
{
	uint64_t target = ring_digest(wanted);

	if (rc->aimed && target == rc->target)
		return 0;
	if (ring_conflict(&rc->file, wanted, text))
		return -EADDRINUSE;
	rc->wanted = *wanted;
	rc->target = target;
	rc->aimed = true;
	rc->back = rc->announced = false;
	rc->reason[0] = '\0';
	rc->waiting = RING_WAITING_NONE;
	rc->end_wanted = RING_ACTION_NONE;
	work(rc, now);
	return 0;
}

void ring_change_view(struct ring_change *rc, const uint32_t *ids, size_t n, uint64_t now)
{
	rc->n_members = n < CONFIG_NODES_MAX ? n : CONFIG_NODES_MAX;
	for (size_t i = 0; i < rc->n_members; i++)
		rc->members[i] = (struct ring_change_member){.id = ids[i]};
	rc->waiting = RING_WAITING_NONE;
	rc->reload_pending = false;
	ring_change_pause_reload(rc, now);
	/* What was seen before says nothing of a node that has just come. */
	rc->asked = false;
	rc->view_at = now;
	work(rc, now);
	rc->send_wanted = rc->aimed;
}

void ring_change_report(struct ring_change *rc, uint32_t from, const struct ring_report *report,
			uint64_t now)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		if (rc->members[i].id != from)
			continue;
		rc->members[i].heard = true;
		rc->members[i].report = *report;
	}
	work(rc, now);
}

void ring_change_seen(struct ring_change *rc, const struct ring_seen *seen, uint64_t now)
{
	rc->seen = *seen;
	rc->asked = true;
	rc->running = seen->digest == ring_digest(&rc->file);
	work(rc, now);
}

void ring_change_written(struct ring_change *rc, int result, uint64_t now)
{
	char reason[RING_WIRE_REASON_MAX];

	rc->write_pending = false;
	if (result < 0) {
		if (result == -EADDRNOTAVAIL)
			snprintf(reason, sizeof(reason), "a port of node %u lacks its new address",
				 rc->self);
		else
			snprintf(reason, sizeof(reason),
				 "corosync's file cannot be written: error %d", -result);
		ring_change_fail(rc, reason);
	} else {
		rc->file = rc->writing;
		rc->running = false;
		rc->reload_at = now;
	}
	work(rc, now);
}

void ring_change_reloaded(struct ring_change *rc, int result, uint64_t now)
{
	(void)result; /* what came of it is read from cmap, on every node */
	rc->reload_pending = false;
	rc->reload_at = now + RING_RELOAD_PAUSE;
	work(rc, now);
}

void ring_change_tick(struct ring_change *rc, uint64_t now)
{
	work(rc, now);
}

bool ring_change_action(struct ring_change *rc, struct ring_action *ret_action)
{
	struct ring_action action = {0};

	if (rc->write_wanted) {
		rc->write_wanted = false;
		rc->write_pending = true;
		action.type = RING_ACTION_WRITE;
		action.ring = &rc->writing;
	} else if (rc->reload_wanted) {
		rc->reload_wanted = false;
		rc->reload_pending = rc->has_reloaded = true;
		action.type = RING_ACTION_RELOAD;
	} else if (rc->send_wanted && rc->asked) {
		rc->send_wanted = false;
		action.type = RING_ACTION_SEND;
		rc->sent = action.report = ring_change_own_report(rc);
	} else if (rc->end_wanted != RING_ACTION_NONE) {
		action.type = rc->end_wanted;
		rc->end_wanted = RING_ACTION_NONE;
		memcpy(action.report.reason, rc->reason, sizeof(rc->reason));
	} else {
		return false;
	}
	*ret_action = action;
	return true;
}

bool ring_change_busy(const struct ring_change *rc)
{
	return rc->aimed && !(rc->announced && rc->asked);
}

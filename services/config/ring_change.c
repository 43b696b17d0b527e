// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/ring_change_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

enum waiting {
	WAITING_NONE,
	WAITING_SAFE, /* every node is here, new links are not connected */
	WAITING_TAKE, /* all has been written, corosync does not run it yet */
	WAITING_ALONE,
};

void ring_change_init(struct ring_change *rc, uint32_t self, const struct ring *file,
		      const struct ring *start)
{
	*rc = (struct ring_change){.self = self, .file = *file, .start = *start, .wanted = *start};
	rc->target = ring_digest(start);
}

/* Steps from what corosync runs there; what has been written only counts when it runs. */
static unsigned int behind(const struct ring_report *report)
{
	return report->left + (report->flags & RING_REPORT_RUNNING ? 0u : 1u);
}

/* All members have said how they stand in this change, and go the same way. */
static bool all_heard(const struct ring_change *rc)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		const struct ring_change_member *m = &rc->members[i];

		if (!m->heard || m->report.target != rc->target ||
		    !(m->report.flags & RING_REPORT_BACK) != !rc->back)
			return false;
	}
	return rc->n_members > 0;
}

static unsigned int most_behind(const struct ring_change *rc)
{
	unsigned int most = 0;

	for (size_t i = 0; i < rc->n_members; i++) {
		unsigned int n = behind(&rc->members[i].report);

		most = n > most ? n : most;
	}
	return most;
}

/* Whether all nodes that are `most` steps behind have the flag. */
static bool all_have(const struct ring_change *rc, unsigned int most, uint8_t flag, bool wanted)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		const struct ring_report *report = &rc->members[i].report;

		if (behind(report) == most && !(report->flags & flag) == wanted)
			return false;
	}
	return true;
}

/* A reload reaches every node: none may have something else in its file. */
static bool all_take(const struct ring_change *rc)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		uint8_t flags = rc->members[i].report.flags;

		if (!(flags & (RING_REPORT_RUNNING | RING_REPORT_TAKE)))
			return false;
	}
	return true;
}

static bool is_lowest(const struct ring_change *rc)
{
	for (size_t i = 0; i < rc->n_members; i++) {
		if (rc->members[i].id < rc->self)
			return false;
	}
	return true;
}

/* False once the wait has lasted as long as it may. */
static bool wait(struct ring_change *rc, enum waiting what, uint64_t most, uint64_t now)
{
	if (rc->waiting != what) {
		rc->waiting = what;
		rc->waiting_since = now;
	}
	return now - rc->waiting_since < most;
}

/* Only on the way there: on the way back there is nothing better than to wait. */
static void fail(struct ring_change *rc, const char *reason)
{
	if (rc->back)
		return;
	rc->back = true;
	rc->waiting = WAITING_NONE;
	snprintf(rc->reason, sizeof(rc->reason), "%s", reason);
}

static void want_write(struct ring_change *rc, const struct ring *ring)
{
	rc->writing = *ring;
	rc->write_wanted = true;
	rc->waiting = WAITING_NONE;
}

/*
 * Nodes that missed each other's last steps can have links that no longer fit together: then the
 * step's other link goes, which connects nobody, and all begin again from what they share.
 */
static void retreat(struct ring_change *rc, const struct ring *next)
{
	unsigned int gone = rc->file.links & ~next->links;
	const struct ring_node *node;
	struct ring ring = rc->file;
	unsigned int link;

	if (!ring_change_cut_off(rc, next, &link, &node))
		return;
	for (unsigned int i = 0; i < RING_LINKS; i++) {
		if (gone & 1u << i)
			ring_drop_link(&ring, (i + CONFIG_RING_PORTS) % RING_LINKS);
	}
	if (!ring_change_cut_off(rc, &ring, &link, &node))
		want_write(rc, &ring);
}

/* The new links have not connected in time. */
static void fail_unconnected(struct ring_change *rc, const struct ring *next, uint64_t now)
{
	char reason[RING_WIRE_REASON_MAX], own[16], other[16];
	struct text text = TEXT_ON(reason);
	const struct ring_node *self = ring_node_by_id(&rc->file, rc->self), *node;
	unsigned int link;

	if (!ring_change_cut_off(rc, next, &link, &node)) {
		/* The node that sees it knows more, and has some time to say so. */
		if (!wait(rc, WAITING_SAFE, RING_LINK_WAIT + RING_TAKE_WAIT, now))
			fail(rc, "the new links of another node do not connect");
		return;
	}
	/* Which of the two ends has the fault, neither can know. */
	text_add(&text, "no connection between %s of %s and %s of %s (%s)",
		 format_ipv4(self->address[link].address, own, sizeof(own)), self->name,
		 format_ipv4(node->address[link].address, other, sizeof(other)), node->name,
		 ring_port_name(link));
	fail(rc, reason);
}

/* Whether the step may be begun; false: it waits, or has failed. */
static bool may_step(struct ring_change *rc, enum ring_step step, const struct ring *next,
		     unsigned int most, uint64_t now)
{
	switch (step) {
	case RING_STEP_FORGET:
		return !ring_change_leftover(rc);
	case RING_STEP_CRYPTO:
	case RING_STEP_CRYPTO_CLOSE:
		return !ring_change_absent(rc);
	case RING_STEP_LINK_DROP:
		if (ring_change_absent(rc) || now - rc->view_at < RING_SETTLE)
			return false;
		if (all_have(rc, most, RING_REPORT_SAFE, true))
			return true;
		if (wait(rc, WAITING_SAFE, RING_LINK_WAIT, now))
			return false;
		if (rc->back)
			retreat(rc, next);
		else
			fail_unconnected(rc, next, now);
		return false;
	default:
		return true;
	}
}

/* This node is among the last: it takes the next step if it has not yet. */
static void begin_step(struct ring_change *rc, unsigned int most, uint64_t now)
{
	struct ring next;
	enum ring_step step = ring_next(&rc->file, ring_change_goal(rc), &next);

	if (step != RING_STEP_NONE && may_step(rc, step, &next, most, now))
		want_write(rc, &next);
}

static bool is_minority(const struct ring_change *rc)
{
	return 2 * rc->n_members <= rc->file.n_nodes;
}

static void pause_reload(struct ring_change *rc, uint64_t now)
{
	/*
	 * A minority would go on apart from the others, who may be back at once; but while there
	 * are two keys, it may be one for having the wrong one.
	 */
	bool long_one = is_minority(rc) && !rc->file.has_other;
	uint64_t least = long_one ? RING_ALONE_WAIT : RING_VIEW_PAUSE;

	rc->view_pause = rc->has_reloaded ? 2 * rc->view_pause : least;
	if (rc->view_pause > RING_VIEW_PAUSE_MAX)
		rc->view_pause = RING_VIEW_PAUSE_MAX;
	if (rc->view_pause < least)
		rc->view_pause = least;
	rc->settled_at = now + rc->view_pause;
	rc->has_reloaded = false;
}

static void want_reload(struct ring_change *rc, uint64_t now)
{
	if (!rc->reload_pending && now >= rc->reload_at)
		rc->reload_wanted = true;
}

/* All have written: one of them asks for the reload, each watches what comes of it. */
static void take_up(struct ring_change *rc, uint64_t now)
{
	struct ring next;

	if (ring_change_takes_back(rc, &next)) {
		want_write(rc, &next);
		return;
	}
	/* What is waited for begins with the reload, the pause before it does not count. */
	if (!all_take(rc) || now < rc->settled_at)
		return;
	if (!rc->running && !wait(rc, WAITING_TAKE, RING_TAKE_WAIT, now))
		fail(rc, "corosync did not take the new file");
	if (is_lowest(rc))
		want_reload(rc, now);
}

/* Longer from node to node, so that two who are alone do not miss each other for ever. */
static uint64_t alone_wait(const struct ring_change *rc)
{
	uint64_t place = 1;

	for (size_t i = 0; i < rc->file.n_nodes; i++)
		place += rc->file.nodes[i].id < rc->self;
	return place * RING_ALONE_WAIT;
}

/*
 * A node that was away while the key changed may have the wrong one of the two: as long as it is
 * with a minority, it tries them in turn, whatever the others there do. True: it is at it.
 */
static bool try_other_key(struct ring_change *rc, uint64_t now)
{
	struct ring ring = rc->file;

	if (!ring.has_other || !is_minority(rc) || !ring_change_absent(rc)) {
		rc->swapping = false;
		return false;
	}
	if (rc->running && rc->swapping) {
		rc->swapping = false;
		rc->waiting = WAITING_NONE;
	}
	if (!rc->swapping && wait(rc, WAITING_ALONE, alone_wait(rc), now))
		return false;
	if (!rc->running) {
		/* The file has the one that corosync does not use. */
		rc->swapping = true;
		want_reload(rc, now);
		return true;
	}
	ring.crypto = rc->file.other;
	ring.other = rc->file.crypto;
	rc->swapping = true;
	want_write(rc, &ring);
	return true;
}

static void end(struct ring_change *rc)
{
	rc->waiting = WAITING_NONE;
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
		fail(rc, m->report.reason);
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
	if (rc->write_wanted || rc->write_pending || !all_heard(rc))
		return;
	if (try_other_key(rc, now))
		return;
	most = most_behind(rc);
	if (most == 0 && rc->running && ring_distance(&rc->file, ring_change_goal(rc)) == 0)
		end(rc);
	else if (rc->running && ring_distance(&rc->file, ring_change_goal(rc)) == most)
		begin_step(rc, most, now);
	else if (all_have(rc, most, RING_REPORT_RUNNING, false))
		take_up(rc, now);
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
	rc->waiting = WAITING_NONE;
	rc->end_wanted = RING_ACTION_NONE;
	work(rc, now);
	return 0;
}

void ring_change_view(struct ring_change *rc, const uint32_t *ids, size_t n, uint64_t now)
{
	rc->n_members = n < CONFIG_NODES_MAX ? n : CONFIG_NODES_MAX;
	for (size_t i = 0; i < rc->n_members; i++)
		rc->members[i] = (struct ring_change_member){.id = ids[i]};
	rc->waiting = WAITING_NONE;
	rc->reload_pending = false;
	pause_reload(rc, now);
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
		fail(rc, reason);
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
